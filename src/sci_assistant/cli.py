"""The commands: parse, call, render. Everything heavy is imported where it is used, so that --help is quick.

Exit status: 0 done, 1 done with failures that are listed, 2 could not run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sci_assistant import __version__
from sci_assistant.cli_corpus import corpus
from sci_assistant.cli_eval import evaluate
from sci_assistant.cli_gaps import gaps
from sci_assistant.cli_mcp import mcp
from sci_assistant.cli_models import models, models_line
from sci_assistant.cli_publish import publish
from sci_assistant.errors import AssistantError, QuestionError, StoreError

if TYPE_CHECKING:
    from sci_assistant_ui.maintenance import Maintenance

    from sci_assistant.ask.assistant import Assistant
    from sci_assistant.ingest.build import IndexReport
    from sci_assistant.models import LocalEmbeddings
    from sci_assistant.settings import Settings
    from sci_assistant.store import Store
    from sci_assistant.types import Answer, Turn

# An answer multiplies small matrices. More threads gain nothing, and wait for each other where a core is busy: beside
# one other program half of the answers then took twice as long, one in twenty 279 ms instead of 104.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is first imported

STORE = click.option("--store", type=click.Path(path_type=Path), help="Folder of the index.")
ANSWERS = click.option("--answers", type=click.Choice(["quoted", "written"]), help="How answers are made.")
BATCH = click.option(
    "--batch", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON Lines file of questions."
)


class _Commands(click.Group):
    """Ends every command with a plain message and status 2 where it could not run."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AssistantError as error:
            click.echo(f"sci-assistant: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sci-assistant")
@click.option("-v", "--verbose", is_flag=True, help="Log what happens to standard error (never a question's text).")
def main(verbose: bool) -> None:
    """Answers about living with spinal cord injury, quoted from a curated corpus with a source for every sentence."""
    from sci_assistant import logs

    logs.set_up("json" if os.environ.get("SCI_ASSISTANT_LOG_FORMAT") == "json" else "plain", verbose=verbose)


main.add_command(corpus)
main.add_command(evaluate)
main.add_command(models)
main.add_command(publish)
main.add_command(gaps)
main.add_command(mcp)


def _settings(**overrides: object) -> Settings:
    from sci_assistant.settings import load_settings

    return load_settings(**overrides)


def _progress(label: str) -> Callable[[int, int], None]:
    """A progress bar on a terminal, nothing elsewhere."""
    bar: list[Any] = []

    def show(done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if not bar:
            bar.append(click.progressbar(length=total, label=label, file=sys.stderr))
            bar[0].__enter__()
        bar[0].update(done - bar[0].pos)
        if done >= total:
            bar[0].__exit__(None, None, None)

    return show


@main.command()
@STORE
@ANSWERS
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535), help="Port to serve on.")
@click.option("--root-path", help="Path that a proxy puts before ours, such as /sci.")
@click.option("--browser/--no-browser", default=True, help="Open a browser where there is a desktop.")
def chat(store: Path | None, answers: str | None, host: str, port: int, root_path: str | None, browser: bool) -> None:
    """Serve the browser chat from the live build; index first only when the store is empty."""
    from sci_assistant import wire

    settings = _settings(store=store, answers=answers, root_path=root_path)
    wire.silence_telemetry()
    the_store = wire.make_store(settings)
    embeddings = wire.make_embeddings(settings)
    assistant = wire.make_assistant(settings, store=the_store, embeddings=embeddings)
    failed = False
    try:
        failed = _index_if_empty(settings, the_store, embeddings)
        wire.warm_up(assistant)
    except StoreError as error:
        if settings.chroma_url is None:
            raise
        click.echo(f"sci-assistant: {error} People are told so until it is back.", err=True)
    if assistant.model is not None:
        click.echo(f"Written answers: {models_line(assistant.model)}", err=True)
    from sci_assistant_ui.app import create_app, serve

    app = create_app(
        assistant,
        settings,
        host=host,
        keep_gap=wire.make_gap_keeper(settings, the_store),
        maintenance=_maintenance(settings, the_store, embeddings),
        behind=lambda: the_store.problem.code if the_store.problem else None,
    )
    serve(app, host=host, port=port, open_browser=browser)
    sys.exit(1 if failed else 0)


def _index_if_empty(settings: Settings, store: Store, embeddings: LocalEmbeddings) -> bool:
    """Index where nothing is; else say whether the corpus differs from what is live. True where an article failed."""
    from sci_assistant import wire

    if store.current_name() is None:
        click.echo("Nothing is indexed yet: indexing the articles. This takes a minute or two, once.", err=True)
        return bool(_index(store, wire.corpus_paths(settings, store), embeddings).failed)
    notice = wire.corpus_notice(settings, store)
    if notice:
        click.echo(notice, err=True)
    return False


def _maintenance(settings: Settings, store: Store, embeddings: LocalEmbeddings) -> Maintenance | None:
    """What the maintainers' page does, where a token is set for it."""
    if settings.maintainer_token is None:
        return None
    from sci_assistant_eval.publish import BuildCheck
    from sci_assistant_ui.maintenance import Maintenance

    click.echo("The maintainers' page is at the address below, under /maintain.", err=True)
    return Maintenance(settings, store, embeddings, BuildCheck(settings, embeddings))


@main.command()
@click.argument("question", required=False)
@STORE
@ANSWERS
@click.option("--history", multiple=True, help="An earlier question; repeat, oldest first.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@BATCH
def ask(
    question: str | None,
    store: Path | None,
    answers: str | None,
    history: tuple[str, ...],
    as_json: bool,
    batch: Path | None,
) -> None:
    """Answer QUESTION in the terminal, or each line of a --batch file as JSON."""
    from sci_assistant import render, wire
    from sci_assistant.types import Turn

    if (question is None) == (batch is None):
        raise click.UsageError("Give a QUESTION or --batch FILE.jsonl, one of the two.")
    settings = _settings(store=store, answers=answers)
    assistant = wire.make_assistant(settings, store=wire.make_store(settings, brief=batch is None))
    if batch is not None:
        sys.exit(_ask_batch(assistant, batch))
    answer = assistant.ask(Turn(question or "", history))
    click.echo(json.dumps(render.to_json(answer), ensure_ascii=False, indent=1) if as_json else render.to_text(answer))
    sys.exit(1 if answer.status == "unavailable" else 0)


def _ask_batch(assistant: Assistant, batch: Path) -> int:
    """One answer as JSON for each line, in order; a line that fails still gives an answer. Returns the status."""
    from sci_assistant import render

    failed = False
    for turn, problem in _read_batch(batch):
        answer = assistant.ask(turn) if problem is None else _unreadable(assistant, turn, problem)
        failed = failed or answer.status == "unavailable"
        click.echo(json.dumps(render.to_json(answer), ensure_ascii=False))
    return 1 if failed else 0


def _read_batch(batch: Path) -> Iterator[tuple[Turn, str | None]]:
    """Turns of a batch file, and what is wrong with a line that is none."""
    from sci_assistant.types import Turn

    with batch.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            raw: Any = None
            try:
                raw = json.loads(line)
                history = [] if raw.get("history") is None else raw["history"]
                given = raw.get("id")
                texts: list[Any] = [raw["question"], *history] if isinstance(history, list) else [None]
                if not all(isinstance(text, str) for text in texts):
                    raise TypeError("question must be a string and history a list of strings")
                question, *history = map(_legible, texts)
                yield Turn(question, tuple(history), None if given is None else str(given)), None
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                problem = f'Line {number} of {batch.name} is not {{"id", "question", "history"}}: {error}.'
                known = raw.get("id") if isinstance(raw, dict) else None
                yield Turn("", id=str(number) if known is None else str(known)), problem


def _legible(text: str) -> str:
    """A text without what no program can write as UTF-8."""
    return text.encode(errors="replace").decode()


def _unreadable(assistant: Assistant, turn: Turn, problem: str) -> Answer:
    from dataclasses import replace

    from sci_assistant.types import AnswerError

    return replace(assistant.ask(turn), text=problem, error=AnswerError("batch_line", problem))


@main.command()
@click.argument("question", required=False)
@STORE
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="Passages, or articles.")
@click.option("--by", type=click.Choice(["passage", "article"]), default="passage", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@BATCH
def search(question: str | None, store: Path | None, k: int, by: str, as_json: bool, batch: Path | None) -> None:
    """Show the ranked passages that an answer to QUESTION would be chosen from."""
    from sci_assistant import report, wire
    from sci_assistant.ask.assistant import question_problem
    from sci_assistant.types import Turn

    if (question is None) == (batch is None):
        raise click.UsageError("Give a QUESTION or --batch FILE.jsonl, one of the two.")
    settings = _settings(store=store)
    assistant = wire.make_assistant(settings, store=wire.make_store(settings, brief=batch is None))
    turns = _read_batch(batch) if batch is not None else iter([(Turn(_legible(question or "")), None)])
    failed = False
    for turn, unread in turns:
        problem = unread or question_problem(turn.question, settings)
        if problem is not None and batch is None:
            raise QuestionError(problem)
        if problem is not None:
            failed = True
            click.echo(json.dumps({"id": turn.id, "question": "", "passages": [], "error": problem}))
            continue
        found = assistant.search(turn, k=k, by_article=by == "article").passages
        if as_json or batch is not None:
            click.echo(json.dumps(report.search_to_json(turn, found), ensure_ascii=False))
        else:
            click.echo(report.search_to_text(found))
    sys.exit(1 if failed else 0)


@main.command()
@STORE
@click.option(
    "--corpus",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder or file of articles (.md .html .txt .jsonl .jsonl.gz); repeat for more.",
)
@click.option("--rebuild", is_flag=True, help="Make the index anew, whatever state the store is in.")
@click.option("--dry-run", is_flag=True, help="Say what would change and change nothing.")
@click.option("--allow-removals", is_flag=True, help="Let more than a tenth of the articles be removed.")
@click.option("--rollback", is_flag=True, help="Go back to the build that was live before, in one step.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def index(
    store: Path | None,
    paths: tuple[Path, ...],
    rebuild: bool,
    dry_run: bool,
    allow_removals: bool,
    rollback: bool,
    as_json: bool,
) -> None:
    """Bring the store in line with the corpus, and say what changed. `publish` does so with checks and gates."""
    from dataclasses import asdict

    from sci_assistant import wire

    if rollback and (paths or rebuild or dry_run or allow_removals):
        raise click.UsageError("--rollback takes --store and --json only.")
    settings = _settings(store=store, corpus=paths or None)
    the_store = wire.make_store(settings)
    wire.silence_telemetry()
    if rollback:
        _roll_back(the_store, as_json=as_json)
        return
    report = _index(
        the_store,
        wire.corpus_paths(settings, the_store),
        wire.make_embeddings(settings),
        rebuild=rebuild,
        dry_run=dry_run,
        allow_removals=allow_removals,
        quiet=as_json,
    )
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False, indent=1))
    sys.exit(1 if report.failed else 0)


def _roll_back(store: Store, *, as_json: bool) -> None:
    newer = store.remembered_corpus()
    before, after = store.rollback()
    corpus = store.remembered_corpus() or ()
    if as_json:
        click.echo(json.dumps({"before": before, "build": after, "corpus": [str(path) for path in corpus]}))
        return
    click.echo(f"Rolled back: build {after} is live again, {before} is kept. A second --rollback returns to it.")
    click.echo("The article files are as they were: the next publication brings their edits back, so mend them first.")
    if newer and newer != corpus:
        again = " ".join(f"--corpus {path}" for path in newer)
        click.echo(
            f"The store takes its articles from {', '.join(map(str, corpus))} again, as that build did. To publish "
            f"those of the other build, name them: sci-assistant publish {again}"
        )


def _index(
    store: Store,
    paths: tuple[Path, ...],
    embeddings: Any,
    *,
    rebuild: bool = False,
    dry_run: bool = False,
    allow_removals: bool = False,
    quiet: bool = False,
) -> IndexReport:
    from sci_assistant.ingest.build import build_index
    from sci_assistant.report import report_to_text

    report = build_index(
        store,
        paths,
        embeddings,
        rebuild=rebuild,
        dry_run=dry_run,
        allow_removals=allow_removals,
        progress=_progress("Embedding"),
    )
    if not quiet:
        click.echo(report_to_text(report, dry_run=dry_run))
    return report


@main.command()
@STORE
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON.")
def status(store: Path | None, as_json: bool) -> None:
    """Say what is indexed, with which model, how old it is, and which settings hold."""
    from sci_assistant import wire
    from sci_assistant.report import status_to_text

    settings = _settings(store=store)
    found = wire.read_status(settings, wire.make_store(settings))
    click.echo(json.dumps(found, ensure_ascii=False, indent=1) if as_json else status_to_text(found))


if __name__ == "__main__":
    main()
