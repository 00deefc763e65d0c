"""HTML from values, escaped by type: a `str` becomes text, only an `Html` is markup.

Takes element names, children and attributes; gives `Html`. Forgetting to escape is impossible: adding or formatting
an `Html` gives a `str` again, which is escaped where it is next used.
"""

from __future__ import annotations

import re
from html import escape

_VOID = {"base", "br", "hr", "input", "link", "meta"}
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # no browser may be sent these


class Html(str):
    """Markup that is safe to show as it is."""

    __slots__ = ()


def fragment(*children: str | None) -> Html:
    """Children one after the other: text is escaped, `Html` is kept, None is nothing."""
    return Html("".join(_child(child) for child in children if child is not None))


def element(name: str, /, *children: str | None, **attributes: str | int | None) -> Html:
    """An element. `class_` is written class, `aria_label` aria-label; True is a bare attribute, None is none."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return Html(f"<{name}{written}>" + ("" if name in _VOID else f"{fragment(*children)}</{name}>"))


def _child(child: str) -> str:
    return child if isinstance(child, Html) else escape(_UNREADABLE.sub("", child))


def _attribute(key: str, value: str | int | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(_UNREADABLE.sub("", str(value)))}"'
