"""Two evaluations -> what changed between them, question by question; figures and gates -> what fell.

Differences are paired: the same questions before and after (intervals.py has the test). An editor reads here
what an article's edit did to the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from sci_assistant_eval.intervals import Difference, paired_difference
from sci_assistant_eval.records import Record, Run
from sci_assistant_eval.score import METRICS, groups_of

from sci_assistant.errors import EvaluationError


class Gate(BaseModel):
    """A figure that must hold. `gates.yaml` says what the fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str
    metric: str
    target: float | None = None
    floor: float | None = None
    margin: float | None = None

    @property
    def lower_is_better(self) -> bool:
        return METRICS[self.metric].better == "lower"

    def short_of(self, value: float, wanted: float) -> bool:
        """Whether a value is worse than what is wanted."""
        return value > wanted + 1e-9 if self.lower_is_better else value < wanted - 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after, over the questions that both runs asked. `test` is None where none applies."""

    group: str
    metric: str
    before: float
    after: float
    test: Difference | None = None


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question whose answer is another now."""

    before: Record
    after: Record


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between a baseline and a run."""

    baseline: Run
    paired: int  # questions that both asked
    changes: tuple[Change, ...]
    answers: tuple[ChangedAnswer, ...]
    fallen: tuple[str, ...]  # gated figures beyond their margin, in words
    same_labels: bool


@cache
def bundled_gates() -> tuple[Gate, ...]:
    """The gates that ship with the package."""
    return load_gates(Path(str(files("sci_assistant_eval"))) / "gates.yaml")


def load_gates(path: Path) -> tuple[Gate, ...]:
    """The gates of a file.

    Raises:
        EvaluationError: the file is no list of gates, or one names a metric that there is not.
    """
    import yaml

    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        gates = TypeAdapter(tuple[Gate, ...]).validate_python(raw)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise EvaluationError(f"{path} is not a list of gates: {error}") from error
    unknown = [gate.metric for gate in gates if gate.metric not in METRICS]
    if unknown:
        raise EvaluationError(f"{path} gates {unknown[0]!r}, which is no metric. Known: {', '.join(METRICS)}.")
    return gates


def shown(value: float, metric: str) -> str:
    """A figure in words: shares with three places, counts with one, milliseconds with none."""
    form = METRICS[metric].form
    return f"{value:.3f}" if form == "share" else f"{value:.1f}" if form == "number" else f"{value:.0f}"


def in_words(name: str) -> str:
    """A group's name as it is read."""
    return name.replace("_", " ")


def below_targets(run: Run, gates: Sequence[Gate]) -> tuple[str, ...]:
    """The figures that are short of their target, in words."""
    return tuple(_below(run, gates, "target"))


def below_floors(run: Run, gates: Sequence[Gate]) -> tuple[str, ...]:
    """The figures that are below their floor, in words."""
    return tuple(_below(run, gates, "floor"))


def _below(run: Run, gates: Sequence[Gate], field: str) -> Iterator[str]:
    for gate in gates:
        wanted: float | None = getattr(gate, field)
        figure = run.figure(gate.group, gate.metric)
        if wanted is None or figure is None or not gate.short_of(figure.value, wanted):
            continue
        limit = "at most" if gate.lower_is_better else "at least"
        interval = f"[{shown(figure.low, gate.metric)}, {shown(figure.high, gate.metric)}]"
        yield (
            f"{in_words(gate.group)}: {METRICS[gate.metric].label}: {shown(figure.value, gate.metric)} {interval}, "
            f"{field} {limit} {shown(wanted, gate.metric)}"
        )


def compare(run: Run, baseline: Run, gates: Sequence[Gate]) -> Comparison:
    """What changed since a baseline.

    Raises:
        EvaluationError: the baseline is of the other split, or shares no question with the run.
    """
    if baseline.split != run.split:
        raise EvaluationError(
            f"The baseline is of the {baseline.split} split and this run of {run.split}. Run both on one split."
        )
    old = {record.key: record for record in baseline.records}
    pairs = [(old[record.key], record) for record in run.records if record.key in old]
    if not pairs:
        raise EvaluationError("The baseline shares no question with this run. Run it on the same questions.")
    changes = (*_paired_changes(pairs), *_other_changes(run, baseline))
    return Comparison(
        baseline=baseline,
        paired=len(pairs),
        changes=changes,
        answers=tuple(ChangedAnswer(before, after) for before, after in pairs if before.digest != after.digest),
        fallen=tuple(_fallen(changes, gates)),
        same_labels=run.questions_hash == baseline.questions_hash,
    )


def _paired_changes(pairs: Sequence[tuple[Record, Record]]) -> Iterator[Change]:
    """Every metric that is a mean over questions, by group, in the order of METRICS."""
    groups: dict[str, list[tuple[Record, Record]]] = {}
    for before, after in pairs:
        for group in groups_of(after):
            groups.setdefault(group, []).append((before, after))
    for group, members in groups.items():
        for metric in METRICS:
            values = [(before.values.get(metric), after.values.get(metric)) for before, after in members]
            both = [(old, new) for old, new in values if old is not None and new is not None]
            test = paired_difference([new for _, new in both], [old for old, _ in both])
            if test is not None:
                old_mean, new_mean = (sum(side) / len(both) for side in zip(*both, strict=True))
                yield Change(group, metric, old_mean, new_mean, test)


def _other_changes(run: Run, baseline: Run) -> Iterator[Change]:
    """Figures that are no means over questions: latencies and the area under the curve."""
    for figure in run.figures:
        if figure.metric.startswith("ms_") or figure.metric == "aurc":
            old = baseline.figure(figure.group, figure.metric)
            if old is not None:
                yield Change(figure.group, figure.metric, old.value, figure.value)


def _fallen(changes: Sequence[Change], gates: Sequence[Gate]) -> Iterator[str]:
    found = {(change.group, change.metric): change for change in changes}
    for gate in gates:
        change = found.get((gate.group, gate.metric))
        if gate.margin is None or change is None:
            continue
        fell = change.after - change.before if gate.lower_is_better else change.before - change.after
        if fell > gate.margin + 1e-9:
            p = f" (p = {change.test.p:.3f})" if change.test else ""
            yield (
                f"{in_words(gate.group)}: {METRICS[gate.metric].label}: {shown(change.before, gate.metric)} -> "
                f"{shown(change.after, gate.metric)}, margin {shown(gate.margin, gate.metric)}{p}"
            )
