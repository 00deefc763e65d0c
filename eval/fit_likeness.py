"""Fit how a question sounds: listed questions against foils -> data/likeness.tsv.gz and likeness.npz.

    python -m sci_assistant_eval.fit_likeness --store DIR [--write]

A logistic regression (scikit-learn) and two networks (PyTorch) over the features of ask/likeness.py. Ours are the
questions that articles list and those of eval/likeness.yaml that articles answer, many of which have the form of
false premises and are none; the others are data/foils.yaml and the classes of eval/likeness.yaml. Development
questions only show what it is worth; the test split is never read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.questions import load_questions

from sci_assistant.ask.likeness import CLASSES, NAME, NETWORKS, VECTOR, Likeness, Networks, phrases, write_likeness
from sci_assistant.asked import load_foils
from sci_assistant.models import Vectors

STRENGTH = 10.0  # inverse of the regularisation
LEAST = 2  # questions that a phrase must stand in
KEPT = 20_000  # phrases with the largest weights, for which the final fit is made
LOST = 0.05  # of dev questions that the articles answer, at the printed bound
OURS = CLASSES[0]
FOIL, WRITTEN = 1.5, 3.0  # weights of foils, and of answered questions that no article lists, beside listed ones
# Of the networks; three of them, 128 units, more dropout or both layers' maxima too were no better (dev and judged
# questions, cross-validated in the decision).
SEEDS = (0, 1)  # of a network each
UNITS, DROPPED, FORGOTTEN = 256, 0.2, 0.4
EPOCHS, BATCH, RATE, DECAY = 10, 256, 1.5e-3, 0.05


@click.command()
@click.option("--store", type=click.Path(path_type=Path), required=True, help="Folder of the index of all articles.")
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(store: Path, write: bool) -> None:
    """Fit, and print by class how many dev questions lie below the bound that loses 5 percent of the answerable."""
    from sci_assistant import wire
    from sci_assistant.settings import load_settings

    settings = load_settings(store=store)
    assistant, embeddings = wire.make_assistant(settings), wire.make_embeddings(settings)
    listed = [p for article in assistant.live.articles.values() for asked in article.asked for p in asked.phrasings]
    written = load_written()
    foils = [(name, text) for part in (load_foils(), written) for name in CLASSES[1:] for text in part.get(name, ())]
    labels = [(OURS, text) for text in (*listed, *written[OURS])] + foils
    texts = [text for _, text in labels]
    vectors, means = embeddings.look(texts)
    if means is None:
        raise click.ClickException("The networks belong to the bundled weights; unset SCI_ASSISTANT_EMBEDDING_MODEL.")
    likeness = fit(texts, vectors, np.array([name == OURS for name, _ in labels]))
    weights = np.array(
        [FOIL if name != OURS else WRITTEN if n >= len(listed) else 1.0 for n, (name, _) in enumerate(labels)]
    )
    networks = fit_networks(means, [name for name, _ in labels], weights)
    questions = load_questions(split="dev")
    searched = [assistant.searched(question.turn) for question in questions]
    seen, seen_means = embeddings.look(searched)
    kinds = np.array([question.uncovered_class or "answered" for question in questions])
    rows = zip(searched, seen, strict=True)
    for name, scores in (
        ("words", np.array([likeness.score(text, vector, embeddings.revision) for text, vector in rows])),
        ("networks", np.array([networks.score(one, embeddings.revision) for one in np.asarray(seen_means)])),
    ):
        bound = np.quantile(scores[kinds == "answered"], LOST)
        for kind in sorted(set(kinds)):
            share, count = np.mean(scores[kinds == kind] < bound), np.sum(kinds == kind)
            click.echo(f"{name:10}{kind:16}{share:.3f} of {count} below the bound")
    if write:
        folder = Path(__file__).parents[1] / "src" / "sci_assistant" / "data"
        note = "Fitted on listed questions and foils by eval/fit_likeness.py"
        (folder / NAME).write_bytes(write_likeness(likeness, note))
        np.savez_compressed(folder / NETWORKS, **{n: a.astype(np.float16) for n, a in asdict(networks).items()})
        click.echo(f"wrote {folder / NAME} and {folder / NETWORKS}")


def load_written() -> dict[str, list[str]]:
    """Questions that were written for this fit, by class; `answered` those that articles answer."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw: dict[str, list[str]] = yaml.load(
        (files("sci_assistant_eval") / "likeness.yaml").read_text(encoding="utf-8"), Loader=loader
    )
    return raw


def fit_networks(means: Vectors, labels: Sequence[str], weights: NDArray[np.float64]) -> Networks:
    """Networks fitted on the means of questions with their classes and weights, by AdamW, one cycle of the rate."""
    import torch
    from torch.nn.functional import cross_entropy

    centre, spread = means.mean(axis=0), means.std(axis=0) + 1e-6
    given = torch.from_numpy((means - centre) / spread)
    wanted = torch.tensor([CLASSES.index(label) for label in labels])
    counted = torch.from_numpy(weights.astype(np.float32))
    fitted = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        random = np.random.default_rng(seed)
        hidden, decide = torch.nn.Linear(means.shape[1], UNITS), torch.nn.Linear(UNITS, len(CLASSES))
        dropped, forgotten = torch.nn.Dropout(DROPPED), torch.nn.Dropout(FORGOTTEN)
        net = torch.nn.Sequential(dropped, hidden, torch.nn.ReLU(), forgotten, decide)
        steps = max(1, EPOCHS * len(labels) // BATCH)
        optimizer = torch.optim.AdamW(net.parameters(), weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1)
        for _ in range(steps):
            rows = random.integers(0, len(labels), BATCH)
            loss = (cross_entropy(net(given[rows]), wanted[rows], reduction="none") * counted[rows]).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
        fitted.append([part.detach().numpy() for part in (hidden.weight.T, hidden.bias, decide.weight.T, decide.bias)])
    return Networks(centre, spread, *(np.stack(parts) for parts in zip(*fitted, strict=True)))


def fit(texts: Sequence[str], vectors: Vectors, ours: NDArray[np.bool_]) -> Likeness:
    """The function fitted on questions with their vectors and whether articles answer them."""
    found = [phrases(text) for text in texts]
    counts = Counter(phrase for one in found for phrase in one)
    idf = {p: math.log((1 + len(found)) / (1 + n)) + 1.0 for p, n in counts.items() if n >= LEAST}
    words = _fit(found, idf, vectors, ours).words
    largest = sorted(words, key=lambda phrase: -abs(words[phrase][1]))[:KEPT]
    return _fit(found, {phrase: idf[phrase] for phrase in largest}, vectors, ours)


def _fit(
    found: Sequence[frozenset[str]], idf: Mapping[str, float], vectors: Vectors, ours: NDArray[np.bool_]
) -> Likeness:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    column = {phrase: position for position, phrase in enumerate(idf)}
    values: list[float] = []
    columns: list[int] = []
    ends = [0]
    for one in found:
        here = [phrase for phrase in one if phrase in column]
        length = math.sqrt(sum(idf[phrase] ** 2 for phrase in here)) or 1.0
        values += [idf[phrase] / length for phrase in here]
        columns += [column[phrase] for phrase in here]
        ends.append(len(columns))
    words: Any = csr_matrix((values, columns, ends), shape=(len(found), len(column)))
    features = hstack([words, csr_matrix(vectors * VECTOR)]).tocsr()
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000, solver="liblinear")
    weights = model.fit(features, ours).coef_[0]
    named = {phrase: (idf[phrase], float(weights[position])) for phrase, position in column.items()}
    return Likeness(float(model.intercept_[0]), named, weights[len(column) :])


if __name__ == "__main__":
    main()
