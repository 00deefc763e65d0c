"""What is measured: the assistant, and the plain ways of doing its work that it must be ahead of.

Each system ranks articles for a turn and responds to it. The baselines take a question as typed, without
spelling, earlier questions, refusing or choosing of sentences, and show their best four passages.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Protocol, cast

from sci_assistant_eval.records import Said
from sci_assistant_eval.score import Found, Response, section_label

from sci_assistant import render
from sci_assistant.ask.assistant import PASSAGES, Assistant
from sci_assistant.ask.decide import model_for, read_signals
from sci_assistant.ask.search import HybridSearch, Shares
from sci_assistant.models import LocalEmbeddings, Vectors
from sci_assistant.render_html import to_html
from sci_assistant.settings import Settings
from sci_assistant.types import Answer, Passage, Timings, Turn

DEPTH = 100  # passages that are ranked for a question
SHOWN = 4  # passages that a baseline shows, as the tutorials do


class System(Protocol):
    """Something that ranks articles and responds."""

    @property
    def name(self) -> str: ...

    def articles(self, turn: Turn, *, k: int) -> tuple[str, ...]:
        """The ids of the best k articles, best first."""
        ...

    def respond(self, turn: Turn) -> Response:
        """What a person would be shown, with the ranking behind it."""
        ...


class _LookedOnce:
    """Embeddings that keep the newest text's vector: a question is asked, then searched once more for its ranking."""

    def __init__(self, embeddings: LocalEmbeddings) -> None:
        self._embeddings = embeddings
        self._newest: tuple[tuple[str, ...], tuple[Vectors, Vectors | None]] = ((), embeddings.look(()))

    def look(self, texts: Sequence[str]) -> tuple[Vectors, Vectors | None]:
        known, seen = self._newest
        if known != tuple(texts):
            seen = self._embeddings.look(texts)
            self._newest = tuple(texts), seen
        return seen

    def __getattr__(self, name: str) -> object:
        return getattr(self._embeddings, name)


class Ours:
    """The assistant, asked exactly as the browser asks it."""

    name = "ours"

    def __init__(self, assistant: Assistant, settings: Settings) -> None:
        once = cast(LocalEmbeddings, _LookedOnce(assistant.hybrid.embeddings))
        self._assistant, self._settings = copy(assistant), settings
        self._assistant.hybrid = replace(assistant.hybrid, embeddings=once)

    def articles(self, turn: Turn, *, k: int) -> tuple[str, ...]:
        found = self._assistant.search(turn, k=k, by_article=True)
        return tuple(passage.article.id for passage in found.passages)

    def respond(self, turn: Turn) -> Response:
        answer = self._assistant.ask(turn)
        retrieved = self._assistant.search(turn, k=DEPTH)
        read = replace(retrieved, passages=retrieved.passages[:PASSAGES])
        signals = read_signals(read, answer.standalone_question, answer.corrected)
        model = model_for(signals)
        sure = model.probability(signals)
        if answer.status != "answered" and sure >= model.threshold:
            sure = 0.0  # a rule refused: a request to act, or a fact that no article holds
        return Response(
            answer=answer,
            ranked=tuple(_found(passage) for passage in retrieved.passages),
            shown=" ".join(sentence.text for sentence in answer.sentences),
            said=_said(answer),
            cited=_cited(answer, self._assistant),
            confidence=sure,
            disclaimer=has_disclaimer(answer, self._settings.disclaimer),
        )


class Passages:
    """Our chunks, ranked for the question as typed by one side of the fusion alone."""

    def __init__(self, name: str, assistant: Assistant, embeddings: LocalEmbeddings, *, keyword: float) -> None:
        self.name = name
        shares = Shares(keyword, asked=0.0, heading=0.0)
        self._hybrid = HybridSearch(embeddings=embeddings, live=lambda: assistant.live, shares=shares)

    def articles(self, turn: Turn, *, k: int) -> tuple[str, ...]:
        found = self._hybrid.search(turn.question, k=k, by_article=True)
        return tuple(passage.article.id for passage in found.passages)

    def respond(self, turn: Turn) -> Response:
        start = time.perf_counter()
        passages = self._hybrid.search(turn.question, k=DEPTH).passages
        said = tuple(
            Said(passage.article.quote(sentence.start, sentence.end), passage.article.id, _label(passage))
            for passage in passages[:SHOWN]
            for sentence in (passage.article.sentences[i] for i in passage.chunk.sentences)
        )
        shown = "\n\n".join(passage.chunk.text for passage in passages[:SHOWN])
        return Response(
            answer=shown_answer(turn, shown, start),
            ranked=tuple(_found(passage) for passage in passages),
            shown=shown,
            said=said,
        )


def has_disclaimer(answer: Answer, disclaimer: str) -> bool:
    """Whether the terminal's, the browser's, the Markdown and the JSON form all print the disclaimer."""
    import html

    return all(
        disclaimer in text
        for text in (
            render.to_text(answer),
            render.to_markdown(answer).replace("\\", ""),
            html.unescape(str(to_html(answer, message=1))),
            str(render.to_json(answer)["disclaimer"]),
        )
    )


def _label(passage: Passage) -> str:
    return section_label(passage.article.id, passage.section_title)


def _found(passage: Passage) -> Found:
    return Found(passage.article.id, (_label(passage),))


def _said(answer: Answer) -> tuple[Said, ...]:
    articles = {citation.number: citation.article for citation in answer.citations}
    return tuple(
        Said(sentence.text, article, section_label(article, sentence.section))
        for sentence in answer.sentences
        for article in [articles.get(sentence.citations[0], "") if sentence.citations else ""]
    )


def _cited(answer: Answer, assistant: Assistant) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each quoted sentence with the quotes it cites; a quote that is not in the article proves nothing and is ''.

    A written sentence is not in its quote word for word; replay_written.py judges those by verification.
    """
    quotes: dict[int, str] = {}
    for citation in answer.citations:
        article = assistant.article(citation.article)
        true = article is not None and article.quote(citation.start, citation.end) == citation.quote
        quotes[citation.number] = citation.quote if true else ""
    return tuple(
        (s.text, tuple(quotes.get(number, "") for number in s.citations))
        for s in answer.sentences
        if s.mode == "quoted"
    )


def shown_answer(turn: Turn, shown: str, start: float) -> Answer:
    """A baseline's answer: its passages as they are, without notice, refusal or disclaimer."""
    spent = (time.perf_counter() - start) * 1000
    return Answer(
        question=turn.question,
        status="answered",
        text=shown,
        sentences=(),
        citations=(),
        disclaimer="",
        authorship="",
        timings_ms=Timings(retrieve=spent, total=spent),
    )
