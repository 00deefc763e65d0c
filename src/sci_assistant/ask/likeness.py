"""A question -> how much it sounds like what such articles answer, against what they never do.

Two signals among those of decide.py, fitted on the questions that the bundled articles list against the foils of
data/foils.yaml and further ones (eval/fit_likeness.py): a linear function of its words, pairs and triples of words,
and of its vector, whose weights can be read in data/likeness.tsv.gz; and small networks (data/likeness.npz) over the
means of what two layers of the embedding model make of its tokens. They know the forms of near misses, false premises
and requests to act, which lie near good questions in meaning. Both belong to the bundled weights.
"""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from sci_assistant.models import BUNDLED_SHA256, Vectors
from sci_assistant.weights import shipped_arrays

Floats = NDArray[np.float32]

NAME, NETWORKS = "likeness.tsv.gz", "likeness.npz"
LONGEST = 3  # words of a phrase
VECTOR = 1.5  # length of the vector beside the words' unit length
CLASSES = ("answered", "near_miss", "false_premise", "other_medicine", "off_topic", "request_to_act")  # of the networks
LEAST_CHANCE = 1e-4  # that is added to both sides of log odds

_WORD = re.compile(r"[a-z0-9']+")


@dataclass(frozen=True, slots=True)
class Likeness:
    """The fitted function. `words` holds idf and weight of each phrase, `vector` a weight for each dimension."""

    intercept: float
    words: Mapping[str, tuple[float, float]]
    vector: NDArray[np.float64]

    def score(self, question: str, vector: Vectors, revision: str) -> float:
        """Log odds that it is one of ours; 0, which says nothing, with other weights than it was fitted for."""
        if revision != BUNDLED_SHA256:
            return 0.0
        known = [self.words[phrase] for phrase in phrases(question) if phrase in self.words]
        length = math.sqrt(sum(idf * idf for idf, _ in known)) or 1.0
        said = sum(idf * weight for idf, weight in known) / length
        return self.intercept + said + VECTOR * float(np.dot(self.vector, vector))


def phrases(question: str) -> frozenset[str]:
    """Words, pairs and triples of words."""
    tokens = _WORD.findall(question.lower().replace("’", "'"))
    return frozenset(
        " ".join(tokens[start : start + length])
        for length in range(1, LONGEST + 1)
        for start in range(len(tokens) - length + 1)
    )


@cache
def load_likeness() -> Likeness:
    """The function that ships with the package."""
    text = gzip.decompress((files("sci_assistant") / "data" / NAME).read_bytes()).decode("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    head = {family: [row[1:] for row in rows if row[0] == family] for family in ("intercept", "vector", "words")}
    return Likeness(
        intercept=float(head["intercept"][0][2]),
        words={phrase: (float(idf), float(weight)) for phrase, idf, weight in head["words"]},
        vector=np.array([float(weight) for _, _, weight in head["vector"]]),
    )


def write_likeness(likeness: Likeness, comment: str) -> bytes:
    """The function as a compressed file, the same bytes for the same function."""
    rows = [f"# {comment}", "# family\tphrase or dimension\tidf\tweight", f"intercept\t\t1\t{likeness.intercept:.4f}"]
    rows += [f"vector\t{dimension}\t1\t{weight:.4f}" for dimension, weight in enumerate(likeness.vector)]
    rows += [f"words\t{phrase}\t{idf:.3f}\t{weight:.3f}" for phrase, (idf, weight) in sorted(likeness.words.items())]
    return gzip.compress("\n".join((*rows, "")).encode("utf-8"), mtime=0)


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks with one hidden layer, an axis first that counts them, over standardised means.

    The classes are CLASSES: a question that the articles may answer, and what foils are.
    """

    centre: Floats  # (MEANS,)
    spread: Floats
    hidden: Floats  # (networks, MEANS, units)
    hidden_bias: Floats  # (networks, units)
    decide: Floats  # (networks, units, classes)
    decide_bias: Floats  # (networks, classes)

    def classes(self, means: Floats) -> Floats:
        """Chance of each class, for one question's means or, shape (texts, MEANS), for many."""
        told = np.atleast_2d((means - self.centre) / self.spread)
        hidden = np.maximum(told @ self.hidden + self.hidden_bias[:, None], 0.0)
        scores = hidden @ self.decide + self.decide_bias[:, None]  # (networks, texts, classes)
        chances = np.exp(scores - scores.max(axis=-1, keepdims=True))
        found = (chances / chances.sum(axis=-1, keepdims=True)).mean(axis=0)
        return np.asarray(found if means.ndim == 2 else found[0], dtype=np.float32)

    def score(self, means: Floats | None, revision: str) -> float:
        """Log odds that it is one of ours; 0, which says nothing, with other weights than they were fitted for."""
        if means is None or revision != BUNDLED_SHA256:
            return 0.0
        ours = float(self.classes(means)[0])
        return math.log((ours + LEAST_CHANCE) / (1.0 - ours + LEAST_CHANCE))


@cache
def load_networks() -> Networks:
    """The networks that ship with the package."""
    return Networks(**shipped_arrays(NETWORKS))
