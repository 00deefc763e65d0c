"""Labelled messages -> a list of weighed words (ask/weighed.py), by two logistic regressions of scikit-learn.

The first question is fitted on all rows, the second on those that it is asked of. Shared by the fits of notices
(fit_notice_words.py) and of cautions (fit_caution_words.py).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sci_assistant.ask.weighed import FAMILIES, Family, Piece, Scores, WeighedWords, write_words

LEAST: dict[Family, int] = {"words": 2, "letters": 3, "signs": 1}  # messages that a piece must stand in
KEPT = 40_000  # pieces with the largest weights, for which the final fit is made
STRENGTH = 10.0  # inverse of the regularisation
SIGN = 0.7  # what a sign counts beside unit-length words and letters
FOLDS = 5
SEED = 0

Found = dict[Family, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Messages as features, with the answers to both questions; arrays of one entry a message."""

    found: list[Found]
    first: NDArray[np.bool_]
    second: NDArray[np.bool_]
    asked: NDArray[np.bool_]  # the second question
    weight: NDArray[np.float64]

    @property
    def raised(self) -> NDArray[np.bool_]:
        """Whether a rule says so, too."""
        return np.array([any(sign.startswith("rule ") for sign in found["signs"]) for found in self.found])


def fit(rows: Rows, use: NDArray[np.int_] | None = None, most: int = KEPT) -> WeighedWords:
    """The list fitted on some rows, cut to the pieces with the largest weights and fitted again on those."""
    use = np.arange(len(rows.found)) if use is None else use
    known = _idf([rows.found[row] for row in use])
    words = _fit(rows, use, known)
    if most < len(known):
        size = {
            key: abs(words.pieces[key[0]][key[1]].first) + abs(words.pieces[key[0]][key[1]].second) for key in known
        }
        largest = sorted(known, key=lambda key: -size[key])[:most]
        words = _fit(rows, use, {key: known[key] for key in largest})
    return words


def cross_validate(rows: Rows, strata: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both scores of every row by a list that was fitted without it."""
    from sklearn.model_selection import StratifiedKFold

    first, second = np.zeros(len(rows.found)), np.zeros(len(rows.found))
    for fitted, rest in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(strata, strata):
        words = fit(rows, fitted)
        column = {
            (family, piece): i for i, (family, piece) in enumerate((f, p) for f in FAMILIES for p in words.pieces[f])
        }
        known = {(family, piece): words.pieces[family][piece].idf for family, piece in column}
        matrix = _matrix([rows.found[row] for row in rest], known, column)
        for scores, name in ((first, "first"), (second, "second")):
            weights = np.array([getattr(words.pieces[family][piece], name) for family, piece in column])
            scores[rest] = matrix @ weights + getattr(words.intercept, name)
    return first, second


def save(words: WeighedWords, name: str, comment: str) -> Path:
    """Replace a list that ships with the package."""
    path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / name
    path.write_bytes(write_words(words, comment))
    return path


def _idf(found: Sequence[Found]) -> dict[tuple[Family, str], float]:
    counts = Counter((family, piece) for one in found for family in FAMILIES for piece in one[family])
    total = len(found)
    return {
        key: SIGN if key[0] == "signs" else math.log((1 + total) / (1 + count)) + 1.0
        for key, count in counts.items()
        if count >= LEAST[key[0]]
    }


def _fit(rows: Rows, use: NDArray[np.int_], known: dict[tuple[Family, str], float]) -> WeighedWords:
    from sklearn.linear_model import LogisticRegression

    column = {key: position for position, key in enumerate(known)}
    matrix = _matrix([rows.found[row] for row in use], known, column)
    models = []
    for wanted, among in ((rows.first[use], np.full(len(use), True)), (rows.second[use], rows.asked[use])):
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3000, solver="liblinear")
        models.append(model.fit(matrix[among], wanted[among], sample_weight=rows.weight[use][among]))
    pieces: dict[Family, dict[str, Piece]] = {family: {} for family in FAMILIES}
    for (family, piece), position in column.items():
        first, second = (float(model.coef_[0][position]) for model in models)
        pieces[family][piece] = Piece(known[family, piece], first, second)
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
