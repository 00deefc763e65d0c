"""The `corpus` commands: check, list, import, review. Each parses its arguments, calls and prints."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sci_assistant.errors import CorpusError

if TYPE_CHECKING:
    from sci_assistant.ingest.check import Checked, CheckReport
    from sci_assistant.ingest.findings import Finding
    from sci_assistant.types import Article

PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def corpus() -> None:
    """Check, list, import and review articles. Without a PATH: the bundled ones."""


@corpus.command("check")
@PATHS
@AS_JSON
@click.option("--notes", is_flag=True, help="Print notes too; they are always in the JSON.")
@click.pass_context
def check_command(context: click.Context, paths: tuple[Path, ...], as_json: bool, notes: bool) -> None:
    """Lint articles: a folder or file each. Exit status 0 without errors, 1 with errors that are listed."""
    from sci_assistant.ingest.check import check_corpus
    from sci_assistant.settings import load_settings

    limit = load_settings().review_max_age_days
    report = check_corpus(_paths(paths), today=date.today(), review_max_age_days=limit)
    if as_json:
        click.echo(json.dumps(_report_json(report), ensure_ascii=False, indent=2))
    else:
        _print_report(report, notes=notes)
    context.exit(1 if report.count("error") else 0)


@corpus.command("list")
@PATHS
@AS_JSON
@click.pass_context
def list_command(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """List articles with their topics and review. What cannot be read is listed too, with exit status 1."""
    from sci_assistant.ingest.parse import read_articles

    rows: list[dict[str, Any]] = []
    failed = 0
    for name, item in (pair for path in _paths(paths) for pair in read_articles(path)):
        if isinstance(item, CorpusError):
            failed += 1
            click.echo(f"sci-assistant: {item}", err=True)
        else:
            rows.append(_article_json(name, item))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            click.echo(f"{row['id']}: {row['title']} ({', '.join(row['topics']) or 'no topic'}; {row['review']})")
        click.echo(_counted(len(rows), "article") + (f", {failed} cannot be read" if failed else ""))
    context.exit(1 if failed else 0)


@corpus.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder to write to."
)
@click.option("--force", is_flag=True, help="Replace articles that exist.")
@click.option("--allow-private", is_flag=True, help="Let an address lead to this machine or its own network.")
@click.pass_context
def import_command(
    context: click.Context, sources: tuple[str, ...], folder: Path, force: bool, allow_private: bool
) -> None:
    """Turn HTML, text, PDF and Word files, or pages at http(s) addresses, into articles for an editor to finish."""
    from sci_assistant.ingest.importer import import_file, import_url

    failed = 0
    for source in sources:
        try:
            if "://" in source:
                written = import_url(
                    source, folder=folder, today=date.today(), force=force, allow_private=allow_private
                )
            else:
                written = import_file(Path(source), folder=folder, force=force)
            click.echo(f"wrote {written}")
        except CorpusError as error:
            failed += 1
            click.echo(f"sci-assistant: {error}", err=True)
    if failed < len(sources):
        click.echo(f"Fill in the empty fields, then run: sci-assistant corpus check {folder}")
    context.exit(1 if failed else 0)


@corpus.command("review")
@click.argument("article", metavar="ID")
@click.option("--reviewer", required=True, help='Who read the article: "Name, role".')
@click.option(
    "--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day of the review; today if it is not given."
)
@click.option("--corpus", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder of the article.")
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the index, which remembers the articles.")
def review_command(article: str, reviewer: str, on: datetime | None, folder: Path | None, store: Path | None) -> None:
    """Record that a person has reviewed an article; ID is its id or its file.

    It is looked for in --corpus, else in the articles that the store remembers, never unasked in the bundled ones.
    Readers see the review when the article is published.
    """
    from sci_assistant.ingest.review import find_article, find_file, record_review

    named = find_file(article)
    file = named or find_article(article, (folder,) if folder else _own_folders(store))
    reviewed = record_review(file, reviewer=reviewer, on=on.date() if on else date.today())
    click.echo(f"{reviewed.id}: {_review(reviewed)}, written to {file}")
    click.echo("Readers see it after: sci-assistant publish")


def _own_folders(store: Path | None) -> tuple[Path, ...]:
    """The corpus that is set or remembered, where it is an editor's own.

    Raises:
        CorpusError: it is the bundled one, whose files belong to the program.
        StoreError: what the store remembers cannot be read.
    """
    from sci_assistant import wire
    from sci_assistant.settings import load_settings

    settings = load_settings(store=store)
    paths = wire.corpus_paths(settings, wire.make_store(settings))
    if any(path.resolve() == _bundled().resolve() for path in paths):
        raise CorpusError(
            "without --corpus this would change the articles that came with the program. Name the folder whose article "
            f"was read with --corpus FOLDER; --corpus {_bundled()} if those are meant."
        )
    return paths


def _bundled() -> Path:
    from importlib.resources import files

    return Path(str(files("sci_assistant_corpus")))


def _paths(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    return paths or (_bundled(),)


def _review(article: Article) -> str:
    if article.reviewed is None:
        return "not reviewed"
    changed = ", changed since its review" if article.review_changed else ""
    return f"reviewed {article.reviewed.date} by {article.reviewed.reviewer}{changed}"


def _article_json(name: str, article: Article) -> dict[str, Any]:
    return {
        "source": name,
        "id": article.id,
        "title": article.title,
        "topics": list(article.topics),
        "origin": article.origin,
        "written": article.written.isoformat() if article.written else None,
        "reviewed": article.reviewed.date.isoformat() if article.reviewed else None,
        "review": _review(article),
        "words": len(article.text.split()),
        "url": article.url,
    }


def _checked_json(checked: Checked) -> dict[str, Any]:
    measures = {"sentences": checked.measures.sentences, "grade": checked.measures.grade}
    return {**_article_json(checked.source, checked.article), **measures}


def _report_json(report: CheckReport) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "passed": report.count("error") == 0,
        "counts": {severity: report.count(severity) for severity in ("error", "warning", "note")},
        "articles": [_checked_json(checked) for checked in report.checked],
        "findings": [asdict(finding) for finding in report.findings],
    }


def _print_report(report: CheckReport, *, notes: bool) -> None:
    shown = [finding for finding in report.findings if notes or finding.severity != "note"]
    measured = {checked.source: checked.measures for checked in report.checked}
    for source in dict.fromkeys([*measured, *(finding.source for finding in shown)]):
        measures = measured.get(source)
        click.echo(f"{source}: {measures.words:,} words, grade {measures.grade}" if measures else f"{source}:")
        for finding in shown:
            if finding.source == source:
                click.echo(_finding_line(finding))
    counts = ", ".join(_counted(report.count(severity), severity) for severity in ("error", "warning", "note"))
    hint = " (--notes prints them)" if report.count("note") and not notes else ""
    click.echo(f"{_counted(len(report.checked), 'article')}: {counts}{hint}")


def _finding_line(finding: Finding) -> str:
    place = f" {finding.place}:" if finding.place else ""
    return f"  {finding.severity} [{finding.rule}]{place} {finding.message}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
