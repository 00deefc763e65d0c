"""The web server: it listens, and when told to stop it finishes what it has begun.

After the first signal no further question is taken, /readyz says so, and answers under way get `drain_s` seconds;
after a second one, or then, it stops.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from .desk import Desk


class Server(uvicorn.Server):
    """uvicorn, that lets the desk become idle before it stops."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self.desk = desk
        self.until: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.until is None and not self.desk.idle:
            self._captured_signals.append(sig)
            self.desk.closing = True
            self.until = time.monotonic() + self.desk.settings.drain_s
        else:
            self.desk.closing = True
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if self.until is not None and (self.desk.idle or time.monotonic() > self.until):
            self.should_exit = True
        return await super().on_tick(counter)


def run(app: ASGIApp, desk: Desk, listening: socket.socket) -> None:
    """Serve until told to stop."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # proxy.py reads them
        ws="none",
        timeout_graceful_shutdown=1,  # an open page holds a connection that never ends by itself
    )
    server = Server(config, desk)
    # Such a connection is cut at the end, which uvicorn would report with a traceback.
    logging.getLogger("uvicorn.error").addFilter(lambda _: not server.should_exit)
    with contextlib.suppress(KeyboardInterrupt):  # raised again by uvicorn once everything is closed
        server.run(sockets=[listening])
