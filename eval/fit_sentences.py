"""Fit the choice of sentences: labelled development questions -> src/sci_assistant/data/sentences.json.

    python -m sci_assistant_eval.fit_sentences --store DIR [--write]

Two logistic regressions (scikit-learn) over the features of ask/candidates.py: whether a candidate states a key fact
of its question, and whether its article is an acceptable one. Prints, cross-validated by question, how many key facts
the best sentences of 120 words state, and whether the first one is of the right article and section; and of a few
thousand judged questions that it was not fitted on (needed.py), how many of the sentences that a reader would quote
are among them. The test split is never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.fitted import fit_logistic, named, write_fitted
from sci_assistant_eval.metrics import matches
from sci_assistant_eval.needed import Needed, load_needed, sentence_name, share_chosen
from sci_assistant_eval.questions import Question, load_questions
from sci_assistant_eval.score import FIRST_WORDS, section_label

from sci_assistant.ask.assistant import PASSAGES, Assistant
from sci_assistant.ask.candidates import NAME, NAMES, log_probability, read_candidates
from sci_assistant.ask.intent import read_intent
from sci_assistant.types import Turn

FOLDS = 10

Model = tuple[float, NDArray[np.float64]]  # intercept and coefficients


@dataclass(frozen=True, slots=True)
class Case:
    """A question's candidates. `facts` holds for each key fact the candidates that state it."""

    features: NDArray[np.float64]
    words: NDArray[np.int_]
    facts: tuple[NDArray[np.bool_], ...]
    article: NDArray[np.bool_]  # whether acceptable
    section: NDArray[np.bool_]

    @property
    def states(self) -> NDArray[np.bool_]:
        return np.asarray(np.any(self.facts, axis=0), dtype=bool)


@click.command()
@click.option("--store", type=click.Path(path_type=Path), required=True, help="Folder of the index of all articles.")
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(store: Path, write: bool) -> None:
    """Fit on dev and print what the choice is worth."""
    from sklearn.model_selection import KFold

    from sci_assistant import wire
    from sci_assistant.settings import load_settings

    assistant = wire.make_assistant(load_settings(store=store))
    questions = [q for q in load_questions(split="dev") if q.kind != "uncovered" and q.key_facts]
    cases = [read_case(assistant, question) for question in questions]
    figures = []
    for fitted, rest in KFold(min(FOLDS, len(cases)), shuffle=True, random_state=0).split(cases):
        models = [_fit([cases[i] for i in fitted], label) for label in ("states", "article")]
        for case in (cases[i] for i in rest):
            states, fits = (intercept + case.features @ weights for intercept, weights in models)
            first = int(np.argmax(log_probability(states) + log_probability(fits)))
            figures.append((stated(case, states), case.article[first], case.section[first]))
    facts, article, section = np.mean(figures, axis=0)
    click.echo(
        f"{len(cases)} dev questions, cross-validated: key facts in the best {FIRST_WORDS} words {facts:.3f}; "
        f"first sentence of the right article {article:.3f}, section {section:.3f}"
    )
    model = _fit(cases, "states")
    shares = [found for judged in load_needed() if (found := _chosen(assistant, judged, model)) is not None]
    if shares:
        needed, most = np.mean(shares, axis=0)
        click.echo(
            f"{len(shares)} judged questions, not fitted on: of the sentences that a reader would quote "
            f"{needed:.3f} in the best {FIRST_WORDS} words, the most needed one {most:.3f}"
        )
    if write:
        write_fitted(NAME, _written(cases))


def _chosen(assistant: Assistant, judged: Needed, model: Model) -> tuple[float, bool] | None:
    """Share of the needed sentences, and whether the most needed one, among the best; None where none is indexed."""
    if not any(name.split(":")[0] in assistant.live.articles for name in judged.needed):
        return None
    retrieved = assistant.search(Turn(judged.question), k=PASSAGES)
    keys, features = read_candidates(retrieved, retrieved.question, read_intent(retrieved.question))
    names = [sentence_name(article, index) for article, index in keys]
    needed = [name for name in judged.needed if name in names]
    if not needed:
        return None
    words = np.array([len(article.sentence_text(index).split()) for article, index in keys])
    intercept, weights = model
    chosen = {names[at] for at in _best(words, intercept + features @ weights)}
    return share_chosen(needed, chosen), needed[0] in chosen


def read_case(assistant: Assistant, question: Question) -> Case:
    """A question's candidates with their labels."""
    retrieved = assistant.search(question.turn, k=PASSAGES)
    keys, features = read_candidates(retrieved, retrieved.question, read_intent(retrieved.question))
    texts = [article.sentence_text(index) for article, index in keys]
    right = np.array([article.id in question.articles for article, _ in keys], dtype=bool)
    labels = {section.strip() for section in question.sections}
    sections = [section_label(a.id, a.sections[a.sentences[i].section].title) in labels for a, i in keys]
    facts = tuple(
        right & np.array([any(matches(pattern, text) for pattern in fact.any) for text in texts], dtype=bool)
        for fact in question.key_facts
    )
    words = np.array([len(text.split()) for text in texts])
    return Case(features, words, facts, right, np.array(sections, dtype=bool))


def stated(case: Case, scores: NDArray[np.float64]) -> float:
    """Share of the key facts that the best sentences state, as many as fit."""
    taken = _best(case.words, scores)
    return float(np.mean([fact[taken].any() for fact in case.facts]))


def _best(words: NDArray[np.int_], scores: NDArray[np.float64]) -> list[int]:
    """The best sentences, as many as fit into FIRST_WORDS."""
    used, taken = 0, []
    for candidate in np.argsort(-scores):
        if used + words[candidate] <= FIRST_WORDS:
            used += int(words[candidate])
            taken.append(int(candidate))
    return taken


def _fit(cases: Sequence[Case], label: str) -> Model:
    features = np.concatenate([case.features for case in cases])
    return fit_logistic(features, np.concatenate([getattr(case, label) for case in cases]))


def _written(cases: Sequence[Case]) -> dict[str, object]:
    out: dict[str, object] = {"fitted_on": "dev", "questions": len(cases)}
    for name, label in (("states", "states"), ("fits", "article")):
        out[name] = named(NAMES, *_fit(cases, label))
    return out


if __name__ == "__main__":
    main()
