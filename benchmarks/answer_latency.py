"""Time a warm quoted answer beside the time sentence-transformers in fp32 takes to embed the same question.

    python benchmarks/answer_latency.py [--store DIR] [--questions N] [--rounds N] [--clock cpu]

Both are timed alternately in one run, question by question, so that a noisy machine slows both. Prints the
medians and 95th percentiles in milliseconds, and their ratios; exit status 1 when the ratio of medians is
above 2, that of the 95th percentiles above 4, or the latter 50 ms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from machine import CLOCKS, describe, verdict
from sci_assistant_eval.questions import load_questions

from sci_assistant import wire
from sci_assistant.ingest.build import build_index
from sci_assistant.settings import load_settings
from sci_assistant.types import Turn
from sci_assistant.weights import bundled_weights

MOST_P50, MOST_P95, MOST_MS = 2.0, 4.0, 50.0


def main() -> int:
    """Run the benchmark and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, help="an index to use; else the bundled corpus is indexed")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu on a busy machine")
    options = parser.parse_args()
    print(describe(), f"; seconds of {options.clock}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(store=options.store or Path(folder) / "store")
        store, embeddings = wire.make_store(settings), wire.make_embeddings(settings)
        if store.current_name() is None:
            build_index(store, wire.corpus_paths(settings, store), embeddings)
        assistant = wire.make_assistant(settings, store=store, embeddings=embeddings)
        wire.warm_up(assistant)
        answers, encodings = measure(assistant, options.questions, options.rounds, CLOCKS[options.clock])
        store.close()
    return report(answers, encodings)


def measure(assistant, count: int, rounds: int, clock) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of each answer and of each embedding of the same question, in turn."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(bundled_weights()))
    questions = [q.question for q in load_questions(split="dev")][:count]
    answers, encodings = [], []
    for turn in range(rounds + 1):
        for question in questions:
            start = clock()
            plain.encode(question, normalize_embeddings=True, show_progress_bar=False)
            middle = clock()
            assistant.ask(Turn(question))
            if turn:  # the first round warms caches on both sides
                encodings.append((middle - start) * 1000)
                answers.append((clock() - middle) * 1000)
    return np.array(answers), np.array(encodings)


def report(answers: np.ndarray, encodings: np.ndarray) -> int:
    """Print the figures; 0 when all are within their bounds."""
    print(f"{len(answers)} timings of each")
    held = []
    for name, quantile, most in (("p50", 0.5, MOST_P50), ("p95", 0.95, MOST_P95)):
        answer, encoding = np.quantile(answers, quantile), np.quantile(encodings, quantile)
        print(f"{name}: answer {answer:.1f} ms, sentence-transformers embedding alone {encoding:.1f} ms")
        held.append(verdict(f"{name} ratio", answer / encoding, most, at_least=False))
    held.append(verdict("p95 of an answer in ms", float(np.quantile(answers, 0.95)), MOST_MS, at_least=False))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
