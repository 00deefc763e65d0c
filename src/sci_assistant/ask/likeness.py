"""A question -> how much it sounds like what such articles answer, against what they never do.

A linear function of its words, pairs and triples of words, and of its vector, fitted on the questions that the
bundled articles list against the foils of data/foils.yaml (eval/fit_likeness.py); the list of weights can be read in
data/likeness.tsv.gz. It knows the forms of near misses, false premises and requests to act, which lie near good
questions in meaning. One signal among those of decide.py; it belongs to the bundled weights.
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

NAME = "likeness.tsv.gz"
LONGEST = 3  # words of a phrase
VECTOR = 1.5  # length of the vector beside the words' unit length

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
