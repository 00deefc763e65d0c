"""The parts of the page that do not change during a conversation, and the conversation's own HTML.

Takes what the assistant knows of its articles, and the exchanges so far; gives `Html`. Gradio's Markdown component
carries it to the browser: `carried` makes it one line, which Markdown leaves alone as a block of HTML.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from sci_assistant.markup import Html, element, fragment
from sci_assistant.render_html import asked, growing_html, notice_html, to_html
from sci_assistant.settings import Settings
from sci_assistant.types import Answer, AnswerMode, Article, Notice, Partial, Term, Turn

T = TypeVar("T")
U = TypeVar("U")
logger = logging.getLogger(__name__)

TITLE = "SCI Assistant"
AUTHORSHIP_UNKNOWN = "Who wrote the articles cannot be read at the moment."
NOT_SHOWN = "Something went wrong on this side, and this answer cannot be shown. Please ask again."
STARTERS = 4
GAPS_KEPT = (
    "Questions that find no answer are kept here, so that editors know which articles are missing. A program first "
    "takes out numbers, names and addresses as far as it can. Leave out what could tell who you are."
)
_QUESTIONS = {  # shown while the live build has the article
    "autonomic-dysreflexia": "What are the signs of autonomic dysreflexia?",
    "pressure-injuries": "How can I prevent pressure sores?",
    "spasticity": "Why are my leg spasms getting worse?",
    "urinary-tract-infections": "How do I know if I have a bladder infection?",
    "heterotopic-ossification": "How is heterotopic ossification treated?",
}


class Model(Protocol):
    """What the page says of the model that writes."""

    @property
    def label(self) -> str: ...
    @property
    def host(self) -> str | None: ...


class Assistant(Protocol):
    """What the page needs from the assistant. `ask_stream` is called from several threads."""

    def ask_stream(self, turn: Turn, *, answers: AnswerMode | None = None) -> Iterator[Partial]: ...
    @property
    def model(self) -> Model | None: ...
    def article(self, article_id: str) -> Article | None: ...
    @property
    def article_count(self) -> int: ...
    @property
    def authorship(self) -> str: ...
    @property
    def glossary(self) -> tuple[Term, ...]: ...
    def topics(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer; no answer while it is being looked for, or when it was stopped."""

    number: int
    question: str
    key: str = field(default_factory=lambda: secrets.token_hex(8))  # one for each asking, whatever is asked
    answer: Answer | None = None
    stopped: bool = False
    growing: Partial | None = None  # what was shown of an answer that is being written, or was stopped
    place: int = 0  # in line; 0: it is being answered
    notice: Notice | None = None  # shown while it waits
    kept: bool = False  # from before a reload or a restart: the page has its answer, the server only the question

    @property
    def pending(self) -> bool:
        return self.answer is None and not self.stopped and not self.kept


def told(read: Callable[[], T], otherwise: U) -> T | U:
    """What the assistant says of its articles; where that fails, something else: no notice is ever lost to it."""
    try:
        return read()
    except Exception:  # the outermost edge
        logger.exception("the articles cannot be described")
        return otherwise


def masthead(assistant: Assistant, settings: Settings, notice: str | None, *, gaps: bool = False) -> Html:
    """What this is, who wrote the articles, and the disclaimer."""
    count = told(lambda: assistant.article_count, 0)
    articles = f"{count} article{'' if count == 1 else 's'}"
    lines = how_answers_are_made(assistant.model, settings, articles)
    return element(
        "div",
        element("a", "Skip to the question field", href="#question", class_="skip"),
        element("h1", TITLE),
        element("p", "Ask about living with a spinal cord injury (SCI).", class_="lead"),
        *(element("p", line) for line in lines),
        element("p", told(lambda: assistant.authorship, AUTHORSHIP_UNKNOWN), class_="small"),
        element("p", settings.disclaimer, class_="small"),
        element(
            "p",
            element("strong", "In an emergency, call your local emergency number."),
            " This page cannot call for help.",
        ),
        element("p", notice, class_="site-notice") if notice else None,
        element("p", GAPS_KEPT, class_="small") if gaps else None,
        element("p", "You could start with one of these questions:", class_="starting"),
    )


def how_answers_are_made(model: Model | None, settings: Settings, articles: str) -> tuple[str, ...]:
    """Whether answers are quoted or written, by which model, and whether questions leave this computer."""
    quoted = f"Answers are sentences copied word for word from {articles}, each with its source."
    if model is None or (settings.answers == "quoted" and not settings.answers_switch):
        return (quoted,)
    lines = [quoted] if settings.answers == "quoted" else []
    opening = "With written answers on, the" if lines else "The"
    lines.append(
        f"{opening} language model {model.label} writes each answer from {articles}; a program holds each sentence to "
        "its source."
    )
    if model.host:
        lines.append(f"Questions that are answered so are sent to {model.host}.")
    else:
        lines.append("The model runs on the computer that serves this page: no question leaves it.")
    return tuple(lines)


def switch_label(model: Model) -> str:
    """The name of the switch for written answers."""
    where = f"questions are sent to {model.host}" if model.host else "no question leaves this site"
    return f"Written answers by {model.label} ({where})"


def starters(assistant: Assistant) -> tuple[str, ...]:
    """Up to four questions that the live articles can answer."""
    return told(lambda: _starters(assistant), ())


def _starters(assistant: Assistant) -> tuple[str, ...]:
    known = [question for article, question in _QUESTIONS.items() if assistant.article(article)]
    others = [f"What should I know about {title}?" for title in assistant.topics()]
    return tuple([*known, *others] if len(known) < STARTERS else known)[:STARTERS]


def shell() -> Html:
    """Where the page's script puts the messages, and the line that a screen reader is told things through."""
    return fragment(
        element(
            "div",
            element("h2", "Conversation", class_="unseen"),
            element("div", id="messages"),
            element("p", role="alert", id="alarm", class_="unseen"),
            element("p", role="status", id="announcer", class_="unseen"),
            id="conversation",
        )
    )


def conversation(
    exchanges: tuple[Exchange, ...], *, article_count: int, feedback: bool, hint: str = "", keep: bool = False
) -> Html:
    """The whole conversation, inert; `keep` leaves the question in the field to be shortened.

    The page's script shows what is new and leaves the rest untouched, so that focus, reading position and open
    details survive, and nothing is announced twice.
    """
    messages = [_shown(exchange, article_count, feedback) for exchange in exchanges]
    return element("div", element("template", *messages, data_hint=hint or None, data_keep="" if keep else None))


def carried(html: Html) -> str:
    """One line of HTML, as Gradio's Markdown component passes through unread."""
    return html.replace("\r", "").replace("\n", "&#10;")


def _shown(exchange: Exchange, article_count: int, feedback: bool) -> Html:
    """A message; where an answer cannot be made HTML, its question and its notice all the same."""
    shown = told(lambda: _message(exchange, article_count, feedback), None)
    if shown is not None:
        return shown
    notice = exchange.answer.notice if exchange.answer else exchange.notice
    return _waiting(replace(exchange, notice=notice, stopped=True), NOT_SHOWN)


def _message(exchange: Exchange, article_count: int, feedback: bool) -> Html:
    if exchange.answer is not None:
        return to_html(exchange.answer, message=exchange.number, feedback=feedback)
    if exchange.growing is not None:
        return growing_html(exchange.growing, message=exchange.number, stopped=exchange.stopped)
    waiting = f"Searching {article_count} articles …" if article_count else "Searching the articles …"
    if exchange.place:
        waiting = f"Many people are asking at this moment. You are number {exchange.place} in line."
    if exchange.kept:
        return _waiting(exchange, "This was answered before the page was loaded again.")
    return _waiting(exchange, "You stopped this answer." if exchange.stopped else waiting)


def _waiting(exchange: Exchange, word: str) -> Html:
    state = "kept" if exchange.kept else "stopped" if exchange.stopped else "pending"
    return element(
        "article",
        asked(exchange.question, message=exchange.number),
        notice_html(exchange.notice, exchange.number) if exchange.notice else None,
        element(
            "p",
            element("span", class_="dots", aria_hidden="true") if exchange.pending else None,
            element("span", word, class_="place"),
        ),
        class_="message waiting",
        id=f"message-{exchange.number}",
        data_state=state,
        data_announce=word if exchange.stopped or exchange.place else None,
        aria_busy="true" if exchange.pending else None,
        aria_labelledby=f"asked-{exchange.number}",
    )
