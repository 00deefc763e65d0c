"""Counts and times for an operator's Prometheus. Never a word of a question: labels are closed lists.

Takes finished answers; gives the text that Prometheus reads.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from sci_assistant.types import Answer

from .line import Line

Door = Literal["browser", "api", "mcp"]
STAGES = ("triage", "condense", "retrieve", "answer", "verify", "total")
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180)


class Metrics:
    """What is counted. One registry for each application."""

    def __init__(self, line: Line, built: Callable[[], datetime | None]) -> None:
        self.registry = CollectorRegistry()
        self._answers = Counter(
            "sci_answers", "Answers given.", ["door", "status", "notice", "mode", "error"], registry=self.registry
        )
        self._stages = Histogram(
            "sci_stage_seconds", "Time of each stage of an answer.", ["stage"], buckets=BUCKETS, registry=self.registry
        )
        self._waits = Histogram(
            "sci_wait_seconds", "Time in line before an answer was begun.", buckets=BUCKETS, registry=self.registry
        )
        self._gauge("sci_waiting", "Questions in line.", lambda: line.waiting)
        self._gauge("sci_answering", "Questions being answered.", lambda: line.running)
        self._gauge("sci_build_age_seconds", "Age of the live build; -1 where there is none.", lambda: _age(built()))
        ProcessCollector(registry=self.registry)

    def _gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        Gauge(name, text, registry=self.registry).set_function(value)

    def count(self, answer: Answer, door: Door) -> None:
        """One answer, with the times of its stages."""
        notice = answer.notice.kind if answer.notice else "none"
        error = answer.error.code if answer.error else "none"
        self._answers.labels(door, answer.status, notice, answer.mode, error).inc()
        for stage in STAGES:
            self._stages.labels(stage).observe(getattr(answer.timings_ms, stage) / 1000)

    def waited(self, seconds: float) -> None:
        self._waits.observe(seconds)

    def text(self) -> bytes:
        """The exposition format of Prometheus."""
        return generate_latest(self.registry)


def _age(built: datetime | None) -> float:
    return -1.0 if built is None else (datetime.now(UTC) - built).total_seconds()
