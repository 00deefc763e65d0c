"""/healthz: the process lives. /readyz: it can answer. /metrics: counts, for addresses that the operator named."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from sci_assistant.errors import AssistantError
from sci_assistant.types import Turn

from .desk import Desk
from .proxy import UNKNOWN_PROXY, within

LOOK_SECONDS = 5.0  # between two looks whether all parts work
PATIENCE_SECONDS = 10.0  # for one look
log = logging.getLogger(__name__)


class Readiness:
    """Whether a question could be answered now: a small search with the real model and the live build, tried anew
    every few seconds, so that it turns bad and good again with a Chroma server."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._last: tuple[float, str | None] = (float("-inf"), "starting")
        self._thread = ThreadPoolExecutor(1, "ready")
        self._looking = asyncio.Lock()

    async def problem(self) -> str | None:
        """Why it is not ready, in one word; None where it is."""
        if self._desk.closing:
            return "closing"
        async with self._looking:
            if time.monotonic() - self._last[0] > LOOK_SECONDS:
                self._last = (time.monotonic(), await self._look())
        return self._last[1]

    async def _look(self) -> str | None:
        looking = asyncio.get_running_loop().run_in_executor(self._thread, self._search)
        try:
            return await asyncio.wait_for(looking, PATIENCE_SECONDS)
        except TimeoutError:
            return "slow"

    def _search(self) -> str | None:
        try:
            self._desk.assistant.search(Turn("spinal cord injury"), k=1)
        except AssistantError as error:
            return error.code
        except Exception:  # the edge of a health check
            log.exception("not ready")
            return "unexpected"
        return None


def add_health(app: FastAPI, desk: Desk, behind: Callable[[], str | None]) -> None:
    """The three routes. `behind` says in one word why answers come from another build than the live one, if they do:
    it is ready all the same."""
    ready = Readiness(desk)

    @app.get("/healthz")
    def health() -> JSONResponse:
        return JSONResponse({"status": "ok", "articles": desk.assistant.article_count})

    @app.get("/readyz")
    async def readiness() -> JSONResponse:
        problem = await ready.problem()
        if problem is not None:
            return JSONResponse({"status": problem}, 503)
        older = behind()
        return JSONResponse({"status": "ready"} | ({"behind": older} if older is not None else {}))

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        client = request.client.host if request.client else None
        if request.scope.get(UNKNOWN_PROXY) or not within(client, desk.settings.metrics_from):
            return Response("Not found", 404)
        text = await asyncio.to_thread(desk.metrics.text)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
