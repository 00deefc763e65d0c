"""The `eval` command: parse, run the question-answer test set, print and write the report.

    sci-assistant eval                       the assistant on the bundled questions, then on the safety messages
    sci-assistant eval retrieval --data DIR  the ranking alone on a collection with judged documents
    sci-assistant eval claims                the check of written sentences on true and false claims

Exit status: 0 done, 1 a gated figure fell beyond its margin against the baseline, 2 could not run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sci_assistant_eval.questions import Question
    from sci_assistant_eval.records import Evaluation
    from sci_assistant_eval.run import Choice
    from sci_assistant_eval.vignettes import Vignette

    from sci_assistant.settings import Settings

KINDS = ["answerable", "follow_up", "uncovered", "safety"]
MANY_MESSAGES = 300  # from which more than one process asks them
MOST_WORKERS = 4  # each loads the models


@click.group("eval", invoke_without_command=True)
@click.option(
    "--questions",
    type=click.Path(exists=True, path_type=Path),
    help="A question file, or a folder of them (*.yaml), instead of the bundled ones.",
)
@click.option("--split", type=click.Choice(["dev", "test"]), default="dev", show_default=True, help="dev for tuning.")
@click.option("--only", type=click.Choice(KINDS), help="Ask one kind only; safety: the messages.")
@click.option("--answers", type=click.Choice(["quoted", "written"]), help="How answers are made.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    help="Ask at most so many questions, and as many messages, spread over the files.",
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("report"),
    show_default=True,
    help="Folder for index.html and run.json.",
)
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="run.json of an earlier run to compare with; status 1 when a gated figure fell beyond its margin.",
)
@click.option("--systems", is_flag=True, help="Run keyword search, dense search and the tutorials' pipeline beside.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the index.")
@click.pass_context
def evaluate(
    context: click.Context,
    questions: Path | None,
    split: str,
    only: str | None,
    answers: str | None,
    limit: int | None,
    report: Path,
    baseline: Path | None,
    systems: bool,
    as_json: bool,
    store: Path | None,
) -> None:
    """Run the question-answer test set and the safety messages on the live index and write a report."""
    if context.invoked_subcommand is not None:
        return
    from sci_assistant_eval.compare import bundled_gates, compare
    from sci_assistant_eval.records import load, save
    from sci_assistant_eval.report import to_html
    from sci_assistant_eval.run import Choice, choose_messages, choose_questions
    from sci_assistant_eval.summary import to_text

    earlier = load(baseline) if baseline else None  # read first: the report may be written over it
    choice = Choice(split=split, only=only, limit=limit, questions=questions)  # type: ignore[arg-type]  # click checks
    asked, messages = choose_questions(choice), choose_messages(choice)
    click.echo(f"Split: {split} ({len(asked)} questions, {len(messages)} messages)", err=True)
    evaluation = _run(_settings(store=store, answers=answers), choice, asked, messages, systems=systems)
    comparison = compare(evaluation.ours, earlier.ours, bundled_gates()) if earlier else None
    save(evaluation, report / "run.json")
    (report / "index.html").write_text(to_html(evaluation, asked, bundled_gates(), comparison), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(_figures_json(evaluation), ensure_ascii=False, indent=1))
    else:
        click.echo(to_text(evaluation, bundled_gates(), comparison))
    click.echo(f"Report: {report / 'index.html'}, {report / 'run.json'}", err=True)
    for line in comparison.fallen if comparison else ():
        click.echo(f"Fell beyond its margin: {line}", err=True)
    context.exit(1 if comparison and comparison.fallen else 0)


def _run(
    settings: Settings,
    choice: Choice,
    asked: Sequence[Question],
    messages: Sequence[Vignette],
    *,
    systems: bool,
) -> Evaluation:
    from sci_assistant_eval.records import Evaluation
    from sci_assistant_eval.run import add_messages, baselines, check_labels, default_cache, run_system
    from sci_assistant_eval.systems import Ours

    from sci_assistant import wire

    embeddings = wire.make_embeddings(settings)
    assistant = wire.make_assistant(settings, embeddings=embeddings)
    check_labels(asked, assistant)
    with ExitStack() as bars:

        def bar(label: str) -> Callable[[int, int], None]:
            return progress_bar(label, bars)

        ours = run_system(Ours(assistant, settings), asked, assistant, choice, progress=bar("Asking"))
        workers = _workers(len(messages), settings)
        ours = add_messages(ours, messages, assistant, settings, choice, workers=workers, progress=bar("Messages"))
        beside = baselines(assistant, embeddings, default_cache(settings), progress=bar("Embedding"))
        others = tuple(
            run_system(system, asked, assistant, choice, keep_texts=False, progress=bar(system.name.capitalize()))
            for system in (beside if systems and asked else ())
        )
    return Evaluation(ours, others)


def _workers(messages: int, settings: Settings) -> int:
    """Processes for messages: more than one where there are enough to be worth the loading. A language model is asked
    by one."""
    if messages < MANY_MESSAGES or settings.answers == "written":
        return 1
    return min(MOST_WORKERS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


@evaluate.command("retrieval")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with answers.jsonl.gz, queries.jsonl and qrels.txt.",
)
@click.option("--store", type=click.Path(path_type=Path), help="Folder of that collection's own index.")
@click.option("--sample", type=click.IntRange(0), help="Index all judged documents and so many others only.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def retrieval_command(data: Path, store: Path | None, sample: int | None, as_json: bool) -> None:
    """Rank a judged collection: nDCG@10, AP@10, RR@10, R@10 for both forms of each question, beside the baselines.

    The collection is indexed into a store of its own the first time, which takes a while.
    """
    from sci_assistant_eval.retrieval import evaluate_collection, results_to_json, results_to_text

    settings = _settings(store=store)
    with ExitStack() as bars:
        results = evaluate_collection(
            data, settings, own_store=store, sample=sample, progress=lambda label: progress_bar(label, bars)
        )
    click.echo(json.dumps(results_to_json(results), indent=1) if as_json else results_to_text(results))


@evaluate.command("claims")
@click.option("--split", type=click.Choice(["dev", "test"]), default="dev", show_default=True, help="dev for tuning.")
def claims_command(split: str) -> None:
    """Check true and false claims about the bundled articles as sentences of a written answer are checked."""
    from sci_assistant_eval.claims import load_claims, sources_by_article
    from sci_assistant_eval.claims_check import check_claims, to_text

    from sci_assistant import wire
    from sci_assistant.ask.rule_verifier import make_verifier
    from sci_assistant.ingest.glossary import read_glossary
    from sci_assistant.ingest.parse import read_articles
    from sci_assistant.types import Article

    wire.silence_telemetry()
    corpus = wire.bundled_corpus()
    articles = [article for _, article in read_articles(corpus) if isinstance(article, Article)]
    verifier = make_verifier(terms=read_glossary(corpus / "glossary.yaml"))
    claims = load_claims(split=split)  # type: ignore[arg-type]  # click checks
    with ExitStack() as bars:
        checked = check_claims(claims, verifier, sources_by_article(articles), progress=progress_bar("Checking", bars))
    click.echo(to_text(split, checked))


def _settings(**overrides: object) -> Settings:
    from sci_assistant.settings import load_settings

    return load_settings(**overrides)


def _figures_json(evaluation: Evaluation) -> dict[str, Any]:
    from sci_assistant_eval.safety import message_misses

    runs = (evaluation.ours, *evaluation.others)
    return {
        "split": evaluation.ours.split,
        "build": evaluation.ours.build,
        "systems": {run.system: [asdict(figure) for figure in run.figures] for run in runs},
        "safety_misses": {
            name: [{"id": r.key, "turns": [*r.history, r.question], "rules": list(r.rules)} for r in records]
            for name, records in message_misses(evaluation.ours).items()
        },
    }


def progress_bar(label: str, bars: ExitStack) -> Callable[[int, int], None]:
    """A progress bar on a terminal that `bars` closes; nothing elsewhere."""
    started: list[Any] = []

    def show(done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if not started:
            started.append(bars.enter_context(click.progressbar(length=total, label=label, file=sys.stderr)))
        started[0].update(done - started[0].pos)

    return show
