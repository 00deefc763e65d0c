"""Features and labels -> a logistic regression; what was fitted -> a file of src/sci_assistant/data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

STRENGTH = 0.1  # inverse of the regularisation, over standardised features


def fit_logistic(features: NDArray[np.float64], wanted: NDArray[np.bool_]) -> tuple[float, NDArray[np.float64]]:
    """Intercept and coefficients over the features as they are (scikit-learn); features of shape (cases, features)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(scaler.transform(features), wanted)
    weights: NDArray[np.float64] = model.coef_[0] / scaler.scale_
    return float(model.intercept_[0] - weights @ scaler.mean_), weights


def named(names: Iterable[str], intercept: float, weights: NDArray[np.float64]) -> dict[str, object]:
    """A regression as it is written, its weights by the names of the features."""
    by_name = {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}
    return {"intercept": round(intercept, 4), "weights": by_name}


def write_fitted(name: str, fitted: dict[str, object]) -> None:
    """Replace a JSON file that ships with the package."""
    path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / name
    path.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    click.echo(f"wrote {path}")
