"""The values that travel from stage to stage: frozen, without I/O, compared by content.

What they are not: a database schema or a web form. `render.py` turns an `Answer` into text, Markdown
or JSON; `index.py` stores articles and chunks. Offsets are always into `Article.text`.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass, field
from typing import Literal

SentenceKind = Literal["sentence", "item"]
BlockKind = Literal["paragraph", "item"]
AnswerStatus = Literal["answered", "not_covered", "unavailable"]
AnswerMode = Literal["quoted", "written"]
NoticeKind = Literal["emergency", "crisis", "urgent"]


@dataclass(frozen=True, slots=True)
class Source:
    """A public source of an article, and the day its text was read."""

    title: str
    publisher: str
    url: str
    read: datetime.date


@dataclass(frozen=True, slots=True)
class Review:
    """Who reviewed an article's text, when, and the hash of the text that was reviewed."""

    date: datetime.date
    reviewer: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """`Article.text[start:end]`: a sentence of a paragraph, or a sentence of a list item."""

    start: int
    end: int
    kind: SentenceKind
    section: int  # index into Article.sections
    block: int  # index into Article.blocks
    lead: int | None = None  # the sentence that introduces this item's list, as an index into Article.sentences


@dataclass(frozen=True, slots=True)
class Block:
    """One line of `Article.text`: a paragraph, or one item of a list."""

    kind: BlockKind
    start: int
    end: int
    section: int
    number: int | None = None  # the number of an item of a numbered list
    list_id: int | None = None  # items of one list share it; unique within the article


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it. The opening has the empty path."""

    path: tuple[str, ...]  # headings from "##" down, outermost first
    start: int
    end: int

    @property
    def title(self) -> str:
        """The headings joined for a reader, empty for the opening."""
        return " > ".join(self.path)


@dataclass(frozen=True, slots=True)
class Link:
    """A link in an article's body: `Article.text[start:end]` leads to `target` (an article id or a URL)."""

    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that an article answers, in several phrasings, and the sentences that answer it, best first."""

    phrasings: tuple[str, ...]
    sentences: tuple[int, ...]  # indices into Article.sentences


@dataclass(frozen=True, slots=True)
class Article:
    """A parsed article. `text` holds one line for each block; headings stand in `sections` only."""

    id: str
    title: str
    text: str
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]
    links: tuple[Link, ...] = ()
    summary: str = ""
    topics: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    origin: str = ""
    written: datetime.date | None = None
    reviewed: Review | None = None
    url: str | None = None
    asked: tuple[Asked, ...] = ()

    def quote(self, start: int, end: int) -> str:
        """The text between two offsets, verbatim."""
        return self.text[start:end]

    def sentence_text(self, index: int) -> str:
        """A sentence of it, verbatim."""
        return self.quote(self.sentences[index].start, self.sentences[index].end)

    @property
    def text_hash(self) -> str:
        """SHA-256 of what a reviewer reads: the text under its headings, in hexadecimal."""
        read = "\n".join(f"{section.title}\n{self.quote(section.start, section.end)}" for section in self.sections)
        return hashlib.sha256(read.encode()).hexdigest()

    @property
    def review_changed(self) -> bool:
        """Whether the text was edited after its review."""
        return self.reviewed is not None and self.reviewed.text_hash != self.text_hash


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary in plain words, with what people call it."""

    term: str
    meaning: str
    synonyms: tuple[str, ...] = ()
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is embedded and found: neighbouring sentences of one section of one article.

    `text` is what a reader is shown; `embedded` adds the article's title and the section's path.
    """

    id: str
    article: str
    section: int
    sentences: tuple[int, ...]  # indices into Article.sentences, ascending
    text: str
    embedded: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk found for a question. `dense` is a cosine, `keyword` a BM25 score, `score` their fusion."""

    chunk: Chunk
    article: Article
    score: float
    dense: float
    keyword: float

    @property
    def section_title(self) -> str:
        return self.article.sections[self.chunk.section].title


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number with what it is for."""

    label: str
    tel: str


@dataclass(frozen=True, slots=True)
class Notice:
    """An emergency, crisis or urgent notice: shown before anything else."""

    kind: NoticeKind
    rules: tuple[str, ...]
    text: str
    steps: tuple[str, ...]
    numbers: tuple[Phone, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered source of an answer: `Article.text[start:end]`, verbatim in `quote`."""

    number: int
    article: str
    title: str
    section: str
    quote: str
    start: int
    end: int
    url: str | None
    origin: str
    reviewed: datetime.date | None
    review_changed: bool = False  # the article was edited after its review


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer, with the numbers of its citations."""

    text: str
    kind: SentenceKind
    section: str
    citations: tuple[int, ...]
    number: int | None = None  # of a step in a numbered list
    mode: AnswerMode = "quoted"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a quoting or writing stage proposes: sentences and the citations that they point to."""

    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """An article offered as related reading where none answers."""

    article: str
    title: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A written sentence that was not shown, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerError:
    """Why an answer is unavailable: a stable code and a sentence for the reader."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and the earlier questions of the same person, oldest first, exactly as typed."""

    question: str
    history: tuple[str, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent in each stage."""

    triage: float = 0.0
    condense: float = 0.0
    retrieve: float = 0.0
    answer: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person gets. Refusing is a normal answer; the disclaimer and authorship are never absent."""

    question: str
    status: AnswerStatus
    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    disclaimer: str
    authorship: str
    id: str | None = None
    standalone_question: str = ""
    corrected: tuple[tuple[str, str], ...] = ()
    error: AnswerError | None = None
    notice: Notice | None = None
    caution: str | None = None
    reminder: str | None = None  # of a notice that an earlier turn raised
    uncovered_parts: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    removed: tuple[Removed, ...] = ()
    fallback: str | None = None
    mode: AnswerMode = "quoted"
    model: str | None = None
    sent_to: str | None = None  # the other machine that the question was sent to
    timings_ms: Timings = field(default_factory=Timings, compare=False)


@dataclass(frozen=True, slots=True)
class Partial:
    """An answer on its way. What `answer` shows is checked and never taken back; the last one is `done`.

    `reading` are the excerpts that a model was given, under the numbers it was given.
    """

    answer: Answer
    reading: tuple[Citation, ...] = ()
    done: bool = False
