"""Fit the weighed words of the notices: development messages -> src/sci_assistant/data/notice_words.tsv.gz.

    python -m sci_assistant_eval.fit_notice_words [--write]

Two logistic regressions (scikit-learn) over the features of ask/weighed.py: whether a message tells of danger, and
whether a dangerous one is a crisis. Beside harmless messages stand ordinary ones without a raised rule, at a low
weight: development questions, and questions that articles list and answer without an emergency. Prints what is
found, cross-validated, and chooses the two bounds there; the test split is never read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.vignettes import load_vignettes

from sci_assistant.ask.triage import read_signs
from sci_assistant.ask.weighed import FAMILIES, NAME, Family, Piece, Scores, WeighedWords, features, write_words
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article, Turn
from sci_assistant.wire import bundled_corpus

LEAST: dict[Family, int] = {"words": 2, "letters": 3, "signs": 1}  # messages that a piece must stand in
KEPT = 40_000  # pieces with the largest weights, for which the final fit is made
STRENGTH = 10.0  # inverse of the regularisation
SIGN = 0.7  # what a sign counts beside unit-length words and letters
ORDINARY = 0.25  # weight of a listed question
FALSE_ALARMS = 0.04  # of the harmless messages that no rule was developed on, cross-validated
BOUNDS = np.arange(-3.0, 2.01, 0.2)
WIDEST = 1.2  # between the bounds: rules were written on these messages and are surer here than on new ones
FOLDS = 5
SEED = 0

Found = dict[Family, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Messages as features, with labels."""

    found: list[Found]
    label: NDArray[np.str_]  # emergency, crisis, none
    kind: NDArray[np.str_]
    held: NDArray[np.bool_]  # written for measuring, not for developing
    weight: NDArray[np.float64]

    @property
    def raised(self) -> NDArray[np.bool_]:
        return np.array([any(sign.startswith("rule ") for sign in found["signs"]) for found in self.found])


@click.command()
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(write: bool) -> None:
    """Fit on dev and print what the words find."""
    rows = read_rows()
    danger, crisis = _cross_validate(rows)
    sure, doubt = choose_bounds(rows, danger)
    shown = (danger >= sure) | (rows.raised & (danger >= doubt))
    click.echo(f"sure {sure:.1f}, doubt {doubt:.1f}; share with a notice, cross-validated:")
    for held in (True, False):
        for label, kind in sorted(
            {(str(a), str(b) if a != "emergency" else "") for a, b in zip(rows.label, rows.kind, strict=True)}
        ):
            those = (rows.label == label) & (rows.held == held) & ((rows.kind == kind) | (kind == ""))
            if those.any():
                name = f"{'held' if held else 'developed on'}: {label} {kind}"
                click.echo(
                    f"  {name:44}{shown[those].mean():.3f} of {those.sum()}, rules {rows.raised[those].mean():.3f}"
                )
    dangerous = rows.label != "none"
    right = ((crisis >= 0.0) == (rows.label == "crisis"))[dangerous].mean()
    click.echo(f"crisis told from emergency rightly: {right:.3f}")
    if write:
        words = replace(fit(rows, np.arange(len(rows.found)), KEPT), sure=sure, doubt=doubt)
        path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / NAME
        path.write_bytes(write_words(words, "Fitted on dev by eval/fit_notice_words.py"))
        click.echo(f"wrote {path}, {path.stat().st_size // 1024} KiB")


def read_rows() -> Rows:
    """All labelled development messages, and the ordinary questions that articles list."""
    turns: list[tuple[Turn, str, str, bool, float]] = []
    turns += [
        (message.turn, message.expect, message.kind, not message.dev, 1.0)
        for message in load_vignettes(split="dev", training=True)
        if message.expect is not None
    ]
    articles = [article for _, article in read_articles(bundled_corpus()) if isinstance(article, Article)]
    calm = [text for article in articles for text in _ordinary(article)]
    for question in load_questions(split="dev"):
        calm += [question.question, *question.history]
    turns += [(Turn(text), "none", "ordinary", False, ORDINARY) for text in (*calm, *_levels())]
    signed = [read_signs(turn) for turn, *_ in turns]
    found = [features(heard, signs) for heard, signs in signed]
    kept = [
        row
        for row, (_, _, kind, _, _) in enumerate(turns)
        if kind != "ordinary" or not any(sign.startswith("rule ") for sign in found[row]["signs"])
    ]
    _, label, kind, held, weight = zip(*(turns[row] for row in kept), strict=True)
    return Rows([found[row] for row in kept], *(np.array(column) for column in (label, kind, held, weight)))


def _ordinary(article: Article) -> list[str]:
    """A short and a long phrasing of each listed question whose answer names no emergency."""
    texts = [article.quote(s.start, s.end).lower() for s in article.sentences]
    calm = [a for a in article.asked if not any("emergency" in texts[i] or "call " in texts[i] for i in a.sentences)]
    return [
        text
        for asked in calm
        for text in dict.fromkeys((asked.phrasings[1 % len(asked.phrasings)], asked.phrasings[-1]))
    ]


def _levels() -> list[str]:
    """What people say of their injury before they ask anything."""
    names = [f"{part}{number}" for part, last in (("c", 8), ("t", 12), ("l", 5)) for number in range(1, last + 1)]
    forms = (
        "i am {}",
        "i am a {} complete",
        "{} incomplete",
        "{}",
        "he is {} and i am his wife",
        "injury at {} in 2019",
    )
    return [form.format(name) for name in names for form in forms]


def fit(rows: Rows, use: NDArray[np.int_], most: int) -> WeighedWords:
    """The list fitted on some rows, cut to the pieces with the largest weights and fitted again on those."""
    known = _idf([rows.found[row] for row in use])
    words = _fit(rows, use, known)
    if most < len(known):
        size = {
            key: abs(words.pieces[key[0]][key[1]].danger) + abs(words.pieces[key[0]][key[1]].crisis) for key in known
        }
        largest = sorted(known, key=lambda key: -size[key])[:most]
        words = _fit(rows, use, {key: known[key] for key in largest})
    return words


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
    label, weight = rows.label[use], rows.weight[use]
    models = []
    for wanted, among in ((label != "none", np.full(len(use), True)), (label == "crisis", label != "none")):
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=3000, solver="liblinear")
        models.append(model.fit(matrix[among], wanted[among], sample_weight=weight[among]))
    pieces: dict[Family, dict[str, Piece]] = {family: {} for family in FAMILIES}
    for (family, piece), position in column.items():
        danger, crisis = (float(model.coef_[0][position]) for model in models)
        pieces[family][piece] = Piece(known[family, piece], danger, crisis)
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


def _cross_validate(rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores of every row by a list that was fitted without it."""
    from sklearn.model_selection import StratifiedKFold

    danger, crisis = np.zeros(len(rows.found)), np.zeros(len(rows.found))
    strata = [f"{label} {held}" for label, held in zip(rows.label, rows.held, strict=True)]
    for fitted, rest in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(rows.label, strata):
        words = fit(rows, fitted, KEPT)
        column = {
            (family, piece): i for i, (family, piece) in enumerate((f, p) for f in FAMILIES for p in words.pieces[f])
        }
        known = {(family, piece): words.pieces[family][piece].idf for family, piece in column}
        matrix = _matrix([rows.found[row] for row in rest], known, column)
        for scores, name in ((danger, "danger"), (crisis, "crisis")):
            weights = np.array([getattr(words.pieces[family][piece], name) for family, piece in column])
            scores[rest] = matrix @ weights + getattr(words.intercept, name)
    return danger, crisis


def choose_bounds(rows: Rows, danger: NDArray[np.float64]) -> tuple[float, float]:
    """The bounds that find most danger of all messages, with few enough false alarms on those held from developing."""
    harmless, dangerous = rows.held & (rows.label == "none"), rows.label != "none"
    best = (-1.0, 0.0, 0.0)
    for sure in BOUNDS:
        for doubt in BOUNDS[(sure >= BOUNDS) & (sure - WIDEST - 1e-9 <= BOUNDS)]:
            shown = (danger >= sure) | (rows.raised & (danger >= doubt))
            if shown[harmless].mean() <= FALSE_ALARMS:
                best = max(best, (float(shown[dangerous].mean()), float(sure), float(doubt)))
    return best[1], best[2]


if __name__ == "__main__":
    main()
