"""The Gradio Blocks: question field, buttons, one conversation for each browser session, and their handlers.

Takes the assistant and the settings; gives `Blocks` to be mounted. A handler gets the question and the session's
exchanges and gives the new exchanges and the HTML that shows them. Nothing about a question is decided here.
"""

from __future__ import annotations

import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sci_assistant.settings import Settings
from sci_assistant.types import Answer, AnswerError, AnswerMode, Notice, Partial, Turn

from .page import (
    AUTHORSHIP_UNKNOWN,
    STARTERS,
    TITLE,
    Assistant,
    Exchange,
    carried,
    conversation,
    masthead,
    shell,
    starters,
    switch_label,
    told,
)
from .slip import MOST_SLIP_CHARS, Slip

if TYPE_CHECKING:
    import gradio as gr

    from .serving.desk import Desk, Served

MOST_CONNECTED = 1000  # questions that Gradio holds at once; the desk's line ends long before
MOST_KEPT = 2000  # conversations in memory; the oldest is forgotten first
MOST_ENDED = 10_000  # exchanges that are remembered as stopped or cleared
STOP_WITHIN_S = 0.5  # how soon an answer that is being written can be stopped
EMPTY = "Type or dictate a question first."
STILL_ANSWERING = "Your last question is still being answered. Wait, or press Stop."
FAILED = (
    "Something went wrong on this side, and there is no answer. Please try again. If it is urgent, call your care "
    "team or your local emergency number now."
)

Exchanges = tuple[Exchange, ...]
logger = logging.getLogger(__name__)


class Handlers:
    """What happens when a person sends, stops or clears. Holds no conversation."""

    def __init__(
        self, assistant: Assistant, settings: Settings, keep_gap: Callable[[Answer], None] | None = None
    ) -> None:
        self.assistant = assistant
        self.settings = settings
        self.keep_gap = keep_gap
        self._ended: OrderedDict[str, str] = OrderedDict()  # exchange's key -> "stopped" or "cleared", of the latest

    def settled(self, exchanges: Exchanges) -> Exchanges:
        """The conversation as the person left it: what was stopped is stopped, what was cleared is gone.

        Gradio keeps the conversation, and a step that was on its way when Stop or Clear was pressed may be kept
        after it; nobody sees that step.
        """
        cleared = [at for at, exchange in enumerate(exchanges) if self._ended.get(exchange.key) == "cleared"]
        left = exchanges[cleared[-1] + 1 :] if cleared else exchanges
        return tuple(
            replace(exchange, stopped=True)
            if exchange.pending and self._ended.get(exchange.key) == "stopped"
            else exchange
            for exchange in left
        )

    def resumed(self, exchanges: Exchanges, slip: Slip) -> Exchanges:
        """The conversation, settled. Where this server has none of it, after a reload or a restart, the questions
        that the page brings: their answers stand on the page."""
        if exchanges:
            return self.settled(exchanges)
        return tuple(Exchange(number, question, kept=True) for number, question in slip.earlier)

    def is_stopped(self, slip: Slip) -> bool:
        """Whether Stop was pressed before the question was here."""
        return bool(slip.key) and self._ended.get(slip.key) == "stopped"

    def _end(self, keys: Iterable[str], how: str) -> None:
        self._ended.update((key, how) for key in keys)
        while len(self._ended) > MOST_ENDED:
            self._ended.popitem(last=False)

    def shown(self, exchanges: Exchanges, hint: str = "", *, keep: bool = False) -> str:
        feedback = self.settings.feedback_file is not None
        count = told(lambda: self.assistant.article_count, 0)
        return carried(conversation(exchanges, article_count=count, feedback=feedback, hint=hint, keep=keep))

    def send(
        self,
        question: str,
        exchanges: Exchanges,
        written: bool | None = None,
        *,
        key: str | None = None,
        notice: Notice | None = None,
    ) -> Iterator[tuple[Exchanges, str]]:
        """The question at once, then its answer, as it grows where it is written: exchanges and their HTML.

        While a model says nothing the same is given again and again, so that Stop ends the generator at once.

        The page's script takes the question out of the field, so that words typed meanwhile stay. A question that
        is too long goes to the assistant too, which looks for an emergency in it and says that it is too long; it
        stays in the field to be shortened. `key` is the exchange's, where it stood in line before; `notice` is shown
        while the answer is looked for, and where none can be made.
        """
        exchanges = self.settled(exchanges)
        hint = self.hint(question, exchanges)
        if hint:
            yield exchanges, self.shown(exchanges, hint)
            return
        asked = Exchange(next_number(exchanges), question, notice=notice)
        asked = replace(asked, key=key or asked.key)
        keep = len(question) > self.settings.max_question_chars
        yield (*exchanges, asked), self.shown((*exchanges, asked), keep=keep)
        turn = Turn(question, tuple(exchange.question for exchange in exchanges))
        with closing(self._partials(turn, written, notice)) as partials:
            for partial in _when_new(partials):
                if partial.done and not any(exchange.answer and exchange.answer.notice for exchange in exchanges):
                    self._keep(partial.answer)
                now = replace(asked, answer=partial.answer) if partial.done else replace(asked, growing=partial)
                yield (*exchanges, now), self.shown((*exchanges, now), keep=keep)

    def _keep(self, answer: Answer) -> None:
        """Where the operator wants it and the page says so: a question without an answer is kept, scrubbed."""
        try:
            if self.keep_gap is not None:
                self.keep_gap(answer)
        except Exception:  # an answer is never lost to it
            logger.exception("a question without an answer could not be kept")

    def stop(self, exchanges: Exchanges, draft: str, slip: str = "") -> tuple[Exchanges, str, str]:
        """The last question without its answer, and back in the field if that is empty.

        On a slow line the question itself may come after this: its slip's key says then that it was stopped.
        """
        exchanges = self.settled(exchanges)
        key = Slip.read(slip).key
        if key and key not in {exchange.key for exchange in exchanges}:
            self._end([key], "stopped")
        if not exchanges or not exchanges[-1].pending:
            return exchanges, self.shown(exchanges), draft
        self._end([exchanges[-1].key], "stopped")
        stopped = self.settled(exchanges)
        return stopped, self.shown(stopped), draft or exchanges[-1].question

    def clear(self, exchanges: Exchanges) -> tuple[Exchanges, str]:
        self._end([exchange.key for exchange in exchanges], "cleared")
        return (), self.shown(())

    @staticmethod
    def hint(question: str, exchanges: Exchanges) -> str:
        """Why nothing is asked; empty where the question goes on its way."""
        if exchanges and exchanges[-1].pending:
            return STILL_ANSWERING
        return "" if question.strip() else EMPTY

    def _partials(self, turn: Turn, written: bool | None, notice: Notice | None) -> Generator[Partial]:
        answers: AnswerMode | None = None if written is None else "written" if written else "quoted"
        try:
            yield from self.assistant.ask_stream(turn, answers=answers)
        except Exception:  # the outermost edge: a person gets an answer whatever happens
            logger.exception("no answer could be made")
            yield Partial(self._failed(turn, notice), done=True)

    def _failed(self, turn: Turn, notice: Notice | None) -> Answer:
        return Answer(
            question=turn.question,
            status="unavailable",
            text=FAILED,
            sentences=(),
            citations=(),
            disclaimer=self.settings.disclaimer,
            authorship=told(lambda: self.assistant.authorship, AUTHORSHIP_UNKNOWN),
            notice=notice,
            error=AnswerError("internal", FAILED),
        )


def next_number(exchanges: Exchanges) -> int:
    """The number of the next question on the page."""
    return exchanges[-1].number + 1 if exchanges else 1


def _when_new(partials: Iterable[Partial]) -> Iterator[Partial]:
    """Those that show something new; of equal ones one now and then, so that Stop ends the generator soon."""
    shown: Partial | None = None
    at = 0.0
    for partial in partials:
        if partial != shown or time.monotonic() - at > STOP_WITHIN_S:
            shown, at = partial, time.monotonic()
            yield partial


def build_blocks(
    assistant: Served,
    settings: Settings,
    *,
    desk: Desk,
    notice: str | None = None,
    keep_gap: Callable[[Answer], None] | None = None,
) -> gr.Blocks:
    """The page's components and their events. A question goes through the desk's line."""
    from sci_assistant.wire import silence_telemetry

    silence_telemetry()  # Gradio asks its makers' servers, unless told otherwise before it is imported
    # Gradio sums up all events since its start after each one, for a monitoring page that is switched off here.
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"
    import gradio as gr

    from .serving.browser import in_line

    handlers = Handlers(assistant, settings, keep_gap)
    kept = keep_gap is not None

    def markdown(html: str, name: str) -> gr.Markdown:
        # Not sanitised: all of it is made by `markup`, and Gradio's cleaning would drop buttons and attributes.
        return gr.Markdown(html, elem_id=name, sanitize_html=False, latex_delimiters=[])

    blocks: gr.Blocks
    with gr.Blocks(title=TITLE, analytics_enabled=False) as blocks:
        exchanges = gr.State(())
        head = markdown(carried(masthead(assistant, settings, notice, gaps=kept)), "masthead")
        with gr.Column(elem_id="starters"):
            buttons = [gr.Button(**starter) for starter in _starters(assistant)]
        markdown(carried(shell()), "shell")
        channel = markdown(handlers.shown(()), "channel")
        clear = gr.Button("Clear conversation", elem_id="clear")
        with gr.Column(elem_id="composer"):
            field = gr.Textbox(label="Your question", lines=1, max_lines=6, elem_id="question")
            send = gr.Button("Send", variant="primary", elem_id="send")
            stop = gr.Button("Stop", elem_id="stop")
            switch = _switch(assistant, settings)
        slip = gr.Textbox(label="For the page's script", elem_id="slip", max_length=MOST_SLIP_CHARS)

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        # "multiple": Gradio would drop the question after a stopped one, until the stopped one has run out.
        # No limit here: the desk has the line, in which people see their place.
        shared: dict[str, Any] = {"concurrency_limit": None, "concurrency_id": "ask", **quiet}
        shared["trigger_mode"] = "multiple"

        def refresh() -> list[Any]:
            fresh = [gr.update(**starter) for starter in _starters(assistant)]
            return [carried(masthead(assistant, settings, notice, gaps=kept)), *fresh]

        shows = [exchanges, channel]
        ask = in_line(desk, handlers, switch=switch is not None)
        switches = [switch] if switch is not None else []
        asks = [gr.on([field.submit, send.click], ask, [field, exchanges, slip, *switches], shows, **shared)]
        asks += [button.click(ask, [button, exchanges, slip, *switches], shows, **shared) for button in buttons]
        stop.click(handlers.stop, [exchanges, field, slip], [*shows, field], cancels=asks, **quiet)
        clear.click(handlers.clear, exchanges, shows, cancels=asks, **quiet)
        blocks.load(refresh, None, [head, *buttons], **quiet)
    blocks.max_threads = MOST_CONNECTED  # what Gradio counts as threads are questions in our line, which hold none
    blocks.state_session_capacity = MOST_KEPT
    blocks.queue(max_size=MOST_CONNECTED, api_open=False)
    return blocks


def _switch(assistant: Assistant, settings: Settings) -> gr.Checkbox | None:
    """The switch for written answers; None where the operator does not allow it."""
    import gradio as gr

    if not settings.answers_switch or assistant.model is None:
        return None
    label = switch_label(assistant.model)
    return gr.Checkbox(settings.answers == "written", label=label, elem_id="written", container=False)


def _starters(assistant: Assistant) -> list[dict[str, Any]]:
    """The starter buttons' properties; a button without a question is not shown."""
    questions = starters(assistant)
    shown = [{"value": question, "visible": True} for question in questions]
    return [*shown, *([{"value": "", "visible": False}] * (STARTERS - len(questions)))]
