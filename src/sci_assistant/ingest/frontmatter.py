"""The YAML at the head of an article: found, and read as text values with the line each stands in.

An unquoted colon in a value and smart quotes around one are read as meant. Every value is text or None, so
`no`, `911` and a date stay as typed; their field says what they are. Aliases and tags are refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from sci_assistant.errors import ArticleError

FIRST_LINE = 2  # of the YAML in its file: the line after the opening fence
Location = tuple[str | int, ...]

_FENCE = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_PLAIN = re.compile(r"(?P<key>\s*(?:- )?[A-Za-z_]+:[ \t]+)(?P<value>\S.*?)(?P<comment>\s+#.*)?")
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"|\[.*\]|\{.*\}|[|>][+-]?\d?")
# What YAML would misread in a value without quotation marks. One that is not closed stays a fault.
_MISREAD = re.compile(r"""(?![\[{"'].).*:(?:\s|$)|[*&!%@`>|]|"[^"]*"[^"]|'[^']*'[^']""")
_LONGEST_LINE = 10_000  # characters: a longer one is no value that a person wrote
_SMART = re.compile(r"[“”„](.*)[“”]|[‘’](.*)[‘’]", re.DOTALL)
_NULLS = frozenset({"", "null", "Null", "NULL", "~"})


def split_front_matter(raw: str, *, path: Path | str) -> tuple[str, str]:
    """The YAML and the body of an article whose line ends are newlines.

    Raises:
        ArticleError: there is no front matter, or it does not end.
    """
    found = _FENCE.match(raw)
    if found:
        return found.group(1), raw[found.end() :]
    if raw.startswith("---"):
        problem, fix = "the front matter does not end.", "Write a line `---` after it."
    else:
        problem, fix = "there is no front matter.", "Begin the file with a line `---`."
    raise ArticleError(problem, path=path, line=1, fix=fix)


def load_values(text: str, *, path: Path | str) -> tuple[dict[str, Any], dict[Location, int]]:
    """The fields of a front matter, and the line in the file of each value.

    Raises:
        ArticleError: the text is not YAML, not fields with values, or names a field twice.
    """
    node = _compose(text, path)
    lines: dict[Location, int] = {}
    values = _plain(node, (), lines, path) if node is not None else {}
    if not isinstance(values, dict):
        problem, fix = "the front matter is not a list of fields.", "Write each as `field: value`."
        raise ArticleError(problem, path=path, line=FIRST_LINE, fix=fix)
    return values, lines


class _Loader(yaml.BaseLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it out
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="aliases and tags are not read", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


def _compose(text: str, path: Path | str) -> yaml.Node | None:
    """The YAML node; a second try puts quotes around the values that YAML would misread."""
    try:
        return _node(text)
    except yaml.YAMLError as first:
        try:
            return _node("\n".join(map(_quoted, text.split("\n"))))
        except yaml.YAMLError as second:
            raise _unreadable(second, text, path) from first


def _node(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    except RecursionError as error:
        raise yaml.YAMLError("its brackets are nested too deeply") from error
    finally:
        loader.dispose()


def _quoted(line: str) -> str:
    found = _PLAIN.fullmatch(line) if len(line) < _LONGEST_LINE else None
    if not found or _QUOTED.fullmatch(found["value"]) or not _MISREAD.match(found["value"]):
        return line
    value = found["value"].replace("'", "''")
    return f"{found['key']}'{value}'{found['comment'] or ''}"


def _unreadable(error: yaml.YAMLError, text: str, path: Path | str) -> ArticleError:
    mark = getattr(error, "problem_mark", None)
    if re.search("flow|quoted", getattr(error, "context", None) or ""):
        mark = getattr(error, "context_mark", mark)  # where the bracket or quotation opens
    if mark is None:
        reason = str(error).splitlines()[0]
        return ArticleError(f"the front matter cannot be read: {reason}.", path=path, line=FIRST_LINE)
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    problem = f"this line is not YAML ({getattr(error, 'problem', None)}): {line.strip()[:120]!r}."
    return ArticleError(problem, path=path, line=mark.line + FIRST_LINE, fix=_mended(line))


def _mended(line: str) -> str:
    """How a line that is not YAML should read, as far as it can be guessed."""
    if "\t" in line:
        return f"Write spaces, not tabs: `{line.expandtabs(2).strip()}`."
    for opening, closing in ("[]", "{}"):
        if line.count(opening) > line.count(closing):
            return f"Close the bracket: `{line.strip()}{closing}`."
    for mark in "\"'":
        if line.count(mark) % 2:
            return f"Close the quotation: `{line.strip()}{mark}`."
    return "Write `field: value`, with two spaces before each field under another."


def _plain(node: yaml.Node, at: Location, lines: dict[Location, int], path: Path | str) -> Any:
    """The node's value as dict, list, text or None; notes the line of each."""
    line = lines[at] = node.start_mark.line + FIRST_LINE
    if isinstance(node, yaml.ScalarNode):
        plain = node.style is None and node.value in _NULLS
        return None if plain else _without_smart_quotes(str(node.value))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*at, place), lines, path) for place, child in enumerate(node.value)]
    values: dict[str, Any] = {}
    for key, child in node.value:
        name = str(key.value)
        if name in values:
            line = key.start_mark.line + FIRST_LINE
            raise ArticleError("is given twice.", path=path, line=line, field=name, fix="Remove one of them.")
        values[name] = _plain(child, (*at, name), lines, path)
        lines[(*at, name)] = key.start_mark.line + FIRST_LINE
    return values


def _without_smart_quotes(value: str) -> str:
    found = _SMART.fullmatch(value.strip())
    inner = (found.group(1) or found.group(2) or "") if found else ""
    return inner if inner and not re.search("[“”„]", inner) else value
