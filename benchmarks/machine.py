"""The machine that a benchmark ran on, in a line; and figures side by side as ratios."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

# Seconds by the clock, or of the processor: these say the same on a machine that other programs keep busy. For the
# latter run with OMP_NUM_THREADS=1, so that no thread burns time while it waits for another.
CLOCKS: dict[str, Callable[[], float]] = {"wall": perf_counter, "cpu": process_time}


def describe() -> str:
    """Processor, cores, load, memory and the versions that matter."""
    import onnxruntime

    words = Path("/proc/cpuinfo")
    lines = words.read_text(encoding="utf-8").splitlines() if words.exists() else []
    model = next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
    flags = next((line for line in lines if line.startswith("flags")), "")
    special = [flag for flag in ("avx512_bf16", "amx_bf16", "avx512f") if flag in flags.split()]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return (
        f"{model or platform.machine()}, {os.cpu_count()} cores, {' '.join(special)}; load {load:.1f} at the start "
        f"(above {os.cpu_count()} other programs took part of the time); Python {platform.python_version()}, "
        f"onnxruntime {onnxruntime.__version__}"
    )


def in_turn(runs: dict[str, Callable[[], object]], *, rounds: int, clock: Callable[[], float]) -> dict[str, np.ndarray]:
    """Seconds that each run took in each round, one after the other, so that a busy machine slows all alike."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = clock()
            run()
            taken[name].append(clock() - start)
    return {name: np.array(values) for name, values in taken.items()}


def verdict(name: str, value: float, bar: float, *, at_least: bool) -> bool:
    """Print a figure beside its bar; whether it holds."""
    holds = value >= bar if at_least else value <= bar
    print(f"{name}: {value:.2f} ({'at least' if at_least else 'at most'} {bar:g}) {'holds' if holds else 'MISSED'}")
    return holds


def quantiles(seconds: Sequence[float] | np.ndarray) -> str:
    """p50 and p95 in milliseconds."""
    p50, p95 = np.quantile(np.asarray(seconds) * 1000, [0.5, 0.95])
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms"
