"""What size costs: index, re-index, one edit, open, ask; at growing numbers of chunks of made-up text.

    python benchmarks/scale.py [--sizes 1000,10000,100000] [--clock cpu] [--json FILE]

Texts are drawn from the words of the bundled articles, as often as they stand there; vectors are random unit vectors,
so that no time goes into embedding. Retrieval is the whole of `HybridSearch.search`, without the embedding of the
question. Each size runs in a process of its own, whose peak memory is printed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from machine import CLOCKS, describe, verdict

from sci_assistant import wire
from sci_assistant.ask.search import HybridSearch
from sci_assistant.ingest.build import build_index
from sci_assistant.ingest.parse import read_articles
from sci_assistant.keyword import vocabulary
from sci_assistant.models import LocalEmbeddings
from sci_assistant.store import Store

QUESTIONS = 60
IN_ONE_FILE = 10_000  # articles: a file is read up to 50 MB


class RandomVectors(LocalEmbeddings):
    """A random unit vector for each text; the same text has the same vector within a process."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, np.ndarray] = {}
        self._draw = np.random.default_rng(7)
        self.embedded = 0

    def embed_passages(self, texts, form):  # noqa: ARG002 - the base class has it
        self.embedded += len(texts)
        return self.embed(texts)

    def embed(self, texts):
        vectors = self._draw.standard_normal((len(texts), 384), dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def look(self, texts):
        return self.embed(texts), None


def write_articles(folder: Path, chunks: int) -> list[str]:
    """About two chunks an article, some thousand articles a file; the words that they are drawn from."""
    articles = [item for _, item in read_articles(wire.bundled_corpus()) if not isinstance(item, Exception)]
    counts = vocabulary(articles)
    words, weights = list(counts), np.array(list(counts.values()), dtype=float)
    draw = np.random.default_rng(5)
    folder.mkdir()
    for start in range(0, chunks // 2, IN_ONE_FILE):
        with (folder / f"from-{start}.jsonl").open("w", encoding="utf-8") as stream:
            for n in range(start, min(start + IN_ONE_FILE, chunks // 2)):
                drawn = draw.choice(words, size=(14, 14), p=weights / weights.sum())
                text = " ".join(f"{' '.join(sentence).capitalize()}." for sentence in drawn)
                stream.write(json.dumps({"id": f"a{n}", "title": f"Article {n}", "url": None, "text": text}) + "\n")
    return words


def edit_one(folder: Path) -> None:
    """Another text for one article."""
    file = min(folder.iterdir())
    first, _, rest = file.read_text(encoding="utf-8").partition("\n")
    edited = json.loads(first) | {"title": "Edited", "text": "It was edited."}
    file.write_text(f"{json.dumps(edited)}\n{rest}", encoding="utf-8")


def measure(size: int, clock) -> dict[str, float]:
    """Seconds of each step at one size."""
    taken: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        source, store = Path(place) / "articles", Store(Path(place) / "store")
        words = write_articles(source, size)
        embeddings = RandomVectors()

        def timed(name, work):
            start = clock()
            found = work()
            taken[name] = clock() - start
            return found

        taken["chunks"] = timed("first index", lambda: build_index(store, [source], embeddings)).chunks
        store.close()  # what follows is run by a maintainer in a process of its own
        before = embeddings.embedded
        again = timed("nothing changed", lambda: build_index(store, [source], embeddings))
        assert not again.published and embeddings.embedded == before
        taken["bytes"] = sum(path.stat().st_size for path in store.folder.rglob("*") if path.is_file())
        timed("open", store.live)
        draw = np.random.default_rng(9)
        hybrid = HybridSearch(embeddings=embeddings, live=store.live)
        questions = [" ".join(draw.choice(words, 8)) for _ in range(QUESTIONS)]
        for question in questions[:5]:
            hybrid.search(question)
        times = []
        for question in questions:
            start = clock()
            hybrid.search(question)
            times.append(clock() - start)
        taken["search p50"], taken["search p95"] = (float(q) for q in np.quantile(times, [0.5, 0.95]))
        edit_one(source)
        store.close()
        timed("one edit", lambda: build_index(store, [source], embeddings))
        taken["memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        store.close()
    return taken


def main() -> int:
    """Print a table and whether the bars hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu on a busy machine")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, CLOCKS[options.clock])))
        return 0
    print(describe(), f"; seconds of {options.clock}", flush=True)
    found = []
    for size in options.sizes.split(","):
        command = [sys.executable, __file__, "--one", size, "--clock", options.clock]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(", ".join(f"{name} {value:,.3f}" for name, value in found[-1].items()), flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    small, large = found[0], found[-1]
    p50, at_most = large["search p50"] * 1000, max(2 * small["search p50"] * 1000, small["search p50"] * 1000 + 5)
    held = [
        verdict(f"milliseconds of search p50 at {large['chunks']:,.0f} chunks", p50, at_most, at_least=False),
        verdict("seconds to find that nothing changed", large["nothing changed"], 10, at_least=False),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
