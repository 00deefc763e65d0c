"""The addresses of the maintainers' page: its forms in, its pages out. Without a token none of them exists.

Everything but entering needs a session; every form but that one carries the session's second name (CSRF).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from .entry import SESSION_SECONDS, Entry, Session
from .maintain_page import entry_page, progress_words, work_page
from .maintenance import Maintenance

COOKIE = "sci-maintainer"
NO_STORE = {"Cache-Control": "no-store"}
KINDS = ("check", "publish", "rollback")


def add_maintenance(app: FastAPI, maintenance: Maintenance, token: str) -> None:
    """Add the page to the application."""
    entry = Entry(token)

    def session_of(request: Request) -> Session | None:
        return entry.session(request.cookies.get(COOKIE))

    @app.get("/maintain")
    def page(request: Request) -> Response:
        session = session_of(request)
        if session is None:
            return HTMLResponse(entry_page(), 401, headers=NO_STORE)
        return HTMLResponse(work_page(maintenance, session.form), headers=NO_STORE)

    @app.get("/maintain/progress")
    def progress(request: Request) -> Response:
        if session_of(request) is None:
            return Response("Not found", 404)
        job = maintenance.job
        finished = job is None or job.finished is not None
        return JSONResponse({"words": progress_words(job), "finished": finished}, headers=NO_STORE)

    @app.post("/maintain/enter")
    async def enter(request: Request) -> Response:
        fields = await _fields(request)
        address = request.client.host if request.client else ""
        wait = entry.wait_seconds(address)
        name = None if not _same_site(request) else entry.enter(fields.get("token", ""), address)
        if name is None:
            words = _wait_words(wait) if wait else "This is not the maintainers' password."
            return HTMLResponse(entry_page(words, deep=True), 429 if wait else 401, headers=NO_STORE)
        response = _back()
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(
            COOKIE, name, max_age=int(SESSION_SECONDS), httponly=True, samesite="strict", secure=secure, path="/"
        )
        return response

    @app.post("/maintain/{what}")
    async def act(what: str, request: Request) -> Response:
        session = session_of(request)
        if session is None:
            return HTMLResponse(entry_page("Please enter again.", deep=True), 401, headers=NO_STORE)
        fields = await _fields(request)
        if not _same_site(request) or not hmac.compare_digest(fields.get("form", "").encode(), session.form.encode()):
            return HTMLResponse(
                entry_page("That form was not from this page. Please try again."), 403, headers=NO_STORE
            )
        if what == "leave":
            entry.leave(request.cookies.get(COOKIE))
            response = _back()
            response.delete_cookie(COOKIE, path="/")
            return response
        if what not in KINDS:
            return Response("Not found", 404)
        allow = fields.get("allow_removals") == "yes"
        await run_in_threadpool(maintenance.start, what, allow_removals=allow)  # type: ignore[arg-type]  # in KINDS
        return _back()


def _back() -> RedirectResponse:
    """To the page, by an address that holds behind a proxy's path too."""
    return RedirectResponse("../maintain", 303, headers=NO_STORE)


def _wait_words(seconds: float) -> str:
    minutes = max(1, round(seconds / 60 + 0.49))
    return f"Too many wrong passwords. Try again in {minutes} minute{'' if minutes == 1 else 's'}."


def _same_site(request: Request) -> bool:
    """Whether a form comes from our own page, as far as the browser says."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


async def _fields(request: Request) -> Mapping[str, str]:
    """The fields of a form; the guard has limited its length."""
    body = (await request.body()).decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(body, max_num_fields=20).items()}
