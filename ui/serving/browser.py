"""The browser's way to the desk: a question in line shows its place, and its notice at once.

Takes the chat's own `send`, which makes the exchanges and their HTML in steps; gives one for Gradio that stands in
line first. Imported where the page is built, since it imports Gradio.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import gradio as gr
from sci_assistant_ui.chat import Exchanges, Handlers
from sci_assistant_ui.page import Exchange

from sci_assistant.errors import Busy
from sci_assistant.types import Turn

from .desk import Desk

Shown = tuple[Exchanges, str]
Send = Callable[..., AsyncIterator[Shown]]  # a question, exchanges, Gradio's request, the switch where there is one


def in_line(desk: Desk, handlers: Handlers) -> Send:
    """`handlers.send`, behind the desk's line."""

    async def send(
        question: str, exchanges: Exchanges, request: gr.Request, written: bool | None = None
    ) -> AsyncIterator[Shown]:
        if handlers.hint(question, exchanges):
            for shown in handlers.send(question, exchanges):
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
                async for done, html in desk.steps(ticket, handlers.send(question, exchanges, written)):
                    yield done, html
            if done and done[-1].answer is not None:
                desk.count(done[-1].answer, "browser")
        except Busy as error:
            answer = await desk.turn_away(turn, error)
            desk.count(answer, "browser")
            done = (*exchanges, replace(asked, answer=answer))
            yield done, handlers.shown(done, keep=True)

    return send
