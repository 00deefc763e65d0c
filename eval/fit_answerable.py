"""Fit the decision whether the articles answer: development and judged questions -> data/answerable.json.

    python -m sci_assistant_eval.fit_answerable [--corpus DIR] [--cache DIR] [--write]

A logistic regression (scikit-learn) over the signals of ask/decide.py and the products of each two, one for articles
that list what they answer, one for these with other weights than the bundled ones, and one for articles that list
nothing. Signals are absolute, so the fit also sees indexes of one, sixteen and forty-eight articles: there a question
whose articles are absent must be refused. Questions of eval/judged.yaml are asked of the bundled articles alone, for
which they were judged. Prints cross-validated figures; the test split is never read.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.fitted import write_fitted
from sci_assistant_eval.questions import load_questions

from sci_assistant.ask.decide import Signals, by
from sci_assistant.types import Turn

# Signals of each model, in the order of decide.Signals: each counts alone, squared and by each other.
_ANYWHERE = ("passage_cosine", "sentence_cosine", "coverage", "passage_coverage", "rarest_missing", "keyword")
_WITH_LISTS = ("asked", "margin", "margin_five", "share")
LISTED = (*_ANYWHERE, *_WITH_LISTS, "likeness", "sound", "length")
OTHER_WEIGHTS = (*_ANYWHERE, *_WITH_LISTS, "length")
UNLISTED = (*_ANYWHERE, "length")
STRENGTH = 0.1  # C of the regression
SUBSETS = (1, 16, 48)  # articles of further indexes
FOLDS = 10
# Of dev questions on the whole index, at most; without lists the signals tell less, and to refuse is the safe side.
MOST_FALSE_REFUSALS, MOST_WITHOUT_LISTS = 0.03, 0.08
FOREIGN = ("other_medicine", "off_topic", "nonsense", "request_to_act")  # classes that are of another matter
MOST_FOREIGN = 0.03  # of them at most may be answered with a word on what is missing
SEED = 0
COVERED = ("answerable", "follow_up")
JUDGED = Path(__file__).parent / "judged.yaml"
ANSWERED = "answered"  # the list of judged questions that the articles answer
WEIGHTS = {"judged not_answered": 0.3}  # all of them are near misses, and their judge saw the nearest passages alone


@dataclass(frozen=True, slots=True)
class Case:
    """The signals of one question on one index, and whether it should be answered there."""

    id: str
    kind: str  # of question, or class of an uncovered one
    signals: Signals
    articles: int  # of the index
    answerable: bool


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path), help="Folder of articles; the bundled ones if not given.")
@click.option("--cache", type=click.Path(path_type=Path), help="A store whose cached vectors are used again.")
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(corpus: Path | None, cache: Path | None, write: bool) -> None:
    """Fit on dev and judged questions and print what the decision does, by kind and class."""
    from sci_assistant import wire

    fitted: dict[str, Any] = {"fitted_on": "dev"}  # judged questions are neither dev nor test
    folder = corpus or wire.bundled_corpus()
    listed, unlisted = (list(collect(folder, cache=cache, listed=one, judged=corpus is None)) for one in (True, False))
    for name, cases, features in (
        ("listed", listed, LISTED),
        ("listed_other_weights", listed, OTHER_WEIGHTS),
        ("unlisted", unlisted, UNLISTED),
    ):
        probabilities, model = fit(cases, features)
        most = MOST_WITHOUT_LISTS if name == "unlisted" else MOST_FALSE_REFUSALS
        threshold = choose_threshold(cases, probabilities, most)
        perhaps = min(threshold, choose_perhaps(cases, probabilities))
        click.echo(f"\n{name}: {len(cases)} cases")
        click.echo("refused, or perhaps answered, rightly:" if perhaps < threshold else "refused rightly:")
        _report(cases, probabilities, threshold, perhaps)
        fitted[name] = model | {"threshold": threshold, "perhaps": perhaps}
    click.echo(json.dumps(fitted, indent=1))
    if write:
        write_fitted("answerable.json", fitted)


def collect(corpus: Path, *, cache: Path | None, listed: bool, judged: bool) -> Iterator[Case]:
    """Cases of all dev questions on the whole corpus and on random parts of it, and of judged ones on the whole."""
    from sci_assistant import wire
    from sci_assistant.ingest.build import build_index
    from sci_assistant.settings import load_settings

    questions = load_questions(split="dev")
    files = sorted(file for file in corpus.glob("*.md") if (corpus / "questions" / f"{file.stem}.yaml").exists())
    embeddings = wire.make_embeddings(load_settings())
    for size in (len(files), *SUBSETS):
        chosen = random.Random(SEED + size).sample(files, min(size, len(files)))
        with tempfile.TemporaryDirectory() as place:
            part = Path(place) / "corpus"
            (part / "questions").mkdir(parents=True)
            for file in chosen:
                shutil.copy(file, part)
                if listed:
                    shutil.copy(corpus / "questions" / f"{file.stem}.yaml", part / "questions")
            store_folder = Path(place) / "store"
            store_folder.mkdir()
            if cache is not None and (cache / "vectors.sqlite").exists():
                shutil.copy(cache / "vectors.sqlite", store_folder)
            settings = load_settings(store=store_folder)
            store = wire.make_store(settings)
            build_index(store, [part], embeddings)
            assistant = wire.make_assistant(settings, store=store, embeddings=embeddings)
            here = {file.stem for file in chosen}
            for question in questions:
                covered = question.kind != "uncovered" and bool(here.intersection(question.articles))
                kind = question.uncovered_class or question.kind
                yield Case(question.id, kind, assistant.signals(question.turn), len(chosen), covered)
            for name, text in read_judged() if judged and size == len(files) else ():
                yield Case(text, f"judged {name}", assistant.signals(Turn(text)), len(chosen), name == ANSWERED)
            store.close()


def read_judged() -> list[tuple[str, str]]:
    """The questions of eval/judged.yaml, each after the name of its list."""
    import yaml

    raw = yaml.safe_load(JUDGED.read_text(encoding="utf-8"))
    return [(name, text) for name, texts in raw.items() for text in texts]


def fit(cases: Sequence[Case], features: Sequence[str]) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """Cross-validated probabilities, shape (cases,), folds by question, and the model fitted on all cases."""
    from sklearn.model_selection import GroupKFold, cross_val_predict

    values = read_values(cases, features)
    labels = np.array([case.answerable for case in cases])
    groups = np.array([case.id for case in cases])
    weights = {"logisticregression__sample_weight": np.array([WEIGHTS.get(case.kind, 1.0) for case in cases])}
    model = make_function()
    folds = GroupKFold(FOLDS)
    probabilities = cross_val_predict(
        model, values, labels, cv=folds, groups=groups, method="predict_proba", params=weights
    )[:, 1]
    return probabilities, of_plain_signals(model.fit(values, labels, **weights), features)


def read_values(cases: Sequence[Case], features: Sequence[str]) -> NDArray[np.float64]:
    """The signals of each case, shape (cases, features)."""
    return np.array([[float(getattr(case.signals, name)) for name in features] for case in cases])


def make_function() -> Any:
    """A logistic regression over signals, their squares and products, each standardised; not fitted yet."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    logistic = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=5000)
    return make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False), StandardScaler(), logistic)


def of_plain_signals(model: Any, features: Sequence[str]) -> dict[str, Any]:
    """The same function with a weight for each signal and product as they are, not standardised."""
    scale, products, scale_again, logistic = (step for _, step in model.steps)
    weights = logistic.coef_[0] / scale_again.scale_
    intercept = float(logistic.intercept_[0] - weights @ scale_again.mean_)
    mean, spread = scale.mean_, scale.scale_
    plain: dict[str, float] = dict.fromkeys(features, 0.0)
    for weight, powers in zip(weights, products.powers_, strict=True):
        at = np.repeat(np.arange(len(features)), powers).tolist()  # the signals of this product: one or two
        weight = weight / spread[at].prod()
        if len(at) == 1:
            plain[features[at[0]]] += weight
            intercept -= weight * mean[at[0]]
        else:
            one, other = at
            plain[by(features[one], features[other])] = weight
            plain[features[one]] -= weight * mean[other]
            plain[features[other]] -= weight * mean[one]
            intercept += weight * mean[one] * mean[other]
    return {"intercept": round(intercept, 5), "weights": {name: round(float(w), 5) for name, w in plain.items()}}


def choose_threshold(cases: Sequence[Case], probabilities: NDArray[np.float64], most: float) -> float:
    """The threshold at which at most this share of the answerable dev questions is refused on the whole index."""
    whole = max(case.articles for case in cases)
    pairs = zip(cases, probabilities, strict=True)
    answerable = np.sort(
        [p for case, p in pairs if case.kind in COVERED and case.answerable and case.articles == whole]
    )
    return round(float(answerable[int(most * len(answerable))]), 3)


def choose_perhaps(cases: Sequence[Case], probabilities: NDArray[np.float64]) -> float:
    """The chance below which nearly all questions lie that are of no matter of the articles, on the whole index."""
    whole = max(case.articles for case in cases)
    pairs = zip(cases, probabilities, strict=True)
    foreign = [p for case, p in pairs if case.kind in FOREIGN and case.articles == whole]
    return round(float(np.quantile(foreign, 1.0 - MOST_FOREIGN)), 3)


def _report(cases: Sequence[Case], probabilities: NDArray[np.float64], threshold: float, perhaps: float) -> None:
    groups: dict[str, list[bool]] = {}
    maybe: dict[str, list[bool]] = {}
    whole = max(case.articles for case in cases)
    for case, probability in zip(cases, probabilities, strict=True):
        right = bool((probability >= threshold) == case.answerable)
        if case.articles == whole:
            groups.setdefault(case.kind, []).append(right)
            maybe.setdefault(case.kind, []).append(perhaps <= probability < threshold)
        elif case.kind in COVERED:
            held = "articles there" if case.answerable else "articles absent"
            groups.setdefault(f"{held}, {case.articles} articles", []).append(right)
    for name, rights in sorted(groups.items()):
        between = f", perhaps {sum(maybe[name]) / len(rights):.3f}" if name in maybe else ""
        click.echo(f"{name:32} {sum(rights) / len(rights):.3f} right of {len(rights)}{between}")


if __name__ == "__main__":
    main()
