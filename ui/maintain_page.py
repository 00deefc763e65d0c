"""The maintainers' page -> HTML: what is live, what would change, buttons, what the newest job found, the gaps.

Works without a script; `maintain.js` only says how far a job is while it runs. All text is escaped by `markup`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sci_assistant.gaps import GapCluster
from sci_assistant.manifest import Manifest
from sci_assistant.markup import Html, element, fragment
from sci_assistant.publication import (
    AnswerChange,
    AnswerReport,
    Publication,
    article_lines,
    asked_line,
    counted,
    finding_line,
    gates_line,
    grouped_warnings,
    verdict,
)

from .maintenance import Job, Maintenance

TITLE = "Maintaining the articles"
WORKING = {"check": "Checking", "publish": "Publishing", "rollback": "Rolling back"}
DONE = {"check": "What the check found", "publish": "What publishing did", "rollback": "Rolling back"}


def entry_page(problem: str = "", *, deep: bool = False) -> str:
    """The form that asks for the password; `deep` where it answers a form, which was sent one level below the page."""
    words = element("p", problem, role="alert", class_="site-notice") if problem else None
    form = element(
        "form",
        element("label", "Maintainers' password", for_="token"),
        element("input", type="password", name="token", id="token", autocomplete="current-password", required=True),
        element("button", "Enter", type="submit", class_="plain"),
        method="post",
        action="maintain/enter",
    )
    return _page(element("h1", TITLE), words, form, deep=deep)


def work_page(maintenance: Maintenance, form: str) -> str:
    """The page behind the password."""
    job = maintenance.job
    running = job is not None and job.finished is None
    return _page(
        element("h1", TITLE),
        _status(job),
        _live(maintenance.live(), maintenance.previous()),
        _work(maintenance, form, running=running),
        _result(job) if job is not None and job.finished is not None else None,
        _gaps(maintenance.gaps()),
        _form("leave", form, "Leave this page"),
    )


def progress_words(job: Job | None) -> str:
    """How far a job is."""
    if job is None:
        return "Nothing is being done."
    if job.finished is not None:
        return f"{WORKING[job.kind]} is finished, at {_time(job.finished)}."
    far = f", {job.done:,} of {job.of:,}" if job.of else ""
    return f"{WORKING[job.kind]} since {_time(job.started)}. {job.what}{far}."


def _page(*parts: Html | None, deep: bool = False) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("base", href="../") if deep else None,
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        element("title", TITLE),
        element("link", rel="stylesheet", href="page/chat.css"),
        element("link", rel="stylesheet", href="page/maintain.css"),
        element("script", src="page/maintain.js", defer=True),
    )
    body = element("body", element("main", *parts, class_="sheet maintain"), class_="single")
    return f"<!doctype html>{element('html', head, body, lang='en')}"


def _time(when: datetime) -> str:
    return f"{when.astimezone():%H:%M:%S}"


def _status(job: Job | None) -> Html:
    running = job is not None and job.finished is None
    again = element("p", element("a", "Show how far it is", href="maintain", class_="plain")) if running else None
    words = element("p", progress_words(job), role="status", id="progress", data_running="" if running else None)
    return element("div", words, again, id="state")


def _live(live: Manifest | None, previous: str | None) -> Html:
    if live is None:
        return _section("What is live", element("p", "Nothing is live yet. Publish the articles once."))
    rows = [
        ("Articles", f"{len(live.records):,}"),
        ("Build", live.build),
        ("Made", live.created),
        ("From", ", ".join(live.corpus)),
        ("Before it", previous or "no earlier build is kept"),
    ]
    failed = [f"{record.article}: {record.failed}" for record in live.records if record.failed]
    return _section(
        "What is live",
        element("dl", *(fragment(element("dt", name), element("dd", text)) for name, text in rows)),
        element("p", "In their last accepted version, because the newest has errors:") if failed else None,
        _list(failed),
    )


def _work(maintenance: Maintenance, form: str, *, running: bool) -> Html:
    pending = None if running else maintenance.pending()
    words = pending or "Check the articles to see what publishing would change."
    if running:
        return _section("What you can do", element("p", "Wait until the work above is finished."))
    removals = element(
        "label",
        element("input", type="checkbox", name="allow_removals", value="yes"),
        " Let more than a tenth of the articles be removed",
        class_="choice",
    )
    back = _form("rollback", form, "Roll back") if maintenance.previous() else None
    return _section(
        "What you can do",
        element("p", words),
        element("p", "Checking changes nothing. Publishing goes live only when all of it passes.", class_="small"),
        _form("check", form, "Check"),
        _form("publish", form, "Publish", removals),
        back or element("p", "Nothing can be rolled back: no earlier build is kept.", class_="small"),
    )


def _form(action: str, form: str, label: str, *more: Html) -> Html:
    hidden = element("input", type="hidden", name="form", value=form)
    button = element("button", label, type="submit", class_="plain")
    return element("form", hidden, *more, button, method="post", action=f"maintain/{action}")


def _result(job: Job) -> Html:
    if job.publication is None:
        return _section(DONE[job.kind], element("p", job.said, class_="site-notice" if job.failed else None))
    found = job.publication
    first, *more = verdict(found)
    return _section(
        DONE[job.kind],
        element("p", element("strong", first), class_="site-notice" if found.outcome == "refused" else None),
        _list(line for line in more if "--rollback" not in line),
        *_check(found),
        *_changes(found),
        *_answers(found.answers),
    )


def _check(found: Publication) -> Iterator[Html]:
    if found.errors:
        yield element("h3", f"To be mended first ({len(found.errors)})")
        yield _list(map(finding_line, found.errors))
    for title, findings in grouped_warnings(found):
        yield element("h3", f"{title} ({len(findings)})")
        yield _list(map(finding_line, findings))


def _changes(found: Publication) -> Iterator[Html]:
    if not found.changes and not found.glossary:
        return
    yield element("h3", "Articles that change")
    for change in found.changes:
        first, *lines = article_lines(change)
        yield element("p", element("strong", first))
        yield _list(lines)
    if found.glossary:
        yield element("p", "The glossary changed.")
    yield element("p", f"{counted(found.unchanged, 'article')} as before.")


def _answers(answers: AnswerReport | None) -> Iterator[Html]:
    if answers is None:
        return
    yield element("h3", "Answers that change")
    if answers.asked:
        yield element("p", asked_line(answers))
    for note in answers.notes:
        yield element("p", note, class_="small")
    if answers.gates:
        yield element("p", gates_line(answers))
        yield _list(answers.failed)
    yield from map(_answer, answers.changed)


def _answer(change: AnswerChange) -> Html:
    before, after = change.before.splitlines(), change.after.splitlines()
    sides = (_side("Before", before, beside=after), _side("After", after, beside=before))
    return element("article", element("h4", change.question), element("div", *sides, class_="pair"), class_="changed")


def _side(name: str, lines: list[str], *, beside: list[str]) -> Html:
    """An answer; what stands on this side alone is marked."""
    marked = (element("p", line if line in beside else element("mark", line)) for line in lines)
    return element("div", element("h5", name), *marked)


def _gaps(clusters: tuple[GapCluster, ...] | None) -> Html:
    title = "Articles to write next"
    if clusters is None:
        words = "Questions that find no answer are not kept. Set SCI_ASSISTANT_GAPS_FILE to keep them, scrubbed."
        return _section(title, element("p", words))
    if not clusters:
        return _section(title, element("p", "No question without an answer was kept yet."))
    items = (
        element("li", f"Asked {counted(cluster.count, 'time')}: {cluster.questions[0]}", _list(cluster.questions[1:]))
        for cluster in clusters
    )
    return _section(title, element("ol", *items))


def _section(title: str, *parts: Html | None) -> Html:
    name = "-".join(title.lower().split())
    return element("section", element("h2", title, id=name), *parts, aria_labelledby=name)


def _list(lines: Iterable[str]) -> Html:
    """A list of texts; nothing for none. A line that is set in belongs to the one above it."""
    items = [element("li", line.strip(), class_="within" if line.startswith("    ") else None) for line in lines]
    return element("ul", *items) if items else fragment()
