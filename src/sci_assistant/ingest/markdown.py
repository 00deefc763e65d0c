"""Markdown (CommonMark and tables) as headings and lines.

Takes a Markdown text; gives `Part`s. Links keep their target: an article's id for `slug.md`, else the
address; the target of a script or data address is dropped, and its words stay. Raw HTML is text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from sci_assistant.ingest.blocks import Heading, Line, Part, clean
from sci_assistant.types import Link

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_ARTICLE = re.compile(r"(?:\./)?([a-z0-9]+(?:-[a-z0-9]+)*)\.md(?:#.*)?")
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)\S", re.IGNORECASE)


def link_target(address: str) -> str | None:
    """An article's id, a web address, a path as written, or None for what must not be followed."""
    address = clean(address).strip()
    article = _ARTICLE.fullmatch(address)
    if article:
        return article.group(1)
    if _ADDRESS.match(address):
        return address
    if not address or address.startswith(("#", "//", "\\")) or ":" in address.split("/")[0]:
        return None
    return address


@dataclass(slots=True)
class TextLine:
    """One line under construction: white space collapses across the pieces, links keep their place."""

    text: str = ""
    links: list[Link] = field(default_factory=list)

    def add(self, piece: str, target: str | None = None) -> None:
        piece = clean(piece)
        if not self.text or self.text.endswith(" "):
            piece = piece.lstrip(" ")
        if target and piece.strip():
            start = len(self.text) + len(piece) - len(piece.lstrip(" "))
            self.links.append(Link(start, len(self.text) + len(piece.rstrip(" ")), target))
        self.text += piece

    def line(self, **place: int | None) -> Line | None:
        """The finished line, or None if nothing visible is in it. `place` is that of an item."""
        text = self.text.rstrip(" ")
        if not text:
            return None
        if not place:
            return Line(text, links=tuple(self.links))
        return Line(
            text,
            "item",
            number=place["number"],
            list_id=place["list_id"],
            depth=place["depth"] or 0,
            links=tuple(self.links),
        )


@dataclass(slots=True)
class _Item:
    number: int | None
    depth: int
    line: TextLine = field(default_factory=TextLine)


@dataclass(slots=True)
class _Walk:
    """Reads block tokens in order. Lists inside lists share the id of the outermost."""

    parts: list[Part] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)
    depth: int = -1
    list_id: int = -1
    cells: list[TextLine] | None = None

    def flush(self) -> None:
        """Close the line of the innermost open item: a nested list or the item's end follows."""
        if self.items:
            item = self.items[-1]
            line = item.line.line(number=item.number, list_id=self.list_id, depth=item.depth)
            if line:
                self.parts.append(line)
            item.line, item.number = TextLine(), None

    def text(self, add: TextLine) -> None:
        """A paragraph's worth of text: part of an open cell or item, else a line of its own."""
        if self.cells is not None:
            self.cells.append(add)
        elif self.items:
            self.items[-1].line.add(" ")
            _append(self.items[-1].line, add)
        elif line := add.line():
            self.parts.append(line)

    def row(self) -> None:
        cells, self.cells = self.cells or [], None
        joined = TextLine()
        for cell in cells:
            if joined.text and cell.text.strip():
                joined.add(" | ")
            _append(joined, cell)
        self.text(joined)


def _append(line: TextLine, more: TextLine) -> None:
    """Add a finished line to another, links with it."""
    at = 0
    for link in more.links:
        line.add(more.text[at : link.start])
        line.add(more.text[link.start : link.end], link.target)
        at = link.end
    line.add(more.text[at:])


def read_markdown(text: str) -> list[Part]:
    """The headings and lines of a Markdown text. Only headings outside lists and quotes open sections."""
    walk = _Walk()
    tokens = _parser().parse(text)
    for at, token in enumerate(tokens):
        if token.type == "inline":
            opened = tokens[at - 1]
            line = _inline(token.children or [])
            if opened.type == "heading_open" and opened.level == 0:
                heading = line.text.strip()
                if heading:
                    walk.parts.append(Heading(int(opened.tag[1:]), heading))
            else:
                walk.text(line)
        elif token.type in ("fence", "code_block"):
            code = TextLine()
            code.add(token.content)
            walk.text(code)
        else:
            _container(walk, token)
    return walk.parts


def _container(walk: _Walk, token: Token) -> None:
    """Lists and table rows that begin or end."""
    match token.type:
        case "bullet_list_open" | "ordered_list_open":
            walk.flush()
            walk.depth += 1
            walk.list_id += walk.depth == 0
        case "bullet_list_close" | "ordered_list_close":
            walk.depth -= 1
        case "list_item_open":
            number = int(token.info) if token.info.isdigit() else None
            walk.items.append(_Item(number, walk.depth))
        case "list_item_close":
            walk.flush()
            walk.items.pop()
        case "tr_open":
            walk.cells = []
        case "tr_close":
            walk.row()


def _inline(tokens: Sequence[Token]) -> TextLine:
    line, targets = TextLine(), list[str | None]()
    for token in tokens:
        target = targets[-1] if targets else None
        if token.type == "link_open":
            targets.append(link_target(str(token.attrGet("href") or "")))
        elif token.type == "link_close":
            targets.pop()
        elif token.type in ("softbreak", "hardbreak"):
            line.add(" ")
        elif token.type == "image":
            line.add(_inline(token.children or []).text, target)
        else:
            line.add(token.content, target)
    return _joined(line)


def _joined(line: TextLine) -> TextLine:
    """A link of several pieces (bold in the middle) as one."""
    links: list[Link] = []
    for link in line.links:
        before = links[-1] if links else None
        if before and before.target == link.target and not line.text[before.end : link.start].strip():
            links[-1] = Link(before.start, link.end, link.target)
        else:
            links.append(link)
    return TextLine(line.text, links)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # The parser would print "[words](javascript:...)" as text; here the words stay and the target goes.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005  # documented way
    return parser
