"""Compare ways of fusing dense and keyword scores, on development questions and on judged consumer questions.

    python benchmarks/fusion.py [--store DIR] [--data DIR --articles N]

Dev questions (never test): MRR@10 and recall@5 by article, short questions, long messages and follow-ups apart.
--data: a folder with answers.jsonl.gz, queries.jsonl and qrels.txt; nDCG@10 over all judged answers and N others.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sci_assistant_eval.questions import load_questions

from sci_assistant import wire
from sci_assistant.ask.search import CANDIDATES, rank
from sci_assistant.ingest.build import build_index
from sci_assistant.settings import load_settings
from sci_assistant.store import Store
from sci_assistant.words import stems

Order = Callable[[np.ndarray, np.ndarray], list[int]]


def standardised(weight: float) -> Order:
    """The fusion that is used, at another weight."""

    def order(dense: np.ndarray, keyword: np.ndarray) -> list[int]:
        near = np.argsort(-dense, kind="stable")[:CANDIDATES].tolist()
        words = [int(p) for p in np.argsort(-keyword, kind="stable")[:CANDIDATES] if keyword[p] > 0]
        both = {*near, *words}
        scores = [({p: float(side[p]) for p in both}, w) for side, w in ((dense, 1.0 - weight), (keyword, weight))]
        return [p for p, _ in rank(scores)]

    return order


def reciprocal_rank(dense: np.ndarray, keyword: np.ndarray) -> list[int]:
    """Reciprocal rank fusion, k = 60 (Cormack et al., SIGIR 2009, https://doi.org/10.1145/1571941.1572114)."""
    scores: dict[int, float] = {}
    for one in (dense, np.where(keyword > 0, keyword, -1.0)):
        for place, position in enumerate(np.argsort(-one, kind="stable")[:CANDIDATES]):
            if one[position] != -1.0:
                scores[int(position)] = scores.get(int(position), 0.0) + 1.0 / (61 + place)
    return sorted(scores, key=lambda p: -scores[p])


WAYS: dict[str, Order] = {
    "dense only": lambda dense, _: np.argsort(-dense, kind="stable").tolist(),
    "keywords only": lambda _, keyword: np.argsort(-keyword, kind="stable").tolist(),
    "reciprocal rank": reciprocal_rank,
    **{f"standardised, {weight:.1f}": standardised(weight) for weight in (0.2, 0.3, 0.4, 0.5, 0.6)},
}


def ranked_articles(build, embeddings, text: str) -> dict[str, list[str]]:
    """The ten best articles for a text, by way of fusing."""
    vector = embeddings.embed([text])[0]
    cosines = build.nearest(vector, len(build.chunks))
    dense = np.array([cosines.get(p, -1.0) for p in range(len(build.chunks))])
    keyword = np.asarray(build.keyword.scores(stems(text)))
    found = {}
    for name, order in WAYS.items():
        found[name] = list(dict.fromkeys(build.chunks[p].article for p in order(dense, keyword)))[:10]
    return found


def on_dev(store: Store, settings, embeddings) -> None:
    """Print MRR@10 / recall@5 on the development questions."""
    assistant = wire.make_assistant(settings, store=store, embeddings=embeddings)
    results: dict[str, dict[str, list[tuple[float, bool]]]] = {}
    for question in load_questions(split="dev"):
        if question.kind == "uncovered":
            continue
        group = "follow-up" if question.kind == "follow_up" else "long" if question.style == "long" else "short"
        searched = assistant.searched(question.turn)
        for name, articles in ranked_articles(assistant.live, embeddings, searched).items():
            place = next((i for i, a in enumerate(articles, 1) if a in question.articles), None)
            row = results.setdefault(name, {}).setdefault(group, [])
            row.append((1 / place if place else 0.0, bool(place and place <= 5)))
    groups = ("short", "long", "follow-up")
    print("dev, MRR@10 / recall@5  " + "".join(f"{g:>16}" for g in groups))
    for name, row in results.items():
        cells = (f"{np.mean([m for m, _ in row[g]]):.3f} / {np.mean([r for _, r in row[g]]):.3f}" for g in groups)
        print(f"{name:24}" + "".join(f"{cell:>16}" for cell in cells))


def on_judged(data: Path, count: int, embeddings) -> None:
    """Print nDCG@10 on a judged collection, cut to its judged answers and `count` others."""
    import gzip

    import ir_measures

    qrels = list(ir_measures.read_trec_qrels(str(data / "qrels.txt")))
    judged = {qrel.doc_id for qrel in qrels}
    with gzip.open(data / "answers.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = list(lines)
    ids = {json.loads(row)["id"]: row for row in rows}
    others = random.Random(1).sample(sorted(ids.keys() - judged), min(count, len(ids.keys() - judged)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.jsonl"
        path.write_text("".join(ids[i] for i in sorted(judged | set(others))), encoding="utf-8")
        store = Store(Path(folder) / "store")
        build_index(store, [path], embeddings)
        queries = [json.loads(line) for line in (data / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
        runs: dict[tuple[str, str], list[ir_measures.ScoredDoc]] = {}
        for query in queries:
            for form in ("question", "summary"):
                for name, articles in ranked_articles(store.live(), embeddings, query[form]).items():
                    runs.setdefault((name, form), []).extend(
                        ir_measures.ScoredDoc(query["qid"], a, -float(i)) for i, a in enumerate(articles)
                    )
        store.close()
    print(f"judged, nDCG@10 of {len(judged) + len(others)} answers        question     summary")
    measure = ir_measures.nDCG @ 10
    for name in WAYS:
        figures = [
            ir_measures.calc_aggregate([measure], qrels, runs[name, form])[measure] for form in ("question", "summary")
        ]
        print(f"{name:34}" + "".join(f"{figure:12.3f}" for figure in figures))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--articles", type=int, default=2500)
    options = parser.parse_args()
    embeddings = wire.make_embeddings(load_settings())
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(store=options.store or Path(folder) / "store")
        store = wire.make_store(settings)
        if store.current_name() is None:
            build_index(store, wire.corpus_paths(settings, store), embeddings)
        on_dev(store, settings, embeddings)
        store.close()
    if options.data:
        on_judged(options.data, options.articles, embeddings)


if __name__ == "__main__":
    main()
