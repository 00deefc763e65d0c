"""Fit the weighed words of the cautions: development messages -> src/sci_assistant/data/caution_words.tsv.gz.

    python -m sci_assistant_eval.fit_caution_words [--write]

Two logistic regressions over the features of ask/weighed.py (weigh.py): whether somebody asks about their own
treatment, and whether about a reading or a result rather than what to do. Beside general questions stand those that
articles list, at a low weight. Prints what is found, cross-validated, and chooses the two bounds there; the test
split is never read.
"""

from __future__ import annotations

import click
import numpy as np
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.vignettes import load_vignettes
from sci_assistant_eval.weigh import Message, Questions, Rows, choose_bounds, cross_validate, folds, save, tabulate

from sci_assistant.ask.caution import read_signs
from sci_assistant.ask.weighed import CAUTIONS
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article, Turn
from sci_assistant.wire import bundled_corpus

LISTED = 0.25  # weight of a listed question
RESULTS = ("normal", "test_result")  # kinds that ask what a reading means
WRONGLY = 0.06  # cautions on messages written to look alike, cross-validated; a caution too many is one line to read


@click.command()
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(write: bool) -> None:
    """Fit on dev and print what the words find."""
    rows = read_messages()
    wanted, labelled = rows.label == "wanted", rows.weight == 1.0
    told_apart = wanted & (rows.kind != "wanted")  # what was written for the fit does not say which it is
    questions = Questions(wanted, np.isin(rows.kind, RESULTS), told_apart)
    asks, result = cross_validate(
        rows, questions, folds([f"{a} {b}" for a, b in zip(rows.label, rows.held, strict=True)])
    )
    general = ~wanted & labelled
    sure, doubt = choose_bounds(rows, asks, wanted, [(general, WRONGLY)], widest=np.inf)
    shown = rows.shown(asks, sure, doubt)
    click.echo(f"sure {sure:.1f}, doubt {doubt:.1f}; share with a caution, cross-validated (by the rules alone):")
    for name, those in (
        ("held: wanted", rows.held & wanted),
        ("held: general", rows.held & general),
        ("for the fit: wanted", ~rows.held & wanted),
        ("for the fit: general", ~rows.held & general),
        ("listed questions", ~labelled),
    ):
        click.echo(f"  {name:24}{shown[those].mean():.3f} of {those.sum()} ({rows.raised[those].mean():.3f})")
    right = ((result >= 0.0) == questions.second)[told_apart].mean()
    click.echo(f"a reading told from what to do rightly: {right:.3f} of {told_apart.sum()}")
    if write:
        click.echo(save(rows, questions, (sure, doubt), CAUTIONS))


def read_messages() -> Rows:
    """All development messages that are labelled for cautions, and ordinary questions, which articles list."""
    messages = [
        Message(one.turn, "wanted" if one.caution else "general", one.kind, not one.dev, 1.0)
        for one in load_vignettes(split="dev", training=True)
        if one.caution is not None
    ]
    articles = [article for _, article in read_articles(bundled_corpus()) if isinstance(article, Article)]
    listed = [asked.phrasings[-1] for article in articles for asked in article.asked]
    listed += [question.question for question in load_questions(split="dev")]
    messages += [Message(Turn(text), "general", "listed", False, LISTED) for text in listed]
    return tabulate(messages, (read_signs(one.turn) for one in messages))


if __name__ == "__main__":
    main()
