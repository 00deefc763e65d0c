"""Plain text as headings and lines: pages saved as text, and the texts of JSON Lines records.

In a saved page headings have lost their marks: a short line without closing punctuation is one. Its sources
and the publisher's footer are no content; `Page` keeps the sources apart. A record's text has no headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sci_assistant.ingest.blocks import Heading, Line, Part, clean

_ITEM = re.compile(r"\s*[-•*‣▪·–]\s+(?=\S)")
_NUMBERED = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
_CLOSED = re.compile(r"[.!?:;…,][\"'”’)\]]*$")
_HEADING_WORDS, _HEADING_CHARS = 12, 70
_WIDEST_WRAP = 100  # characters: a file with a longer line has one line for each paragraph
_FULL_LINE = 0.6  # of the widest line: a shorter one ends its paragraph, a heading or an item
_LISTED = r"(?:sources?|references?|bibliography|citations?|footnotes?|further (?:reading|resources))"
_SOURCES = re.compile(rf"{_LISTED}(?:\s*(?:&|and|/|,)\s*{_LISTED})*:?", re.IGNORECASE)
_DISCLAIMER = re.compile(r"\bnot (?:a substitute for )?(?:professional )?medical advice\b", re.IGNORECASE)
_FOOTER_PARTS = 6  # a disclaimer nearer to the end than this begins the footer
_DASH = re.compile(r"\s*[-•*]\s")
_BREAK = re.compile(r"(?P<space>\s{2,})(?P<dash>[-•*]\s+)|(?:\s*\n\s*|\s{3,})")


@dataclass(frozen=True, slots=True)
class Page:
    """A page read from text: its title, if its first line is one, its content, and the sources it names."""

    title: str
    parts: tuple[Part, ...]
    sources: tuple[str, ...] = ()


def read_page(text: str) -> Page:
    """The page in a text file as it was extracted from the web or typed."""
    parts = list(_page_parts(text.split("\n")))
    title = ""
    if parts and isinstance(parts[0], Heading) and len(parts) > 1:
        title = parts.pop(0).text
    content, sources = split_sources(parts)
    return Page(title, tuple(content), tuple(sources))


def normalize(raw: str) -> str:
    """A file's text without a byte-order mark, its line ends as newlines."""
    return raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def split_sources(parts: Sequence[Part]) -> tuple[list[Part], list[str]]:
    """Content without its sections of sources and without the footer; the sources as listed."""
    content: list[Part] = []
    sources: list[str] = []
    inside = False
    for at, part in enumerate(parts):
        if isinstance(part, Heading):
            if _SOURCES.fullmatch(part.text):
                inside = True
            elif inside and any(isinstance(later, Line) for later in parts[at + 1 : at + 2]):
                inside = False
        elif len(parts) - at <= _FOOTER_PARTS and _DISCLAIMER.search(part.text):
            break
        if not inside:
            content.append(part)
        elif isinstance(part, Line) and part.kind == "item":
            sources.append(part.text)
    return content, sources


def _page_parts(lines: Sequence[str]) -> Iterator[Part]:
    list_id, in_list = -1, False
    for raw in _unwrap(lines):
        marker = _ITEM.match(raw) or _NUMBERED.match(raw)
        text = clean(raw[marker.end() :] if marker else raw).strip()
        if not text:
            continue
        if marker:
            list_id += not in_list
            number = int(marker.group(1)) if marker.re is _NUMBERED else None
            yield Line(text, "item", number, list_id)
        elif _is_heading(text):
            yield Heading(2, text)
        else:
            yield Line(text)
        in_list = marker is not None


def _is_heading(text: str) -> bool:
    short = len(text) <= _HEADING_CHARS and len(text.split()) <= _HEADING_WORDS
    return short and not text[0].islower() and not _CLOSED.search(text)


def _unwrap(lines: Sequence[str]) -> list[str]:
    """Join the lines of a file whose paragraphs an editor wrapped at a fixed width."""
    width = max(map(len, lines))
    if width > _WIDEST_WRAP:
        return list(lines)
    joined: list[str] = []
    before = ""
    for line in lines:
        full = len(before.strip()) >= _FULL_LINE * width and not _CLOSED.search(before.strip())
        if full and line.strip() and not _ITEM.match(line) and not _NUMBERED.match(line):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line)
        before = line
    return joined


def read_record(text: str) -> list[Part]:
    """The lines of a record's text, where line breaks or runs of spaces stand for the lost layout.

    Three spaces or a line break begin a paragraph, before a dash an item; inside a list or after
    a colon two spaces and a dash suffice. What breaks off and goes on in lower case is one paragraph.
    """
    parts: list[Line] = []
    list_id = -1
    for mark, raw in _pieces(text):
        line = clean(raw).strip()
        if not line:
            continue
        before = parts[-1] if parts else None
        listed = before is not None and (before.kind == "item" or before.text.endswith(":"))
        if mark == "-" or (mark == "?" and listed):
            list_id += before is None or before.kind != "item"
            parts.append(Line(line, "item", None, list_id))
        elif before and (mark == "?" or _goes_on(before.text, line)):
            parts[-1] = replace(before, text=f"{before.text} {'- ' if mark == '?' else ''}{line}")
        else:
            parts.append(Line(line))
    return list(parts)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Pieces of text with what precedes each: "-" a list mark, "?" a dash after two spaces, else nothing."""
    at, mark = 0, "-" if _DASH.match(text) else ""
    for gap in _BREAK.finditer(text):
        piece = text[at : gap.start()]
        if piece.strip():
            yield mark, piece
        if gap.group("dash"):
            mark = "-" if len(gap.group("space")) > 2 or "\n" in gap.group("space") else "?"
        elif piece.strip() or not mark:
            mark = ""
        at = gap.end()
    if text[at:].strip():
        yield mark, text[at:]


def _goes_on(before: str, line: str) -> bool:
    """Whether a break fell into a sentence, as extraction leaves them around links."""
    return line[0].islower() and not _CLOSED.search(before)
