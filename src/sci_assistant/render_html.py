"""Answer -> the HTML of one message of the conversation, with its sources, disclaimer and authorship.

Takes a finished `Answer` and the message's number on the page; gives one `<article>`. What comes from a question,
an article or a model is text (see `markup.py`). Every control has a visible label and a name that is unique on
the page, because people say it aloud: "Answer 2, source 3, Spasticity". The page's script acts on data-open
(an article), data-copy (a text), data-announce (what is said when the answer is there), data-helpful (a vote).
"""

from __future__ import annotations

from itertools import groupby
from urllib.parse import quote as quote_url
from urllib.parse import urlencode, urlsplit

from sci_assistant.markup import Html, element, fragment
from sci_assistant.render import (
    NOTICE_TITLES,
    RELATED_LABEL,
    UNCOVERED_LABEL,
    Group,
    Mark,
    Shown,
    about_writing,
    failure,
    groups,
    review_state,
    to_text,
    understood,
)
from sci_assistant.types import Answer, Citation, Notice, Partial, Phone, Related

LONG_CHARS, LONG_LINES = 240, 4  # a question beyond either is folded to three lines: what it gets must be in view
SPOKEN_CHARS = 200  # about twelve seconds of speech
WRITING = "Writing. Each sentence is shown once it is checked."


def to_html(answer: Answer, *, message: int, feedback: bool = False) -> Html:
    """The message: what was asked, the notice before anything else, the answer, its sources, the disclaimer.

    `feedback` adds the thumbs up and down.
    """
    heading = element("h3", f"Answer {message}", id=f"answer-{message}")
    return element(
        "article",
        asked(answer.question, message=message),
        notice_html(answer.notice, message) if answer.notice else None,
        element(
            "div",
            heading,
            *(element("p", f"{label}: {value}", class_="small") for label, value in understood(answer)),
            _body(answer, message),
            _related(answer.related, message) if answer.related else None,
            class_=f"answer {answer.status}",
        ),
        _sources(answer, message) if answer.citations else None,
        element("div", _copy(answer, message), _feedback(message) if feedback else None, class_="actions"),
        element("footer", element("p", answer.disclaimer), element("p", answer.authorship), class_="small"),
        class_="message",
        id=f"message-{message}",
        data_state="done",
        data_announce=announcement(answer),
        aria_labelledby=f"asked-{message}",
    )


def growing_html(partial: Partial, *, message: int, stopped: bool = False) -> Html:
    """An answer that is still being written: what passed so far, and what it is written from.

    Built as `to_html` builds it, so that the page's script only adds what is new. Nothing is announced before the end.
    """
    answer = partial.answer
    word = "You stopped this answer. What stands above was checked." if stopped else WRITING
    dots = None if stopped else element("span", class_="dots", aria_hidden="true")
    return element(
        "article",
        asked(answer.question, message=message),
        element(
            "div",
            element("h3", f"Answer {message}", id=f"answer-{message}"),
            *(element("p", f"{label}: {value}", class_="small") for label, value in understood(answer)),
            _body(answer, message),
            element("p", dots, word, class_="growing"),
            class_=f"answer {answer.status}",
        ),
        _sources(answer, message) if answer.citations else None,
        None if stopped else _reading(partial.reading, message),
        element("footer", element("p", answer.disclaimer), element("p", answer.authorship), class_="small"),
        class_="message",
        id=f"message-{message}",
        data_state="stopped" if stopped else "pending",
        data_step=len(answer.sentences) + 1,
        data_announce="Stopped." if stopped else None,
        aria_busy=None if stopped else "true",
        aria_labelledby=f"asked-{message}",
    )


def _reading(reading: tuple[Citation, ...], message: int) -> Html:
    """What the model was given, each to be opened."""
    items = (
        element(
            "li",
            button(
                f"{citation.title} › {citation.section}" if citation.section else citation.title,
                f"{citation.title} › {citation.section}, passage {citation.number} for answer {message}"
                if citation.section
                else f"{citation.title}, passage {citation.number} for answer {message}",
                data_open=_place(citation),
            ),
        )
        for citation in reading
    )
    return element("div", element("h4", "Passages it is written from"), element("ul", *items, class_="related"))


def asked(question: str, *, message: int) -> Html:
    """The question as the person typed it."""
    number = element("span", f", question {message}", class_="unseen")
    heading = element("h3", "You asked", number, id=f"asked-{message}")
    long = len(question) > LONG_CHARS or question.count("\n") >= LONG_LINES
    words = element("p", question, dir="auto", class_="clamped" if long else None)
    unfold = button("Show all", f"Show all of question {message}", data_unfold=message, aria_expanded="false")
    return element("div", heading, words, unfold if long else None, class_="asked")


def announcement(answer: Answer) -> str:
    """What a screen reader says once, when the answer is there.

    First what bears on safety or on how the question was read, so that nobody has to look for it; then the answer's
    first sentence that says something. A notice has a line of its own, which is said at once.
    """
    told = [line for line in (answer.reminder, answer.caution) if line]
    told += [_ended(f"{label}: {value}") for label, value in understood(answer)]
    told += [_ended(f"{UNCOVERED_LABEL}: {part}") for part in answer.uncovered_parts]
    first = _first_words(answer) if answer.sentences else answer.text.partition("\n")[0]
    count = len(answer.citations)
    sources = f" {count} source{'' if count == 1 else 's'}." if count else ""
    opening = {"answered": "Answer ready", "not_covered": "No answer found", "unavailable": "No answer"}
    told += [f"{opening[answer.status]}: {answer.error.text if answer.error else first}{sources}"]
    return " ".join(told)


def _ended(line: str) -> str:
    return line if line.rstrip().endswith((".", "?", "!")) else f"{line}."


def _first_words(answer: Answer) -> str:
    """The first sentence; one that only introduces a list ("Signs include:") with what comes next."""
    words: list[str] = []
    for sentence in answer.sentences:
        words.append(sentence.text)
        if not sentence.text.rstrip().endswith(":"):
            break
    return " ".join(words)


def article_address(article: str, start: int | None = None, end: int | None = None) -> str:
    """The address of an article on this server, relative to the page."""
    place = f"?{urlencode({'start': start, 'end': end})}" if start is not None and end is not None else ""
    return f"articles/{quote_url(article, safe='')}{place}"


def web_address(url: str | None) -> str | None:
    """The url if it is a web address, so that no other scheme becomes a link."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:  # "http://[x" is no address
        return None


def button(label: str | Html, name: str, *, kind: str = "plain", **attributes: str | int | None) -> Html:
    """A button with its visible label, and the unique name that begins with or holds it."""
    return element("button", label, type="button", class_=kind, aria_label=name, **attributes)


def notice_html(notice: Notice, message: int) -> Html:
    """A notice, which stands before anything else."""
    phones = [_phone(phone, message) for phone in notice.numbers]
    title = NOTICE_TITLES[notice.kind]
    number = element("span", f", notice {message}", class_="unseen")
    return element(
        "section",
        element("h3", title, number, id=f"notice-{message}", tabindex=-1),
        element("p", notice.text),
        element("ul", *phones, class_="phones") if phones else None,
        element("ol", *(element("li", step) for step in notice.steps)) if notice.steps else None,
        class_=f"notice {notice.kind}",
        data_alarm=f"{title}. {_short(notice.text)}",  # the page's script adds the numbers, and says it once
        aria_labelledby=f"notice-{message}",
    )


def _short(text: str) -> str:
    """What of a notice is said at once: all of it, or its first sentence where several dangers were heard."""
    if len(text) <= SPOKEN_CHARS:
        return text
    return f"{text.partition('. ')[0].rstrip('.')}. The notice says more."


def _phone(phone: Phone, message: int) -> Html:
    label = f"Call {phone.tel} ({phone.label})"
    dialled = "".join(sign for sign in phone.tel if sign.isdigit() or sign in "+*#")
    return element("li", element("a", label, href=f"tel:{dialled}", aria_label=f"{label}, notice {message}"))


def _body(answer: Answer, message: int) -> Html:
    told = [line for line in (answer.reminder, answer.caution, failure(answer)) if line]
    lines = [] if answer.sentences else answer.text.splitlines()
    return fragment(
        *(element("p", line, class_="caution") for line in told),
        _uncovered(answer.uncovered_parts) if answer.uncovered_parts else None,
        *(_group(group, answer, message) for group in groups(answer)),
        *(element("p", line) for line in lines if line.strip()),
        *(element("p", line, class_="small") for line in about_writing(answer)),
    )


def _uncovered(parts: tuple[str, ...]) -> Html:
    items = (element("li", part) for part in parts)
    return element("div", element("p", f"{UNCOVERED_LABEL}:"), element("ul", *items), class_="uncovered")


def _group(group: Group, answer: Answer, message: int) -> Html:
    blocks = [(key[0], tuple(run)) for key, run in groupby(group.sentences, lambda s: (s.item, s.number is None))]
    return fragment(
        element("p", group.word, class_="before-quotes") if group.word else None,
        element("h4", group.heading) if group.heading else None,
        *(_block(run, item, answer, message) for item, run in blocks),
    )


def _block(run: tuple[Shown, ...], is_list: bool, answer: Answer, message: int) -> Html:
    sentences = [fragment(shown.text, _marks(shown, answer, message)) for shown in run]
    if is_list:
        items = (element("li", part, value=shown.number) for part, shown in zip(sentences, run, strict=True))
        return element("ul" if run[0].number is None else "ol", *items)
    return element("p", *(fragment(sentence, " ") for sentence in sentences))


def _marks(shown: Shown, answer: Answer, message: int) -> Html:
    cited = {citation.number: citation for citation in answer.citations}
    return fragment(*(_mark(mark, cited[mark.number], message) for mark in shown.marks if mark.number in cited))


def _mark(mark: Mark, citation: Citation, message: int) -> Html:
    again = f", mark {mark.time}" if mark.time > 1 else ""
    name = f"Answer {message}, source {mark.number}, {citation.title}{again}"
    label = element("span", f"[{mark.number}]")
    return element("span", "\u00a0", button(label, name, kind="mark", data_open=_place(citation)), class_="nowrap")


def _place(citation: Citation) -> str:
    return article_address(citation.article, citation.start, citation.end)


def _related(related: tuple[Related, ...], message: int) -> Html:
    items = (
        element(
            "li",
            button(one.title, f"{one.title}, related reading {message}", data_open=article_address(one.article)),
        )
        for one in related
    )
    return fragment(element("h4", RELATED_LABEL), element("ul", *items, class_="related"))


def _sources(answer: Answer, message: int) -> Html:
    heading = f"sources-{message}"
    return element(
        "section",
        element("h4", "Sources", element("span", f" of answer {message}", class_="unseen"), id=heading),
        element("ol", *(_source(citation, answer, message) for citation in answer.citations)),
        class_="sources",
        aria_labelledby=heading,
    )


def _source(citation: Citation, answer: Answer, message: int) -> Html:
    name = f"source {citation.number} of answer {message}, {citation.title}"
    summary = element("summary", "Quoted words", aria_label=f"Quoted words, {name}")
    quote = element("blockquote", citation.quote)
    return element(
        "li",
        element("span", f"{citation.number}", class_="number", aria_hidden="true"),
        element("p", element("strong", citation.title), class_="title"),
        element("p", citation.section, class_="section") if citation.section else None,
        element("p", review_state(citation.reviewed, changed=citation.review_changed), class_="small"),
        button("Open article", f"Open article, {name}", data_open=_place(citation)),
        _publisher(citation.url, name),
        element("details", summary, quote, open=answer.mode == "written"),
        value=citation.number,
    )


def _publisher(url: str | None, name: str) -> Html | None:
    label = "Publisher’s page (new tab)"
    return (
        element(
            "a",
            label,
            href=url,
            target="_blank",
            rel="noopener noreferrer",
            class_="plain",
            aria_label=f"{label}, {name}",
        )
        if web_address(url)
        else None
    )


def _copy(answer: Answer, message: int) -> Html:
    return button("Copy", f"Copy answer {message}", data_copy=to_text(answer))


def _feedback(message: int) -> Html:
    asks = (
        f"What was good or missing in answer {message}? Optional. Whoever runs this site keeps it with what you asked."
    )
    return element(
        "form",
        element(
            "fieldset",
            element("legend", "Was this helpful?"),
            button("Yes", f"Yes, answer {message} was helpful", data_helpful="yes", aria_pressed="false"),
            button("No", f"No, answer {message} was not helpful", data_helpful="no", aria_pressed="false"),
        ),
        element(
            "div",
            element("label", asks, for_=f"word-{message}"),
            element("input", id=f"word-{message}", maxlength=500, autocomplete="off"),
            element("button", "Send", type="submit", class_="plain", aria_label=f"Send, word about answer {message}"),
            class_="word",
            hidden=True,
        ),
        element("p", class_="small thanks"),
        class_="feedback",
    )
