"""A publication -> one self-contained page: what changes, the answers before and after side by side, the gates."""

from __future__ import annotations

from html import escape

from sci_assistant_eval.page import bullets, page, paragraph, section, terms

from sci_assistant.publication import (
    AnswerChange,
    Publication,
    article_lines,
    asked_line,
    counted,
    finding_line,
    gates_line,
    grouped_warnings,
    verdict,
)


def to_html(publication: Publication) -> str:
    """The whole report."""
    first, *more = verdict(publication)
    kind = "bad" if publication.outcome == "refused" else "good"
    head = ["<h1>Publishing the articles</h1>", paragraph(first, kind=kind), bullets(more) if more else ""]
    return page("Publishing the articles", [*head, _check(publication), _changes(publication), _answers(publication)])


def _check(publication: Publication) -> str:
    parts = [f"<h3>{escape(title)} ({len(found)})</h3>" + bullets(map(finding_line, found))
             for title, found in grouped_warnings(publication)]  # fmt: skip
    if publication.errors:
        parts.insert(0, "<h3>To be mended first</h3>" + bullets(map(finding_line, publication.errors)))
    return section("check", "Check", *parts) if parts else ""


def _changes(publication: Publication) -> str:
    parts = []
    for change in publication.changes:
        first, *lines = article_lines(change)
        parts.append(
            f"<article><h3>{escape(first)}</h3>{bullets(line.strip() for line in lines) if lines else ''}</article>"
        )
    if publication.glossary:
        parts.append(paragraph("The glossary changed."))
    tail = f"{counted(publication.unchanged, 'article')} as before."
    return section("changes", "Articles that change", *parts, paragraph(tail))


def _answers(publication: Publication) -> str:
    answers = publication.answers
    if answers is None:
        return ""
    parts = [paragraph(asked_line(answers))] if answers.asked else []
    if answers.gates:
        parts += [paragraph(gates_line(answers)), bullets(answers.failed) if answers.failed else ""]
    return section(
        "answers", "Answers that change", *parts, *map(paragraph, answers.notes), *map(_answer, answers.changed)
    )


def _answer(change: AnswerChange) -> str:
    sides = "".join(
        f"<div>{terms([(name, text)])}</div>" for name, text in (("Before", change.before), ("After", change.after))
    )
    return f'<article><h3>{escape(change.question)}</h3><div class="pair">{sides}</div></article>'
