"""The forms of the bundled model side by side: speed, cosine to float32, and whether rankings change.

    python benchmarks/embedding_forms.py [--texts 128] [--rounds 3] [--dev] [--data DIR] [--clock cpu]

Speed on chunks of the bundled articles, each form in turn, beside the matrix products of the layers alone in float32:
nothing that embeds these texts with these weights in float32 can be faster than those. `--dev`: the articles are
indexed in float32 and in bfloat16, and the best five passages of every development question compared. `--data`:
nDCG@10 of chunk vectors alone, the judged documents of a collection and 500 others, for both forms of passages,
questions in float32.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from machine import CLOCKS, describe, in_turn
from sci_assistant_eval.collection import index_collection, read_collection
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.retrieval import measured

from sci_assistant import wire
from sci_assistant.index import Build
from sci_assistant.ingest.build import build_index
from sci_assistant.ingest.chunk import Budget, chunk_articles
from sci_assistant.ingest.parse import read_articles
from sci_assistant.models import LocalEmbeddings
from sci_assistant.settings import load_settings
from sci_assistant.store import Store
from sci_assistant.weights import HIDDEN, INNER, LAYERS, bundled_weights

FORMS = ("onnx-float32", "torch-bfloat16")
OTHERS = 500
PRODUCTS = "matrix products alone"
TOGETHER = 2048  # tokens


def speed(count: int, rounds: int, clock) -> None:
    """Texts a second of each form, and the cosine of its vectors to sentence-transformers'."""
    from sentence_transformers import SentenceTransformer

    embeddings, plain = LocalEmbeddings(), SentenceTransformer(str(bundled_weights()))
    articles = [item for _, item in read_articles(wire.bundled_corpus()) if not isinstance(item, Exception)]
    chunks = chunk_articles(articles[:20], budget=Budget(256), count_tokens=embeddings.count_tokens)
    texts = [chunk.embedded for chunk in chunks][:count]
    found: dict[str, np.ndarray] = {}

    def run(name, embed):
        def work() -> None:
            found[name] = embed(texts)

        return work

    runs = {
        "sentence-transformers": run(
            "sentence-transformers", lambda t: plain.encode(t, normalize_embeddings=True, show_progress_bar=False)
        )
    }
    for form in FORMS:
        embeddings.embed_passages(texts[:2], form)
        runs[form] = run(form, lambda t, form=form: embeddings.embed_passages(t, form))
    runs[PRODUCTS] = products(sum(min(count, 256) for count in embeddings.count_tokens(texts)))
    taken = {name: seconds.min() for name, seconds in in_turn(runs, rounds=rounds, clock=clock).items()}
    first = taken["sentence-transformers"]
    for name, seconds in taken.items():
        line = f"{name:24}{len(texts) / seconds:8.1f} texts/s{first / seconds:7.2f}x"
        if name in found:
            cosines = (found[name] * found["sentence-transformers"]).sum(axis=1)
            line += f"  cosine {cosines.min():.6f} at least"
        print(line)


def products(tokens: int):
    """The products of activations and weights of every layer for so many tokens, attention's own left out."""
    draw = np.random.default_rng(1)
    shapes = ((HIDDEN, 3 * HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, INNER), (INNER, HIDDEN))
    weights = [draw.standard_normal(shape, dtype=np.float32) for _ in range(LAYERS) for shape in shapes]
    given = {size: draw.standard_normal((TOGETHER, size), dtype=np.float32) for size in (HIDDEN, INNER)}

    def work() -> None:
        for start in range(0, tokens, TOGETHER):
            rows = min(TOGETHER, tokens - start)
            for weight in weights:
                np.matmul(given[weight.shape[0]][:rows], weight)

    return work


def top_fives() -> None:
    """How many development questions have another list of five when passages are in bfloat16."""
    questions = load_questions(split="dev")
    lists = {}
    for form in FORMS:
        with tempfile.TemporaryDirectory() as folder:
            settings = load_settings(store=Path(folder))
            store, embeddings = wire.make_store(settings), LocalEmbeddings(form=form)
            build_index(store, [wire.bundled_corpus()], embeddings)
            assistant = wire.make_assistant(settings, store=store, embeddings=embeddings)
            lists[form] = [[p.chunk.id for p in assistant.search(q.turn, k=5).passages] for q in questions]
            store.close()
    exact, fast = lists.values()
    order = sum(a != b for a, b in zip(exact, fast, strict=True))
    passages = sum(set(a) != set(b) for a, b in zip(exact, fast, strict=True))
    print(
        f"{len(questions)} development questions: another order in {order} lists of five, other passages in {passages}"
    )


def judged(data: Path) -> None:
    """nDCG@10 by documents' best chunk, for both forms of passages."""
    collection = read_collection(data)
    for form in FORMS:
        with tempfile.TemporaryDirectory() as folder:
            store, embeddings = Store(Path(folder)), LocalEmbeddings(form=form)
            index_collection(collection, store, embeddings, sample=OTHERS)
            ranked = {q.id: _documents(store.live(), embeddings, q.question) for q in collection.queries}
            values = measured(collection.grades, ranked)["nDCG@10"]
            print(f"{form:24}nDCG@10 {np.mean(values):.4f} on {len(values)} questions")
            store.close()


def _documents(build: Build, embeddings: LocalEmbeddings, question: str) -> tuple[str, ...]:
    scores = build.files.chunk_vectors @ embeddings.embed([question])[0]
    return tuple(dict.fromkeys(build.chunks[int(p)].article for p in np.argsort(-scores, kind="stable")))[:10]


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dev", action="store_true")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu on a busy machine")
    options = parser.parse_args()
    print(describe(), f"; seconds of {options.clock}", flush=True)
    speed(options.texts, options.rounds, CLOCKS[options.clock])
    if options.dev:
        top_fives()
    if options.data:
        judged(options.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
