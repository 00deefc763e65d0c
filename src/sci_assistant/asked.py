"""The questions that articles answer, as vectors: a question's vector -> the listed questions nearest to it.

A question that somebody types is often nearer to another question than to the sentence that answers it. Articles
without such a list are found by their passages alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sci_assistant.types import Article, Asked

MOST_MATCHES = 30


@dataclass(frozen=True, slots=True)
class AskedMatch:
    """A listed question and the best cosine that one of its phrasings has."""

    article: str
    asked: Asked
    cosine: float


class AskedIndex:
    """Listed questions of all articles, searched exactly: some thousand vectors take less than a millisecond."""

    def __init__(self, articles: Sequence[Article], vectors: NDArray[np.floating]) -> None:
        """`vectors` holds one row for each phrasing, in the order of articles, questions and phrasings.

        Raises:
            ValueError: there are more or fewer rows than phrasings.
        """
        self._entries = [(article.id, asked) for article in articles for asked in article.asked]
        rows = [entry for entry, (_, asked) in enumerate(self._entries) for _ in asked.phrasings]
        if len(rows) != len(vectors):
            raise ValueError(f"{len(vectors)} vectors for {len(rows)} phrasings")
        self._entry_of = np.asarray(rows, dtype=np.int64)
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self.articles = frozenset(article for article, _ in self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def nearest(self, vector: NDArray[np.float32]) -> tuple[AskedMatch, ...]:
        """The listed questions nearest to a unit vector, best first, each once."""
        if not self._entries:
            return ()
        cosines = np.full(len(self._entries), -1.0, dtype=np.float32)
        np.maximum.at(cosines, self._entry_of, self.vectors @ vector)
        best = np.argsort(-cosines, kind="stable")[:MOST_MATCHES]
        return tuple(AskedMatch(*self._entries[i], float(cosines[i])) for i in best)
