"""Confidences and losses of questions -> how the error grows as more of them are answered.

Selective prediction: El-Yaniv and Wiener, On the foundations of noise-free selective classification, JMLR 11,
2010; Geifman and El-Yaniv, Selective classification for deep neural networks, NeurIPS 2017,
https://arxiv.org/abs/1705.08500; the area under the curve: Geifman, Uziel and El-Yaniv, Bias-reduced
uncertainty estimation, ICLR 2019, https://arxiv.org/abs/1805.08206.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sci_assistant_eval.intervals import Values


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering the surest `coverage` of the questions, this share of them is answered wrongly."""

    coverage: float
    risk: float


def losses_by_confidence(confidences: Sequence[float], losses: Sequence[float]) -> Values:
    """Losses, surest question first. Questions that are equally sure share their mean loss: no order of theirs
    is better than another."""
    sure = np.asarray(confidences, dtype=np.float64)
    lost = np.asarray(losses, dtype=np.float64)
    _, group = np.unique(-sure, return_inverse=True)
    shared = np.bincount(group, weights=lost) / np.bincount(group) if len(lost) else lost
    return np.asarray(shared[np.sort(group)])


def risks(ordered: Values) -> Values:
    """Mean loss of the surest 1, 2, ... questions, along the last axis."""
    return np.asarray(ordered.cumsum(axis=-1) / np.arange(1, ordered.shape[-1] + 1))


def area(ordered: Values) -> Values:
    """AURC: the mean of the risks over all coverages; lower is better, 0 where nothing is ever wrong."""
    return np.asarray(risks(ordered).mean(axis=-1))


def risk_coverage(confidences: Sequence[float], losses: Sequence[float]) -> tuple[RiskPoint, ...]:
    """The curve, from the surest question to all of them."""
    ordered = losses_by_confidence(confidences, losses)
    total = len(ordered)
    return tuple(RiskPoint((i + 1) / total, float(risk)) for i, risk in enumerate(risks(ordered)))
