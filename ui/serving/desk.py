"""The desk that every door leads to: browser, API and MCP ask here, so that one line and one limit hold for all.

A question stands in line, is answered in a thread of its own, counted and logged (never its words). Who cannot be
taken gets an answer all the same: the notice that the rules raise, which need no model, and a word why.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from sci_assistant_ui.page import AUTHORSHIP_UNKNOWN, Assistant, told

from sci_assistant.ask import prompts
from sci_assistant.ask.search import Retrieved
from sci_assistant.errors import AssistantError, Busy, Closing, NotOffered
from sci_assistant.settings import Settings
from sci_assistant.types import Answer, AnswerError, AnswerMode, Article, Notice, Turn

from .line import Line, Ticket
from .metrics import Door, Metrics
from .rates import Rates

T = TypeVar("T")
LOOK_SECONDS = 1.0  # how often somebody in line is told their place
FAILED = "Something went wrong on this side, and there is no answer. Please try again."
TRIAGE_THREADS = 2  # notices for those who are turned away
log = logging.getLogger("sci_assistant.answers")


class Served(Assistant, Protocol):
    """What programs need from the assistant beside what the page needs."""

    def ask(self, turn: Turn, *, answers: AnswerMode | None = None) -> Answer: ...
    def notice(self, turn: Turn) -> Notice | None: ...
    def search(self, turn: Turn, *, k: int, by_article: bool = False) -> Retrieved: ...
    def articles(self) -> tuple[Article, ...]: ...
    @property
    def built(self) -> datetime | None: ...


class Desk:
    """One for each application."""

    def __init__(self, assistant: Served, settings: Settings) -> None:
        self.assistant = assistant
        self.settings = settings
        self.line = Line(parallel=settings.parallel_answers, most_waiting=settings.most_waiting)
        self.rates = Rates(settings.rate_limit)
        self.metrics = Metrics(self.line, lambda: assistant.built)
        self.closing = False  # once set, no further question is taken
        self._answers = ThreadPoolExecutor(settings.parallel_answers, "answer")
        self._notices = ThreadPoolExecutor(TRIAGE_THREADS, "notice")

    @property
    def idle(self) -> bool:
        """Whether nobody is being answered or waits."""
        return self.line.running == 0 and self.line.waiting == 0

    async def ask(self, turn: Turn, *, client: str, door: Door, answers: AnswerMode | None = None) -> Answer:
        """An answer, always."""
        try:
            asked = self._way(answers)
            async with self.place(client, client=client) as ticket:
                answer = await self.run(ticket, partial(asked, turn))
        except AssistantError as error:
            answer = await self.turn_away(turn, error)
        except Exception:  # the outermost edge: a person gets an answer whatever happens
            log.exception("no answer could be made")
            answer = await self.turn_away(turn, AssistantError(FAILED))
        self.count(answer, door)
        return answer

    async def search(self, turn: Turn, *, client: str, k: int, by_article: bool = False) -> Retrieved:
        """The ranked passages.

        Raises:
            AssistantError: the line is full, or a part does not work.
        """
        async with self.place(client, client=client) as ticket:
            return await self.run(ticket, partial(self.assistant.search, turn, k=k, by_article=by_article))

    async def notice(self, turn: Turn) -> Notice | None:
        """The notice that the rules raise, without standing in line."""
        return await asyncio.get_running_loop().run_in_executor(self._notices, self.assistant.notice, turn)

    async def notice_or_none(self, turn: Turn) -> Notice | None:
        """The notice, where one can be made: nothing else waits for it or fails with it."""
        try:
            return await self.notice(turn)
        except Exception:  # the outermost edge
            log.exception("no notice could be made")
            return None

    async def turn_away(self, turn: Turn, error: AssistantError) -> Answer:
        """The answer to somebody who cannot be taken: the notice, and why."""
        word = str(error)
        return Answer(
            id=turn.id,
            question=turn.question,
            standalone_question=turn.question,
            status="unavailable",
            text=f"{word} {prompts.STILL_CALL}",
            sentences=(),
            citations=(),
            error=AnswerError(error.code, word),
            notice=await self.notice_or_none(self._beginning(turn)),
            disclaimer=self.settings.disclaimer,
            authorship=told(lambda: self.assistant.authorship, AUTHORSHIP_UNKNOWN),
        )

    def _beginning(self, turn: Turn) -> Turn:
        """As much of a turn as is read for somebody who is turned away: a flood must not cost more than answers."""
        most, longest = self.settings.max_history_turns, self.settings.max_question_chars
        history = tuple(earlier[:longest] for earlier in turn.history[-most:]) if most else ()
        return Turn(turn.question[:longest], history)

    def _way(self, answers: AnswerMode | None) -> Callable[[Turn], Answer]:
        """How a question is asked.

        Raises:
            NotOffered: this way of answering is not offered here.
        """
        if answers is None or answers == self.settings.answers:
            return self.assistant.ask
        if not self.settings.answers_switch or self.assistant.model is None:
            raise NotOffered(f"{answers.capitalize()} answers are not offered here. Leave out `answers`.")
        return partial(self.assistant.ask, answers=answers)

    @asynccontextmanager
    async def place(self, key: str, *, client: str) -> AsyncIterator[Ticket]:
        """Stand in line until called; the place is free again when the block ends and its thread is done.

        Raises:
            Busy: the line is full, this client asks too often, the wait is too long, or the server is closing.
        """
        async with self.ticket(key, client=client) as ticket:
            try:
                await asyncio.wait_for(ticket.called.wait(), self.settings.longest_wait_s)
            except TimeoutError as error:
                raise Busy() from error
            yield ticket

    @asynccontextmanager
    async def ticket(self, key: str, *, client: str) -> AsyncIterator[Ticket]:
        """A ticket, called or not yet."""
        if self.closing:
            raise Closing()
        self.rates.ask(client)
        ticket = self.line.join(key)
        try:
            yield ticket
        finally:
            if ticket.called.is_set():
                self.metrics.waited(ticket.waited)
            if not ticket.busy:
                self.line.leave(ticket)

    async def places(self, ticket: Ticket) -> AsyncIterator[int]:
        """The ticket's place each time it has changed, until it is called."""
        shown, until = 0, time.monotonic() + self.settings.longest_wait_s
        while not ticket.called.is_set():
            if time.monotonic() > until:
                raise Busy()
            place = self.line.place(ticket)
            if place != shown:
                shown = place
                yield place
            with suppress(TimeoutError):
                await asyncio.wait_for(ticket.called.wait(), LOOK_SECONDS)

    async def run(self, ticket: Ticket, work: Callable[[], T]) -> T:
        """Work in a thread. Where the one who waits for it goes, its place stays taken until the thread is done."""
        loop = asyncio.get_running_loop()
        ticket.busy = True
        future = self._answers.submit(work)

        def done() -> None:
            ticket.busy = False
            if ticket.abandoned:
                self.line.leave(ticket)

        future.add_done_callback(lambda _: loop.call_soon_threadsafe(done) if not loop.is_closed() else None)
        try:
            result = await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            ticket.abandoned = True
            raise
        ticket.busy = False
        return result

    async def steps(self, ticket: Ticket, values: Iterator[T]) -> AsyncGenerator[T]:
        """What an iterator gives, each step made in a thread. Where nobody waits for it any more, it is closed."""
        end = object()
        close = getattr(values, "close", lambda: None)

        def step() -> T | object:
            value = next(values, end)
            if ticket.abandoned:
                close()  # ends a model that is still writing
            return value

        try:
            while (value := await self.run(ticket, step)) is not end:
                yield value  # type: ignore[misc]  # only the sentinel is no T
        finally:
            if not ticket.busy:
                self._answers.submit(close)

    def count(self, answer: Answer, door: Door) -> None:
        """Count and log an answer, without a word of it."""
        self.metrics.count(answer, door)
        fields = {
            "door": door,
            "status": answer.status,
            "notice": answer.notice.kind if answer.notice else None,
            "error": answer.error.code if answer.error else None,
            "mode": answer.mode,
            "ms": round(answer.timings_ms.total),
        }
        log.info("answer", extra={"fields": fields})
