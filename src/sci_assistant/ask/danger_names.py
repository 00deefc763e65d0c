"""Which danger a conversation tells of: its words and signs -> the id of a rule of data/triage.yaml, where it is sure.

A multinomial logistic regression over hashed pieces of words, words and pairs of words (hashed.py) and the signs of
triage.py: the rules that are raised and the things that are told. Its weights stand in data/danger_names.npz, fitted on
the development emergencies by eval/fit_danger_names.py. It neither raises nor silences a notice; it names the danger of
one that is raised. Where the file cannot be read it names none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from sci_assistant.ask.hashed import read_row

NAME = "danger_names.npz"
BUCKETS = 2**14  # of hashed pieces of words, and as many of words and pairs of words
SIGN_SCALE = 0.3
SURE = 0.5  # probability from which a danger is named

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DangerNames:
    """The fitted model."""

    rules: tuple[str, ...]  # ids
    signs: Mapping[str, int]  # each sign's row, behind those of the words
    coefficients: NDArray[np.float32]  # shape (2 * BUCKETS + signs, rules)
    intercepts: NDArray[np.float32]

    def probabilities(self, heard: str, signs: Iterable[str]) -> NDArray[np.float64]:
        """How likely each rule's danger is told, shape (rules,), of a conversation as the rules hear it."""
        told = np.zeros(len(self.signs), dtype=np.float32)
        told[[self.signs[sign] for sign in signs if sign in self.signs]] = SIGN_SCALE
        row = read_row(heard, told, buckets=BUCKETS)
        scores = row.values @ self.coefficients[row.places].astype(np.float64) + self.intercepts
        odds = np.exp(scores - scores.max())
        found: NDArray[np.float64] = odds / odds.sum()
        return found

    def name(self, heard: str, signs: Iterable[str]) -> str:
        """The id of the likeliest danger's rule, empty where none is likely enough."""
        if not self.rules:
            return ""
        likely = self.probabilities(heard, signs)
        best = int(np.argmax(likely))
        return self.rules[best] if likely[best] >= SURE else ""


NAMELESS = DangerNames((), {}, np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.float32))


@cache
def load_danger_names() -> DangerNames:
    """The model that ships with the package; one that names nothing where its file cannot be read."""
    try:
        with (files("sci_assistant") / "data" / NAME).open("rb") as stream:
            raw = np.load(stream)
            return DangerNames(
                rules=tuple(str(rule) for rule in raw["rules"]),
                signs={str(sign): row for row, sign in enumerate(raw["signs"])},
                coefficients=raw["coefficients"].astype(np.float32),
                intercepts=raw["intercepts"].astype(np.float32),
            )
    except (OSError, ValueError, KeyError):  # a notice without the danger's name is worth more than none
        log.exception("%s cannot be read: notices name the dangers of rules alone", NAME)
        return NAMELESS
