"""The web application: the chat at "/", articles to read, our own files, votes, a health check.

Takes an assistant and settings; gives a FastAPI application, and serves it. Every address on the page is relative,
so it works behind a proxy that adds a path.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable
from importlib.util import find_spec
from pathlib import Path

import click
from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute

from sci_assistant.errors import SettingsError
from sci_assistant.settings import LOOPBACK, Settings
from sci_assistant.types import Answer

from .chat import build_blocks
from .feedback import Vote, store_vote
from .maintain import add_maintenance
from .maintenance import Maintenance
from .page import Assistant
from .reader import article_html, missing_html, page_html, read_quote
from .serving.desk import Desk, Served
from .serving.health import add_health
from .serving.site import Site

STATIC = Path(__file__).parent / "static"
SYSTEM_FONTS = ("system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
HEAD = (
    '<meta name="color-scheme" content="light dark"><link rel="stylesheet" href="page/chat.css">'
    '<script type="module" src="page/chat.js"></script>'
)


def create_app(
    assistant: Served,
    settings: Settings,
    *,
    notice: str | None = None,
    host: str = "",
    keep_gap: Callable[[Answer], None] | None = None,
    maintenance: Maintenance | None = None,
    behind: Callable[[], str | None] = lambda: None,
) -> Site:
    """The application.

    Args:
        notice: a word from the operator that stands on the page.
        host: the address that is served on; on loopback only names of this machine are answered.
        keep_gap: keeps a question that found no answer; the page then says so.
        behind: why answers come from another build than the live one, in one word; None where they do not.
        maintenance: what the maintainers' page does; without it, or without a token in the settings, there is none.
    """
    desk = Desk(assistant, settings)
    routes, running = _tools(desk)
    app = Site(desk, hosts=_hosts(settings, host), lifespan=lambda _: running())
    app.router.routes.extend(routes)
    add_health(app, desk, behind)
    if settings.api:
        from .serving.api import create_api

        app.mount("/api/v1", create_api(desk))
    _add_articles(app, assistant, settings)
    if settings.feedback_file is not None:
        _add_feedback(app, settings.feedback_file)
    if maintenance is not None and settings.maintainer_token is not None:
        add_maintenance(app, maintenance, settings.maintainer_token.get_secret_value())

    @app.get("/page/{name}")
    def static(name: str) -> Response:
        known = {path.name: path for path in STATIC.iterdir()}
        if name not in known:
            return Response("Not found", 404)
        return FileResponse(known[name], headers={"Cache-Control": "no-cache"})

    _within_event_loop(lambda: _mount_chat(app, desk, notice, keep_gap))
    return app


def _tools(desk: Desk) -> tuple[list[BaseRoute], Callable[[], contextlib.AbstractAsyncContextManager[None]]]:
    """The routes of the MCP tools and what runs meanwhile; none where they are switched off or not installed."""
    if desk.settings.mcp and find_spec("mcp") is not None:
        from .serving.mcp_tools import mounted

        return mounted(desk)

    @contextlib.asynccontextmanager
    async def nothing() -> AsyncIterator[None]:
        yield

    return [], nothing


def _hosts(settings: Settings, host: str) -> tuple[str, ...]:
    """Host names that are answered; empty: any. On loopback, a page from elsewhere could otherwise reach this one by
    giving its own name this machine's address."""
    if settings.allowed_hosts or settings.trusted_proxies or host not in LOOPBACK:
        return settings.allowed_hosts
    return LOOPBACK


def _add_articles(app: FastAPI, assistant: Assistant, settings: Settings) -> None:
    @app.get("/articles/{article_id}")
    def article(
        article_id: str, start: str | None = None, end: str | None = None, fragment: str | None = None
    ) -> HTMLResponse:
        found = assistant.article(article_id)
        level = 2 if fragment else 1
        html = (
            article_html(found, read_quote(found, start, end), level=level, glossary=assistant.glossary)
            if found
            else missing_html(article_id, level=level)
        )
        title = found.title if found else "This article is not here"
        page = html if fragment else page_html(html, title=title, disclaimer=settings.disclaimer)
        return HTMLResponse(page, 200 if found else 404)


def _add_feedback(app: FastAPI, path: Path) -> None:
    @app.post("/feedback")
    def feedback(vote: Vote) -> JSONResponse:
        stored = store_vote(vote, path)
        return JSONResponse({"stored": stored}, 200 if stored else 507)


def _within_event_loop(build: Callable[[], None]) -> None:
    """Run `build` in an event loop: where none runs, Gradio makes some for itself and leaves them open."""

    async def run() -> None:
        build()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(run())
    else:
        build()


def _mount_chat(app: FastAPI, desk: Desk, notice: str | None, keep_gap: Callable[[Answer], None] | None) -> None:
    blocks = build_blocks(
        desk.assistant, desk.settings, desk=desk, notice=notice, keep_gap=keep_gap
    )  # silences telemetry before Gradio is imported
    import gradio as gr

    fonts = [gr.themes.Font(name) for name in SYSTEM_FONTS]
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=gr.themes.Base(font=fonts, font_mono=[gr.themes.Font("monospace")]),
        head=HEAD,
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        max_file_size=0,
    )


def serve(app: Site, *, host: str, port: int, open_browser: bool) -> None:
    """Serve until interrupted. Prints the address; opens a browser where there is a desktop.

    Raises:
        SettingsError: the address is in use, not allowed, or not one of this machine.
    """
    from .serving.server import run

    listening = _listen(host, port)
    address = _address(host, listening.getsockname()[1])
    click.echo(f"SCI Assistant is at {address} (press Ctrl+C to end it)")
    if open_browser and has_desktop():
        webbrowser.open(address)  # the socket listens already: the page waits until the server answers
    run(app, app.desk, listening)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            problem = f"Port {port} on {host} is in use, perhaps by another SCI Assistant."
            raise SettingsError(f"{problem} Choose another with --port, for example --port {port + 1}.") from error
        raise SettingsError(f"Cannot serve on {host}, port {port}: {error}. Set --host and --port.") from error


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def has_desktop() -> bool:
    """Whether a browser could open a window here."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
