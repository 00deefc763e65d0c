"""Answer -> JSON, plain text or Markdown. Takes one finished `Answer`; gives one value or string.

With `render_html.py`, which gives the HTML form, this is the one place that prints the disclaimer and the
line that says who wrote the articles: every rendering of every answer prints both, errors included. Nothing
that a question, an article or a model brings is ever markup: Markdown signs are escaped, and control
characters, which could command a terminal, are dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sci_assistant.ask import prompts
from sci_assistant.ask.answer_text import word_before_quotes
from sci_assistant.types import Answer, AnswerSentence, Citation, Notice

NOTICE_TITLES = {
    "emergency": "Emergency",
    "crisis": "You can get help right now",
    "urgent": "This may be urgent",
}
RELATED_LABEL = "Related reading (these articles do not answer the question)"
UNCOVERED_LABEL = "The articles do not answer this part"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$])")


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation's number in the text. `time` counts the marks of one number: 1, 2, ..."""

    number: int
    time: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence as it is shown: its marks stand where a run of sentences from the same citations ends."""

    text: str
    item: bool
    number: int | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring sentences of one section of one article; no heading where it is the only group.

    All written sentences are one group. `word` is said before a group: why the quoted answer stands there.
    """

    heading: str
    sentences: tuple[Shown, ...]
    word: str | None = None


def day(value: date) -> str:
    """A date as a person says it: 3 May 2026."""
    return f"{value.day} {value:%B %Y}"


def review_state(reviewed: date | None, *, changed: bool) -> str:
    """Whether a clinician has read the article, in words."""
    if reviewed is None:
        return "Not yet reviewed by a clinician"
    return f"Changed since its review on {day(reviewed)}" if changed else f"Reviewed on {day(reviewed)}"


def groups(answer: Answer) -> tuple[Group, ...]:
    """An answer's sentences: what was written, then what is quoted, grouped by article and section, in their order."""
    places = {citation.number: (citation.title, citation.section) for citation in answer.citations}

    def place(sentence: AnswerSentence) -> tuple[str, str]:
        return next((places[n] for n in sentence.citations if n in places), ("", sentence.section))

    quotes = {citation.number: citation.quote for citation in answer.citations}
    times: Counter[int] = Counter()
    written = tuple(sentence for sentence in answer.sentences if sentence.mode == "written")
    made = [Group("", _shown(written, quotes, times))] if written else []
    runs = [(key, tuple(run)) for key, run in groupby((s for s in answer.sentences if s not in written), place)]
    word = word_before_quotes(answer.fallback, mixed=bool(written))
    for key, run in runs:
        heading = " › ".join(part for part in key if part) if len(runs) > 1 else ""
        made.append(Group(heading, _shown(run, quotes, times), word))
        word = None
    return tuple(made)


def about_writing(answer: Answer) -> tuple[str, ...]:
    """Who wrote a written answer, where the question went, and how much its sources did not bear out.

    What was said before, or is quoted instead, is not counted: nothing was wrong with it.
    """
    from sci_assistant.ask.write import QUOTED, SAID  # brings the search with it, which `--help` needs not

    lines = [prompts.WRITTEN_BY.format(model=answer.model)] if answer.mode == "written" else []
    if answer.sent_to:
        lines.append(prompts.SENT_TO.format(host=answer.sent_to))
    count = sum(removed.reason not in (SAID, QUOTED) for removed in answer.removed)
    if count:
        lines.append(prompts.REMOVED_ONE if count == 1 else prompts.REMOVED.format(count=count))
    return tuple(lines)


def _shown(run: tuple[AnswerSentence, ...], quotes: dict[int, str], times: Counter[int]) -> tuple[Shown, ...]:
    shown: list[Shown] = []
    for index, sentence in enumerate(run):
        last = index + 1 == len(run) or run[index + 1].citations != sentence.citations
        ends = last or sentence.mode == "written"  # each written sentence has its own source
        times.update(sentence.citations if ends else ())
        marks = tuple(Mark(number, times[number]) for number in sentence.citations) if ends else ()
        item = sentence.kind == "item"
        if shown and item and shown[-1].item and _same_item(shown[-1].text, sentence, quotes):
            text = f"{shown[-1].text} {sentence.text}"
            shown[-1] = Shown(text, True, shown[-1].number, (*shown[-1].marks, *marks))
        else:
            shown.append(Shown(sentence.text, item, sentence.number, marks))
    return tuple(shown)


def _same_item(before: str, sentence: AnswerSentence, quotes: dict[int, str]) -> bool:
    """Whether two sentences are one list item: in the article a space, not a line's end, parts them."""
    return any(f"{before} {sentence.text}" in quotes.get(number, "") for number in sentence.citations)


def to_json(answer: Answer) -> dict[str, Any]:
    """The JSON form that other programs rely on, ready for `json.dumps`."""
    return {
        "id": answer.id,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "corrected": [list(pair) for pair in answer.corrected],
        "status": answer.status,
        "error": asdict(answer.error) if answer.error else None,
        "notice": _listed(asdict(answer.notice)) if answer.notice else None,
        "caution": answer.caution,
        "reminder": answer.reminder,
        "text": answer.text,
        "sentences": [_sentence(sentence, answer.mode) for sentence in answer.sentences],
        "uncovered_parts": list(answer.uncovered_parts),
        "citations": [_citation(citation) for citation in answer.citations],
        "related": [asdict(related) for related in answer.related],
        "removed": [asdict(removed) for removed in answer.removed],
        "fallback": answer.fallback,
        "disclaimer": answer.disclaimer,
        "authorship": answer.authorship,
        "mode": answer.mode,
        "model": answer.model,
        "sent_to": answer.sent_to,
        "timings_ms": asdict(answer.timings_ms),
    }


def _listed(value: dict[str, Any]) -> dict[str, Any]:
    return {key: list(item) if isinstance(item, tuple) else item for key, item in value.items()}


def _sentence(sentence: AnswerSentence, mode: str) -> dict[str, Any]:
    form = _listed(asdict(sentence))
    del form["number"]  # not promised; `text` shows the steps' numbers
    if mode == "quoted":  # a written answer may have quoted sentences under those that were written
        del form["mode"]
    return form


def _citation(citation: Citation) -> dict[str, Any]:
    form = asdict(citation)
    del form["review_changed"]
    return form | {"reviewed": citation.reviewed.isoformat() if citation.reviewed else None}


def to_text(answer: Answer) -> str:
    """Plain text for a terminal or the clipboard: the notice first, disclaimer and authorship last."""
    parts: list[str] = []
    if answer.notice:
        parts += [notice_text(answer.notice)]
    if answer.reminder:
        parts += [answer.reminder]
    parts += _understood(answer)
    if answer.caution:
        parts += [answer.caution]
    if answer.uncovered_parts:
        parts += [_bullets(UNCOVERED_LABEL, answer.uncovered_parts)]
    parts += [line for line in (failure(answer), answer.text, "\n".join(about_writing(answer))) if line]
    if answer.related:
        parts += [_bullets(RELATED_LABEL, [related.title for related in answer.related])]
    if answer.citations:
        parts += ["Sources\n" + "\n".join(_source_text(citation) for citation in answer.citations)]
    parts += [f"{answer.disclaimer}\n{answer.authorship}"]
    return _CONTROL.sub("", "\n\n".join(parts))


def _bullets(label: str, lines: Iterable[str]) -> str:
    return "\n".join([f"{label}:", *(f"- {line}" for line in lines)])


def _understood(answer: Answer) -> list[str]:
    return [f"{label}: {value}" for label, value in understood(answer)]


def failure(answer: Answer) -> str | None:
    """What went wrong, where the answer's own text does not say it."""
    return answer.error.text if answer.error and answer.error.text not in answer.text else None


def understood(answer: Answer) -> list[tuple[str, str]]:
    """How a question was read, where that differs from what was typed: pairs of a label and its value."""
    lines = []
    if answer.corrected:
        lines.append(("Searched for", ", ".join(f"{new} (you wrote {old})" for old, new in answer.corrected)))
    if answer.standalone_question and answer.standalone_question.strip() != answer.question.strip():
        lines.append(("Understood as", answer.standalone_question))
    return lines


def notice_text(notice: Notice) -> str:
    """A notice as plain text."""
    steps = [f"{number}. {step}" for number, step in enumerate(notice.steps, start=1)]
    phones = [f"Call {phone.tel} ({phone.label})" for phone in notice.numbers]
    return "\n".join([NOTICE_TITLES[notice.kind].upper(), notice.text, *phones, *steps])


def _source_text(citation: Citation) -> str:
    head = f"[{citation.number}] {citation.title}" + (f" › {citation.section}" if citation.section else "")
    state = review_state(citation.reviewed, changed=citation.review_changed)
    quote = citation.quote.replace("\n", "\n     ")
    return "\n".join([head, f"    “{quote}”", f"    {state}.", *([f"    {citation.url}"] if citation.url else [])])


def to_markdown(answer: Answer) -> str:
    """Markdown in which every word of the answer is text: its own signs are escaped."""
    parts: list[str] = []
    if answer.notice:
        parts += [_notice_markdown(answer.notice)]
    parts += [f"*{label}: {_plain(value)}*" for label, value in understood(answer)]
    parts += [f"**{_plain(line)}**" for line in (answer.reminder, answer.caution, failure(answer)) if line]
    if answer.uncovered_parts:
        parts += [_bullets(UNCOVERED_LABEL, [_plain(part) for part in answer.uncovered_parts])]
    if answer.sentences:
        parts += [_group_markdown(group) for group in groups(answer)]
        parts += [f"*{_plain(line)}*" for line in about_writing(answer)]
    elif answer.text:
        parts += [_plain(answer.text)]
    if answer.related:
        parts += [_bullets(RELATED_LABEL, [_plain(related.title) for related in answer.related])]
    if answer.citations:
        parts += ["### Sources", *(_source_markdown(citation) for citation in answer.citations)]
    parts += [f"*{_plain(answer.disclaimer)}*", f"*{_plain(answer.authorship)}*"]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(_CONTROL.sub("", text).split()))


def _notice_markdown(notice: Notice) -> str:
    lines = [f"**{NOTICE_TITLES[notice.kind]}: {_plain(notice.text)}**", ""]
    lines += [f"- Call {_plain(phone.tel)} ({_plain(phone.label)})" for phone in notice.numbers]
    lines += ["", *(f"{number}. {_plain(step)}" for number, step in enumerate(notice.steps, start=1))]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _group_markdown(group: Group) -> str:
    text = f"{_plain(group.word)}\n\n" if group.word else ""
    text += f"#### {_plain(group.heading)}\n\n" if group.heading else ""
    blocks = [(item, list(run)) for item, run in groupby(group.sentences, lambda shown: shown.item)]
    return text + "\n\n".join(
        ("\n" if item else " ").join(_sentence_markdown(shown) for shown in run) for item, run in blocks
    )


def _sentence_markdown(shown: Shown) -> str:
    marks = "".join(f" \\[{mark.number}\\]" for mark in shown.marks)
    sign = "" if not shown.item else "- " if shown.number is None else f"{shown.number}. "
    return f"{sign}{_plain(shown.text)}{marks}"


def _source_markdown(citation: Citation) -> str:
    place = _plain(citation.title) + (f" › {_plain(citation.section)}" if citation.section else "")
    state = review_state(citation.reviewed, changed=citation.review_changed)
    link = f" <{citation.url}>" if citation.url and re.fullmatch(r"https?://[^\s<>]+", citation.url) else ""
    return f"{citation.number}. {place}. {state}.{link}\n   > {_plain(citation.quote)}"
