"""The browser's way to the desk: a question in line shows its place, and its notice at once.

Takes the chat's own `send`, which makes the exchanges and their HTML in steps; gives one for Gradio that stands in
line first. Imported where the page is built, since it imports Gradio.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

import gradio as gr
from sci_assistant_ui.chat import Exchanges, Handlers, next_number
from sci_assistant_ui.page import Exchange
from sci_assistant_ui.slip import Slip

from sci_assistant.errors import AssistantError, Busy
from sci_assistant.types import Turn

from .desk import FAILED, Desk

logger = logging.getLogger(__name__)
Shown = tuple[Exchanges, str]
Send = Callable[..., AsyncIterator[Shown]]


def in_line(desk: Desk, handlers: Handlers, *, switch: bool) -> Send:
    """`handlers.send`, behind the desk's line. `switch`: the page has one for written answers."""

    async def send(question: str, exchanges: Exchanges, slip: str, request: gr.Request) -> AsyncIterator[Shown]:
        async with aclosing(_send(desk, handlers, request, question, exchanges, Slip.read(slip), None)) as shown:
            async for each in shown:
                yield each

    async def send_switched(
        question: str, exchanges: Exchanges, slip: str, written: bool, request: gr.Request
    ) -> AsyncIterator[Shown]:
        async with aclosing(_send(desk, handlers, request, question, exchanges, Slip.read(slip), written)) as shown:
            async for each in shown:
                yield each

    return send_switched if switch else send


async def _send(
    desk: Desk,
    handlers: Handlers,
    request: gr.Request,
    question: str,
    exchanges: Exchanges,
    slip: Slip,
    written: bool | None,
) -> AsyncGenerator[Shown]:
    exchanges = handlers.resumed(exchanges, slip)
    if handlers.is_stopped(slip):
        yield exchanges, handlers.shown(exchanges)
        return
    if handlers.hint(question, exchanges):
        for shown in handlers.send(question, exchanges, written):
            yield shown
        return
    turn = Turn(question, tuple(exchange.question for exchange in exchanges))
    asked = Exchange(next_number(exchanges), question)
    asked = replace(asked, key=slip.key or asked.key)
    client = request.client.host if request.client else ""
    try:
        async with desk.ticket(str(request.session_hash or client), client=client) as ticket:
            asked = replace(asked, notice=await desk.notice_or_none(turn))  # before the answer, which may take long
            async for place in desk.places(ticket):
                asked = replace(asked, place=place)
                yield (*exchanges, asked), handlers.shown((*exchanges, asked))
            done: Exchanges = ()
            answers = handlers.send(question, exchanges, written, key=asked.key, notice=asked.notice)
            async with aclosing(desk.steps(ticket, answers)) as steps:
                async for done, html in steps:
                    yield done, html
        if done and done[-1].answer is not None:
            desk.count(done[-1].answer, "browser")
        return
    except Busy as error:
        refused: AssistantError = error
    except Exception:  # the outermost edge: the notice is shown whatever happens
        logger.exception("a question could not be answered")
        refused = AssistantError(FAILED)
    answer = await desk.turn_away(turn, refused)
    desk.count(answer, "browser")
    done = (*exchanges, replace(asked, answer=answer))
    yield done, handlers.shown(done, keep=True)
