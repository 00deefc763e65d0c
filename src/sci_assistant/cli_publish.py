"""The `publish` command: parse, publish once or watch, print what it did.

Exit status: 0 done, 1 not published because of what is listed, 2 could not run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sci_assistant.errors import AssistantError, StoreBusy

if TYPE_CHECKING:
    from sci_assistant.models import LocalEmbeddings
    from sci_assistant.publication import Publication
    from sci_assistant.publish import AnswerCheck, PublishOptions, Step
    from sci_assistant.settings import Settings

WATCH_SAMPLE = 0  # a watcher asks the questions about changed articles alone, to be live soon


@click.command()
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the index.")
@click.option(
    "--corpus",
    "paths",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder or file of articles; repeat for more. Without it: those that the store remembers.",
)
@click.option("--dry-run", is_flag=True, help="Do everything but the last step: nothing changes.")
@click.option("--allow-removals", is_flag=True, help="Let more than a tenth of the articles be removed.")
@click.option(
    "--questions",
    type=click.Path(exists=True, path_type=Path),
    help="A file or folder of test questions instead of the bundled ones.",
)
@click.option("--full", is_flag=True, help="Ask every test question and message: takes minutes.")
@click.option(
    "--sample",
    type=click.IntRange(0),
    help="Ask so many questions beside those about changed articles (60; with --watch 0).",
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Where the report goes (STORE/publish.html)."
)
@click.option("--watch", "watching", is_flag=True, help="Go on, and publish each change of the articles by itself.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one line for each publication.")
def publish(
    store: Path | None,
    paths: tuple[Path, ...],
    dry_run: bool,
    allow_removals: bool,
    questions: Path | None,
    full: bool,
    sample: int | None,
    report: Path | None,
    watching: bool,
    as_json: bool,
) -> None:
    """Check the articles, compare them and their answers with what is live, and go live if all is well.

    Otherwise nothing changes, and it says why and what to do.
    """
    from sci_assistant_eval.publish import SAMPLE, AskOptions, BuildCheck

    from sci_assistant import wire
    from sci_assistant.publish import PublishOptions
    from sci_assistant.settings import load_settings

    settings = load_settings(store=store, corpus=paths or None)
    wire.silence_telemetry()
    embeddings = wire.make_embeddings(settings)
    asked = (WATCH_SAMPLE if watching else SAMPLE) if sample is None else sample
    check = BuildCheck(settings, embeddings, AskOptions(questions, full, asked))
    _ = check.questions  # what is wrong with them is said before anything is built
    publisher = _Publisher(
        settings,
        embeddings,
        check,
        PublishOptions(dry_run, allow_removals, settings.review_max_age_days),
        report=report or settings.store / "publish.html",
        as_json=as_json,
    )
    if watching:
        publisher.watch()
    else:
        sys.exit(1 if publisher.once().outcome == "refused" else 0)


class _Publisher:
    """Publishes and says what it did."""

    def __init__(
        self,
        settings: Settings,
        embeddings: LocalEmbeddings,
        check: AnswerCheck,
        options: PublishOptions,
        *,
        report: Path,
        as_json: bool,
    ) -> None:
        from sci_assistant import wire

        self._store = wire.make_store(settings)
        self._corpus = wire.corpus_paths(settings, self._store)
        self._embeddings, self._check, self._options = embeddings, check, options
        self._report, self._as_json = report, as_json

    def once(self) -> Publication:
        """Publish once, print what it did, write the report."""
        from sci_assistant.publication import to_sentences
        from sci_assistant.publish import publish as publish_corpus

        with _shown() as step:
            done = publish_corpus(
                self._store,
                self._corpus,
                self._embeddings,
                answers=self._check,
                options=self._options,
                step=step,
            )
        written = self._write(done)
        if self._as_json:
            click.echo(json.dumps(asdict(done), ensure_ascii=False, default=str))
            return done
        click.echo("\n".join(to_sentences(done)))
        if written:
            click.echo(f"Report: {self._report}", err=True)
        return done

    def _write(self, done: Publication) -> bool:
        from sci_assistant_eval.publish_page import to_html

        if not (done.changes or done.errors):
            return False
        try:
            self._report.parent.mkdir(parents=True, exist_ok=True)
            self._report.write_text(to_html(done), encoding="utf-8")
        except OSError as error:
            click.echo(f"The report cannot be written: {error}. Name another file with --report.", err=True)
            return False
        return True

    def watch(self) -> None:
        """Publish, and again after each change, until interrupted."""
        from sci_assistant.watch import watch

        places = ", ".join(str(path) for path in self._corpus)
        click.echo(f"Watching {places}. Each change is checked and published. Press Ctrl+C to end it.", err=True)
        try:
            watch(self._corpus, self._attempt)
        except KeyboardInterrupt:
            click.echo("Stopped watching. What is live stays live.", err=True)

    def _attempt(self) -> bool:
        """One publication of a watcher; False where it has to be tried again."""
        click.echo(time.strftime("%Y-%m-%d %H:%M:%S"), err=True)
        try:
            self.once()
        except StoreBusy as error:
            click.echo(f"sci-assistant: {error} It is tried again.", err=True)
            return False
        except AssistantError as error:
            click.echo(f"sci-assistant: {error}", err=True)
        return True


@contextmanager
def _shown() -> Iterator[Step]:
    """What is being done, as a bar on a terminal; nothing elsewhere."""
    with ExitStack() as bars:
        now: list[tuple[str, ExitStack, Any]] = []

        def step(what: str, done: int, of: int) -> None:
            if not sys.stderr.isatty():
                return
            if not now or now[0][0] != what:
                for _, stack, _ in now:
                    stack.close()
                stack = bars.enter_context(ExitStack())
                bar = stack.enter_context(click.progressbar(length=max(of, 1), label=what, file=sys.stderr))
                now[:] = [(what, stack, bar)]
            now[0][2].update(done - now[0][2].pos)

        yield step
