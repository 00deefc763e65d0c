"""A standalone question -> ranked passages, by meaning and by words.

Dense cosines come from Chroma, keyword scores from BM25; both are standardised over the candidates of this
question and added. `HybridRetriever` is a LangChain BaseRetriever; our own path
calls its `search`, which `invoke` wraps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from sci_assistant.ask.expand import expand
from sci_assistant.index import Build
from sci_assistant.models import LocalEmbeddings, Vectors
from sci_assistant.types import Passage
from sci_assistant.words import stems

CANDIDATES = 100  # chunks asked of each side
# Share of the keyword score in the fusion. Chosen on the development questions and on judged consumer questions:
# one weight served short questions and long messages alike (docs/retrieval.md has the table).
KEYWORD_WEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Ranked passages of one build for one question, with the question's unit vector."""

    passages: tuple[Passage, ...]
    vector: Vectors
    build: Build


def rank(dense: dict[int, float], keyword: dict[int, float], *, weight: float) -> list[tuple[int, float]]:
    """Chunk positions with fused scores, best first: (1 - weight) z(dense) + weight z(keyword).

    Both dicts have the same keys. z is the standard score over the candidates (0 where all are equal), as
    in Wu et al., "Relevance score normalization" (https://doi.org/10.1145/1148170.1148262 surveys variants).
    """
    positions = sorted(dense)
    fused = (1.0 - weight) * _standardise([dense[p] for p in positions]) + weight * _standardise(
        [keyword[p] for p in positions]
    )
    return sorted(zip(positions, (float(s) for s in fused), strict=True), key=lambda pair: (-pair[1], pair[0]))


def _standardise(values: Sequence[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    array = np.asarray(values, dtype=np.float64)
    spread = float(array.std()) if len(array) else 0.0
    return (array - array.mean()) / spread if spread > 1e-9 else np.zeros_like(array)


class HybridRetriever(BaseRetriever):
    """LangChain retriever over the live build."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    embeddings: LocalEmbeddings
    live: Callable[[], Build]
    keyword_weight: float = KEYWORD_WEIGHT
    k: int = 8

    def search(self, question: str, *, k: int | None = None, by_article: bool = False) -> Retrieved:
        """The best passages for a question; with `by_article`, the best one of each article.

        Raises:
            StoreError: nothing is indexed, or the index does not answer.
        """
        build = self.live()
        vector = self.embeddings.embed([question])[0]
        words = stems(" ".join((question, *expand(question, build.terms))))
        wanted = self.k if k is None else k
        reach = max(CANDIDATES, wanted * (10 if by_article else 1))
        nearest = build.nearest(vector, reach)
        scores = build.keyword.scores(words)
        best_words = np.argsort(-scores, kind="stable")[:reach]
        extra = [int(p) for p in best_words if scores[p] > 0 and int(p) not in nearest]
        dense = nearest | build.cosines(extra, vector)
        keyword = {p: float(scores[p]) for p in dense}
        order = rank(dense, keyword, weight=self.keyword_weight)
        if by_article:
            order = _best_of_each_article(order, build)
        passages = tuple(
            Passage(build.chunks[p], build.articles[build.chunks[p].article], score, dense[p], keyword[p])
            for p, score in order[:wanted]
        )
        return Retrieved(passages, vector, build)

    def familiarity(self, text: str) -> float:
        """The best cosine that any chunk has for a text, 0 where nothing is indexed."""
        return max(self.live().nearest(self.embeddings.embed([text])[0], 1).values(), default=0.0)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain passes it
    ) -> list[Document]:
        return [passage_document(passage) for passage in self.search(query).passages]


def _best_of_each_article(order: list[tuple[int, float]], build: Build) -> list[tuple[int, float]]:
    seen: set[str] = set()
    kept = []
    for position, score in order:
        article = build.chunks[position].article
        if article not in seen:
            seen.add(article)
            kept.append((position, score))
    return kept


def passage_document(passage: Passage) -> Document:
    """A passage as a LangChain Document."""
    return Document(
        id=passage.chunk.id,
        page_content=passage.chunk.text,
        metadata={
            "article": passage.article.id,
            "title": passage.article.title,
            "section": passage.section_title,
            "score": passage.score,
            "url": passage.article.url,
        },
    )
