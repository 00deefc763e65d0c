"""A turn and its quoted answer -> whether it may be written, and from what; then the written answer, as it grows.

The quoted path has decided all before: notice, caution, refusal, language, small talk. A model is asked only where
that path answers, without a notice and without a warning against stopping something: those are read word for word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sci_assistant.ask.candidates import score_sentences
from sci_assistant.ask.excerpts import choose_excerpts
from sci_assistant.ask.intent import read_intent
from sci_assistant.ask.search import Retrieved
from sci_assistant.ask.write import Task, Writer
from sci_assistant.types import Answer, Partial


def may_be_written(quoted: Answer) -> bool:
    """Whether a model is asked at all: never below a notice, and never where the articles do not answer."""
    return quoted.status == "answered" and bool(quoted.citations) and quoted.notice is None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a quoted answer was chosen from: the question as it was judged, which holds nothing that was said before,
    its passages, and whether the articles warn against what it asks."""

    question: str
    retrieved: Retrieved
    warned: bool = False


def make_task(quoted: Answer, basis: Basis) -> Task | None:
    """What is written from; None where the quoted answer warns against stopping something: it is read as it stands."""
    if basis.warned:
        return None
    retrieved, intent = basis.retrieved, read_intent(basis.question)
    scored = score_sentences(retrieved, retrieved.question, intent)
    excerpts = choose_excerpts(quoted, scored, dict(retrieved.build.articles))
    return Task(basis.question, excerpts, symptom_report=intent.symptom_report) if excerpts else None


def write_answer(writer: Writer, quoted: Answer, task: Task | None) -> Iterator[Partial]:
    """The written answer as it grows; the quoted one where there is nothing to write from."""
    if task is None:
        yield Partial(quoted, done=True)
        return
    yield from writer.write(quoted, task)
