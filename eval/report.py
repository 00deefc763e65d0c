"""An evaluation, its questions and a comparison -> report/index.html.

The page loads nothing. On the test split it gives figures by class only: no text, no article, no question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sci_assistant_eval import score
from sci_assistant_eval.compare import Comparison, Gate, below_targets, in_words
from sci_assistant_eval.misses import changed_html, miss_html, misses, topic_rows
from sci_assistant_eval.page import bullets, figure, page, paragraph, section, table
from sci_assistant_eval.plots import heat_map, line_chart, range_chart
from sci_assistant_eval.questions import Question
from sci_assistant_eval.records import MESSAGE, Evaluation, Run
from sci_assistant_eval.safety_page import figure_cell, safety_html
from sci_assistant_eval.score import DEPTHS, METRICS, Metric
from sci_assistant_eval.selective import risk_coverage
from sci_assistant_eval.summary import HEADLINE, beside, comparison_lines, describe

COVERED = ("answerable: short", "answerable: long", "follow_up", "covered")
HEAT = ("article_found_5", "first_citation_hit", "key_fact_recall", "answer_precision")


def to_html(
    evaluation: Evaluation,
    questions: Sequence[Question],
    gates: Sequence[Gate],
    comparison: Comparison | None = None,
) -> str:
    """The whole report as one page."""
    run = evaluation.ours
    asked = any(record.kind != MESSAGE for record in run.records)
    parts = [
        ("figures", "Figures", _figures(run) if asked else ""),
        ("safety", "Safety", safety_html(run)),
        ("plots", "Plots", _plots(run) if asked else ""),
        ("systems", "Beside other systems", _systems(evaluation) if evaluation.others else ""),
        ("changes", "Changes since the baseline", _changes(comparison) if comparison else ""),
        ("misses", "Misses", _misses(run, questions) if asked and run.split == "dev" else ""),
    ]
    links = "".join(f'<a href="#{name}">{title}</a>' for name, title, content in parts if content)
    head = [f"<h1>Evaluation on the {run.split} split</h1>", paragraph(describe(run)), _targets(run, gates)]
    sections = [section(name, title, content) for name, title, content in parts if content]
    return page(f"Evaluation, {run.split}", [*head, f"<nav aria-label='Contents'>{links}</nav>", *sections])


def _targets(run: Run, gates: Sequence[Gate]) -> str:
    short = below_targets(run, gates)
    if not short:
        return '<p class="good">Every target is reached.</p>' if gates else ""
    return f'<p class="bad">Short of {len(short)} of {sum(g.target is not None for g in gates)} targets:</p>' + bullets(
        short
    )


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
    by_class = [(in_words(group), figure_cell(run.figure(group, "refused"))) for group in classes]
    by_style = [
        (
            in_words(style),
            *(figure_cell(run.figure(style, m)) for m in ("article_found_5", "key_fact_recall", "false_refusal")),
        )
        for style in styles
    ]
    made.insert(3, table("Refusal recall by class", ["Class", "Refused, rightly"], by_class))
    made.append(table("By style", ["Style", "Found in first 5", "Key-fact recall", "Refused, wrongly"], by_style))
    return "\n".join(made)


def _metric_table(run: Run, title: str, rows: Sequence[Metric], columns: Sequence[str]) -> str:
    cells = [(metric.label, *(figure_cell(run.figure(group, metric.name)) for group in columns)) for metric in rows]
    return table(title, ["Metric", *map(in_words, columns)], [row for row in cells if any(row[1:])])


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
        plots.append(
            figure("By topic (questions), worst first.", heat_map("Figures by topic", columns, rows), broad=True)
        )
    return '<div class="plots">' + "\n".join(plots) + "</div>"


def _systems(evaluation: Evaluation) -> str:
    runs = (evaluation.ours, *evaluation.others)
    rows = [
        (f"{METRICS[metric].label} ({group})", *(figure_cell(run.figure(group, metric)) for run in runs))
        for group, metric in HEADLINE
    ]
    tests = [line for other in evaluation.others for line in beside(evaluation.ours, other)]
    note = (
        "The baselines take the question as typed and show their best four passages whole: several times the words of "
        f"a quoted answer, hence the row on the first {score.FIRST_WORDS} words."
    )
    return table("Systems", ["Metric", *(run.system for run in runs)], rows) + paragraph(note) + bullets(tests)


def _changes(comparison: Comparison) -> str:
    first, *lines = comparison_lines(comparison)
    made = [paragraph(first), bullets(line.strip() for line in lines)]
    if comparison.baseline.split == "dev":
        made += [changed_html(change) for change in comparison.answers]
    return "\n".join(made)


def _misses(run: Run, questions: Sequence[Question]) -> str:
    by_id = {question.id: question for question in questions}
    asked = [record for record in run.records if record.kind != MESSAGE]
    found = misses(asked)
    counts = Counter(names[0] for _, names in found)
    lines = [f"{name}: {count}" for name, count in counts.items()]
    return "\n".join(
        [
            paragraph(f"{len(found)} of {len(asked)} questions, worst first:"),
            bullets(lines),
            *(miss_html(record, names, by_id.get(record.key)) for record, names in found),
        ]
    )
