"""Fit the weighed words of the notices: development messages -> src/sci_assistant/data/notice_words.tsv.gz.

    python -m sci_assistant_eval.fit_notice_words [--write]

Two logistic regressions over the features of ask/weighed.py (weigh.py): whether a message tells of danger, and whether
a dangerous one is a crisis. Beside harmless messages stand ordinary ones without a raised rule, at a low
weight: development questions, and questions that articles list and answer without an emergency. Prints what is
found, cross-validated, and chooses the two bounds there; the test split is never read.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import click
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.vignettes import load_vignettes
from sci_assistant_eval.weigh import Message, Questions, Rows, choose_bounds, cross_validate, save, tabulate

from sci_assistant.ask.triage import BRIEF_WORDS, read_signs
from sci_assistant.ask.weighed import NOTICES
from sci_assistant.asked import foil_texts
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article, Turn
from sci_assistant.wire import bundled_corpus

ORDINARY = 0.6  # weight of an ordinary question
FALSE_ALARMS = 0.04  # of the harmless messages that no rule was developed on, cross-validated
ORDINARY_ALARMS = 1 / 30  # of ordinary questions
WIDEST = 1.6  # between the bounds: rules were written on these messages and are surer here than on new ones


@click.command()
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(write: bool) -> None:
    """Fit on dev and print what the words find."""
    rows = read_messages()
    dangerous = rows.label != "none"
    questions = Questions(dangerous, rows.label == "crisis", dangerous)
    danger, crisis = cross_validate(rows, questions, [f"{a} {b}" for a, b in zip(rows.label, rows.held, strict=True)])
    harmless = ((rows.held & ~dangerous, FALSE_ALARMS), (rows.kind == "ordinary", ORDINARY_ALARMS))
    sure, doubt = choose_bounds(rows, danger, dangerous, harmless, widest=WIDEST)
    shown = rows.shown(danger, sure, doubt)
    click.echo(f"sure {sure:.1f}, doubt {doubt:.1f}; share with a notice, cross-validated:")
    kinds = {(str(a), str(b) if a != "emergency" else "") for a, b in zip(rows.label, rows.kind, strict=True)}
    for held in (True, False):
        for label, kind in sorted(kinds):
            those = (rows.label == label) & (rows.held == held) & ((rows.kind == kind) | (kind == ""))
            if those.any():
                name = f"{'held' if held else 'developed on'}: {label} {kind}"
                found, by_rules = shown[those].mean(), rows.raised[those].mean()
                click.echo(f"  {name:44}{found:.3f} of {those.sum()}, rules {by_rules:.3f}")
    right = ((crisis >= 0.0) == questions.second)[dangerous].mean()
    click.echo(f"crisis told from emergency rightly: {right:.3f}")
    if write:
        click.echo(save(rows, questions, (sure, doubt), NOTICES))


def read_messages() -> Rows:
    """All labelled development messages, and ordinary ones: about treatment, listed by articles, foils."""
    read = load_vignettes(split="dev", training=True)
    messages = [Message(one.turn, one.expect, one.kind, not one.dev, 1.0) for one in read if one.expect is not None]
    articles = [article for _, article in read_articles(bundled_corpus()) if isinstance(article, Article)]
    calm = [text for article in articles for text in _ordinary(article)]
    calm += foil_texts()
    calm += [one.turns[-1] for one in read if one.caution is not None]
    for question in load_questions(split="dev"):
        calm += [question.question, *question.history]
    messages += [Message(Turn(text), "none", "ordinary", False, ORDINARY) for text in (*calm, *_levels())]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        heard = pool.map(read_signs, [one.turn for one in messages], chunksize=500)
        return tabulate(messages, heard, brief=BRIEF_WORDS)


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


if __name__ == "__main__":
    main()
