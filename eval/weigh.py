"""Labelled messages -> a list of weighed words (ask/weighed.py), by two logistic regressions of scikit-learn.

The first question is fitted on all rows, the second on those that it is asked of. Shared by the fits of notices
(fit_notice_words.py), of cautions (fit_caution_words.py) and of requests to act (fit_request_words.py).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sci_assistant.ask.weighed import FAMILIES, Family, Piece, Scores, WeighedWords, features, write_words
from sci_assistant.types import Turn

LEAST: dict[Family, int] = {"words": 2, "letters": 3, "signs": 1}  # messages that a piece must stand in
KEPT = 40_000  # pieces with the largest weights, for which the final fit is made
STRENGTH = 10.0  # inverse of the regularisation
SIGN = 0.7  # what a sign counts beside unit-length words and letters
FOLDS = 5
SEED = 0
BOUNDS = np.arange(-3.0, 3.01, 0.2)

Found = dict[Family, frozenset[str]]
Bits = NDArray[np.bool_]


class Message(NamedTuple):
    """A turn with what it is. Of a weight below 1 is an ordinary question that nobody labelled."""

    turn: Turn
    label: str
    kind: str
    held: bool  # written for measuring, not for the fits
    weight: float


@dataclass(frozen=True)
class Rows:
    """Messages as features; arrays of one entry a message."""

    found: list[Found]
    label: NDArray[np.str_]
    kind: NDArray[np.str_]
    held: Bits
    weight: NDArray[np.float64]
    brief: Bits  # whether a rule that is raised needs `doubt` alone

    def only(self, which: NDArray[np.int_]) -> Rows:
        """Some of the rows."""
        return Rows(
            [self.found[row] for row in which],
            self.label[which],
            self.kind[which],
            self.held[which],
            self.weight[which],
            self.brief[which],
        )

    @cached_property
    def raised(self) -> Bits:
        """Whether a rule says so, too."""
        return np.array([_raises(found["signs"]) for found in self.found])

    def shown(self, scores: NDArray[np.float64], sure: float, doubt: float) -> Bits:
        """Where something is shown with these bounds, as ask/weighed.py means them, and of long talk ask/triage.py."""
        return (scores >= sure) | (self.raised & self.brief & (scores >= doubt))


class Questions(NamedTuple):
    """The answers to the two questions that a list is fitted to, and of which messages the second is asked."""

    first: Bits
    second: Bits
    asked: Bits


def tabulate(
    messages: Sequence[Message], heard: Iterable[tuple[str, frozenset[str]]], *, brief: float = math.inf
) -> Rows:
    """Messages, with what is heard in each, as rows; without ordinary questions that raise a rule.

    One of more than `brief` words needs `sure`, whether a rule is raised or not.
    """
    read = [
        (message, features(*one), len(one[0].split()) <= brief) for message, one in zip(messages, heard, strict=True)
    ]
    kept = [(message, found, short) for message, found, short in read if is_kept(message, found["signs"])]
    columns = zip(*((*message[1:], short) for message, _, short in kept), strict=True)
    return Rows([found for _, found, _ in kept], *(np.array(column) for column in columns))


def is_kept(message: Message, signs: Iterable[str]) -> bool:
    """Whether a message is fitted on: an ordinary question that raises a rule is not."""
    return message.weight == 1.0 or not _raises(signs)


def _raises(signs: Iterable[str]) -> bool:
    return any(sign.startswith("rule ") for sign in signs)


def fit(rows: Rows, questions: Questions, use: NDArray[np.int_] | None = None) -> WeighedWords:
    """The list fitted on some rows, cut to the pieces with the largest weights and fitted again on those."""
    use = np.arange(len(rows.found)) if use is None else use
    known = _idf([rows.found[row] for row in use])
    words = _fit(rows, questions, use, known)
    if len(known) > KEPT:
        size = {
            key: abs(words.pieces[key[0]][key[1]].first) + abs(words.pieces[key[0]][key[1]].second) for key in known
        }
        largest = sorted(known, key=lambda key: -size[key])[:KEPT]
        words = _fit(rows, questions, use, {key: known[key] for key in largest})
    return words


def folds(
    strata: Sequence[str], groups: NDArray[np.int_] | None = None
) -> list[tuple[NDArray[np.int_], NDArray[np.int_]]]:
    """Rows to fit on and rows to look at, of each fold; a group is in one of them."""
    from sklearn.model_selection import StratifiedGroupKFold

    groups = np.arange(len(strata)) if groups is None else groups
    return list(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(strata, strata, groups))


def cross_validate(
    rows: Rows, questions: Questions, parts: Sequence[tuple[NDArray[np.int_], NDArray[np.int_]]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both scores of every row of the folds that is looked at by a list that was fitted without it, else 0."""
    first, second = np.zeros(len(rows.found)), np.zeros(len(rows.found))
    for fitted, rest in parts:
        words = fit(rows, questions, fitted)
        column = {
            (family, piece): i for i, (family, piece) in enumerate((f, p) for f in FAMILIES for p in words.pieces[f])
        }
        known = {(family, piece): words.pieces[family][piece].idf for family, piece in column}
        matrix = _matrix([rows.found[row] for row in rest], known, column)
        for scores, name in ((first, "first"), (second, "second")):
            weights = np.array([getattr(words.pieces[family][piece], name) for family, piece in column])
            scores[rest] = matrix @ weights + getattr(words.intercept, name)
    return first, second


def choose_bounds(
    rows: Rows, scores: NDArray[np.float64], wanted: Bits, harmless: Sequence[tuple[Bits, float]], *, widest: float
) -> tuple[float, float]:
    """The bounds, at most `widest` apart, that show most of what is wanted, and of each harmless group no more than
    its share.

    Raises:
        ValueError: there are none, or a group is empty.
    """
    best = (-1.0, 0.0, 0.0)
    for sure in BOUNDS:
        for doubt in BOUNDS[(sure >= BOUNDS) & (sure - widest - 1e-9 <= BOUNDS)]:
            shown = rows.shown(scores, sure, doubt)
            if all(shown[group].mean() <= most for group, most in harmless):
                best = max(best, (float(shown[wanted].mean()), float(sure), float(doubt)))
    if best[0] < 0.0:
        raise ValueError("no bounds keep to the shares of all harmless groups, or one of these is empty")
    return best[1], best[2]


def save(rows: Rows, questions: Questions, bounds: tuple[float, float], name: str) -> str:
    """Replace a list that ships with the package by one that is fitted on all rows; what was written."""
    sure, doubt = bounds
    words = replace(fit(rows, questions), sure=sure, doubt=doubt)
    path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / name
    path.write_bytes(write_words(words, f"Fitted on dev by eval/fit_{name.partition('.')[0]}.py"))
    return f"wrote {path}, {path.stat().st_size // 1024} KiB"


def _idf(found: Sequence[Found]) -> dict[tuple[Family, str], float]:
    counts = Counter((family, piece) for one in found for family in FAMILIES for piece in one[family])
    total = len(found)
    return {
        key: SIGN if key[0] == "signs" else math.log((1 + total) / (1 + count)) + 1.0
        for key, count in counts.items()
        if count >= LEAST[key[0]]
    }


def _fit(
    rows: Rows, questions: Questions, use: NDArray[np.int_], known: dict[tuple[Family, str], float]
) -> WeighedWords:
    from sklearn.linear_model import LogisticRegression

    column = {key: position for position, key in enumerate(known)}
    matrix = _matrix([rows.found[row] for row in use], known, column)
    models = []
    first, second, asked = (answers[use] for answers in questions)
    for wanted, among in ((first, np.full(len(use), True)), (second, asked)):
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3000, solver="liblinear")
        models.append(model.fit(matrix[among], wanted[among], sample_weight=rows.weight[use][among]))
    pieces: dict[Family, dict[str, Piece]] = {family: {} for family in FAMILIES}
    for (family, piece), position in column.items():
        pieces[family][piece] = Piece(known[family, piece], *(float(model.coef_[0][position]) for model in models))
    intercept = Scores(*(float(model.intercept_[0]) for model in models))
    return WeighedWords(intercept, sure=0.0, doubt=0.0, pieces=pieces)


def _matrix(
    found: Sequence[Found], known: dict[tuple[Family, str], float], column: dict[tuple[Family, str], int]
) -> Any:
    """Rows as ask/weighed.py weighs them: idf over its length, by family."""
    from scipy.sparse import csr_matrix

    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for one in found:
        for family in FAMILIES:
            here = [(family, piece) for piece in one[family] if (family, piece) in column]
            length = math.sqrt(sum(known[key] ** 2 for key in here)) if family != "signs" else 1.0
            values += [known[key] / length for key in here]
            columns += [column[key] for key in here]
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(found), len(column)))
