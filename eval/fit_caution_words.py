"""Fit the weighed words of the cautions: development messages -> src/sci_assistant/data/caution_words.tsv.gz.

    python -m sci_assistant_eval.fit_caution_words [--write]

Two logistic regressions over the features of ask/weighed.py (weigh.py): whether somebody asks about their own
treatment, and whether about a reading or a result rather than what to do. Beside general questions stand those that
articles list, at a low weight. Prints what is found, cross-validated, and chooses the two bounds there; the test
split is never read.
"""

from __future__ import annotations

from dataclasses import replace

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.vignettes import load_vignettes
from sci_assistant_eval.weigh import Rows, cross_validate, fit, save

from sci_assistant.ask.caution import read_signs
from sci_assistant.ask.weighed import CAUTIONS, features
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article, Turn
from sci_assistant.wire import bundled_corpus

LISTED = 0.25  # weight of a listed question
RESULTS = ("normal", "test_result")  # kinds that ask what a reading means
WRONGLY = 0.05  # cautions on messages written to look alike, cross-validated; a caution too many is one line to read
BOUNDS = np.arange(-3.0, 3.01, 0.2)


@click.command()
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(write: bool) -> None:
    """Fit on dev and print what the words find."""
    rows, held = read_messages()
    asks, result = cross_validate(rows, [f"{a} {b}" for a, b in zip(rows.first, held, strict=True)])
    sure, doubt = choose_bounds(rows, asks)
    raised = rows.raised
    shown = (asks >= sure) | (raised & (asks >= doubt))
    click.echo(f"sure {sure:.1f}, doubt {doubt:.1f}; share with a caution, cross-validated (by the rules alone):")
    for name, those in (
        ("held: wanted", held & rows.first),
        ("held: general", held & ~rows.first),
        ("for the fit: wanted", ~held & rows.first),
        ("for the fit: general", ~held & ~rows.first & (rows.weight == 1.0)),
        ("listed questions", rows.weight < 1.0),
    ):
        click.echo(f"  {name:24}{shown[those].mean():.3f} of {those.sum()} ({raised[those].mean():.3f})")
    right = ((result >= 0.0) == rows.second)[rows.asked].mean()
    click.echo(f"a reading told from what to do rightly: {right:.3f} of {rows.asked.sum()}")
    if write:
        path = save(replace(fit(rows), sure=sure, doubt=doubt), CAUTIONS, "Fitted on dev by eval/fit_caution_words.py")
        click.echo(f"wrote {path}, {path.stat().st_size // 1024} KiB")


def read_messages() -> tuple[Rows, NDArray[np.bool_]]:
    """All development messages that are labelled for cautions, listed questions; which were written for measuring."""
    turns: list[tuple[Turn, bool, str, bool, float]] = []
    turns += [
        (message.turn, message.caution, message.kind, not message.dev, 1.0)
        for message in load_vignettes(split="dev", training=True)
        if message.caution is not None
    ]
    articles = [article for _, article in read_articles(bundled_corpus()) if isinstance(article, Article)]
    listed = [asked.phrasings[-1] for article in articles for asked in article.asked]
    listed += [question.question for question in load_questions(split="dev")]
    turns += [(Turn(text), False, "listed", False, LISTED) for text in listed]
    found = [features(*read_signs(turn)) for turn, *_ in turns]
    kept = [
        row
        for row, (_, _, kind, _, _) in enumerate(turns)
        if kind != "listed" or not any(sign.startswith("rule ") for sign in found[row]["signs"])
    ]
    _, *columns = zip(*(turns[row] for row in kept), strict=True)
    wanted, kind, held, weight = (np.array(column) for column in columns)
    asked = wanted & (kind != "wanted")  # what was written for the fit does not say which
    return Rows([found[row] for row in kept], wanted, np.isin(kind, RESULTS), asked, weight), held


def choose_bounds(rows: Rows, asks: NDArray[np.float64]) -> tuple[float, float]:
    """The bounds that find most of what is wanted, with few enough cautions on general messages."""
    general, raised = ~rows.first & (rows.weight == 1.0), rows.raised
    best = (-1.0, 0.0, 0.0)
    for sure in BOUNDS:
        for doubt in BOUNDS[sure >= BOUNDS]:
            shown = (asks >= sure) | (raised & (asks >= doubt))
            if shown[general].mean() <= WRONGLY:
                best = max(best, (float(shown[rows.first].mean()), float(sure), float(doubt)))
    return best[1], best[2]


if __name__ == "__main__":
    main()
