"""Fit how a question sounds: listed questions against foils -> src/sci_assistant/data/likeness.tsv.gz.

    python -m sci_assistant_eval.fit_likeness --store DIR [--write]

A logistic regression (scikit-learn) over the features of ask/likeness.py. Ours are the questions that articles list
and those of eval/likeness.yaml, which have the form of false premises and are none; the others are data/foils.yaml.
Development questions only show what it is worth; the test split is never read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.questions import load_questions

from sci_assistant.ask.likeness import NAME, VECTOR, Likeness, phrases, write_likeness
from sci_assistant.asked import foil_texts
from sci_assistant.models import Vectors

STRENGTH = 10.0  # inverse of the regularisation
LEAST = 2  # questions that a phrase must stand in
KEPT = 20_000  # phrases with the largest weights, for which the final fit is made
LOST = 0.05  # of dev questions that the articles answer, at the printed bound


@click.command()
@click.option("--store", type=click.Path(path_type=Path), required=True, help="Folder of the index of all articles.")
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(store: Path, write: bool) -> None:
    """Fit, and print by class how many dev questions lie below the bound that loses 5 percent of the answerable."""
    from sci_assistant import wire
    from sci_assistant.settings import load_settings

    settings = load_settings(store=store)
    assistant, embeddings = wire.make_assistant(settings), wire.make_embeddings(settings)
    build = assistant.live
    listed = [p for article in build.articles.values() for asked in article.asked for p in asked.phrasings]
    answered, foils = load_answered(), foil_texts()
    vectors = np.concatenate([build.asked.vectors, embeddings.embed([*answered, *foils])])
    ours = np.array([True] * (len(listed) + len(answered)) + [False] * len(foils))
    likeness = fit([*listed, *answered, *foils], vectors, ours)
    questions = load_questions(split="dev")
    searched = [assistant.searched(question.turn) for question in questions]
    rows = zip(searched, embeddings.embed(searched), strict=True)
    scores = np.array([likeness.score(text, vector, embeddings.revision) for text, vector in rows])
    kinds = np.array([question.uncovered_class or "answered" for question in questions])
    bound = np.quantile(scores[kinds == "answered"], LOST)
    for kind in sorted(set(kinds)):
        click.echo(f"{kind:16} {np.mean(scores[kinds == kind] < bound):.3f} of {np.sum(kinds == kind)} below the bound")
    if write:
        path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / NAME
        path.write_bytes(write_likeness(likeness, "Fitted on listed questions and foils by eval/fit_likeness.py"))
        click.echo(f"wrote {path}, {path.stat().st_size // 1024} KiB")


def load_answered() -> tuple[str, ...]:
    """Questions that build on what the articles say, in the forms of false premises."""
    import yaml

    raw = yaml.safe_load((files("sci_assistant_eval") / "likeness.yaml").read_text(encoding="utf-8"))
    return tuple(raw["answered"])


def fit(texts: Sequence[str], vectors: Vectors, ours: NDArray[np.bool_]) -> Likeness:
    """The function fitted on questions with their vectors and whether articles answer them."""
    found = [phrases(text) for text in texts]
    counts = Counter(phrase for one in found for phrase in one)
    idf = {p: math.log((1 + len(found)) / (1 + n)) + 1.0 for p, n in counts.items() if n >= LEAST}
    words = _fit(found, idf, vectors, ours).words
    largest = sorted(words, key=lambda phrase: -abs(words[phrase][1]))[:KEPT]
    return _fit(found, {phrase: idf[phrase] for phrase in largest}, vectors, ours)


def _fit(
    found: Sequence[frozenset[str]], idf: Mapping[str, float], vectors: Vectors, ours: NDArray[np.bool_]
) -> Likeness:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    column = {phrase: position for position, phrase in enumerate(idf)}
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for one in found:
        here = [phrase for phrase in one if phrase in column]
        length = math.sqrt(sum(idf[phrase] ** 2 for phrase in here)) or 1.0
        values += [idf[phrase] / length for phrase in here]
        columns += [column[phrase] for phrase in here]
        ends.append(len(columns))
    words: Any = csr_matrix((values, columns, ends), shape=(len(found), len(column)))
    features = hstack([words, csr_matrix(vectors * VECTOR)]).tocsr()
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000, solver="liblinear")
    weights = model.fit(features, ours).coef_[0]
    named = {phrase: (idf[phrase], float(weights[position])) for phrase, position in column.items()}
    return Likeness(float(model.intercept_[0]), named, weights[len(column) :])


if __name__ == "__main__":
    main()
