"""Who may use the maintainers' page: one token, sessions in memory, a lock for those who guess.

The token is compared in constant time. A session is a random name in a cookie that no script can read and no other
site can send; each form carries a second random name. After failures an address has to wait, longer each time.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from threading import Lock

from .serving.rates import network

SESSION_SECONDS = 8 * 3600.0
TRIES = 5  # failures of an address before it has to wait
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 60.0, 3600.0
FORGET_SECONDS = 24 * 3600.0  # after which failures are forgotten
MOST_KEPT = 10_000  # addresses with failures, and sessions


@dataclass(frozen=True, slots=True)
class Session:
    """One maintainer's browser."""

    form: str  # goes with every form
    until: float


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last: float


class Entry:
    """Lets maintainers in. Safe for many threads."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._guard = Lock()
        self._sessions: dict[str, Session] = {}
        self._failures: dict[str, _Failures] = {}

    def wait_seconds(self, address: str) -> float:
        """How long an address must wait before it may try again."""
        with self._guard:
            failures = self._failures.get(network(address))
        if failures is None or failures.count < TRIES:
            return 0.0
        wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(failures.count - TRIES, 10))
        return max(0.0, failures.last + float(wait) - time.monotonic())

    def enter(self, token: str, address: str) -> str | None:
        """A new session's name for the right token; None for a wrong one, or while the address has to wait."""
        if self.wait_seconds(address) > 0:
            return None
        right = hmac.compare_digest(token.encode("utf-8", "replace"), self._token)
        now, counted = time.monotonic(), network(address)
        with self._guard:
            self._forget(now)
            if not right:
                count = self._failures[counted].count if counted in self._failures else 0
                self._failures[counted] = _Failures(count + 1, now)
                return None
            self._failures.pop(counted, None)
            name = secrets.token_urlsafe(32)
            self._sessions[name] = Session(secrets.token_urlsafe(32), now + SESSION_SECONDS)
            return name

    def session(self, name: str | None) -> Session | None:
        """The session of a cookie."""
        with self._guard:
            found = self._sessions.get(name or "")
        return found if found is not None and found.until > time.monotonic() else None

    def leave(self, name: str | None) -> None:
        """End a session."""
        with self._guard:
            self._sessions.pop(name or "", None)

    def _forget(self, now: float) -> None:
        self._failures = {key: each for key, each in self._failures.items() if now - each.last < FORGET_SECONDS}
        self._sessions = {key: each for key, each in self._sessions.items() if each.until > now}
        for kept in (self._failures, self._sessions):
            while len(kept) > MOST_KEPT:
                kept.pop(next(iter(kept)))
