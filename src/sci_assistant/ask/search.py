"""A standalone question -> ranked passages, by meaning, by words, and by the questions that articles list or put as
headings.

Dense cosines come from Chroma, keyword scores from BM25; a passage that answers a listed question has that question's
cosine, one below a heading that asks the heading's. Each is standardised over the candidates of this question, and
they are added. retrieve.py has it
as a LangChain retriever: our own path does without, since LangChain alone takes half a second to load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sci_assistant.ask.adapter import adapt
from sci_assistant.ask.expand import expand
from sci_assistant.asked import AskedMatch, Neighbourhood
from sci_assistant.index import Build
from sci_assistant.keyword import best
from sci_assistant.models import BUNDLED_SHA256, LocalEmbeddings, Vectors
from sci_assistant.types import Passage
from sci_assistant.words import stems

T = TypeVar("T")
CANDIDATES = 100  # chunks asked of each side
BEFORE_WEIGHT = 0.3  # of the score that its article had for earlier messages, for a passage of a follow-up


class Shares(NamedTuple):
    """Shares of the fusion. What questions leave goes to words and meaning: `keyword` and the rest.

    Chosen on the development questions and on judged consumer questions: the same shares served short questions and
    long messages (docs/retrieval.md has the tables).
    """

    keyword: float = 0.4
    asked: float = 0.1  # where articles list the questions that they answer
    heading: float = 0.2  # where candidates stand below headings that ask


SHARES = Shares()


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Ranked passages of one build for one question.

    `vector` is the question's unit vector turned towards answers (adapter.py), `plain` as it was embedded; `asked`
    are the listed questions nearest to it, `neighbourhood` how it lies between those and foils.
    """

    passages: tuple[Passage, ...]
    vector: Vectors
    plain: Vectors
    asked: tuple[AskedMatch, ...]
    neighbourhood: Neighbourhood
    build: Build
    revision: str = ""  # of the embedding weights that made the vectors
    means: Vectors | None = None  # of the question's token states (graph.py), None with another model
    question: str = ""

    @property
    def listed(self) -> bool:
        """Whether the best passage's article lists what it answers."""
        return bool(self.passages) and bool(self.passages[0].article.asked)

    @property
    def sounds(self) -> bool:
        """Whether it can be told how the question sounds (likeness.py): with the bundled weights, where there is a
        list."""
        return self.listed and self.means is not None and self.revision == BUNDLED_SHA256


class _Seen(NamedTuple):
    """A text as it is embedded."""

    vector: Vectors
    means: Vectors | None


def rank(scores: Sequence[tuple[Mapping[int, float], float]]) -> list[tuple[int, float]]:
    """Chunk positions with fused scores, best first: the sum of weight times z(score) over pairs of scores and weight.

    The first has all positions; where another lacks one, it counts as that score's mean. z is the standard score over
    those that a score has (0 where all are equal), as in Wu et al., "Relevance score normalization"
    (https://doi.org/10.1145/1148170.1148262 surveys variants).
    """
    positions = sorted(scores[0][0])
    fused = np.zeros(len(positions))
    for score, weight in scores:
        held = [i for i, p in enumerate(positions) if p in score]
        fused[held] += weight * _standardise([score[positions[i]] for i in held])
    return sorted(zip(positions, (float(s) for s in fused), strict=True), key=lambda pair: (-pair[1], pair[0]))


def _standardise(values: Sequence[float]) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    spread = float(array.std()) if len(array) else 0.0
    return (array - array.mean()) / spread if spread > 1e-9 else np.zeros_like(array)


@dataclass(frozen=True, slots=True)
class HybridSearch:
    """Searches the build that is live. Safe for many threads."""

    embeddings: LocalEmbeddings
    live: Callable[[], Build]
    shares: Shares = SHARES
    k: int = 8  # passages
    known: Mapping[str, _Seen] = field(default_factory=dict, repr=False, compare=False)  # what is embedded already

    def embedded(self, texts: Sequence[str]) -> HybridSearch:
        """The same search, with these texts embedded at once and not again."""
        return replace(self, known=self._look(texts)) if texts else self

    def _look(self, texts: Sequence[str]) -> dict[str, _Seen]:
        vectors, means = self.embeddings.look(texts)
        return {text: _Seen(vectors[row], None if means is None else means[row]) for row, text in enumerate(texts)}

    def _embed(self, text: str) -> _Seen:
        return self.known.get(text) or self._look([text])[text]

    def search(self, question: str, *, k: int | None = None, by_article: bool = False) -> Retrieved:
        """The best passages for a question; with `by_article`, the best one of each article.

        Raises:
            StoreError: nothing is indexed, or the index does not answer.
        """
        build = self.live()
        plain, means = self._embed(question)
        vector = adapt(plain, self.embeddings.revision) if len(build.asked) else plain
        words = stems(" ".join((question, *expand(question, build.terms))))
        wanted = self.k if k is None else k
        reach = max(CANDIDATES, wanted * (10 if by_article else 1))
        matches, neighbourhood = build.asked.look(plain)
        listed = _by_chunk(matches, build)
        nearest = build.nearest(vector, reach)
        scores = build.keyword.scores(words)
        found = {*best(scores, reach).tolist(), *listed}
        dense = nearest | build.cosines(sorted(found - set(nearest)), vector)
        keyword = {p: float(scores[p]) for p in dense}
        order = rank(self._weighted(dense, keyword, listed, build.headings.cosines(dense, plain)))
        if by_article:
            order = best_of_each(order, lambda ranked: build.chunks[ranked[0]].article)
        passages = tuple(
            Passage(build.chunks[p], build.articles[build.chunks[p].article], score, dense[p], keyword[p])
            for p, score in order[:wanted]
        )
        revision = self.embeddings.revision
        return Retrieved(passages, vector, plain, matches, neighbourhood, build, revision, means, question)

    def _weighted(
        self,
        dense: Mapping[int, float],
        keyword: Mapping[int, float],
        listed: Mapping[int, float],
        headings: Mapping[int, float],
    ) -> list[tuple[Mapping[int, float], float]]:
        """The scores that are there, each with its share."""
        weighted: list[tuple[Mapping[int, float], float]] = []
        if listed:
            least = min(listed.values())
            weighted.append(({p: listed.get(p, least) for p in dense}, self.shares.asked))
        if headings:
            weighted.append((headings, self.shares.heading))
        left = 1.0 - sum(share for _, share in weighted)
        return [(dense, left * (1.0 - self.shares.keyword)), (keyword, left * self.shares.keyword), *weighted]


def towards(found: Retrieved, before: Retrieved, *, k: int) -> Retrieved:
    """The best k passages, nearer those whose article the talk before was about (chosen on eval/follow_ups.yaml)."""
    best: dict[str, float] = {}
    for passage in before.passages:  # best first
        best.setdefault(passage.article.id, passage.score)
    least = min(best.values(), default=0.0)
    raised = (replace(p, score=p.score + BEFORE_WEIGHT * best.get(p.article.id, least)) for p in found.passages)
    return replace(found, passages=tuple(sorted(raised, key=lambda passage: -passage.score)[:k]))


def _by_chunk(matches: Sequence[AskedMatch], build: Build) -> dict[int, float]:
    """The best cosine of a listed question that each chunk answers, by chunk position."""
    found: dict[int, float] = {}
    for match in matches:  # best first
        for sentence in match.asked.sentences:
            for position in build.chunks_of.get((match.article, sentence), ()):
                found.setdefault(position, match.cosine)
    return found


def best_of_each(ranked: Iterable[T], article_of: Callable[[T], str]) -> list[T]:
    """Of what is ranked, best first, the best of each article."""
    best: dict[str, T] = {}
    for one in ranked:
        best.setdefault(article_of(one), one)
    return list(best.values())
