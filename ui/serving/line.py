"""The line in which questions wait: who is next, at which place somebody stands, and when it is full.

Everyone's first question comes before anyone's second: those who wait take turns by their `key` (a browser session,
or the address of a program), so that nobody's many questions hold up another's one. Used from one event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from sci_assistant.errors import Busy


@dataclass(eq=False, slots=True)
class Ticket:
    """A question's place. `called` is set when its turn has come; the rest is the desk's."""

    key: str
    called: asyncio.Event = field(default_factory=asyncio.Event)
    busy: bool = False  # a thread works for it
    abandoned: bool = False  # nobody waits for that thread any more
    joined: float = field(default_factory=time.monotonic)
    waited: float = 0.0  # seconds until it was called


class Line:
    """At most `parallel` tickets are called at a time, at most `most_waiting` wait."""

    def __init__(self, *, parallel: int, most_waiting: int) -> None:
        self.parallel = parallel
        self.most_waiting = most_waiting
        self._called: set[Ticket] = set()
        self._waiting: dict[str, deque[Ticket]] = {}  # in the order in which keys are served
        self.waiting = 0  # how many tickets wait; a number, so that other threads may read it

    @property
    def running(self) -> int:
        """How many tickets are called and not done."""
        return len(self._called)

    def join(self, key: str) -> Ticket:
        """Stand in line.

        Raises:
            Busy: the line is full.
        """
        if self.running >= self.parallel and self.waiting >= self.most_waiting:
            raise Busy()
        ticket = Ticket(key)
        self._waiting.setdefault(key, deque()).append(ticket)
        self.waiting += 1
        self._call()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Be done, or give up waiting. Leaving twice does nothing."""
        self._called.discard(ticket)
        queue = self._waiting.get(ticket.key)
        if queue is not None and ticket in queue:
            queue.remove(ticket)
            self.waiting -= 1
            if not queue:
                del self._waiting[ticket.key]
        self._call()

    def place(self, ticket: Ticket) -> int:
        """1 for the next to be called, 2 for the one after; 0 for a ticket that is called, or has left."""
        queue = self._waiting.get(ticket.key)
        if queue is None or ticket not in queue:
            return 0
        turn = queue.index(ticket)  # the key has to come up this many times before
        before, passed = turn, False
        for key, others in self._waiting.items():
            passed = passed or key == ticket.key
            if key != ticket.key:
                before += min(len(others), turn if passed else turn + 1)
        return before + 1

    def _call(self) -> None:
        while self._waiting and self.running < self.parallel:
            key = next(iter(self._waiting))
            queue = self._waiting.pop(key)
            ticket = queue.popleft()
            self.waiting -= 1
            if queue:
                self._waiting[key] = queue  # behind all others
            self._called.add(ticket)
            ticket.waited = time.monotonic() - ticket.joined
            ticket.called.set()
