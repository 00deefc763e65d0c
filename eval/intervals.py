"""Values of single questions -> an estimate with its 95% interval; paired values -> a test of their difference.

Everything is drawn from one fixed seed: the same values give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Statistic = Callable[[Values], Values]  # (..., questions) -> (...)

RESAMPLES = 2000
FLIPS = 10_000
SEED = 1979  # the year of the bootstrap


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic of `n` questions and the limits of its 95% interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """New less old on the same questions, its 95% interval, and the p value of no difference."""

    value: float
    low: float
    high: float
    p: float
    n: int


def mean(values: Values) -> Values:
    """The mean along the last axis."""
    return np.asarray(values.mean(axis=-1))


def quantile(share: float) -> Statistic:
    """The statistic that is a quantile along the last axis, linearly interpolated."""

    def at(values: Values) -> Values:
        return np.asarray(np.quantile(values, share, axis=-1))

    return at


def estimate(values: Sequence[float], statistic: Statistic = mean) -> Estimate | None:
    """A statistic with its percentile bootstrap interval; None without values.

    Efron, Bootstrap methods: another look at the jackknife, Annals of Statistics 7(1), 1979. The order of the
    values is kept within a resample, so that a statistic may depend on it.
    """
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        return None
    drawn = statistic(array[_draws(len(array))])
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(float(statistic(array)), float(low), float(high), len(array))


def paired_difference(new: Sequence[float], old: Sequence[float]) -> Difference | None:
    """The mean of new less old, its paired bootstrap interval and p by flipping signs; None without values.

    Smucker, Allan and Carterette, A comparison of statistical significance tests for information retrieval
    evaluation, CIKM 2007, https://doi.org/10.1145/1321440.1321528 (Fisher's randomisation test, two-sided).
    """
    change = np.asarray(new, dtype=np.float64) - np.asarray(old, dtype=np.float64)
    spread = estimate(change.tolist())
    if spread is None:
        return None
    return Difference(spread.value, spread.low, spread.high, _flip_test(change), spread.n)


def relative_gain(new: Sequence[float], old: Sequence[float]) -> Estimate | None:
    """How much greater the mean of new is than that of old, as a share of old, with its paired bootstrap interval.

    None without values or where old is 0 throughout.
    """
    ahead, behind = np.asarray(new, dtype=np.float64), np.asarray(old, dtype=np.float64)
    if not len(ahead) or not behind.sum():
        return None
    draws = _draws(len(ahead))
    below = behind[draws].sum(axis=1)
    drawn = ahead[draws].sum(axis=1)[below > 0] / below[below > 0] - 1.0
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(float(ahead.sum() / behind.sum() - 1.0), float(low), float(high), len(ahead))


def _flip_test(change: Values) -> float:
    moved = change[np.abs(change) > 1e-12]
    if not len(moved):
        return 1.0
    signs = np.random.default_rng(SEED).integers(0, 2, size=(FLIPS, len(moved)), dtype=np.int8) * 2 - 1
    reached = np.abs(signs @ moved) >= abs(moved.sum()) - 1e-9
    return float((reached.sum() + 1) / (FLIPS + 1))


@lru_cache(maxsize=32)
def _draws(size: int) -> NDArray[Any]:
    """Positions of each resample, ascending, shape (RESAMPLES, size)."""
    drawn = np.random.default_rng(SEED).integers(0, size, size=(RESAMPLES, size), dtype=np.int32)
    drawn.sort(axis=1)
    return drawn
