"""Fit the decision whether the articles answer: development questions -> src/sci_assistant/data/answerable.json.

    python -m sci_assistant_eval.fit_answerable [--store DIR] [--write]

A logistic regression (scikit-learn) over the signals of ask/decide.py. Signals are absolute, so the fit also
sees indexes of one, sixteen and forty-eight articles: there a question whose articles are absent must be
refused. Prints cross-validated figures; the test split is never read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.questions import Question, load_questions

from sci_assistant.ask.decide import Signals

NAMES = tuple(field.name for field in fields(Signals))
FOLDS = 10
MOST_FALSE_REFUSALS = 0.08


@dataclass(frozen=True, slots=True)
class Case:
    """The signals of one question on one index, and whether it should be answered there."""

    question: Question
    signals: Signals
    answerable: bool


@click.command()
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the index of all articles.")
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(store: Path | None, write: bool) -> None:
    """Fit on dev and print what the decision does, by kind and class."""
    from sci_assistant import wire
    from sci_assistant.settings import load_settings

    settings = load_settings(store=store)
    assistant = wire.make_assistant(settings)
    cases = [
        Case(question, assistant.signals(question.turn), question.kind != "uncovered")
        for question in load_questions(split="dev")
    ]
    probabilities, fitted = fit(cases)
    threshold = choose_threshold(cases, probabilities)
    _report(cases, probabilities, threshold)
    click.echo(json.dumps(fitted | {"threshold": threshold}, indent=1))
    if write:
        path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / "answerable.json"
        path.write_text(
            json.dumps({"fitted_on": "dev", **fitted, "threshold": threshold}, indent=1) + "\n", encoding="utf-8"
        )


def fit(cases: Sequence[Case]) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """Cross-validated probabilities, shape (cases,), and the model fitted on all cases."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    features = np.array([[asdict(case.signals)[name] for name in NAMES] for case in cases])
    labels = np.array([case.answerable for case in cases])
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=2000)
    probabilities = cross_val_predict(model, features, labels, cv=FOLDS, method="predict_proba")[:, 1]
    model.fit(features, labels)
    weights = {name: round(float(w), 4) for name, w in zip(NAMES, model.coef_[0], strict=True)}
    return probabilities, {"intercept": round(float(model.intercept_[0]), 4), "weights": weights}


def choose_threshold(cases: Sequence[Case], probabilities: NDArray[np.float64]) -> float:
    """The threshold at which at most this share of the answerable questions is refused."""
    answerable = np.sort([p for case, p in zip(cases, probabilities, strict=True) if case.answerable])
    return round(float(answerable[int(MOST_FALSE_REFUSALS * len(answerable))]), 3)


def _report(cases: Sequence[Case], probabilities: NDArray[np.float64], threshold: float) -> None:
    groups: dict[str, list[bool]] = {}
    for case, probability in zip(cases, probabilities, strict=True):
        right = bool((probability >= threshold) == case.answerable)
        groups.setdefault(case.question.uncovered_class or case.question.kind, []).append(right)
    for name, rights in sorted(groups.items()):
        click.echo(f"{name:18} {sum(rights) / len(rights):.3f} right of {len(rights)}")


if __name__ == "__main__":
    main()
