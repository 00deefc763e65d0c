"""A quoted answer and excerpts -> a written answer, sentence by sentence, each held to its source.

    excerpts -> prompt -> model -> read_output -> verify -> cite -> Partial, Partial, ..., the last one done

A sentence is shown once it has passed, and stays; where the check was not sure of it, the words of its source stand
instead, below the written ones. Where fewer than two passed, or the model broke off, the quoted
answer stands under them; where none passed, it stands alone. Never raises for what a model does.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from sci_assistant.ask import prompts
from sci_assistant.ask.answer_text import written_text
from sci_assistant.ask.cite import EMPTY, add_quoted, add_written, cite_span
from sci_assistant.ask.context import is_dependent, is_lead, misleads_alone, runs_of, with_context
from sci_assistant.ask.excerpts import Excerpt
from sci_assistant.ask.intent import is_call_section
from sci_assistant.ask.quote import compose
from sci_assistant.ask.read_output import Claim, Endless, OutputReader
from sci_assistant.ask.verify import NOTHING_SAID, Source, Verdict, Verifier
from sci_assistant.errors import ChatModelError
from sci_assistant.types import Answer, AnswerMode, AnswerSentence, Article, Citation, Draft, Partial, Removed
from sci_assistant.words import stems

log = logging.getLogger(__name__)

FEWEST = 2  # written sentences that stand without the quoted answer
SAID = "said before"
QUOTED = "its source is quoted"
OTHER_TOPIC = "of another topic"
EVERYWHERE = frozenset(stems("spinal cord injury sci"))  # in titles, and no topic by itself
MOST_SENTENCES = 10  # of a written answer; what comes after them is not waited for

Messages = Sequence[tuple[str, str]]  # pairs of a role (system, human, ai) and its text


class TextModel(Protocol):
    """A chat model that streams text; `chat_models.ChatModel` is one."""

    @property
    def label(self) -> str: ...
    @property
    def host(self) -> str | None: ...
    def stream(self, messages: Messages) -> Iterator[str]:
        """Text as it comes, "" while nothing does.

        Raises:
            ChatModelError: it did not come to its end.
        """
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be written from: the question as it was searched, and its excerpts."""

    question: str
    excerpts: tuple[Excerpt, ...]
    symptom_report: bool = False  # then the sentences on when to call are never left out

    @property
    def articles(self) -> Mapping[str, Article]:
        return {excerpt.article.id: excerpt.article for excerpt in self.excerpts}

    @property
    def reading(self) -> tuple[Citation, ...]:
        """The excerpts as citations, under their numbers."""
        return tuple(cite_span(e.article, e.sentences, e.number) for e in self.excerpts)


def build_messages(task: Task) -> Messages:
    """What the model is sent: the part that never changes first, the sources and the question last."""
    sources = "\n".join(
        prompts.SOURCE.fill(number=str(e.number), place=_plain(e.place), text=_plain(e.text)) for e in task.excerpts
    )
    return (
        *prompts.WRITING_START,
        ("human", prompts.WRITING_TASK.fill(sources=sources, question=_plain(task.question))),
    )


def _plain(text: str) -> str:
    """Text on one line that cannot close or open the tags around it."""
    return " ".join(text.replace("<", "‹").replace(">", "›").split())


class Writer:
    """Writes answers with one model and one verifier. Safe for many threads."""

    def __init__(self, model: TextModel, verifier: Verifier) -> None:
        self.model, self._verifier = model, verifier

    def write(self, quoted: Answer, task: Task) -> Iterator[Partial]:
        """The answer as it grows; equal ones in between while nothing happens, so that closing stops it at once."""
        began = time.perf_counter()
        sheet = _Sheet(quoted, task, self.model, self._verifier)
        reason: str | None = None
        yield sheet.partial()
        try:
            yield from self._read(sheet, task)
        except Endless as stopped:
            reason = stopped.reason
        except ChatModelError as error:
            log.warning("A written answer did not come to its end: %s", error)
            reason = error.reason
        except Exception:  # the edge to a model and a judge of the operator's choice
            log.exception("A written answer failed")
            reason = "failed"
        spent = (time.perf_counter() - began) * 1000
        yield Partial(sheet.finished(reason, spent), done=True)

    def _read(self, sheet: _Sheet, task: Task) -> Iterator[Partial]:
        reader = OutputReader()
        with closing(self.model.stream(build_messages(task))) as pieces:  # type: ignore[type-var]  # a generator
            for piece in pieces:
                for claim in reader.read(piece):
                    sheet.judge(claim)
                yield sheet.partial()
                if sheet.full:
                    return
        for claim in reader.end():
            sheet.judge(claim)
        if reader.declined:
            raise Endless("declined")
        if reader.silent:
            raise Endless("empty")


class _Sheet:
    """One answer while it is written."""

    def __init__(self, quoted: Answer, task: Task, model: TextModel, verifier: Verifier) -> None:
        self.quoted, self.task, self.model, self.verifier = quoted, task, model, verifier
        self.draft: Draft = EMPTY
        self.removed: list[Removed] = []
        self.rests_on: list[frozenset[Source]] = []  # of each sentence of the draft
        self.instead: dict[Source, None] = {}  # what is quoted for sentences that passed without being sure
        self.follows = False  # whether the sentence that the model wrote before the next one stands
        self.verify_ms = 0.0
        self.reading = task.reading

    @property
    def full(self) -> bool:
        return len(self.draft.sentences) >= MOST_SENTENCES

    def judge(self, claim: Claim) -> None:
        """Add a sentence that is borne out; note one that is not."""
        began = time.perf_counter()
        verdict = self._check(claim)
        self.verify_ms += (time.perf_counter() - began) * 1000
        stood = len(self.draft.sentences)
        self._place(claim, verdict)
        self.follows = len(self.draft.sentences) > stood

    def _place(self, claim: Claim, verdict: Verdict) -> None:
        if not verdict.passed:
            self.removed.append(Removed(claim.text, verdict.reason or "not borne out"))
        elif not all(self._is_on_topic(source) for source in verdict.aligned):
            self.removed.append(Removed(claim.text, OTHER_TOPIC))
        elif all(is_lead(source.text) for source in verdict.aligned):
            self.removed.append(Removed(claim.text, NOTHING_SAID))
        elif self._says_again(claim, verdict.aligned):
            self.removed.append(Removed(claim.text, SAID))
        elif not verdict.sure or self._leans(claim, verdict.aligned):
            self.removed.append(Removed(claim.text, QUOTED))
            self.instead |= dict.fromkeys(verdict.aligned)
        else:
            self.draft = add_written(self.draft, claim.text, verdict.aligned, self.task.articles)
            self.rests_on.append(frozenset(verdict.aligned))

    def _check(self, claim: Claim) -> Verdict:
        """A claim held to the excerpts that it cites, then to the others: a small model often takes a wrong number.

        The numbers that a reader sees are ours, of the sentences that the claim was found to rest on.
        """
        excerpts = self.task.excerpts
        known = {excerpt.number for excerpt in excerpts}
        if claim.refused:
            return Verdict(False, claim.refused, ())
        if not known.issuperset(claim.numbers):
            return Verdict(False, "cites a source that is not there", ())
        cited = [e for e in excerpts if e.number in claim.numbers]
        first: Verdict | None = None
        for held_to in filter(None, (cited, [e for e in excerpts if e not in cited])):
            verdict = self.verifier.check(claim.text, [source for excerpt in held_to for source in excerpt.sources])
            if verdict.passed and verdict.aligned:
                return verdict
            first = first or verdict
        return Verdict(False, first.reason if first else None, ())

    def _says_again(self, claim: Claim, aligned: Sequence[Source]) -> bool:
        """Whether a sentence rests on what earlier ones rest on and brings no new word."""
        same = [s for s, on in zip(self.draft.sentences, self.rests_on, strict=True) if on.issuperset(aligned)]
        return bool(same) and set(stems(claim.text)) <= {stem for sentence in same for stem in stems(sentence.text)}

    def _is_on_topic(self, source: Source) -> bool:
        """Whether a source stands in the article that the quoted answer begins with, or in another one of that answer
        and names what it is about: "call before you choose birth control" does not say that it is for women."""
        first, *others = dict.fromkeys(citation.article for citation in self.quoted.citations)
        if source.article not in others:
            return source.article == first
        article = self.task.articles[source.article]
        return not set(stems(source.text)).isdisjoint(set(stems(article.title)) - EVERYWHERE)

    def _leans(self, claim: Claim, aligned: Sequence[Source]) -> bool:
        """Whether a sentence means what it says only with another beside it that is not there: "it" without what it
        is, a sign or a step when to call without the line that opens its list."""
        there = {(source.article, source.index) for source in aligned}
        before = {(source.article, source.index) for source in self.rests_on[-1]} if self.follows else frozenset()
        alone = any(
            is_dependent(source.text) and (source.article, source.index - 1) not in before | there for source in aligned
        )
        return (is_dependent(claim.text) and (not self.follows or alone)) or any(
            (source.article, article.sentences[source.index].lead) not in there
            for source in aligned
            for article in (self.task.articles[source.article],)
            if misleads_alone(article, source.index)
        )

    def partial(self) -> Partial:
        """What has passed so far, under what stands above every answer: notice, caution, how it was understood."""
        return Partial(self._answer(self.draft, mode="written"), self.reading)

    def finished(self, reason: str | None, spent_ms: float) -> Answer:
        """The whole answer: what passed, and the quoted answer where that is too little."""
        written = len(self.draft.sentences)
        own = self._in_own_words()
        if reason is None and (not written or written + len(own.sentences) < FEWEST):
            reason = "few_passed"
        if reason is not None:
            draft = add_quoted(self.draft, self.quoted.sentences, self.quoted.citations)
        else:
            draft = add_quoted(
                add_quoted(self.draft, own.sentences, own.citations), self._calls(own), self.quoted.citations
            )
        answer = self._answer(draft, mode="written" if written else "quoted", fallback=reason)
        times = self.quoted.timings_ms
        timings = replace(
            times,
            answer=times.answer + spent_ms - self.verify_ms,
            verify=self.verify_ms,
            total=times.total + spent_ms,
        )
        return replace(answer, removed=tuple(self.removed), timings_ms=timings)

    def _in_own_words(self) -> Draft:
        """The sources that stand instead of written sentences, each with what it needs beside it, in reading order."""
        said = {(source.article, source.index) for rests_on in self.rests_on for source in rests_on}
        wanted = {
            (source.article, index): article
            for source in self.instead
            if (source.article, source.index) not in said
            for article in (self.task.articles[source.article],)
            for index in with_context(article, source.index) or (source.index,)
        }
        return compose(runs_of(wanted))

    def _calls(self, own: Draft) -> Sequence[AnswerSentence]:
        """For somebody who reports a symptom: the quoted sentences on when to call that stand there not yet."""
        if not self.task.symptom_report:
            return ()
        calls = {citation.number for citation in self.quoted.citations if is_call_section(citation.section)}
        quoted = {sentence.text for sentence in own.sentences}
        return [s for s in self.quoted.sentences if calls & set(s.citations) and s.text not in quoted]

    def _answer(self, draft: Draft, *, mode: AnswerMode, fallback: str | None = None) -> Answer:
        return replace(
            self.quoted,
            text=written_text(draft, fallback),
            fallback=fallback,
            sentences=draft.sentences,
            citations=draft.citations,
            mode=mode,
            model=self.model.label,
            sent_to=self.model.host,
        )
