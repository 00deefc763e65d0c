"""The questions that articles answer, and foils that they do not, as vectors: a question's vector -> its neighbours.

A question that somebody types is often nearer to another question than to the sentence that answers it. Articles
list what they answer (corpus/questions); foils (data/foils.yaml) are questions of other medicine, of everyday life
and of what such articles never hold. Articles without a list are found by their passages alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from sci_assistant.types import Article, Asked

MOST_MATCHES = 30
NEIGHBOURS = 15  # of both kinds that vote whether a question is one of ours
SHARPNESS = 20.0  # of the weight exp(SHARPNESS * cosine) that a neighbour's vote has
ANSWERED = 0.72  # cosine of a passage from which on a foil is taken for answered: such a foil is left out


@dataclass(frozen=True, slots=True)
class AskedMatch:
    """A listed question and the best cosine that one of its phrasings has."""

    article: str
    asked: Asked
    cosine: float


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """How a question lies between listed questions and foils."""

    asked: float  # best cosine of a listed question
    asked_five: float  # mean of the best five
    foil: float
    foil_five: float
    share: float  # of the nearest neighbours' votes that listed questions have


class AskedIndex:
    """Listed questions of all articles and foils, searched exactly: some thousand vectors take below 1 ms."""

    def __init__(
        self, articles: Sequence[Article], vectors: NDArray[np.floating], foils: NDArray[np.floating] | None = None
    ) -> None:
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
        self._foils = np.ascontiguousarray(foils if foils is not None else vectors[:0], dtype=np.float32)

    def __len__(self) -> int:
        return len(self._entries)

    def nearest(self, vector: NDArray[np.float32]) -> tuple[AskedMatch, ...]:
        """The listed questions nearest to a unit vector, best first, each once."""
        if not self._entries:
            return ()
        cosines = np.full(len(self._entries), -1.0, dtype=np.float32)
        np.maximum.at(cosines, self._entry_of, self.vectors @ vector)
        best = np.argsort(-cosines, kind="stable")[:MOST_MATCHES]
        found = ((*self._entries[i], float(cosines[i])) for i in best)
        return tuple(AskedMatch(article, asked, cosine) for article, asked, cosine in found)

    def neighbourhood(self, vector: NDArray[np.float32]) -> Neighbourhood:
        """Where a unit vector lies between listed questions and foils; zeros where there are none."""
        asked, foils = (np.sort(side @ vector)[::-1][:NEIGHBOURS] for side in (self.vectors, self._foils))
        both = np.concatenate([asked, foils])
        nearest = np.argsort(-both, kind="stable")[:NEIGHBOURS]
        votes = np.exp(SHARPNESS * both[nearest])
        share = float(votes[nearest < len(asked)].sum() / votes.sum()) if len(votes) else 0.0
        return Neighbourhood(*_top(asked), *_top(foils), share)


def _top(cosines: NDArray[np.float32]) -> tuple[float, float]:
    """The best value and the mean of the best five."""
    return (float(cosines[0]), float(cosines[:5].mean())) if len(cosines) else (0.0, 0.0)


@cache
def load_foils() -> Mapping[str, tuple[str, ...]]:
    """The foils that ship with the package, by class."""
    import yaml

    text = (files("sci_assistant") / "data" / "foils.yaml").read_text(encoding="utf-8")
    raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {name: tuple(questions) for name, questions in raw.items()}


def foil_texts() -> tuple[str, ...]:
    """All foils in the order of the file."""
    return tuple(question for questions in load_foils().values() for question in questions)


@cache
def foils_hash() -> str:
    """SHA-256 of all foils: a build with others is not up to date."""
    return hashlib.sha256("\n".join(foil_texts()).encode("utf-8")).hexdigest()


def unanswered(foils: NDArray[np.float32], chunks: NDArray[np.float32]) -> NDArray[np.float32]:
    """The foils that no passage lies near: a corpus of other medicine answers what is a foil elsewhere."""
    if not len(foils) or not len(chunks):
        return foils
    best = np.concatenate([(foils[start : start + 256] @ chunks.T).max(axis=1) for start in range(0, len(foils), 256)])
    return foils[best < ANSWERED]
