"""A conversation as the rules hear it, read word after word -> how much it sounds like danger, and like a crisis.

Beside the weighed words (weighed.py), which count what is said wherever it stands, a small network reads in order:
"my dad passed out" is not "passed out flyers with my dad". Each word has a vector, begun as the one that the bundled
embedding model gives it, so that words which no message of the fit holds still mean something, and one for its pieces,
which a slip of the fingers leaves alone. Above them stand convolutions over one, three and five words (Kim, 2014,
https://doi.org/10.3115/v1/D14-1181), gated recurrent units in both directions (Cho et al., 2014,
https://doi.org/10.3115/v1/D14-1179), and the signs that are weighed with the words. It was fitted on the development
messages (eval/fit_notice_words.py) and needs numpy alone: no embedding model, no index.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from sci_assistant.ask.weighed import NOTICES, Scores, WeighedWords, load_words
from sci_assistant.weights import shipped_arrays

NAME = "notice_network.npz"
WIDTHS = (1, 3, 5)  # words that a convolution looks at
BUCKETS = 2**13  # of pieces of words
PIECES = (3, 4, 5)  # letters of a piece
MOST_PIECES = 20  # of one word
WAYS = ("forth", "back")  # in which a text is read
KEPT_WORDS = 20_000
MOST_TOKENS = 400  # of a conversation: its beginning and its end

Floats = NDArray[np.float32]

_TOKEN = re.compile(r"[a-z0-9']+|[.?!]")


@dataclass(frozen=True)
class NoticeNetwork:
    """Some networks that differ in how they began, which are asked together: the mean of what they say counts.

    In each array they stand one after another along the first axis; then a layer is a matrix (in, out) and a bias:
    `words` and `pieces` hold a vector a row, `look_N` are convolutions over N words, `forth_` and `back_` the recurrent
    units (reset, keep, fresh), `sign`, `join` and `decide` plain layers.
    """

    vocabulary: Mapping[str, int]  # row of `words` by word; row 0 is for all others
    signs: Mapping[str, int]  # row of `sign` by sign
    arrays: Mapping[str, Floats]

    def score(self, heard: str, signs: Iterable[str]) -> Scores:
        """Log odds that a conversation tells of danger, and that a dangerous one is a crisis."""
        vectors = np.stack([self._vector(token) for token in tokens_of(heard)], axis=1)
        seen = [self._convolved(vectors, width) for width in WIDTHS]
        read = self._recurrent(vectors)
        told = [self.signs[sign] for sign in signs if sign in self.signs]
        signs_seen = self.arrays["sign"][:, told].sum(axis=1) + self.arrays["sign_bias"]
        both = np.concatenate([*seen, read.max(axis=1), read.mean(axis=1), _bend(signs_seen)], axis=1)
        hidden = _bend(self._layer(both, "join"))
        danger, crisis = self._layer(hidden, "decide").mean(axis=0)
        return Scores(float(danger), float(crisis))

    def _layer(self, values: Floats, name: str) -> Floats:
        """A plain layer, for values of shape (networks, in)."""
        return np.asarray(np.matmul(values[:, None], self.arrays[name])[:, 0] + self.arrays[f"{name}_bias"])

    @cached_property
    def _vector(self) -> Callable[[str], Floats]:
        """The vectors of a word, shape (networks, d); those of the newest words are kept."""

        def made(token: str) -> Floats:
            pieces = self.arrays["pieces"][:, pieces_of(token)].mean(axis=1)
            return np.asarray(self.arrays["words"][:, self.vocabulary.get(token, 0)] + pieces)

        return lru_cache(maxsize=KEPT_WORDS)(made)

    def _convolved(self, vectors: Floats, width: int) -> Floats:
        """The peaks of a convolution, the text continued by zeros."""
        around, length = width // 2, vectors.shape[1]
        padded = np.pad(vectors, ((0, 0), (around, around), (0, 0)))
        beside = np.concatenate([padded[:, start : start + length] for start in range(width)], axis=2)
        looked = beside @ self.arrays[f"look_{width}"] + self.arrays[f"look_{width}_bias"][:, None]
        return np.asarray(_bend(looked).max(axis=1))

    def _recurrent(self, vectors: Floats) -> Floats:
        """The states after each word, reading forth, beside those after reading back to it."""
        weights, bias = self._kept
        networks, length, _ = vectors.shape
        size = weights.shape[1]
        given = np.concatenate(
            [
                words @ self.arrays[f"{way}_in"] + self.arrays[f"{way}_in_bias"][:, None]
                for way, words in zip(WAYS, (vectors, vectors[:, ::-1]), strict=True)
            ]
        )
        state = np.zeros((len(given), size), dtype=np.float32)
        states = np.empty((len(given), length, size), dtype=np.float32)
        for place in range(length):
            now, kept = given[:, place], np.matmul(state[:, None], weights)[:, 0] + bias
            gates = _squash(now[:, : 2 * size] + kept[:, : 2 * size])
            fresh = np.tanh(now[:, 2 * size :] + gates[:, :size] * kept[:, 2 * size :])
            states[:, place] = state = fresh + gates[:, size:] * (state - fresh)
        return np.concatenate([states[:networks], states[networks:, ::-1]], axis=2)

    @cached_property
    def _kept(self) -> tuple[Floats, Floats]:
        """What a state is kept by, of both directions."""
        weights, bias = (np.concatenate([self.arrays[f"{way}_kept{end}"] for way in WAYS]) for end in ("", "_bias"))
        return weights, bias


@dataclass(frozen=True, slots=True)
class NoticeWeigher:
    """Weighed words and networks together: the mean of what both say. The bounds stand with the words."""

    words: WeighedWords
    network: NoticeNetwork

    @property
    def sure(self) -> float:
        return self.words.sure

    @property
    def doubt(self) -> float:
        return self.words.doubt

    def knows(self, rule: str) -> bool:
        """Whether both were fitted with a rule: one that is newer is never found harmless."""
        return self.words.knows(rule)

    def weigh(self, heard: str, signs: Iterable[str]) -> Scores:
        """The scores of a conversation as the rules hear it, with its signs."""
        signs = frozenset(signs)
        words, network = self.words.weigh(heard, signs), self.network.score(heard, signs)
        return Scores((words.first + network.first) / 2, (words.second + network.second) / 2)


@cache
def load_weigher() -> NoticeWeigher:
    """What ships with the package."""
    return NoticeWeigher(load_words(NOTICES), load_network())


@cache
def load_network() -> NoticeNetwork:
    """The networks that ship with the package."""
    arrays = shipped_arrays(NAME)
    words, signs = (
        arrays.pop(name).astype(np.uint8).tobytes().decode().split("\n") for name in ("vocabulary", "signs")
    )
    return NoticeNetwork(
        {word: row for row, word in enumerate(words, start=1)}, {sign: row for row, sign in enumerate(signs)}, arrays
    )


def tokens_of(heard: str) -> list[str]:
    """Words and the ends of sentences, of an endless conversation its beginning and its end; never none."""
    tokens = _TOKEN.findall(heard)
    half = MOST_TOKENS // 2
    return (tokens if len(tokens) <= MOST_TOKENS else tokens[:half] + tokens[-half:]) or ["."]


def pieces_of(token: str) -> Sequence[int]:
    """Buckets of a word's pieces, its edges among them."""
    edged = f"<{token}>"
    pieces = (edged[start : start + size] for size in PIECES for start in range(len(edged) - size + 1))
    found = [zlib.crc32(piece.encode()) % BUCKETS for piece in pieces][:MOST_PIECES]
    return found or [zlib.crc32(edged.encode()) % BUCKETS]


def _bend(values: Floats) -> Floats:
    return np.maximum(values, 0.0)


def _squash(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-values)), dtype=np.float32)
