"""Fit which danger a notice names: development emergencies -> src/sci_assistant/data/danger_names.npz.

    python -m sci_assistant_eval.fit_danger_names [--write]

A multinomial logistic regression (scikit-learn). A kind of messages that has no rule of its own counts as the rule
whose text speaks of it (SPOKEN_OF); kinds of few messages are left out. Prints, cross-validated, how many messages have
a danger named and how many of these rightly; the test split is never read.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from sci_assistant_eval.vignettes import load_vignettes

from sci_assistant.ask.danger_names import BUCKETS, NAME, SIGN_SCALE, SURE
from sci_assistant.ask.hashed import make_hashers
from sci_assistant.ask.rules import load_rules
from sci_assistant.ask.triage import read_signs

SPOKEN_OF = {"chest-pain": "clot-in-lung", "poisoning-or-gas": "poisoning"}
LEAST = 100  # messages of a kind
FOLDS = 5
SEED = 0
STRENGTH = 5.0  # inverse of the regularisation
ROUNDS = 60  # of its solver, which is stopped there


def rows(texts: Sequence[str], signs: Sequence[frozenset[str]], known: Sequence[str]) -> Any:
    """A sparse matrix of shape (texts, 2 * BUCKETS + known signs)."""
    from scipy.sparse import csr_matrix, hstack

    pieces, words = make_hashers(BUCKETS)
    told = np.array([[sign in found for sign in known] for found in signs], dtype=np.float32)
    return hstack((pieces.transform(texts), words.transform(texts), csr_matrix(SIGN_SCALE * told))).tocsr()


@click.command()
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(write: bool) -> None:
    """Fit on dev and print how well dangers are named."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    warnings.filterwarnings("ignore", category=ConvergenceWarning)

    ids = {rule.id for rule in load_rules().rules}
    told = [(v, SPOKEN_OF.get(v.kind, v.kind)) for v in load_vignettes(split="dev", training=True)]
    told = [(v, rule) for v, rule in told if v.expect == "emergency" and rule in ids]
    counts = Counter(rule for _, rule in told)
    told = [(v, rule) for v, rule in told if counts[rule] >= LEAST]
    with click.progressbar(told, label="reading") as bar:
        heard = [read_signs(vignette.turn) for vignette, _ in bar]
    texts, signs = [text for text, _ in heard], [found for _, found in heard]
    known = sorted({sign for found in signs for sign in found})
    features, labels = rows(texts, signs, known), np.array([rule for _, rule in told])
    model = LogisticRegression(C=STRENGTH, max_iter=ROUNDS)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    found = cross_val_predict(model, features, labels, cv=folds, method="predict_proba")
    sure = found.max(axis=1) >= SURE
    right = np.unique(labels)[found.argmax(axis=1)] == labels
    click.echo(
        f"{len(labels)} emergencies of {found.shape[1]} dangers, cross-validated: {sure.mean():.3f} are named, "
        f"{right[sure].mean():.3f} of these rightly"
    )
    if write:
        model.fit(features, labels)
        path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / NAME
        np.savez_compressed(
            path,
            rules=model.classes_.astype(str),
            signs=np.array(known),
            coefficients=model.coef_.T.astype(np.float16),
            intercepts=model.intercept_.astype(np.float32),
        )
        click.echo(f"wrote {path}, {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
