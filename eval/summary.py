"""An evaluation -> its figures in lines for a terminal: the split first, then what changed and what is short."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sci_assistant_eval import score
from sci_assistant_eval.compare import Comparison, Gate, below_targets, in_words, shown
from sci_assistant_eval.intervals import paired_difference
from sci_assistant_eval.records import MESSAGE, Evaluation, Run
from sci_assistant_eval.score import METRICS, Metric

HEADLINE = (
    ("covered", "article_found_5"),
    ("covered", "article_mrr_10"),
    ("covered", "article_ndcg_10"),
    ("covered", "section_ndcg_10"),
    ("covered", "first_citation_hit"),
    ("covered", "answer_precision"),
    ("covered", "key_fact_recall"),
    ("covered", "key_fact_recall_120"),
    ("covered", "words"),
    ("uncovered", "refused"),
    ("all", "ms_total_p50"),
)


def describe(run: Run) -> str:
    """What was run, in a sentence."""
    questions = [record for record in run.records if record.kind != MESSAGE]
    kinds = Counter(record.kind.replace("_", "-") for record in questions)
    asked = f"{len(questions)} questions ({_counted(kinds)})" if questions else "no questions"
    messages = f", {len(run.records) - len(questions)} messages" if len(questions) < len(run.records) else ""
    cut = "".join([f", only {run.only}" if run.only else "", f", limited to {run.limit}" if run.limit else ""])
    return (
        f"Split {run.split}{cut}: {asked}{messages}, {run.articles} articles, "
        f"build {run.build}, {run.model}, {run.made}. Intervals: 95%, percentile bootstrap over questions"
        f"{', Wilson over messages' if messages else ''}."
    )


def to_text(evaluation: Evaluation, gates: Sequence[Gate], comparison: Comparison | None = None) -> str:
    """The figures in lines for a terminal, the split first."""
    run = evaluation.ours
    lines = [describe(run), ""]
    for group in dict.fromkeys(f.group for f in run.figures if _is_told(f.group)):
        lines.append(f"{in_words(group)}:")
        for metric in _metrics_of(group):
            found = run.figure(group, metric.name)
            if found is not None:
                interval = f"[{shown(found.low, metric.name)}, {shown(found.high, metric.name)}]"
                lines.append(f"  {metric.label:58} {shown(found.value, metric.name):>8} {interval:18} n={found.n}")
    for other in evaluation.others:
        lines += ["", f"Beside {other.system}:", *(f"  {line}" for line in beside(run, other))]
    if comparison is not None:
        lines += ["", *comparison_lines(comparison)]
    short = below_targets(run, gates)
    lines += ["", "Short of its target:" if short else "Every target is reached.", *(f"  {line}" for line in short)]
    return "\n".join(lines)


def _counted(counts: Mapping[str, int]) -> str:
    """Counts in words."""
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _is_told(group: str) -> bool:
    """Whether a group is worth lines of a terminal: no styles, no kinds of messages but those of crises."""
    kind_of_message = group.startswith("safety") and group.count(": ") == 2 and ": crises: " not in group
    return not group.startswith("style") and not kind_of_message


def _metrics_of(group: str) -> tuple[Metric, ...]:
    """What is worth a line of a terminal for a group; the page has all."""
    if group.startswith("safety"):
        return (*score.MESSAGES, *score.SAFETY[2:], *score.SPEED)
    if group == "all":
        return (*score.REFUSING[2:], *score.SAFETY, *score.SPEED)
    if group.startswith("uncovered"):
        return (*score.REFUSING, *score.SAFETY)
    return (*score.RETRIEVAL, *score.ANSWERS, *score.REFUSING, *score.SAFETY)


def beside(ours: Run, other: Run) -> Iterator[str]:
    """How far ours is from another system, paired by question, a line for each headline figure."""
    theirs = {record.key: record for record in other.records}
    for group, metric in HEADLINE:
        if METRICS[metric].form == "ms":
            continue
        pairs = [
            (record.values[metric], theirs[record.key].values[metric])
            for record in ours.records
            if group in score.groups_of(record)
            and metric in record.values
            and record.key in theirs
            and metric in theirs[record.key].values
        ]
        test = paired_difference([new for new, _ in pairs], [old for _, old in pairs])
        if test is not None:
            interval = f"[{test.low:+.3f}, {test.high:+.3f}]"
            yield (
                f"{METRICS[metric].label} ({group}): ours less {other.system} {test.value:+.3f} {interval}, "
                f"p = {test.p:.4f}, n={test.n}"
            )


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """What changed since a baseline; the first line says which."""
    base = comparison.baseline
    yield f"Since the baseline of {base.made} (build {base.build}), on {comparison.paired} questions that both asked:"
    if not comparison.same_labels:
        yield "  The questions or their labels are not the same in both runs."
    yield f"  Answers that changed: {len(comparison.answers)}."
    for change in comparison.changes:
        told = not change.group.startswith("style") and METRICS[change.metric] in _metrics_of(change.group)
        if told and abs(change.after - change.before) > 1e-9 and not change.metric.startswith("ms_"):
            p = f" (p = {change.test.p:.3f})" if change.test else ""
            values = f"{shown(change.before, change.metric)} -> {shown(change.after, change.metric)}"
            yield f"  {in_words(change.group)}: {METRICS[change.metric].label}: {values}{p}"
    for line in comparison.fallen:
        yield f"  Fell beyond its margin: {line}"
