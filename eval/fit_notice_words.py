"""Fit what weighs the notices: development messages -> data/notice_words.tsv.gz and notice_network.npz.

    python -m sci_assistant_eval.fit_notice_words [--write]    # about an hour on two cores

Two logistic regressions over the features of ask/weighed.py (weigh.py), and a network (notice_training.py): whether a
message tells of danger, and whether a dangerous one is a crisis. Beside harmless messages stand ordinary ones without
a raised rule, at a low weight: development questions and conversations, and questions that articles list and answer
without an emergency. Prints what is found, cross-validated, and chooses the two bounds there; the test split is never
read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.fit_follow_up import load_conversations
from sci_assistant_eval.notice_training import Heard
from sci_assistant_eval.notice_training import fit as fit_network
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.vignettes import load_vignettes
from sci_assistant_eval.weigh import (
    Bits,
    Message,
    Questions,
    Rows,
    choose_bounds,
    cross_validate,
    folds,
    is_kept,
    save,
    tabulate,
)

from sci_assistant.ask.notice_network import NAME, read_network, together
from sci_assistant.ask.triage import BRIEF_WORDS, read_signs
from sci_assistant.ask.weighed import NOTICES, Scores
from sci_assistant.asked import foil_texts
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article, Turn
from sci_assistant.wire import bundled_corpus

ORDINARY = 0.6  # weight of an ordinary question
FALSE_ALARMS = 0.04  # of the harmless messages that no rule was developed on, cross-validated
HARD_ALARMS = 0.08  # of harmless messages that were written to be hard: a missed danger costs more
ORDINARY_ALARMS = 1 / 30  # of ordinary questions
EARLIER = 0.4  # below the bounds so chosen: of 1,198 fresh emergencies 17 instead of 20 are missed, of 1,070 fresh hard
# look-alikes 124 instead of 113 raised; 0.8 would find two more of these dangers for 19 more look-alikes (2026-11-30)
END = "end-of-conversation"  # kind of the newest messages of a harmless conversation
SHOWN_FALSELY = 0.05  # share of harmless messages at which what is found is printed
WIDEST = 1.6  # between the bounds: rules were written on these messages and are surer here than on new ones


class Fitted(NamedTuple):
    """Messages for both: as features, and as heard."""

    rows: Rows
    heard: Heard
    conversation: NDArray[np.int_]  # of each row; the ends of a conversation are rows, too

    @property
    def questions(self) -> Questions:
        return Questions(self.heard.danger, self.heard.crisis, self.heard.danger)

    @property
    def strata(self) -> list[str]:
        return [f"{label} {held}" for label, held in zip(self.rows.label, self.rows.held, strict=True)]


@click.command()
@click.option("--write", is_flag=True, help="Replace the files that ship with the package.")
@click.option("--looked-at", default=1, help="Folds of five that the bounds are chosen on: a network for each.")
def main(write: bool, looked_at: int) -> None:
    """Fit on dev and print what is found."""
    read = read_messages()
    parts = folds(read.strata, read.conversation)[:looked_at]
    seen = np.sort(np.concatenate([rest for _, rest in parts]))
    words = np.stack(cross_validate(read.rows, read.questions, parts), axis=1)[seen]
    network = cross_validate_network(read.heard, parts)[seen]
    both = np.array([together(Scores(*one), Scores(*other)) for one, other in zip(words, network, strict=True)])
    rows, dangerous = read.rows.only(seen), read.heard.danger[seen]
    weighed = _highest(both[:, 0], read.conversation[seen])
    hard = (rows.weight == 1.0) & ~rows.held & ~dangerous & (rows.kind != END)
    harmless = [(rows.held & ~dangerous, FALSE_ALARMS), (rows.kind == "ordinary", ORDINARY_ALARMS)]
    if hard.any():  # none among the few messages of a test
        harmless.append((hard, HARD_ALARMS))
    sure, doubt = (bound - EARLIER for bound in choose_bounds(rows, weighed, dangerous, harmless, widest=WIDEST))
    for name, scores in (("words", words), ("network", network), ("both", both)):
        click.echo(f"{name}: {_separation(rows, scores[:, 0], dangerous)}")
    click.echo(f"sure {sure:.1f}, doubt {doubt:.1f}; share with a notice, cross-validated:")
    for line in _table(rows, rows.shown(weighed, sure, doubt)):
        click.echo(line)
    right = ((both[:, 1] >= 0.0) == read.heard.crisis[seen])[dangerous].mean()
    click.echo(f"crisis told from emergency rightly: {right:.3f}")
    if write:
        network_of_all = fit_network(read.heard, np.arange(len(read.heard.texts)))
        click.echo(save(read.rows, read.questions, (sure, doubt), NOTICES))
        click.echo(save_network(network_of_all))


def _highest(scores: NDArray[np.float64], conversation: NDArray[np.int_]) -> NDArray[np.float64]:
    """For each row the highest score of its conversation's rows: triage.py reads the ends of a conversation alone."""
    _, at = np.unique(conversation, return_inverse=True)
    highest = np.full(at.max() + 1, -np.inf)
    np.maximum.at(highest, at, scores)
    return np.asarray(highest[at])


def _separation(rows: Rows, scores: NDArray[np.float64], dangerous: Bits) -> str:
    """How well scores tell the messages that were written for the fit apart."""
    from sklearn.metrics import roc_auc_score

    labelled = (rows.weight == 1.0) & ~rows.held
    if not (labelled & dangerous).any() or not (labelled & ~dangerous).any():
        return "no such messages"
    bound = np.quantile(scores[labelled & ~dangerous], 1 - SHOWN_FALSELY)
    found = (scores >= bound)[labelled & dangerous].mean()
    area = roc_auc_score(dangerous[labelled], scores[labelled])
    return f"area under the ROC curve {area:.3f}; with {SHOWN_FALSELY:.2f} of the harmless found {found:.3f}"


def _table(rows: Rows, shown: Bits) -> Iterator[str]:
    kinds = {(str(a), str(b) if a != "emergency" else "") for a, b in zip(rows.label, rows.kind, strict=True)}
    for held in (True, False):
        for label, kind in sorted(kinds):
            those = (rows.label == label) & (rows.held == held) & ((rows.kind == kind) | (kind == ""))
            if those.any():
                name = f"{'held' if held else 'developed on'}: {label} {kind}"
                found, by_rules = shown[those].mean(), rows.raised[those].mean()
                yield f"  {name:44}{found:.3f} of {those.sum()}, rules {by_rules:.3f}"


def cross_validate_network(
    heard: Heard, parts: Sequence[tuple[NDArray[np.int_], NDArray[np.int_]]]
) -> NDArray[np.float64]:
    """Both scores of every message of the folds by a network that was fitted without it, else 0; (messages, 2)."""
    found = np.zeros((len(heard.texts), 2))
    for fitted, rest in parts:
        network = read_network(fit_network(heard, fitted))
        found[rest] = [network.score(heard.texts[row], heard.signs[row]) for row in rest]
    return found


def save_network(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Replace the network that ships with the package; what was written."""
    path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / NAME
    np.savez_compressed(path, allow_pickle=False, **arrays)
    return f"wrote {path}, {path.stat().st_size // 1024} KiB"


def read_messages() -> Fitted:
    """All labelled development messages, the ends of harmless conversations, and ordinary messages: about treatment,
    listed by articles, foils, conversations that were written for the fit of follow-ups."""
    read = load_vignettes(split="dev", training=True)
    labelled = [one for one in read if one.expect is not None]
    messages = [Message(one.turn, one.expect, one.kind, not one.dev, 1.0) for one in labelled if one.expect is not None]
    ends = [(at, end) for at, one in enumerate(labelled) if one.expect == "none" for end in _ends(one.turn)]
    messages += [Message(end, "none", END, False, 1.0) for _, end in ends]
    conversation = [*range(len(labelled)), *(at for at, _ in ends)]
    articles = [article for _, article in read_articles(bundled_corpus()) if isinstance(article, Article)]
    calm = [text for article in articles for text in _ordinary(article)]
    calm += foil_texts()
    calm += [one.turns[-1] for one in read if one.caution is not None]
    for question in load_questions(split="dev"):
        calm += [question.question, *question.history]
    talks = [Turn(one.turns[-1], one.turns[:-1]) for one in load_conversations()]
    ordinary = [
        *(Turn(text) for text in (*calm, *_levels())),
        *(part for turn in talks for part in (turn, *_ends(turn))),
    ]
    messages += [Message(turn, "none", "ordinary", False, ORDINARY) for turn in ordinary]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        signs = list(pool.map(read_signs, [one.turn for one in messages], chunksize=500))
    rows = tabulate(messages, signs, brief=BRIEF_WORDS)
    kept = [one for message, one in zip(messages, signs, strict=True) if is_kept(message, one[1])]
    texts, found = zip(*kept, strict=True)
    alone = range(len(conversation), len(texts))  # of a weight of 1 all are kept, so that the others come last
    heard = Heard(texts, found, rows.label != "none", rows.label == "crisis", rows.weight)
    return Fitted(rows, heard, np.array([*conversation, *alone]))


def _ends(turn: Turn) -> list[Turn]:
    """The newest messages of a conversation, as triage.py weighs them by themselves: nothing in them is danger that is
    none in the whole."""
    return [Turn(turn.question, turn.history[-more:] if more else ()) for more in (2, 0) if len(turn.history) > more]


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
