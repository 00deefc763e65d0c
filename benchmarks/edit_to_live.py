"""One sentence of a bundled article edited and saved: how long until a running `publish --watch` has it live.

    python benchmarks/edit_to_live.py [--store DIR] [--edits N]

The watcher is a process of its own, as a maintainer runs it: it checks the articles, writes a build beside the live
one, asks the test questions about the changed article, holds the gates, and moves the pointer. The clock runs from the
save to the moved pointer. The first edit, which loads models and rules, is printed by itself.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from machine import describe, verdict

from sci_assistant import wire
from sci_assistant.ingest.build import build_index
from sci_assistant.settings import load_settings
from sci_assistant.store import Store

ARTICLE = "travel.md"
PATIENCE = 300.0  # seconds


def main() -> int:
    """Print the figures; exit status 1 when an edit takes longer than its bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", type=Path, help="an index of the bundled articles to begin with; else one is made")
    parser.add_argument("--edits", type=int, default=5)
    options = parser.parse_args()
    print(describe(), flush=True)
    with tempfile.TemporaryDirectory() as place:
        folder, corpus = Path(place) / "store", Path(place) / "corpus"
        shutil.copytree(wire.bundled_corpus(), corpus)
        if options.store:
            shutil.copytree(options.store, folder)
        settings = load_settings(store=folder)
        store = wire.make_store(settings)
        build_index(store, (corpus,), wire.make_embeddings(settings))
        article = corpus / ARTICLE
        whole = article.read_text(encoding="utf-8").rstrip()
        command = [sys.executable, "-m", "sci_assistant.cli", "publish", "--watch"]
        command += ["--store", str(folder), "--corpus", str(corpus)]
        watcher = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            wait_for_word(watcher, "Nothing changed")
            times = [
                edit(article, f"{whole}\n\nThis sentence was edited {'again and ' * n}again.\n", store)
                for n in range(options.edits + 1)
            ]
        finally:
            watcher.terminate()
            watcher.wait()
            store.close()
    print(f"first edit: {times[0]:.2f} s; then {', '.join(f'{each:.2f}' for each in times[1:])} s")
    return 0 if verdict("seconds from save to live, median", float(np.median(times[1:])), 2.0, at_least=False) else 1


def wait_for_word(watcher: subprocess.Popen[str], word: str) -> None:
    assert watcher.stdout is not None
    for line in watcher.stdout:
        if word in line:
            return
    raise SystemExit("The watcher ended before it watched.")


def edit(article: Path, text: str, store: Store) -> float:
    """Save a text; seconds until another build is live."""
    before, start = store.current_name(), time.perf_counter()
    article.write_text(text, encoding="utf-8")
    while store.current_name() == before:
        if time.perf_counter() - start > PATIENCE:
            raise SystemExit(f"Nothing went live within {PATIENCE:.0f} seconds.")
        time.sleep(0.01)
    taken = time.perf_counter() - start
    time.sleep(1.5)  # the watcher ends its report before the next save
    return taken


if __name__ == "__main__":
    sys.exit(main())
