"""Headings and lines, in reading order, become the text of an article with its offsets.

Takes `Part`s from a reader (Markdown, HTML, plain text, a record); gives a `Body`: one line of text for each
paragraph or list item, the sections that the headings open, the sentences, and each list's introduction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sci_assistant.ingest.sentences import split_sentences
from sci_assistant.types import Block, BlockKind, Link, Section, Sentence, SentenceKind

# Zero-width, bidirectional and tag characters can hide text from an editor; controls break terminals.
HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can bring halves of characters, which no file can hold
_SPACE = re.compile(r"\s+")
_UNFINISHED = re.compile(r"[^.!?…\"'”’)\]]$")  # a line before a list that breaks off, or ends in a colon


def clean(text: str) -> str:
    """`text` without hidden characters, each run of white space as one space, ends kept."""
    return _SPACE.sub(" ", _SURROGATE.sub("\ufffd", HIDDEN.sub("", text)))


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: 1 is the page's title, 2 a section, and so on."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph or list item, cleaned. Offsets of `links` are into `text`."""

    text: str
    kind: BlockKind = "paragraph"
    number: int | None = None
    list_id: int | None = None
    depth: int = 0  # 0 for an item of an outermost list
    links: tuple[Link, ...] = ()


Part = Heading | Line


@dataclass(frozen=True, slots=True)
class Body:
    """What an `Article` holds of its text."""

    text: str
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]
    links: tuple[Link, ...]


@dataclass(slots=True)
class _Builder:
    lines: list[str] = field(default_factory=list)
    paths: list[tuple[str, ...]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)  # where each section begins
    ends: list[int] = field(default_factory=list)
    position: int = 0  # where the next line begins
    last: int | None = None  # the sentence before, if it is unfinished and in this section
    leads: list[int | None] = field(default_factory=list)  # of the lists that are open, outermost first
    list_id: int | None = None

    def open_section(self, path: tuple[str, ...]) -> None:
        self.paths.append(path)
        self.starts.append(self.position)
        self.ends.append(self.position)
        self.last, self.list_id, self.leads = None, None, []

    def add(self, line: Line) -> None:
        if not self.paths:
            self.open_section(())
        section, start, lead = len(self.paths) - 1, self.position, self._lead(line)
        self.lines.append(line.text)
        self.position = start + len(line.text) + 1
        end = self.ends[section] = self.position - 1
        self.blocks.append(Block(line.kind, start, end, section, line.number, line.list_id))
        kind: SentenceKind = "item" if line.kind == "item" else "sentence"
        for first, last in split_sentences(line.text):
            self.sentences.append(Sentence(start + first, start + last, kind, section, len(self.blocks) - 1, lead))
        self.links += [Link(start + link.start, start + link.end, link.target) for link in line.links]
        self.last = len(self.sentences) - 1 if _UNFINISHED.search(line.text) else None

    def _lead(self, line: Line) -> int | None:
        """The sentence that introduces the list of this item; for a nested one the item above it."""
        if line.kind != "item":
            self.list_id, self.leads = None, []
            return None
        if line.list_id != self.list_id or not self.leads:
            self.list_id, self.leads = line.list_id, [self.last]
        introduced = self.last if self.last is not None and self._ends_in_colon() else None
        while len(self.leads) <= line.depth:
            self.leads.append(self.leads[-1] if introduced is None else introduced)
        del self.leads[line.depth + 1 :]
        return self.leads[line.depth]

    def _ends_in_colon(self) -> bool:
        return self.lines[-1].endswith(":")

    def body(self) -> Body:
        text = "\n".join(self.lines)
        sections = tuple(
            Section(path, min(start, len(text)), min(end, len(text)))
            for path, start, end in zip(self.paths, self.starts, self.ends, strict=True)
        )
        return Body(text, sections, tuple(self.blocks), tuple(self.sentences), tuple(self.links))


def assemble(parts: Iterable[Part], *, title: str = "") -> Body:
    """The text and its offsets. A heading that repeats `title`, or a first one of level 1, opens no section.

    A heading without text under it keeps its `Section`, with start == end. A list is introduced by the
    sentence right before it when that ends in a colon or breaks off without a full stop.
    """
    builder = _Builder()
    path: list[Heading] = []
    for index, part in enumerate(parts):
        if isinstance(part, Line):
            builder.add(part)
            continue
        if part.level == 1 and (index == 0 or part.text.casefold() == title.casefold()):
            path = []
            continue
        path = [outer for outer in path if outer.level < part.level] + [part]
        builder.open_section(tuple(heading.text for heading in path))
    return builder.body()
