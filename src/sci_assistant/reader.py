"""A small network that reads two texts word by word: what one says, laid beside what the other says -> log odds.

Each word of one text is laid beside the words of the other that it is most like, and the reverse, as the bundled
embedding model sees them where they stand; what differs is compared and summed up (decomposable attention: Parikh et
al., 2016, https://doi.org/10.18653/v1/D16-1244). It needs no PyTorch and no hub; a pair takes some milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sci_assistant.graph import GraphModel, Ids, WordPieces
from sci_assistant.weights import bundled_weights, shipped_arrays
from sci_assistant.words import zipf

MOST_TOKENS = 120  # word pieces that are read of a text, special ones included
KEPT_TEXTS = 256  # whose tokens are kept
COMMONEST = 7.0  # Zipf value of the commonest words
UNRATED = 0.5  # rarity of what is no word: numbers and marks
NOTHING = 1e-9

Floats = NDArray[np.float32]


class Network(NamedTuple):
    """The weights, for tokens of d numbers and h hidden ones; each layer is a matrix (in, out) and a bias."""

    project: Floats  # (d, h)
    project_bias: Floats
    sharpness: Floats  # (3,): how much likeness of word pieces and of the two layers counts
    compare: Floats  # (4h + 6, h)
    compare_bias: Floats
    refine: Floats  # (h, h)
    refine_bias: Floats
    judge: Floats  # (4h + 4, h)
    judge_bias: Floats
    decide: Floats  # (h, 1)
    decide_bias: Floats


class Text(NamedTuple):
    """A text's tokens as the model sees them, shape (tokens, d), and how rare each is, between 0 and 1."""

    tokens: Floats
    rarity: Floats


@cache
def load_networks(name: str) -> tuple[Network, ...]:
    """Networks that ship with the package, one after another along the first axis of each array."""
    arrays = shipped_arrays(name)
    return tuple(Network(**dict(zip(arrays, each, strict=True))) for each in zip(*arrays.values(), strict=True))


class TextReader:
    """Texts as the bundled model sees them; loaded at first use, safe for many threads."""

    def __init__(self) -> None:
        self.look = lru_cache(maxsize=KEPT_TEXTS)(self._look)

    @cached_property
    def _model(self) -> GraphModel:
        return GraphModel(bundled_weights())

    @cached_property
    def _pieces(self) -> WordPieces:
        return WordPieces(bundled_weights())

    def _look(self, text: str) -> Text:
        """A text as it is compared; the newest ones are kept.

        Raises:
            ModelError: the bundled weights are missing or damaged.
        """
        ids = shortened(self._pieces.encode([text])[0])
        return Text(self._model.read([ids])[0], rarities(self._pieces.names(ids[1:-1])))


def shortened(ids: Ids) -> Ids:
    """As many word pieces as are read, the last one that ends a text."""
    return ids if len(ids) <= MOST_TOKENS else [*ids[: MOST_TOKENS - 1], ids[-1]]


def rarities(pieces: Sequence[str]) -> Floats:
    """How rare each word piece is in English, between 0 and 1."""
    return np.array([_rarity(piece) for piece in pieces], dtype=np.float32)


@lru_cache(maxsize=40_000)
def _rarity(piece: str) -> float:
    is_word = piece.isalpha() or piece.startswith("##")
    return max(0.0, COMMONEST - zipf(piece.lstrip("#"))) / COMMONEST if is_word else UNRATED


def compare(network: Network, said: Text, held: Text) -> float:
    """Log odds that the second text holds what the first one says; without a word in one of them there are none."""
    if not len(said.tokens) or not len(held.tokens):
        return -math.inf
    parts = network.sharpness.shape[0]
    likeness = [
        _unit(one) @ _unit(other).T
        for one, other in zip(np.split(said.tokens, parts, 1), np.split(held.tokens, parts, 1), strict=True)
    ]
    pull = sum(weight * part for weight, part in zip(network.sharpness, likeness, strict=True))
    first, second = (text.tokens @ network.project + network.project_bias for text in (said, held))
    means, peaks, missing = zip(
        _side(network, first, second, np.asarray(pull), likeness, said.rarity),
        _side(network, second, first, np.asarray(pull).T, [part.T for part in likeness], held.rarity),
        strict=True,
    )
    read = np.concatenate([means[0], peaks[0], means[1], peaks[1], missing[0], missing[1]])
    hidden = _bend(read @ network.judge + network.judge_bias)
    return float((hidden @ network.decide + network.decide_bias)[0])


def _side(
    network: Network, own: Floats, other: Floats, pull: Floats, likeness: Sequence[Floats], rarity: Floats
) -> tuple[Floats, Floats, Floats]:
    """One text's words beside those of the other: their mean, their peaks, and how much of it is not found there."""
    weights = np.exp(pull - pull.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    beside = weights @ other
    best = [part.max(axis=1) for part in likeness]
    spread = (weights * np.log(weights + NOTHING)).sum(axis=1)
    marks = np.stack([*best, rarity, spread, np.ones_like(rarity)], axis=1)
    seen = np.concatenate([own, beside, own - beside, own * beside, marks], axis=1)
    words = _bend(_bend(seen @ network.compare + network.compare_bias) @ network.refine + network.refine_bias)
    weight = max(float(rarity.sum()), 0.1)
    missing = np.array([((1 - best[part]) * rarity).sum() / weight for part in (0, -1)], dtype=np.float32)
    return words.mean(axis=0), words.max(axis=0), missing


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _bend(values: Floats) -> Floats:
    return np.maximum(values, 0.0)
