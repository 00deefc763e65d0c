"""Fit the weighed words of the notices: development messages -> src/sci_assistant/data/notice_words.tsv.gz.

    python -m sci_assistant_eval.fit_notice_words [--write]

Two logistic regressions over the features of ask/weighed.py (weigh.py): whether a message tells of danger, and whether
a dangerous one is a crisis. Beside harmless messages stand ordinary ones without a raised rule, at a low
weight: development questions, and questions that articles list and answer without an emergency. Prints what is
found, cross-validated, and chooses the two bounds there; the test split is never read.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.vignettes import load_vignettes
from sci_assistant_eval.weigh import Rows, cross_validate, fit, save

from sci_assistant.ask.triage import read_signs
from sci_assistant.ask.weighed import NOTICES, features
from sci_assistant.asked import foil_texts
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article, Turn
from sci_assistant.wire import bundled_corpus

ORDINARY = 0.6  # weight of an ordinary question
FALSE_ALARMS = 0.04  # of the harmless messages that no rule was developed on, and of ordinary ones, cross-validated
BOUNDS = np.arange(-3.0, 2.01, 0.2)
WIDEST = 1.2  # between the bounds: rules were written on these messages and are surer here than on new ones


@dataclass(frozen=True, slots=True)
class Messages:
    """What the fit reads, with what each message is; arrays of one entry a message."""

    rows: Rows
    label: NDArray[np.str_]  # emergency, crisis, none
    kind: NDArray[np.str_]
    held: NDArray[np.bool_]  # written for measuring, not for developing


@click.command()
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(write: bool) -> None:
    """Fit on dev and print what the words find."""
    read = read_messages()
    danger, crisis = cross_validate(read.rows, [f"{a} {b}" for a, b in zip(read.label, read.held, strict=True)])
    sure, doubt = choose_bounds(read, danger)
    raised = read.rows.raised
    shown = (danger >= sure) | (raised & (danger >= doubt))
    click.echo(f"sure {sure:.1f}, doubt {doubt:.1f}; share with a notice, cross-validated:")
    kinds = {(str(a), str(b) if a != "emergency" else "") for a, b in zip(read.label, read.kind, strict=True)}
    for held in (True, False):
        for label, kind in sorted(kinds):
            those = (read.label == label) & (read.held == held) & ((read.kind == kind) | (kind == ""))
            if those.any():
                name = f"{'held' if held else 'developed on'}: {label} {kind}"
                click.echo(f"  {name:44}{shown[those].mean():.3f} of {those.sum()}, rules {raised[those].mean():.3f}")
    dangerous = read.rows.first
    right = ((crisis >= 0.0) == read.rows.second)[dangerous].mean()
    click.echo(f"crisis told from emergency rightly: {right:.3f}")
    if write:
        words = replace(fit(read.rows), sure=sure, doubt=doubt)
        path = save(words, NOTICES, "Fitted on dev by eval/fit_notice_words.py")
        click.echo(f"wrote {path}, {path.stat().st_size // 1024} KiB")


def read_messages() -> Messages:
    """All labelled development messages, and ordinary ones: about treatment, listed by articles, foils."""
    turns: list[tuple[Turn, str, str, bool, float]] = []
    read = load_vignettes(split="dev", training=True)
    turns += [(one.turn, one.expect, one.kind, not one.dev, 1.0) for one in read if one.expect is not None]
    articles = [article for _, article in read_articles(bundled_corpus()) if isinstance(article, Article)]
    calm = [text for article in articles for text in _ordinary(article)]
    calm += foil_texts()
    calm += [message.turns[-1] for message in read if message.caution is not None]
    for question in load_questions(split="dev"):
        calm += [question.question, *question.history]
    turns += [(Turn(text), "none", "ordinary", False, ORDINARY) for text in (*calm, *_levels())]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        signed = list(pool.map(read_signs, [turn for turn, *_ in turns], chunksize=500))
    found = [features(heard, signs) for heard, signs in signed]
    kept = [
        row
        for row, (_, _, kind, _, _) in enumerate(turns)
        if kind != "ordinary" or not any(sign.startswith("rule ") for sign in found[row]["signs"])
    ]
    _, *columns = zip(*(turns[row] for row in kept), strict=True)
    label, kind, held, weight = (np.array(column) for column in columns)
    rows = Rows([found[row] for row in kept], label != "none", label == "crisis", label != "none", weight)
    return Messages(rows, label, kind, held)


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


def choose_bounds(read: Messages, danger: NDArray[np.float64]) -> tuple[float, float]:
    """The bounds that find most danger of all messages, with few enough false alarms on those held from developing."""
    dangerous, raised = read.rows.first, read.rows.raised
    harmless, ordinary = read.held & ~dangerous, read.kind == "ordinary"
    best = (-1.0, 0.0, 0.0)
    for sure in BOUNDS:
        for doubt in BOUNDS[(sure >= BOUNDS) & (sure - WIDEST - 1e-9 <= BOUNDS)]:
            shown = (danger >= sure) | (raised & (danger >= doubt))
            if max(shown[harmless].mean(), shown[ordinary].mean()) <= FALSE_ALARMS:
                best = max(best, (float(shown[dangerous].mean()), float(sure), float(doubt)))
    return best[1], best[2]


if __name__ == "__main__":
    main()
