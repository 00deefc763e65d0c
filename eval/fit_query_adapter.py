"""Fit the query adapter: the questions listed beside the articles -> src/sci_assistant/data/query_adapter.npz.

    python -m sci_assistant_eval.fit_query_adapter --store DIR [--write]

A linear map and one hidden layer (ask/adapter.py), so that the turned vector of a listed question lies nearer to its
answering sentences, and to the passages that hold them, than to all others (InfoNCE: van den Oord et al.,
https://arxiv.org/abs/1807.03748). Fitted on corpus/questions alone; what the development questions gain is printed, the
test split is never read.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.metrics import reciprocal_rank_at
from sci_assistant_eval.questions import load_questions

from sci_assistant.ask.adapter import NAME, Adapter
from sci_assistant.index import Build

STEPS = 500
BATCH = 512
HIDDEN = 512
DROPOUT = 0.1  # of the hidden layer
LEARNING_RATE, HIDDEN_LEARNING_RATE = 2e-3, 1e-3
SCALE = 20.0  # inverse temperature of the softmax over cosines
DECAY = 0.005  # times the squared entries of what leads back to the vector
SENTENCE_SHARE = 2.0  # weight of sentences against PASSAGE_SHARE
PASSAGE_SHARE = 0.5
SEED = 0


@click.command()
@click.option("--store", type=click.Path(path_type=Path), required=True, help="Folder of the index of all articles.")
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(store: Path, write: bool) -> None:
    """Fit on the listed questions; print MRR on dev, dense search alone, before and after."""
    from sci_assistant import wire
    from sci_assistant.settings import load_settings

    assistant = wire.make_assistant(load_settings(store=store))
    build = assistant.live
    fitted = fit(build)
    questions = [q for q in load_questions(split="dev") if q.kind != "uncovered"]
    embeddings = wire.make_embeddings(load_settings(store=store))
    vectors = embeddings.embed([assistant.searched(q.turn) for q in questions])
    for name, moved in (("as embedded", vectors), ("adapted", fitted.turn(vectors))):
        ranks = [
            reciprocal_rank_at(10, _articles(build, vector), question.articles)
            for question, vector in zip(questions, moved, strict=True)
        ]
        click.echo(f"{name:12} MRR@10 by article, passages alone, on {len(ranks)} dev questions: {np.mean(ranks):.3f}")
    if write:
        path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / NAME
        np.savez(path, **{part: array.astype(np.float16) for part, array in fitted._asdict().items()})
        click.echo(f"wrote {path}")


def fit(build: Build) -> Adapter:
    """The network, fitted by Adam with a cosine schedule."""
    import torch
    from torch.nn.functional import dropout, log_softmax, normalize, relu

    torch.manual_seed(SEED)
    queries, to_sentences, to_chunks = _targets(build)
    sentences = np.concatenate([build.sentence_vectors(article) for article in build.articles.values()])
    points, marks = torch.tensor(queries), (torch.tensor(to_sentences), torch.tensor(to_chunks))
    places = (torch.tensor(sentences), torch.tensor(build.chunk_vectors()))
    n = queries.shape[1]
    linear, outer = torch.zeros(n, n, requires_grad=True), torch.zeros(HIDDEN, n, requires_grad=True)
    inner = (torch.randn(n, HIDDEN) * (4.0 / n**0.5)).requires_grad_()
    bias = torch.zeros(HIDDEN, requires_grad=True)
    slow = {"params": [inner, bias, outer], "lr": HIDDEN_LEARNING_RATE}
    optimizer = torch.optim.Adam([{"params": [linear], "lr": LEARNING_RATE}, slow])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        batch = torch.randint(0, len(points), (BATCH,))
        vectors = points[batch]
        hidden = dropout(relu(vectors @ inner + bias), DROPOUT)
        moved = normalize(vectors + vectors @ linear + hidden @ outer, dim=1)
        loss = DECAY * ((linear**2).sum() + (outer**2).sum())
        for share, mark, place in zip((SENTENCE_SHARE, PASSAGE_SHARE), marks, places, strict=True):
            loss = loss - share * (mark[batch] * log_softmax(SCALE * moved @ place.T, 1)).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not type it
        optimizer.step()
        schedule.step()
    return Adapter(*(np.asarray(part.detach().numpy(), dtype=np.float32) for part in (linear, inner, bias, outer)))


def _targets(build: Build) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Vectors of all phrasings, and for each the share of every sentence and every chunk in its answer."""
    first: dict[str, int] = {}
    total = 0
    for article in build.articles.values():
        first[article.id] = total
        total += len(article.sentences)
    entries = [(article.id, asked) for article in build.articles.values() for asked in article.asked]
    rows = [entry for entry in entries for _ in entry[1].phrasings]
    to_sentences = np.zeros((len(rows), total), dtype=np.float32)
    to_chunks = np.zeros((len(rows), len(build.chunks)), dtype=np.float32)
    for row, (article_id, asked) in enumerate(rows):
        for place, sentence in enumerate(asked.sentences):
            to_sentences[row, first[article_id] + sentence] = 1.0 / (1 + place)
            to_chunks[row, list(build.chunks_of.get((article_id, sentence), ()))] = 1.0
    for mark in (to_sentences, to_chunks):
        mark /= np.maximum(mark.sum(axis=1, keepdims=True), 1e-9)
    return build.asked.vectors, to_sentences, to_chunks


def _articles(build: Build, vector: NDArray[np.float32]) -> list[str]:
    order = np.argsort(-(build.chunk_vectors() @ vector), kind="stable")
    return list(dict.fromkeys(build.chunks[int(p)].article for p in order[:100]))


if __name__ == "__main__":
    main()
