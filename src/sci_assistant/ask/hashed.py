"""A text's hashed pieces and words, without scikit-learn: bit for bit its features.

So second_voice.py and danger_names.py read a conversation.
scikit-learn's HashingVectorizer takes two seconds to import and a hundred lines to follow for one row. What it does:
lower case; pieces of three to five characters within words padded by spaces, or words and pairs of words; a bucket
each by MurmurHash3 (32 bits, seed 0); counts at unit length. Fitting still uses it; tests/ask/test_hashed.py holds
both together.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import mmh3
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import HashingVectorizer

_SPACES = re.compile(r"\s\s+")
_WORD = re.compile(r"[a-z0-9']+")
PIECES = (3, 4, 5)


def _pieces(text: str) -> Iterator[str]:
    """Pieces of words; a word that is shorter than a piece counts once."""
    for word in _SPACES.sub(" ", text).split():
        padded = f" {word} "
        for length in PIECES:
            yield padded[:length]
            yield from (padded[at : at + length] for at in range(1, len(padded) - length + 1))
            if len(padded) <= length:
                break


def _words(text: str) -> Iterator[str]:
    """Words and pairs of neighbouring words."""
    found = _WORD.findall(text)
    yield from found
    yield from (f"{first} {second}" for first, second in pairwise(found))


def _bucket(piece: str, buckets: int) -> int:
    return abs(mmh3.hash(piece.encode(), 0, signed=True)) % buckets


def _unit_counts(pieces: Iterable[str], buckets: int, *, first: int) -> tuple[list[int], list[float]]:
    """Buckets in order, counted from `first`, and how often each is hit, at unit length."""
    counts = Counter(_bucket(piece, buckets) for piece in pieces)
    length = math.sqrt(sum(count * count for count in counts.values())) or 1.0
    order = sorted(counts)
    return [first + bucket for bucket in order], [counts[bucket] / length for bucket in order]


@dataclass(frozen=True, slots=True)
class Row:
    """The features of a text that are not zero: where each stands, in order, and what it is."""

    places: NDArray[np.int64]
    values: NDArray[np.float64]

    def weigh(self, coefficients: NDArray[np.float32]) -> float:
        """The features times coefficients, summed in their order as scipy does."""
        products = self.values * coefficients[self.places].astype(np.float64)
        return float(np.add.accumulate(products)[-1]) if len(products) else 0.0


def read_row(text: str, rest: NDArray[np.float32], *, buckets: int) -> Row:
    """The features of a text: pieces, words, then `rest`."""
    lowered = text.lower()
    piece_places, piece_values = _unit_counts(_pieces(lowered), buckets, first=0)
    word_places, word_values = _unit_counts(_words(lowered), buckets, first=buckets)
    filled = np.flatnonzero(rest)
    places = np.array([*piece_places, *word_places, *(2 * buckets + filled)], dtype=np.int64)
    return Row(places, np.array([*piece_values, *word_values, *rest[filled]], dtype=np.float64))


def make_hashers(buckets: int) -> tuple[HashingVectorizer, HashingVectorizer]:
    """scikit-learn's vectorizers of pieces and of words, for fitting."""
    from sklearn.feature_extraction.text import HashingVectorizer

    pieces = HashingVectorizer(
        n_features=buckets, analyzer="char_wb", ngram_range=PIECES[:: len(PIECES) - 1], alternate_sign=False, norm="l2"
    )
    words = HashingVectorizer(
        n_features=buckets, ngram_range=(1, 2), alternate_sign=False, norm="l2", token_pattern=_WORD.pattern
    )
    return pieces, words
