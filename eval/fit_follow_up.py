"""Fit what tells a follow-up: written conversations -> src/sci_assistant/data/follow_up.json.

    python -m sci_assistant_eval.fit_follow_up --store DIR [--write]

A logistic regression (scikit-learn) over the features of ask/follow_up.py: whether the last message of a conversation
leans on those before it. Fitted on eval/follow_ups.yaml and the development conversations. Prints, cross-validated, how
often that is told, and how often the first passage is of an acceptable article: as told, with every message taken for
itself, and with every message read beside those before it. The test split is never read.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import click
import numpy as np
from sci_assistant_eval.fitted import fit_logistic, named, write_fitted
from sci_assistant_eval.questions import load_questions

from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.follow_up import NAME, Leaning, read_leaning
from sci_assistant.ask.search import Retrieved
from sci_assistant.ask.spelling import correct

FOLDS = 10


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a person writes, whether the last message leans on the others, and what may rightly answer it."""

    turns: tuple[str, ...]
    leans: bool
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """A conversation as it is told and searched. `right` is None where no article is expected."""

    leaning: Leaning
    leans: bool
    right: tuple[bool, bool] | None  # alone, beside what was said before


@click.command()
@click.option("--store", type=click.Path(path_type=Path), required=True, help="Folder of the index of all articles.")
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(store: Path, write: bool) -> None:
    """Fit on dev and print what is told."""
    from sklearn.model_selection import StratifiedKFold

    from sci_assistant import wire
    from sci_assistant.settings import load_settings

    assistant = wire.make_assistant(load_settings(store=store))
    read = [one for conversation in load_conversations() if (one := read_conversation(assistant, conversation))]
    features = np.array([list(asdict(one.leaning).values()) for one in read])
    wanted = np.array([one.leans for one in read])
    told = np.zeros_like(wanted)
    for fitted, rest in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(features, wanted):
        intercept, weights = fit_logistic(features[fitted], wanted[fitted])
        told[rest] = intercept + features[rest] @ weights >= 0.0
    for name, which in (("follow-ups", wanted), ("new subjects", ~wanted)):
        right = np.array([one.right or (False, False) for one in read])
        expected = which & np.array([one.right is not None for one in read])
        chosen = np.where(told, right[:, 1], right[:, 0])[expected].mean()
        alone, beside = right[expected].mean(axis=0)
        click.echo(
            f"{which.sum()} {name}, cross-validated: told rightly {(told == wanted)[which].mean():.3f}; first passage "
            f"of an acceptable article {chosen:.3f}, all alone {alone:.3f}, all beside what was said {beside:.3f}"
        )
    if write:
        names = [field.name for field in fields(Leaning)]
        write_fitted(NAME, {"fitted_on": "dev", **named(names, *fit_logistic(features, wanted))})


def load_written() -> list[Conversation]:
    """The conversations that were written for this."""
    import yaml

    raw: Any = yaml.safe_load((Path(__file__).parent / "follow_ups.yaml").read_text(encoding="utf-8"))
    return [Conversation(tuple(row["turns"]), bool(row["leans"]), tuple(row["articles"])) for row in raw]


def load_conversations() -> list[Conversation]:
    """The written conversations and those of the development questions."""
    questions = [question for question in load_questions(split="dev") if question.kind == "follow_up"]
    return load_written() + [Conversation((*q.history, q.question), not q.topic_change, q.articles) for q in questions]


def read_conversation(assistant: Assistant, conversation: Conversation) -> Read | None:
    """A conversation with its spelling mended; None where nothing that was said before could matter."""
    *history, question = (correct(text, assistant.live.vocabulary).text for text in conversation.turns)
    alone, beside = assistant.both_ways(question, history)
    if beside is None:
        return None
    right = (_is_right(alone, conversation), _is_right(beside, conversation)) if conversation.articles else None
    return Read(read_leaning(question, history, alone, beside), conversation.leans, right)


def _is_right(found: Retrieved, conversation: Conversation) -> bool:
    return found.passages[0].article.id in conversation.articles


if __name__ == "__main__":
    main()
