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
    """Listed questions of all articles and foils, searched exactly: 34,000 vectors take some milliseconds."""

    def __init__(
        self, articles: Sequence[Article], vectors: NDArray[np.floating], foils: NDArray[np.floating] | None = None
    ) -> None:
        """`vectors` holds one row for each phrasing, in the order of articles, questions and phrasings.

        Raises:
            ValueError: there are more or fewer rows than phrasings.
        """
        self._entries = [(article.id, asked) for article in articles for asked in article.asked]
        counts = [len(asked.phrasings) for _, asked in self._entries]
        if sum(counts) != len(vectors):
            raise ValueError(f"{len(vectors)} vectors for {sum(counts)} phrasings")
        self._first = np.cumsum([0, *counts[:-1]])  # row of each entry's first phrasing
        self.vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        self._foils = np.ascontiguousarray(foils if foils is not None else vectors[:0], dtype=np.float32)

    def __len__(self) -> int:
        return len(self._entries)

    def look(self, vector: NDArray[np.float32]) -> tuple[tuple[AskedMatch, ...], Neighbourhood]:
        """What lies near a unit vector: the nearest listed questions, best first, each once, and the neighbourhood."""
        phrasings, foils = self.vectors @ vector, self._foils @ vector
        return self._matches(phrasings), _neighbourhood(phrasings, foils)

    def _matches(self, phrasings: NDArray[np.float32]) -> tuple[AskedMatch, ...]:
        if not self._entries:
            return ()
        cosines = np.maximum.reduceat(phrasings, self._first)
        found = ((*self._entries[i], float(cosines[i])) for i in _largest(cosines, MOST_MATCHES))
        return tuple(AskedMatch(article, asked, cosine) for article, asked, cosine in found)


def _neighbourhood(phrasings: NDArray[np.float32], foils: NDArray[np.float32]) -> Neighbourhood:
    """Where a question with these cosines lies; zeros where there is nothing."""
    near_asked, near_foils = (side[_largest(side, NEIGHBOURS)] for side in (phrasings, foils))
    both = np.concatenate([near_asked, near_foils])
    nearest = np.argsort(-both, kind="stable")[:NEIGHBOURS]
    votes = np.exp(SHARPNESS * both[nearest])
    share = float(votes[nearest < len(near_asked)].sum() / votes.sum()) if len(votes) else 0.0
    return Neighbourhood(*_top(near_asked), *_top(near_foils), share)


def _largest(values: NDArray[np.float32], most: int) -> NDArray[np.intp]:
    """Positions of the largest values, largest first, of equal ones the first; without sorting the rest."""
    if len(values) <= most:
        return np.argsort(-values, kind="stable")
    least = np.partition(values, len(values) - most)[len(values) - most]
    candidates = np.flatnonzero(values >= least)
    return candidates[np.argsort(-values[candidates], kind="stable")][:most]


def _top(cosines: NDArray[np.float32]) -> tuple[float, float]:
    """The best value and the mean of the best five."""
    return (float(cosines[0]), float(cosines[:5].mean())) if len(cosines) else (0.0, 0.0)


def phrasings_of(article: Article) -> tuple[str, ...]:
    """Every phrasing that an article lists, in order."""
    return tuple(phrasing for asked in article.asked for phrasing in asked.phrasings)


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


def unanswered(foils: NDArray[np.float32], chunks: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which foils no passage lies near: a corpus of other medicine answers what is a foil elsewhere."""
    if not len(foils) or not len(chunks):
        return np.ones(len(foils), dtype=bool)
    best = np.concatenate([(foils[start : start + 256] @ chunks.T).max(axis=1) for start in range(0, len(foils), 256)])
    return np.asarray(best < ANSWERED)
