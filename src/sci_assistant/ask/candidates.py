"""Retrieved passages -> every sentence that may be quoted, with what speaks for it and two scores.

`states` says how likely a sentence states a fact that an answer needs, `fits` how likely its article is the right
one: linear functions (log odds) of the features below, fitted on the development questions by eval/fit_sentences.py;
their coefficients stand in data/sentences.json. Features are taken as they are, as standard scores among the
question's candidates, and as the distance to the best candidate.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sci_assistant.ask.context import is_lead
from sci_assistant.ask.intent import Intent, is_call_section, is_reassuring, section_matches
from sci_assistant.ask.search import Retrieved
from sci_assistant.types import Article
from sci_assistant.words import rarity, stems

NAME = "sentences.json"
LISTED_READ = 12  # nearest listed questions whose answering sentences are candidates wherever they stand
LISTED_FROM = 0.45  # cosine from which a listed question says something
LATER = 0.9  # share that each later sentence of one listed answer keeps
FAR = 4.0  # below the best passage's score: where a sentence stands whose passage was not retrieved

FEATURES = (
    "cosine",  # of the sentence, with the question turned towards answers
    "plain",  # of the sentence, with the question as it was embedded
    "words",  # weighed share of the question's words in the sentence, half where its headings have them
    "own_words",  # the same of the sentence alone
    "passage",  # falls with the distance of its passage's score to the best
    "rank",  # of its passage
    "section",  # whether the section is of the kind that is asked for
    "listed",  # best listed question that it answers, above LISTED_FROM
    "listed_place",  # the same, less for later sentences of the answer
    "listed_sum",  # of all listed questions near the question
    "listed_first",  # whether it answers the nearest listed question
    "listed_rank",  # 1 / (1 + place of that question)
    "neighbours",  # mean cosine of the sentences beside it
    "section_mean",  # mean cosine of its section
    "article",  # its article's best passage score, below the best
    "opening",  # whether it stands in the article's opening
    "call",  # whether it stands in a section on when to call
    "item",
    "length",  # in words, over 20
    "lead",
    "symptom",  # whether the question reports a symptom
    "reassuring",
)
STANDARD = ("cosine", "plain", "words", "own_words", "rank", "listed_sum", "section_mean", "article")
BELOW_BEST = ("cosine", "plain", "listed_sum", "section_mean", "article")
SHARED = ("article_cosine", "article_listed", "article_share", "section_cosine", "section_share", "nearest_listed")
NAMES = (*FEATURES, *(f"z {n}" for n in STANDARD), *(f"best {n}" for n in BELOW_BEST), *SHARED)


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence that may be quoted, with its log odds."""

    article: Article
    index: int
    score: float  # that it states a fact that the answer needs
    fits: float = 0.0  # that its article is the right one

    @property
    def opens(self) -> float:
        """Log probability that it states such a fact and that its article is the right one."""
        return float(log_probability(self.score) + log_probability(self.fits))

    @property
    def key(self) -> tuple[str, int]:
        return (self.article.id, self.index)

    @property
    def text(self) -> str:
        return self.article.sentence_text(self.index)

    @property
    def section(self) -> int:
        return self.article.sentences[self.index].section

    @property
    def section_title(self) -> str:
        return self.article.sections[self.section].title


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a candidate's passage stands."""

    rank: int
    below: float  # its score below the best passage's


@dataclass(frozen=True, slots=True)
class _Listed:
    """The listed questions that a sentence answers."""

    cosine: float = 0.0
    rank: int = 99
    place: int = 20
    total: float = 0.0


def log_probability(odds: Any) -> Any:
    """Logarithm of the probability that log odds stand for, of a number or an array."""
    return -np.logaddexp(0.0, -odds)


@cache
def load_scorer() -> dict[str, tuple[float, NDArray[np.float64]]]:
    """The fitted functions: intercept and coefficients in the order of NAMES."""
    raw = json.loads((files("sci_assistant") / "data" / NAME).read_text(encoding="utf-8"))
    return {
        name: (float(raw[name]["intercept"]), np.array([raw[name]["weights"].get(n, 0.0) for n in NAMES]))
        for name in ("states", "fits")
    }


def score_sentences(retrieved: Retrieved, question: str, intent: Intent) -> list[Scored]:
    """Every candidate with its scores, best first."""
    candidates, features = read_candidates(retrieved, question, intent)
    if not candidates:
        return []
    states, fits = (intercept + features @ weights for intercept, weights in load_scorer().values())
    scored = [
        Scored(article, index, float(state), float(fit))
        for (article, index), state, fit in zip(candidates, states, fits, strict=True)
    ]
    return sorted(scored, key=lambda s: (-s.score, s.key))


def read_candidates(
    retrieved: Retrieved, question: str, intent: Intent
) -> tuple[list[tuple[Article, int]], NDArray[np.float64]]:
    """The sentences that may be quoted, and their features, shape (sentences, len(NAMES))."""
    listed = _listed(retrieved)
    places = _places(retrieved, listed)
    if not places:
        return [], np.zeros((0, len(NAMES)))
    articles = retrieved.build.articles
    keys = [(articles[article], index) for article, index in places]
    near = {
        article_id: _Near.read(articles[article_id], retrieved)
        for article_id in dict.fromkeys(name for name, _ in places)
    }
    nearest = {p.article.id: p.score for p in reversed(retrieved.passages)}
    top = retrieved.passages[0].score
    asked = _Asked(question, intent)
    rows = np.array(
        [
            [
                *asked.read(article, index),
                *near[article.id].beside(index),
                *_passage(places[article.id, index], nearest.get(article.id, top - FAR) - top),
                *_answers(listed.get((article.id, index), _Listed())),
            ]
            for article, index in keys
        ]
    )[:, _ORDER]
    return keys, np.hstack([rows, *_relative(rows), _shared(keys, rows)])


class _Asked:
    """What a question says of a sentence without any vector."""

    names = ("words", "own_words", "section", "opening", "call", "item", "length", "lead", "symptom", "reassuring")

    def __init__(self, question: str, intent: Intent) -> None:
        self._intent = intent
        self._wanted = {word: rarity(word) for word in stems(question)}
        self._total = sum(self._wanted.values()) or 1.0

    def read(self, article: Article, index: int) -> tuple[float, ...]:
        sentence = article.sentences[index]
        text, title = article.sentence_text(index), article.sections[sentence.section].title
        held, about = _stems_of(text), _stems_of(f"{article.title} {title}")
        own = sum(weight for word, weight in self._wanted.items() if word in held)
        heading = sum(weight for word, weight in self._wanted.items() if word in about and word not in held)
        length, lead, reassuring = _looks(text)
        return (
            (own + 0.5 * heading) / self._total,
            own / self._total,
            section_matches(self._intent, title),
            sentence.section == 0,
            is_call_section(title),
            sentence.kind == "item",
            length,
            lead,
            self._intent.symptom_report,
            reassuring,
        )


class _Near(NamedTuple):
    """How near an article's sentences are to the question, turned towards answers and as it was embedded."""

    sections: list[int]  # of each sentence
    turned: NDArray[np.float32]
    plain: NDArray[np.float32]
    means: NDArray[np.float64]  # of `turned`, by section

    @classmethod
    def read(cls, article: Article, retrieved: Retrieved) -> _Near:
        vectors = retrieved.build.sentence_vectors(article)
        turned, plain = vectors @ retrieved.vector, vectors @ retrieved.plain
        sections = np.array([sentence.section for sentence in article.sentences], dtype=np.int64)
        means = np.bincount(sections, weights=turned) / np.maximum(np.bincount(sections), 1)
        return cls(sections.tolist(), turned, plain, means)

    def beside(self, index: int) -> tuple[float, ...]:
        """cosine, plain, neighbours, section_mean"""
        section = self.sections[index]
        beside = [
            float(self.turned[i])
            for i in (index - 1, index + 1)
            if 0 <= i < len(self.sections) and self.sections[i] == section
        ]
        neighbours = sum(beside) / len(beside) if beside else 0.0
        return float(self.turned[index]), float(self.plain[index]), neighbours, float(self.means[section])


def _passage(place: _Place, article: float) -> tuple[float, ...]:
    """passage, rank, article"""
    return (1.0 / (1.0 + max(0.0, place.below)), float(place.rank), article)


def _answers(listed: _Listed) -> tuple[float, ...]:
    """listed, listed_place, listed_sum, listed_first, listed_rank"""
    near = max(0.0, listed.cosine - LISTED_FROM)
    return (near, near * LATER**listed.place, listed.total, float(listed.rank == 0), 1.0 / (1.0 + listed.rank))


_READ = (
    *_Asked.names,
    *("cosine", "plain", "neighbours", "section_mean"),
    *("passage", "rank", "article"),
    *("listed", "listed_place", "listed_sum", "listed_first", "listed_rank"),
)
_ORDER = [_READ.index(name) for name in FEATURES]


def _relative(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Standard scores among the candidates, and distances to the best."""
    standard = rows[:, [FEATURES.index(name) for name in STANDARD]]
    best = rows[:, [FEATURES.index(name) for name in BELOW_BEST]]
    return (standard - standard.mean(axis=0)) / (standard.std(axis=0) + 1e-6), best - best.max(axis=0)


def _shared(keys: Sequence[tuple[Article, int]], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a candidate has from its article and its section, in the order of SHARED."""
    cosine, listed, total = (rows[:, FEATURES.index(name)] for name in ("cosine", "listed", "listed_sum"))
    by_article = [article.id for article, _ in keys]
    by_section = [(article.id, article.sentences[index].section) for article, index in keys]
    everything = float(total.sum()) + 1e-6
    columns = (
        _best_of(by_article, cosine) - cosine.max(),
        _best_of(by_article, listed) - listed.max(),
        _sum_of(by_article, total) / everything,
        _best_of(by_section, cosine) - cosine.max(),
        _sum_of(by_section, total) / everything,
        np.full(len(keys), listed.max()),
    )
    return np.column_stack(columns)


def _best_of(groups: Sequence[object], values: NDArray[np.float64]) -> NDArray[np.float64]:
    best: dict[object, float] = {}
    for group, value in zip(groups, values, strict=True):
        best[group] = max(best.get(group, -1.0), float(value))
    return np.array([best[group] for group in groups])


def _sum_of(groups: Sequence[object], values: NDArray[np.float64]) -> NDArray[np.float64]:
    total: dict[object, float] = {}
    for group, value in zip(groups, values, strict=True):
        total[group] = total.get(group, 0.0) + float(value)
    return np.array([total[group] for group in groups])


def _listed(retrieved: Retrieved) -> dict[tuple[str, int], _Listed]:
    """The listed questions that each sentence answers, from the nearest ones."""
    found: dict[tuple[str, int], _Listed] = {}
    for rank, match in enumerate(retrieved.asked):  # best first
        for place, sentence in enumerate(match.asked.sentences):
            key = (match.article, sentence)
            before = found.get(key)
            total = max(0.0, match.cosine - LISTED_FROM) * LATER**place
            if before is None:
                found[key] = _Listed(match.cosine, rank, place, total)
            else:
                found[key] = _Listed(before.cosine, before.rank, before.place, before.total + total)
    return found


def _places(retrieved: Retrieved, listed: dict[tuple[str, int], _Listed]) -> dict[tuple[str, int], _Place]:
    """Every candidate with its passage's place; sentences of the nearest listed answers without one."""
    found: dict[tuple[str, int], _Place] = {}
    if not retrieved.passages:
        return found
    top = retrieved.passages[0].score
    for rank, passage in enumerate(retrieved.passages):
        for index in passage.chunk.sentences:
            found.setdefault((passage.article.id, index), _Place(rank, top - passage.score))
    for key, answers in listed.items():
        if answers.rank < LISTED_READ:
            found.setdefault(key, _Place(len(retrieved.passages), FAR))
    return found


@lru_cache(maxsize=20_000)
def _stems_of(text: str) -> frozenset[str]:
    """Stems of a text of an article, the newest ones kept: the same sentences are read for many questions."""
    return frozenset(stems(text))


@lru_cache(maxsize=20_000)
def _looks(text: str) -> tuple[float, bool, bool]:
    """What a sentence is whatever is asked: its length, whether it introduces a list, whether it soothes."""
    return len(text.split()) / 20, is_lead(text), is_reassuring(text)
