"""What the API takes and gives, for its description in OpenAPI. Answers are made by `render.to_json`; these forms
only describe them, and a test holds the two together. More keys may come; those given here stay.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_CHARS = 20_000  # of a question that is read at all; longer than a question may be, so that it gets its notice
MOST_TURNS = 100
Words = Annotated[str, Field(max_length=MOST_CHARS)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Made(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class AskForm(_Given):
    """A question, and the earlier questions of the same person, oldest first."""

    question: Words = Field(description="What the person typed, unchanged.", examples=["How is HO diagnosed early?"])
    history: list[Words] = Field(default=[], max_length=MOST_TURNS, description="Earlier questions, oldest first.")
    id: str | None = Field(default=None, max_length=200, description="Comes back in the answer.")
    answers: Literal["quoted", "written"] | None = Field(default=None, description="How; empty: as the server is set.")


class SearchForm(_Given):
    """A question whose passages are wanted."""

    question: Words = Field(examples=["early signs of HO"])
    history: list[Words] = Field(default=[], max_length=MOST_TURNS)
    id: str | None = Field(default=None, max_length=200)
    k: int = Field(default=10, ge=1, le=50, description="Passages, or articles.")
    by: Literal["passage", "article"] = "passage"


class ErrorText(_Made):
    code: str
    text: str


class ErrorForm(_Made):
    """Every error has this form."""

    error: ErrorText
    disclaimer: str


class Number(_Made):
    label: str
    tel: str


class NoticeForm(_Made):
    """To be shown before anything else."""

    kind: Literal["emergency", "crisis", "urgent"]
    rules: list[str]
    text: str
    steps: list[str]
    numbers: list[Number]


class SentenceForm(_Made):
    text: str
    kind: Literal["sentence", "item"]
    section: str
    citations: list[int]


class CitationForm(_Made):
    """`quote` stands word for word in the article's text between `start` and `end`."""

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


class RelatedForm(_Made):
    article: str
    title: str


class RemovedForm(_Made):
    text: str
    reason: str


class TimingsForm(_Made):
    triage: float
    condense: float
    retrieve: float
    answer: float
    verify: float
    total: float


class AnswerForm(_Made):
    """An answer. Show the notice first, and the disclaimer and authorship with every answer."""

    id: str | None
    question: str
    standalone_question: str
    corrected: list[list[str]]
    status: Literal["answered", "not_covered", "unavailable"]
    error: ErrorText | None
    notice: NoticeForm | None
    caution: str | None
    reminder: str | None
    text: str
    sentences: list[SentenceForm]
    uncovered_parts: list[str]
    citations: list[CitationForm]
    related: list[RelatedForm]
    removed: list[RemovedForm]
    fallback: str | None
    disclaimer: str
    authorship: str
    mode: Literal["quoted", "written"]
    model: str | None
    sent_to: str | None
    timings_ms: TimingsForm


class PassageForm(_Made):
    rank: int
    score: float
    article: str
    title: str
    section: str
    text: str
    url: str | None


class FoundForm(_Made):
    """Ranked passages. Show the notice first."""

    notice: NoticeForm | None
    id: str | None
    question: str
    passages: list[PassageForm]
    disclaimer: str
    authorship: str


class EntryForm(_Made):
    article: str
    title: str
    url: str | None
    origin: str
    written: datetime.date | None
    reviewed: datetime.date | None


class ListForm(_Made):
    articles: list[EntryForm]
    disclaimer: str
    authorship: str


class SectionForm(_Made):
    path: list[str]
    start: int
    end: int


class SourceForm(_Made):
    title: str
    publisher: str
    url: str
    read: datetime.date


class ArticleForm(EntryForm):
    """An article. Offsets are into `text`."""

    summary: str
    review: str
    text: str
    sections: list[SectionForm]
    sources: list[SourceForm]
    disclaimer: str
    authorship: str
