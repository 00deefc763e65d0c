"""A conversation as the rules hear it, read as a whole -> how much it sounds like danger, and like a crisis.

Beside the weighed words (weighed.py), which count what is said wherever it stands, a small network reads what stands
beside what: "my dad passed out" is not "passed out flyers with my dad". It is a BERT of three layers (Devlin et al.,
2019, https://doi.org/10.18653/v1/N19-1423), begun as the lower half of the bundled embedding model, so that it knows
words which no message of the fit holds, and fitted on the development messages (eval/fit_notice_words.py); beside what
it makes of the words it weighs the signs that are weighed with them. It has its weights and its vocabulary to itself:
no embedding model, no index. The weights of its layers are whole numbers, which more than halves its time. Where it
cannot be run, the words weigh alone, and find no rule harmless.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sci_assistant.ask.weighed import NOTICES, Scores, WeighedWords, load_words
from sci_assistant.graph import Graph, OwnPieces

log = logging.getLogger(__name__)

NAME, GRAPH = "notice_network.npz", "notices.onnx"
LAYERS, WORD_PIECES, MOST_TOKENS = 3, 16_000, 256  # of an endless conversation its beginning and its end are read
STATES = f"x{LAYERS}"
HEAD = ("sign", "sign_bias", "join", "join_bias", "decide", "decide_bias")
WORDS = 0.3  # what the list of words counts beside the network: 0.15 to 0.35 separate alike, 0.5 and none a little less
KEPT = 256  # newest texts whose scores are kept: one message is weighed by itself and as the last of a conversation
SCALE = " scale"  # of whole numbers, one for each column
TABLES = ("words", "positions")  # whole numbers in the file alone
LARGEST, LARGEST_OF_TABLES = 63, 127  # eight bits overflow in the sums of processors without VNNI

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class NoticeNetwork:
    """The weights of the graph under its names, and those of HEAD: plain layers, a matrix (in, out) and a bias. The
    matrices of the graph's layers are whole numbers, each with its SCALE."""

    vocabulary: Sequence[str]  # WORD_PIECES of them
    signs: Mapping[str, int]  # row of `sign` by sign
    arrays: Arrays

    def score(self, heard: str, signs: Iterable[str]) -> Scores:
        """Log odds that a conversation tells of danger, and that a dangerous one is a crisis."""
        return self._scored(heard, frozenset(signs))

    @cached_property
    def _scored(self) -> Callable[[str, frozenset[str]], Scores]:
        return lru_cache(maxsize=KEPT)(self._score)

    def _score(self, heard: str, signs: frozenset[str]) -> Scores:
        numbers = np.array([self._pieces.encode(heard, MOST_TOKENS)], dtype=np.int32)
        (states,) = self._graph.run([STATES], numbers, np.ones_like(numbers))
        told = [self.signs[sign] for sign in signs if sign in self.signs]
        signs_seen = self.arrays["sign"][told].sum(axis=0) + self.arrays["sign_bias"]
        seen = np.concatenate([states[0].mean(axis=0), states[0].max(axis=0), np.maximum(signs_seen, 0.0)])
        hidden = np.maximum(seen @ self.arrays["join"] + self.arrays["join_bias"], 0.0)
        danger, crisis = hidden @ self.arrays["decide"] + self.arrays["decide_bias"]
        return Scores(float(danger), float(crisis))

    @cached_property
    def _pieces(self) -> OwnPieces:
        return OwnPieces(self.vocabulary)

    @cached_property
    def _graph(self) -> Graph:
        return Graph(GRAPH, {name: array for name, array in self.arrays.items() if name not in HEAD})


@dataclass(frozen=True, slots=True)
class NoticeWeigher:
    """Weighed words and network together. The bounds stand with the words."""

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
        return self.words.knows(rule) and f"rule {rule}" in self.network.signs

    def weigh(self, heard: str, signs: Iterable[str]) -> Scores:
        """The scores of a conversation as the rules hear it, with its signs."""
        signs = frozenset(signs)
        return together(self.words.weigh(heard, signs), self.network.score(heard, signs))


def together(words: Scores, network: Scores) -> Scores:
    """The weighted mean of what both say."""
    return Scores(*(WORDS * one + (1.0 - WORDS) * other for one, other in zip(words, network, strict=True)))


@cache
def load_weigher() -> NoticeWeigher | WeighedWords:
    """What ships with the package; the words alone where the network cannot be run."""
    words = load_words(NOTICES)
    try:
        weigher = NoticeWeigher(words, load_network())
        weigher.weigh("help " * MOST_TOKENS, ())
    except Exception:  # whatever a broken installation raises
        log.exception("The network of the notices cannot be run; the list of words weighs them alone")
        return replace(words, doubt=-math.inf)
    return weigher


@cache
def load_network() -> NoticeNetwork:
    """The network that ships with the package."""
    with (files("sci_assistant") / "data" / NAME).open("rb") as stream:
        return read_network(dict(np.load(stream).items()))


def read_network(arrays: Arrays) -> NoticeNetwork:
    """A network from the arrays of its file."""
    vocabulary, signs = (arrays[name].tobytes().decode().split("\n") for name in ("vocabulary", "signs"))
    read = {name: array if array.dtype == np.int8 else array.astype(np.float32) for name, array in arrays.items()}
    for name in TABLES:
        read[name] = read[name] * read.pop(name + SCALE)
    weights = {name: array for name, array in read.items() if name not in ("vocabulary", "signs")}
    return NoticeNetwork(vocabulary, {sign: row for row, sign in enumerate(signs)}, weights)


def file_arrays(vocabulary: Sequence[str], signs: Sequence[str], weights: Arrays) -> dict[str, NDArray[Any]]:
    """What a network's file holds, from its weights as they were fitted."""
    made: dict[str, NDArray[Any]] = {
        name: np.frombuffer("\n".join(each).encode(), np.uint8)
        for name, each in (("vocabulary", vocabulary), ("signs", signs))
    }
    for name, array in weights.items():
        if array.ndim == 1 or name in HEAD:
            made[name] = array.astype(np.float16)
            continue
        scale = np.abs(array).max(axis=0) / (LARGEST_OF_TABLES if name in TABLES else LARGEST) + 1e-12
        made[name] = np.rint(array / scale).astype(np.int8)
        made[name + SCALE] = scale.astype(np.float32)
    return made
