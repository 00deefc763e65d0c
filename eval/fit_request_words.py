"""Fit the weighed words of requests to act -> src/sci_assistant/data/request_words.tsv.gz.

    python -m sci_assistant_eval.fit_request_words [--write]

A logistic regression over the features of ask/weighed.py (weigh.py): whether a message asks for something to be done.
Requests are those of the foils and of eval/requests.yaml, with its look-alikes; beside them stand development and
judged questions that the articles answer and, at a low weight, those that they list. Prints what is found,
cross-validated, and chooses the bound there; the test split is never read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
from sci_assistant_eval.fit_answerable import ANSWERED, read_judged
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.weigh import Message, Questions, Rows, choose_bounds, cross_validate, folds, save, tabulate

from sci_assistant.ask.requests import NAME, read_request
from sci_assistant.asked import load_foils
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article, Turn
from sci_assistant.wire import bundled_corpus

LISTED = 0.25  # weight of a listed question
WRONGLY = 1 / 200  # of the questions that articles answer, of each kind, cross-validated
LOOK_ALIKES = 0.08  # of those that were written to look alike


@click.command()
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(write: bool) -> None:
    """Fit on dev and print what the words find."""
    rows = read_messages()
    wanted = rows.label == "request"
    questions = Questions(wanted, wanted, np.ones_like(wanted))
    scores, _ = cross_validate(rows, questions, folds([f"{a} {b}" for a, b in zip(rows.label, rows.kind, strict=True)]))
    harmless = [(rows.kind == kind, WRONGLY) for kind in ("asked", "judged", "listed") if (rows.kind == kind).any()]
    harmless.append((rows.kind == "look-alike", LOOK_ALIKES))
    sure, _ = choose_bounds(rows, scores, wanted, harmless, widest=0.0)
    click.echo(f"sure {sure:.1f}; taken for a request, cross-validated:")
    for kind in dict.fromkeys(rows.kind):
        those = rows.kind == kind
        click.echo(f"  {kind:12}{(scores[those] >= sure).mean():.3f} of {those.sum()}")
    if write:
        click.echo(save(rows, questions, (sure, sure), NAME))


def read_messages() -> Rows:
    """Requests of the foils and of requests.yaml, its look-alikes, and development, judged and listed questions."""
    import yaml

    raw: Any = yaml.safe_load((Path(__file__).parent / "requests.yaml").read_text(encoding="utf-8"))
    articles = [article for _, article in read_articles(bundled_corpus()) if isinstance(article, Article)]
    groups = (
        ("request", "foil", 1.0, load_foils()["request_to_act"]),
        ("request", "written", 1.0, raw["requests"]),
        ("none", "look-alike", 1.0, raw["look_alikes"]),
        ("none", "asked", 1.0, [q.question for q in load_questions(split="dev") if q.kind != "uncovered"]),
        ("none", "judged", 1.0, [text for name, text in read_judged() if name == ANSWERED]),
        ("none", "listed", LISTED, [asked.phrasings[-1] for article in articles for asked in article.asked]),
    )
    messages = [
        Message(Turn(text), label, kind, False, weight) for label, kind, weight, texts in groups for text in texts
    ]
    return tabulate(messages, (read_request(message.turn.question) for message in messages))


if __name__ == "__main__":
    main()
