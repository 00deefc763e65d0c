"""A cold question, --help, and the time to the first page, each a process of its own; and their peak memory.

    python benchmarks/cold_start.py [--store DIR] [--rounds N] [--clock cpu]

`--clock cpu` gives the processor's seconds of the process (user and system), for a machine that is busy otherwise.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
from machine import CLOCKS, describe, verdict

from sci_assistant import wire
from sci_assistant.ingest.build import build_index
from sci_assistant.settings import load_settings

RUN = [sys.executable, "-m", "sci_assistant.cli"]


def run(command: list[str], until=None) -> tuple[float, float, float]:
    """Seconds by the clock and of the processor, and peak MB, of a process, until it ends or `until` says so."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if until is not None:
        until()
        wall = time.perf_counter() - start
        process.terminate()
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return (wall if until else time.perf_counter() - start), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def first_page(port: int):
    """Wait until the chat's page is served."""

    def wait() -> None:
        for _ in range(3000):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as reply:
                    reply.read()
                    return
            except OSError:
                time.sleep(0.1)

    return wait


def main() -> int:
    """Print the figures; exit status 1 when one is above its bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", type=Path, help="an index to use; else the bundled corpus is indexed")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu on a busy machine")
    options = parser.parse_args()
    print(describe(), f"; seconds of {options.clock}", flush=True)
    which = 0 if options.clock == "wall" else 1
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "store"
        settings = load_settings(store=folder)
        if options.store:
            shutil.copytree(options.store, folder)
        else:
            store = wire.make_store(settings)
            build_index(store, (wire.bundled_corpus(),), wire.make_embeddings(settings))
            store.close()
        ask = [*RUN, "ask", "--store", str(folder), "How is HO diagnosed early?"]
        asked = [run(ask) for _ in range(options.rounds + 1)][1:]
        helped = [run([*RUN, "--help"]) for _ in range(options.rounds + 1)][1:]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        chat = [*RUN, "chat", "--store", str(folder), "--port", str(port), "--no-browser"]
        served = run(chat, first_page(port))
    print(f"ask: {asked[-1][2]:.0f} MB at most; chat: first page after {served[which]:.1f} s, {served[2]:.0f} MB")
    held = [
        verdict("cold ask, median seconds", float(np.median([each[which] for each in asked])), 2.5, at_least=False),
        verdict("--help, median seconds", float(np.median([each[which] for each in helped])), 0.3, at_least=False),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
