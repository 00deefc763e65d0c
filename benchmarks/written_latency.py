"""The time until the first checked sentence of a written answer, warm.

    python benchmarks/written_latency.py gguf:PATH [--questions 10] [--threads 2] [--store DIR]

Asks development questions one after the other, after one that is not counted, through `Assistant.ask_stream`, as the
browser does. Prints the middle and the worst of: sources shown, first words of the model's sentence that passed, whole
answer. The load of the machine is printed beside: on a busy one the figures say little.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from statistics import median

from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.record_written import sample

from sci_assistant.settings import load_settings
from sci_assistant.wire import make_assistant, warm_up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--store", type=Path)
    given = parser.parse_args()
    settings = load_settings(model=given.model, model_threads=given.threads, answers="written", store=given.store)
    assistant = make_assistant(settings)
    warm_up(assistant)
    rows: list[tuple[float, float | None, float]] = []
    for question in sample(load_questions(split="dev"), 4 * given.questions):
        began = time.monotonic()
        sources: float | None = None
        first: float | None = None
        for partial in assistant.ask_stream(question.turn):
            spent = time.monotonic() - began
            sources = spent if sources is None and partial.reading else sources
            first = spent if first is None and partial.answer.sentences and not partial.done else first
        if sources is not None:
            rows.append((sources, first, time.monotonic() - began))
            print(f"sources {sources:5.2f} s, first checked sentence {first or 0:5.1f} s, all {rows[-1][2]:5.1f} s")
        if len(rows) > given.questions:
            break
    rows = rows[1:]  # the first one is not counted
    passed = [first for _, first, _ in rows if first is not None]
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {len(passed)} of {len(rows)} had a checked sentence"
    )
    for name, values in (
        ("sources shown", [s for s, _, _ in rows]),
        ("first checked sentence", passed),
        ("whole answer", [t for _, _, t in rows]),
    ):
        if values:
            print(f"{name}: median {median(values):.1f} s, worst {max(values):.1f} s")


if __name__ == "__main__":
    main()
