"""An evaluation, its questions and a comparison -> report/index.html, and the same in lines for a terminal.

The page loads nothing. On the test split it gives figures by class only: no text, no article, no question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sci_assistant_eval import score
from sci_assistant_eval.compare import Comparison, Gate, below_targets, shown
from sci_assistant_eval.intervals import paired_difference
from sci_assistant_eval.misses import changed_html, miss_html, misses, topic_rows
from sci_assistant_eval.page import bullets, figure, page, paragraph, section, table
from sci_assistant_eval.plots import heat_map, line_chart, range_chart
from sci_assistant_eval.questions import Question
from sci_assistant_eval.records import Evaluation, Figure, Run
from sci_assistant_eval.score import DEPTHS, METRICS, Metric
from sci_assistant_eval.selective import risk_coverage

COVERED = ("answerable: short", "answerable: long", "follow_up", "covered")
HEAT = ("article_found_5", "first_citation_hit", "key_fact_recall", "answer_precision")
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


def to_html(
    evaluation: Evaluation,
    questions: Sequence[Question],
    gates: Sequence[Gate],
    comparison: Comparison | None = None,
) -> str:
    """The whole report as one page."""
    run = evaluation.ours
    parts = [
        ("figures", "Figures", _figures(run)),
        ("plots", "Plots", _plots(run)),
        ("systems", "Beside other systems", _systems(evaluation) if evaluation.others else ""),
        ("changes", "Changes since the baseline", _changes(comparison) if comparison else ""),
        ("misses", "Misses", _misses(run, questions) if run.split == "dev" else ""),
    ]
    links = "".join(f'<a href="#{name}">{title}</a>' for name, title, content in parts if content)
    head = [f"<h1>Evaluation on the {run.split} split</h1>", paragraph(describe(run)), _targets(run, gates)]
    sections = [section(name, title, content) for name, title, content in parts if content]
    return page(f"Evaluation, {run.split}", [*head, f"<nav aria-label='Contents'>{links}</nav>", *sections])


def describe(run: Run) -> str:
    """What was run, in a sentence."""
    kinds = Counter(record.kind.replace("_", "-") for record in run.records)
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    cut = "".join([f", only {run.only}" if run.only else "", f", limited to {run.limit}" if run.limit else ""])
    return (
        f"Split {run.split}{cut}: {len(run.records)} questions ({counted}), {run.articles} articles, "
        f"build {run.build}, {run.model}, {run.made}. Intervals: 95%, percentile bootstrap over questions."
    )


def to_text(evaluation: Evaluation, gates: Sequence[Gate], comparison: Comparison | None = None) -> str:
    """The figures in lines for a terminal, the split first."""
    run = evaluation.ours
    lines = [describe(run), ""]
    for group in dict.fromkeys(f.group for f in run.figures if not f.group.startswith("style")):
        lines.append(f"{group}:")
        for metric in METRICS.values():
            found = run.figure(group, metric.name)
            if found is not None:
                interval = f"[{shown(found.low, metric.name)}, {shown(found.high, metric.name)}]"
                lines.append(f"  {metric.label:58} {shown(found.value, metric.name):>8} {interval:18} n={found.n}")
    for other in evaluation.others:
        lines += ["", f"Beside {other.system}:", *(f"  {line}" for line in _beside(run, other))]
    if comparison is not None:
        lines += ["", *_comparison_lines(comparison)]
    short = below_targets(run, gates)
    lines += ["", "Short of its target:" if short else "Every target is reached.", *(f"  {line}" for line in short)]
    return "\n".join(lines)


def _targets(run: Run, gates: Sequence[Gate]) -> str:
    short = below_targets(run, gates)
    if not short:
        return '<p class="good">Every target is reached.</p>' if gates else ""
    return f'<p class="bad">Short of {len(short)} of {sum(g.target is not None for g in gates)} targets:</p>' + bullets(
        short
    )


def _cell(found: Figure | None) -> str:
    if found is None:
        return ""
    low, high = shown(found.low, found.metric), shown(found.high, found.metric)
    return f"{shown(found.value, found.metric)} <small>[{low}, {high}] n={found.n}</small>"


def _figures(run: Run) -> str:
    groups = dict.fromkeys(f.group for f in run.figures)
    covered = [group for group in COVERED if group in groups]
    follow = [group for group in groups if group.startswith("follow_up:")]
    styles = sorted(group for group in groups if group.startswith("style:"))
    classes = [group for group in groups if group.startswith("uncovered")]
    tables = (
        ("Retrieval", score.RETRIEVAL, [*covered, *follow]),
        ("Answers", score.ANSWERS, [*covered, *follow]),
        ("Refusing", score.REFUSING, [group for group in ("covered", "uncovered", "all") if group in groups]),
        (
            "Safety: notices and cautions by kind and class",
            score.SAFETY,
            [*covered, *classes, "all"],
        ),
        ("Speed", score.SPEED, ["all"]),
    )
    made = [_metric_table(run, title, rows, columns) for title, rows, columns in tables]
    by_class = [(group, _cell(run.figure(group, "refused"))) for group in classes]
    by_style = [
        (style, *(_cell(run.figure(style, m)) for m in ("article_found_5", "key_fact_recall", "false_refusal")))
        for style in styles
    ]
    made.insert(3, table("Refusal recall by class", ["Class", "Refused, rightly"], by_class))
    made.append(table("By style", ["Style", "Found in first 5", "Key-fact recall", "Refused, wrongly"], by_style))
    return "\n".join(made)


def _metric_table(run: Run, title: str, rows: Sequence[Metric], columns: Sequence[str]) -> str:
    cells = [(metric.label, *(_cell(run.figure(group, metric.name)) for group in columns)) for metric in rows]
    return table(title, ["Metric", *columns], [row for row in cells if any(row[1:])])


def _plots(run: Run) -> str:
    found = {
        unit: [(d, f.value) for d in DEPTHS if (f := run.figure("covered", f"{unit}_found_{d}")) is not None]
        for unit in ("article", "section")
    }
    sure = [record.values for record in run.records if "confidence" in record.values]
    curve = risk_coverage([v["confidence"] for v in sure], [v["loss"] for v in sure])
    stages = [
        (stage.removeprefix("ms_"), middle.value, high.value)
        for stage in score.STAGES
        if (middle := run.figure("all", f"{stage}_p50")) and (high := run.figure("all", f"{stage}_p95"))
    ]
    plots = [
        figure(
            "Share of covered questions with an acceptable article (or section) among the first k.",
            line_chart(
                "Found among the first k", {k: v for k, v in found.items() if v}, across="k", up="found", most_across=20
            ),
        ),
        figure(
            "Answering the surest share of all questions, so many are wrong: not covered, or first article wrong.",
            line_chart(
                "Risk and coverage",
                {"risk": [(p.coverage, p.risk) for p in curve]},
                across="coverage",
                up="risk",
                most_across=1.0,
                dots=False,
            ),
        ),
        figure(
            "Time in each stage: median (thick) and 95th percentile (thin).", range_chart("Latency", stages, unit="ms")
        ),
    ]
    if run.split == "dev":
        rows = topic_rows(run.records, HEAT)
        columns = ("found in 5", "first cited", "key facts", "precision")
        plots.append(figure("By topic (questions), worst first.", heat_map("Figures by topic", columns, rows)))
    return '<div class="plots">' + "\n".join(plots) + "</div>"


def _systems(evaluation: Evaluation) -> str:
    runs = (evaluation.ours, *evaluation.others)
    rows = [
        (f"{METRICS[metric].label} ({group})", *(_cell(run.figure(group, metric)) for run in runs))
        for group, metric in HEADLINE
    ]
    tests = [line for other in evaluation.others for line in _beside(evaluation.ours, other)]
    note = (
        "The baselines take the question as typed and show their best four passages whole: several times the words of "
        f"a quoted answer, hence the row on the first {score.FIRST_WORDS} words."
    )
    return table("Systems", ["Metric", *(run.system for run in runs)], rows) + paragraph(note) + bullets(tests)


def _beside(ours: Run, other: Run) -> Iterator[str]:
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


def _comparison_lines(comparison: Comparison) -> Iterator[str]:
    base = comparison.baseline
    yield f"Since the baseline of {base.made} (build {base.build}), on {comparison.paired} questions that both asked:"
    if not comparison.same_labels:
        yield "  The questions or their labels are not the same in both runs."
    yield f"  {len(comparison.answers)} answers changed."
    for change in comparison.changes:
        if abs(change.after - change.before) > 1e-9 and not change.metric.startswith("ms_"):
            p = f" (p = {change.test.p:.3f})" if change.test else ""
            values = f"{shown(change.before, change.metric)} -> {shown(change.after, change.metric)}"
            yield f"  {change.group}: {METRICS[change.metric].label}: {values}{p}"
    for line in comparison.fallen:
        yield f"  Fell beyond its margin: {line}"


def _changes(comparison: Comparison) -> str:
    first, *lines = _comparison_lines(comparison)
    made = [paragraph(first), bullets(line.strip() for line in lines)]
    if comparison.baseline.split == "dev":
        made += [changed_html(change) for change in comparison.answers]
    return "\n".join(made)


def _misses(run: Run, questions: Sequence[Question]) -> str:
    by_id = {question.id: question for question in questions}
    found = misses(run.records)
    counts = Counter(names[0] for _, names in found)
    lines = [f"{name}: {count}" for name, count in counts.items()]
    return "\n".join(
        [
            paragraph(f"{len(found)} of {len(run.records)} questions, worst first:"),
            bullets(lines),
            *(miss_html(record, names, by_id.get(record.key)) for record, names in found),
        ]
    )
