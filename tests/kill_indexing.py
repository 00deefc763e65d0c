"""Kill an indexer with SIGKILL at many moments, and look at what is left each time.

    python -m tests.kill_indexing [--moments N]

A store holds a corpus; an indexer brings it to another one and is killed after its k-th step (build_index names each).
Then a fresh process opens the store: it must hold the old or the new corpus, whole; and indexing again must give the
new one, with nothing left over. Each process is forked from this one, which never opens an index itself. Vectors are
made from a hash of the text: how texts are embedded does not matter here. Exit status 1 when anything else was found.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np

from sci_assistant import chroma
from sci_assistant.ingest import embed
from sci_assistant.ingest.build import build_index
from sci_assistant.models import LocalEmbeddings
from sci_assistant.store import Store
from sci_assistant.wire import silence_telemetry

OLD, NEW, BROKEN = 0, 1, 2  # exit status of a process that looks
ARTICLES = 44
TEXT = """Opening of topic {n}, {state}.

## Signs

The sign of {n} is a {state} mark.

## Care

Rest {n}.
"""


class HashedVectors(LocalEmbeddings):
    """Unit vectors that a text's hash gives."""

    def embed_passages(self, texts, form):
        return self.embed(texts)

    def embed(self, texts):
        rows = [np.random.default_rng(int(hashlib.sha256(t.encode()).hexdigest()[:12], 16)) for t in texts]
        vectors = np.array([row.standard_normal(384) for row in rows], dtype=np.float32).reshape(-1, 384)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def look(self, texts):
        return self.embed(texts), None


def write_corpus(folder: Path, state: str, numbers: range) -> None:
    folder.mkdir()
    for n in numbers:
        was = state if n % 2 else "plain"  # every other article is the same in both
        (folder / f"topic-{n:02}.md").write_text(FRONT.format(n=n) + TEXT.format(n=n, state=was), encoding="utf-8")


FRONT = """---
id: topic-{n:02}
title: Topic {n}
summary: About it.
topics: [testing]
synonyms: [words {n}]
sources:
  - {{title: T, publisher: P, url: "https://example.org/", read: 2026-01-01}}
origin: written for the tests
written: 2026-01-01
reviewed: null
---
"""


def forked(work: Callable[[], int]) -> int:
    """The wait status of a process that does some work and nothing else."""
    process = os.fork()
    if process == 0:
        try:
            status = work()
        except BaseException:  # noqa: BLE001 - a forked process ends here, whatever happened
            traceback.print_exc()
            status = BROKEN
        sys.stderr.flush()
        os._exit(status)
    return os.waitpid(process, 0)[1]


def index(store: Path, corpus: Path, *, die_after: int | None = None, log: Path | None = None) -> int:
    """Bring a store in line with a corpus; with `die_after`, be killed after so many steps."""
    done = count(1)

    def step(what: str) -> None:
        number = next(done)
        if log is not None:
            with log.open("a", encoding="utf-8") as stream:
                stream.write(what + "\n")
        if number == die_after:
            os.kill(os.getpid(), signal.SIGKILL)

    opened = Store(store)
    build_index(opened, [corpus], HashedVectors(), allow_removals=True, step=step)
    opened.close()
    return 0


def look(store: Path, expected: dict[str, str], other: dict[str, str]) -> int:
    """Whether a store holds one corpus (`expected`: NEW) or the other (OLD), whole and searchable."""
    opened = Store(store)
    build = opened.live()
    texts = {article.id: article.text for article in build.articles.values()}
    found = NEW if texts == expected else OLD if texts == other else BROKEN
    of_chunks = {chunk.article for chunk in build.chunks}
    vector = HashedVectors().embed([build.chunks[0].embedded])[0]
    everything = build.nearest(vector, len(build.chunks))
    whole = of_chunks == set(texts) and len(everything) == len(build.chunks) == len(build.keyword.scores(["sign"]))
    exact = build.cosines(range(len(build.chunks)), vector)
    same = all(abs(everything[p] - exact[p]) < 1e-3 for p in everything)
    opened.close()
    return found if whole and same else BROKEN


def kill_at(moment: int, base: Path, corpus: Path, new: dict[str, str], old: dict[str, str]) -> str | None:
    """What is wrong after a kill at one moment, None where nothing is; `KILLED` counts what was found."""
    work = base.with_name("work")
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(base, work)
    status = forked(lambda: index(work, corpus, die_after=moment))
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
        return f"the indexer was not killed (status {status})"
    found = os.waitstatus_to_exitcode(forked(lambda: look(work, new, old)))
    if found not in (OLD, NEW):
        return "the store holds a mixture, or cannot be opened"
    FOUND.append(found)
    if forked(lambda: index(work, corpus)) != 0:
        return "indexing again failed"
    if os.waitstatus_to_exitcode(forked(lambda: look(work, new, old))) != NEW:
        return "indexing again did not give the new corpus"
    builds = len(list((work / "builds").iterdir()))
    segments = len(list((work / "segments").iterdir()))
    return f"{builds} builds and {segments} segments are left" if builds > 2 or segments > 4 else None


FOUND: list[int] = []


def texts_of(store: Path) -> dict[str, str]:
    """Article texts of a store, from its file alone."""
    import json

    build = (store / "CURRENT").read_text(encoding="ascii").strip()
    return {a["id"]: a["text"] for a in json.loads((store / "builds" / build / "articles.json").read_bytes())}


def main() -> int:
    """Run it and say what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--moments", type=int, default=100)
    wanted = parser.parse_args().moments
    silence_telemetry()
    import bm25s  # noqa: F401 - imported before the first fork, so that each process starts at once
    import chromadb  # noqa: F401

    chroma.BATCH, embed.EMBED_STEP = 2, 2  # many small steps
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_corpus(folder / "old", "red", range(ARTICLES))
        write_corpus(folder / "new", "blue", range(3, ARTICLES + 3))
        base, after, log = folder / "base", folder / "after", folder / "log"
        assert forked(lambda: index(base, folder / "old")) == 0
        shutil.copytree(base, after)
        assert forked(lambda: index(after, folder / "new", log=log)) == 0
        steps = log.read_text(encoding="utf-8").splitlines()
        last = steps.index("pointer moved") + 1
        moments = [round(1 + i * (len(steps) - 1) / max(1, wanted - 1)) for i in range(wanted)]
        between = sum(1 < moment < last for moment in moments)
        new, old, wrong = texts_of(after), texts_of(base), {}
        for number, moment in enumerate(moments, start=1):
            problem = kill_at(moment, base, folder / "new", new, old)
            if problem is not None:
                wrong[moment] = problem
            print(f"{number} of {len(moments)} kills, wrong {len(wrong)}", file=sys.stderr, flush=True)
    for moment, problem in wrong.items():
        print(f"killed after step {moment} ({steps[moment - 1]}): {problem}")
    print(
        f"{len(moments)} kills over {len(steps)} steps, {between} of them after the first write and before the last; "
        f"old corpus {FOUND.count(OLD)} times, new {FOUND.count(NEW)} times, wrong {len(wrong)}; "
        f"{time.perf_counter() - start:.0f} s"
    )
    return 1 if wrong or not between else 0


if __name__ == "__main__":
    sys.exit(main())
