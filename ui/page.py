"""The parts of the page that do not change during a conversation, and the conversation's own HTML.

Takes what the assistant knows of its articles, and the exchanges so far; gives `Html`. Gradio's Markdown component
carries it to the browser: `carried` makes it one line, which Markdown leaves alone as a block of HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sci_assistant.markup import Html, element, fragment
from sci_assistant.render_html import asked, notice_html, to_html
from sci_assistant.settings import Settings
from sci_assistant.types import Answer, Article, Notice, Term, Turn

TITLE = "SCI Assistant"
STARTERS = 4
_QUESTIONS = {  # shown while the live build has the article
    "autonomic-dysreflexia": "What are the signs of autonomic dysreflexia?",
    "pressure-injuries": "How can I prevent pressure sores?",
    "spasticity": "Why are my leg spasms getting worse?",
    "urinary-tract-infections": "How do I know if I have a bladder infection?",
    "heterotopic-ossification": "How is heterotopic ossification treated?",
}


class Assistant(Protocol):
    """What the page needs from the assistant. `ask` is called from several threads."""

    def ask(self, turn: Turn) -> Answer: ...
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
    answer: Answer | None = None
    stopped: bool = False
    place: int = 0  # in line; 0: it is being answered
    notice: Notice | None = None  # shown while it waits

    @property
    def pending(self) -> bool:
        return self.answer is None and not self.stopped


def masthead(assistant: Assistant, settings: Settings, notice: str | None) -> Html:
    """What this is, who wrote the articles, and the disclaimer."""
    count = assistant.article_count
    articles = f"{count} article{'' if count == 1 else 's'}"
    quoted = f"Answers are sentences copied word for word from {articles}, each with its source."
    written = f"Answers are written by a language model from {articles}, with a source for every sentence."
    return element(
        "div",
        element("a", "Skip to the question field", href="#question", class_="skip"),
        element("h1", TITLE),
        element("p", "Ask about living with a spinal cord injury (SCI).", class_="lead"),
        element("p", quoted if settings.answers == "quoted" else written),
        element("p", assistant.authorship, class_="small"),
        element("p", settings.disclaimer, class_="small"),
        element(
            "p",
            element("strong", "In an emergency, call your local emergency number."),
            " This page cannot call for help.",
        ),
        element("p", notice, class_="site-notice") if notice else None,
        element("p", "You could start with one of these questions:", class_="starting"),
    )


def starters(assistant: Assistant) -> tuple[str, ...]:
    """Up to four questions that the live articles can answer."""
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
    messages = [_message(exchange, article_count, feedback) for exchange in exchanges]
    return element("div", element("template", *messages, data_hint=hint or None, data_keep="" if keep else None))


def carried(html: Html) -> str:
    """One line of HTML, as Gradio's Markdown component passes through unread."""
    return html.replace("\r", "").replace("\n", "&#10;")


def _message(exchange: Exchange, article_count: int, feedback: bool) -> Html:
    if exchange.answer is not None:
        return to_html(exchange.answer, message=exchange.number, feedback=feedback)
    waiting = f"Searching {article_count} articles …"
    if exchange.place:
        waiting = f"Many people are asking at this moment. You are number {exchange.place} in line."
    word = "You stopped this answer." if exchange.stopped else waiting
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
        data_state="stopped" if exchange.stopped else "pending",
        data_announce="Stopped." if exchange.stopped else waiting if exchange.place else None,
        aria_busy="true" if exchange.pending else None,
        aria_labelledby=f"asked-{exchange.number}",
    )
