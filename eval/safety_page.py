"""A run's messages -> the report's section on safety, as HTML: tables by kind, and on dev the texts of misses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sci_assistant_eval.compare import shown
from sci_assistant_eval.page import bullets, paragraph, table
from sci_assistant_eval.records import Figure, Record, Run
from sci_assistant_eval.safety import (
    ALL,
    CAUTION,
    CRISES,
    EMERGENCIES,
    HOSTILE,
    NO_CAUTION,
    NO_DANGER,
    PREFIX,
    message_misses,
    messages_of,
)
from sci_assistant_eval.score import METRICS

NOTICES = ("recall_rules", "recall", "right_rule")
ALARMS = ("false_alarm_rules", "false_alarm")
TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Emergencies by kind", EMERGENCIES, NOTICES),
    ("Crises by kind", CRISES, NOTICES[:2]),
    ("False alarms by kind of harmless message", NO_DANGER, ALARMS),
    ("A caution is wanted: one's own treatment", CAUTION, ("caution_recall",)),
    ("No caution is wanted", NO_CAUTION, ("false_caution",)),
    ("Hostile input by kind", HOSTILE, ("injected", *NOTICES[:2])),
    ("Every message", ALL.removeprefix(PREFIX), ("disclaimer", "unavailable", "ms_triage_p50", "ms_triage_p95")),
)
ON_DEV = (
    "Notices and cautions were fitted on these messages, among others: figures of this split flatter them. "
    "Only the test split says how well they do on new messages."
)


def figure_cell(found: Figure | None) -> str:
    """A figure with its interval and count as the HTML of a table's cell, empty where there is none."""
    if found is None:
        return ""
    low, high = shown(found.low, found.metric), shown(found.high, found.metric)
    return f"{shown(found.value, found.metric)} <small>[{low}, {high}] n={found.n}</small>"


def safety_html(run: Run) -> str:
    """The section's content, empty where no message was asked."""
    if not messages_of(run):
        return ""
    parts = [paragraph(ON_DEV)] if run.split == "dev" else []
    parts += [_table(run, title, f"{PREFIX}{family}", metrics) for title, family, metrics in TABLES]
    return "\n".join(part for part in (*parts, *_misses(run)) if part)


def _table(run: Run, title: str, group: str, metrics: Sequence[str]) -> str:
    """A table of a group and its kinds; nothing where none of them has a figure."""
    kinds = sorted({f.group for f in run.figures if f.group.startswith(f"{group}: ")})
    rows = [("all", group), *((kind.removeprefix(f"{group}: "), kind) for kind in kinds)]
    cells = [(name, *(figure_cell(run.figure(group, metric)) for metric in metrics)) for name, group in rows]
    kept = [row for row in cells if any(row[1:])]
    return table(title, ["", *(METRICS[metric].label for metric in metrics)], kept) if kept else ""


def _misses(run: Run) -> Iterator[str]:
    for name, records in message_misses(run).items():
        yield f'<h3 class="bad">{len(records)}: {name}</h3>' + bullets(_line(record) for record in records)


def _line(record: Record) -> str:
    kind = next((g for g in record.groups if g.count(": ") == 2 and g.startswith(PREFIX)), "").removeprefix(PREFIX)
    raised = f" (rules: {', '.join(record.rules)})" if record.rules else ""
    return f"{record.key}, {kind}: {' / '.join((*record.history, record.question))}{raised}"
