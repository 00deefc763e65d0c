"""The outermost layer: all that a request meets before any route, an error page of the framework included."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sci_assistant_ui.security import Guard
from starlette.types import Receive, Scope, Send

from .desk import Desk
from .proxy import Proxies


class Site(FastAPI):
    """A FastAPI application behind `Proxies` and `Guard`, with the desk that all its doors lead to."""

    def __init__(self, desk: Desk, *, hosts: tuple[str, ...] = (), **given: Any) -> None:
        super().__init__(docs_url=None, redoc_url=None, openapi_url=None, **given)
        self.desk = desk
        settings = desk.settings
        guarded = Guard(super().__call__, hosts=hosts, admit=desk.rates.knock, disclaimer=desk.settings.disclaimer)
        self.outermost = Proxies(guarded, trusted=settings.trusted_proxies, root_path=settings.root_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.outermost(scope, receive, send)
