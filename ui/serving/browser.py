"""The browser's way to the desk: a question in line shows its place, and its notice at once.

Takes the chat's own `send`, which makes the exchanges and their HTML in steps; gives one for Gradio that stands in
line first. Imported where the page is built, since it imports Gradio.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

import gradio as gr
from sci_assistant_ui.chat import Exchanges, Handlers
from sci_assistant_ui.page import Exchange

from sci_assistant.errors import Busy
from sci_assistant.types import Turn

from .desk import Desk

Shown = tuple[Exchanges, str]
Send = Callable[..., AsyncIterator[Shown]]


def in_line(desk: Desk, handlers: Handlers, *, switch: bool) -> Send:
    """`handlers.send`, behind the desk's line. `switch`: the page has one for written answers."""

    async def send(question: str, exchanges: Exchanges, request: gr.Request) -> AsyncIterator[Shown]:
        async with aclosing(_send(desk, handlers, request, question, exchanges, None)) as shown:
            async for each in shown:
                yield each

    async def send_switched(
        question: str, exchanges: Exchanges, written: bool, request: gr.Request
    ) -> AsyncIterator[Shown]:
        async with aclosing(_send(desk, handlers, request, question, exchanges, written)) as shown:
            async for each in shown:
                yield each

    return send_switched if switch else send


async def _send(
    desk: Desk, handlers: Handlers, request: gr.Request, question: str, exchanges: Exchanges, written: bool | None
) -> AsyncGenerator[Shown]:
    exchanges = handlers.settled(exchanges)
    if handlers.hint(question, exchanges):
        for shown in handlers.send(question, exchanges, written):
            yield shown
        return
    turn = Turn(question, tuple(exchange.question for exchange in exchanges))
    asked = Exchange(len(exchanges) + 1, question)
    client = request.client.host if request.client else ""
    try:
        async with desk.ticket(str(request.session_hash or client), client=client) as ticket:
            async for place in desk.places(ticket):
                if asked.place == 0:
                    asked = replace(asked, notice=await desk.notice(turn))
                asked = replace(asked, place=place)
                yield (*exchanges, asked), handlers.shown((*exchanges, asked))
            done: Exchanges = ()
            answers = handlers.send(question, exchanges, written, key=asked.key)
            async with aclosing(desk.steps(ticket, answers)) as steps:
                async for done, html in steps:
                    yield done, html
        if done and done[-1].answer is not None:
            desk.count(done[-1].answer, "browser")
    except Busy as error:
        answer = await desk.turn_away(turn, error)
        desk.count(answer, "browser")
        done = (*exchanges, replace(asked, answer=answer))
        yield done, handlers.shown(done, keep=True)
