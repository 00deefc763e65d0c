"""A second voice beside the notice rules: it may add a notice, and never removes or delays one.

A logistic model over the words of the conversation (hashed), the things of data/triage.yaml that are told as
happening, and the question's vector as retrieval has it. Its weights stand in data/second_voice.npz, fitted on the
development messages by eval/fit_second_voice.py. Where the vector is missing, the rules speak alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sci_assistant.ask.hashed import make_hashers, read_row
from sci_assistant.ask.rules import load_rules
from sci_assistant.ask.triage import Reading, Triage, make_notice
from sci_assistant.models import BUNDLED_SHA256, Vectors
from sci_assistant.types import Notice, Turn

NAME = "second_voice.npz"
BUCKETS = 2**15  # of hashed pieces of words, and as many of words and pairs of words
THING_SCALE = 0.3
RULES = {"emergency": "may-be-emergency", "crisis": "may-be-crisis"}  # what is shown, in data/triage.yaml

Target = Literal["emergency", "crisis"]


@dataclass(frozen=True, slots=True)
class _Weights:
    coefficients: NDArray[np.float32]
    intercept: float
    threshold: float


@cache
def _load() -> dict[Target, _Weights]:
    with (files("sci_assistant") / "data" / NAME).open("rb") as stream:
        raw = np.load(stream)
        targets: tuple[Target, ...] = ("emergency", "crisis")
        return {
            target: _Weights(
                raw[f"{target}_coefficients"].astype(np.float32),
                float(raw[f"{target}_intercept"]),
                float(raw[f"{target}_threshold"]),
            )
            for target in targets
        }


@cache
def _things() -> tuple[str, ...]:
    """Names of the things that the model was fitted with."""
    with (files("sci_assistant") / "data" / NAME).open("rb") as stream:
        return tuple(str(name) for name in np.load(stream)["things"])


class Features:
    """Turns and their vectors -> rows of features, for fitting; hashed.py adds up the same when answering.

    `things` are those of data/triage.yaml when the model was fitted: one that was added later says nothing yet.
    """

    def __init__(self, things: Sequence[str]) -> None:
        self._things = tuple(things)

    def rows(self, turns: list[Turn], vectors: Vectors) -> Any:
        """A sparse matrix of shape (turns, features)."""
        from scipy.sparse import csr_matrix, hstack

        heard, told = zip(*(Triage().follow(turn).told_things for turn in turns), strict=True)
        present = np.array([[thing in found for thing in self._things] for found in told], dtype=np.float32)
        pieces, words = make_hashers(BUCKETS)
        parts = (
            pieces.transform(heard),
            words.transform(heard),
            csr_matrix(THING_SCALE * present),
            csr_matrix(vectors),
        )
        return hstack(parts).tocsr()


@dataclass(frozen=True, slots=True)
class Heard:
    """What the second voice adds, and whether it finds an emergency more likely than not."""

    notice: Notice | None
    likely: bool


class SecondVoice:
    """Reads a turn with its vector for emergencies that no rule names."""

    def read(self, reading: Reading, vector: Vectors, revision: str) -> Heard:
        """How much a conversation, for which what has the vector was searched, sounds like an emergency or a crisis;
        silence with other weights than it was fitted on."""
        if revision != BUNDLED_SHA256:
            return Heard(None, likely=True)
        heard, told = reading.told_things
        present = np.array([thing in told for thing in _things()], dtype=np.float32)
        rest = np.concatenate([THING_SCALE * present, vector])
        by_id = {rule.id: rule for rule in load_rules().rules}
        row = read_row(heard, rest, buckets=BUCKETS)
        scores = {target: row.weigh(weights.coefficients) + weights.intercept for target, weights in _load().items()}
        raised = [by_id[RULES[target]] for target, score in scores.items() if score >= _load()[target].threshold]
        return Heard(make_notice(raised, load_rules()), likely=max(scores.values()) >= 0.0)
