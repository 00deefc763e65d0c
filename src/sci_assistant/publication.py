"""What a publication did or would do: frozen values, and the same in plain sentences for an editor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sci_assistant.ingest.diff import ArticleChange, SectionChange
from sci_assistant.ingest.findings import Finding

Outcome = Literal["live", "unchanged", "refused", "tried"]
LISTED = 10  # findings of one rule, or changed answers, that a terminal shows
RULES = {  # rule of a check -> how an editor calls it
    "near-duplicate": "Passages that stand nearly alike in two articles",
    "review-old": "Reviews that are old",
    "review-changed": "Articles that were edited after their review",
    "answer-missing": "Lists of questions that no longer fit their article",
    "broken-link": "Links that lead to no article",
}


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A question whose answer is another in the new build."""

    id: str
    question: str
    before: str
    after: str
    about: tuple[str, ...] = ()  # articles that it is about


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """What asking the live and the new build gave. `failed` are gates that do not hold, in words."""

    asked: int
    of: int
    messages: int
    changed: tuple[AnswerChange, ...]
    failed: tuple[str, ...]
    gates: int  # gates that were looked at
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything that a publication found. `reasons` say why it did not go live, and what to do."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    changes: tuple[ArticleChange, ...] = ()
    glossary: bool = False  # the glossary differs
    unchanged: int = 0  # articles; 0 where it did not come to comparing them
    findings: tuple[Finding, ...] = ()  # errors and warnings of the check
    answers: AnswerReport | None = None
    build: str | None = None  # live afterwards
    previous: str | None = None  # what a roll back leads to
    seconds: float = 0.0

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "warning")


def to_sentences(publication: Publication) -> Iterator[str]:
    """All of it in lines for a terminal; what is indented belongs to the line above."""
    yield from _errors(publication)
    yield from change_lines(publication)
    yield from _warnings(publication)
    yield from _answers(publication)
    yield from verdict(publication)


def verdict(publication: Publication) -> Iterator[str]:
    """What became of it, and what to do next."""
    match publication.outcome:
        case "live":
            yield f"Published: build {publication.build} is live ({publication.seconds:.0f} s)."
            if publication.previous:
                yield "To go back to what was live before, run: sci-assistant index --rollback"
        case "unchanged":
            yield "Nothing changed: what is live is what the articles say."
        case "tried":
            yield "It would be published. This was a dry run: nothing was changed."
        case "refused":
            yield "Not published. What was live stays live."
            yield from (f"  {reason}" for reason in publication.reasons)


def change_lines(publication: Publication) -> Iterator[str]:
    """Every article that changes, section by section."""
    for change in publication.changes:
        yield from article_lines(change)
    if publication.glossary:
        yield "The glossary changed."
    if publication.changes:
        yield f"{counted(publication.unchanged, 'article')} as before."
    elif publication.outcome != "unchanged" and not publication.glossary and publication.unchanged:
        yield "Every article reads as before; only the files that they are from have changed."


def article_lines(change: ArticleChange) -> Iterator[str]:
    """One article's change: a sentence, and what belongs to it."""
    yield f"{_NAMES[change.how]}: {change.title} [{change.article}]"
    for section in change.sections:
        yield from _section(section)
    if change.card:
        yield f"  Its card changed: {', '.join(change.card)}."
    if change.review:
        yield "  The record of its review changed."
    if change.order:
        yield "  The same sentences stand in another order or form."
    if change.questions:
        yield "  Its list of questions changed, or other sentences answer them."


_NAMES = {"added": "New article", "changed": "Changed article", "removed": "Removed article"}


def _section(section: SectionChange) -> Iterator[str]:
    place = f"“{section.title}”" if section.title else "the opening"
    if section.how == "added":
        yield f"  New section {place}: {counted(len(section.new), 'sentence')}."
    elif section.how == "removed":
        yield f"  Removed section {place}: {counted(len(section.gone), 'sentence')}."
    else:
        yield f"  In {place}:"
        yield from (f"    was: {text}" for text in section.gone)
        yield from (f"    now: {text}" for text in section.new)


def _errors(publication: Publication) -> Iterator[str]:
    if publication.errors:
        yield f"To be mended first ({len(publication.errors)}):"
        yield from (f"  {finding_line(finding)}" for finding in publication.errors)


def finding_line(finding: Finding) -> str:
    """Where, and what to do."""
    place = f", {finding.place}" if finding.place else ""
    return f"{finding.source}{place}: {finding.message}"


def _warnings(publication: Publication) -> Iterator[str]:
    for title, findings in grouped_warnings(publication):
        yield f"{title} ({len(findings)}):"
        yield from (f"  {finding_line(finding)}" for finding in findings[:LISTED])
        if len(findings) > LISTED:
            yield f"  and {len(findings) - LISTED} more: sci-assistant corpus check lists them"


def grouped_warnings(publication: Publication) -> Iterator[tuple[str, list[Finding]]]:
    """Warnings of the check by what they are about."""
    for rule in Counter(finding.rule for finding in publication.warnings):
        of_rule = [finding for finding in publication.warnings if finding.rule == rule]
        yield RULES.get(rule, f"Remarks on {rule.replace('-', ' ')}"), of_rule


def _answers(publication: Publication) -> Iterator[str]:
    answers = publication.answers
    if answers is None:
        return
    if answers.asked:
        yield asked_line(answers)
    for change in answers.changed[:LISTED]:
        yield f"  {change.question}"
        yield from _difference(change)
    if len(answers.changed) > LISTED:
        yield f"  and {len(answers.changed) - LISTED} more in the report."
    yield from answers.notes
    if answers.gates:
        yield gates_line(answers)


def _difference(change: AnswerChange) -> Iterator[str]:
    """What an answer says no longer, and what is new in it; the report has both whole."""
    before, after = change.before.splitlines(), change.after.splitlines()
    yield from (f"    no longer: {line}" for line in before if line not in after)
    yield from (f"    now:       {line}" for line in after if line not in before)
    if set(before) == set(after):
        yield "    the same sentences in another order"


def asked_line(answers: AnswerReport) -> str:
    """How many questions were asked, and how many answers are others."""
    messages = f" and {counted(answers.messages, 'message')}" if answers.messages else ""
    asked = f"{answers.asked:,} of {counted(answers.of, 'test question')}{messages}"
    return f"Asked {asked} in {answers.seconds:.0f} s. Answers that change: {len(answers.changed)}."


def gates_line(answers: AnswerReport) -> str:
    """How many gates hold."""
    return f"Gates: {answers.gates - len(answers.failed)} of {answers.gates} hold."


def counted(number: int, noun: str) -> str:
    """ "1 article", "2 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
