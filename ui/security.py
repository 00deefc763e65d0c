"""ASGI middleware: what this server refuses, and the headers that keep the page to itself.

Takes the application; gives it back wrapped. The content security policy lets a page load nothing from outside and
run no script but ours and Gradio's: the inline scripts of the page are allowed by their hashes, so that script
smuggled into an article or an answer would not run even if it were not escaped.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 250_000
GRADIO_ROUTES = ("queue/", "heartbeat/", "cancel", "reset", "startup-events")
_INLINE_SCRIPT = re.compile(rb"<script(?:\s[^>]*)?>(.*?)</script>", re.DOTALL)
_POLICY = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # Gradio writes style attributes
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'self'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}


def policy(page: bytes = b"") -> str:
    """The content security policy for a page with these inline scripts."""
    scripts = _INLINE_SCRIPT.findall(page)
    digests = [b64encode(hashlib.sha256(script).digest()).decode() for script in scripts if script]
    sources = " ".join(["script-src 'self'", *(f"'sha256-{digest}'" for digest in digests)])
    return "; ".join([*(f"{name} {value}" for name, value in _POLICY.items()), sources])


def refusal(path: str, method: str, headers: Headers) -> PlainTextResponse | None:
    """The answer to a request that this product has no use for, or None."""
    route = path.partition("/gradio_api/")[2]
    if route and not route.startswith(GRADIO_ROUTES):
        return PlainTextResponse("Not found", 404)
    if method in ("GET", "HEAD"):
        return None
    length = headers.get("content-length", "")
    if not length.isdecimal():
        return PlainTextResponse("A request needs a Content-Length", 411)
    return PlainTextResponse("Too large", 413) if len(length) > 9 or int(length) > MAX_BODY_BYTES else None


class Guard:
    """Refuses what is not needed and adds the headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "/assets/" not in scope["path"]:  # a compressed page could not be searched for its scripts
            kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            scope = {**scope, "headers": kept}
        response = refusal(scope["path"], scope["method"], Headers(scope=scope))
        await (response or self.app)(scope, receive, _Guarded(send))


class _Guarded:
    """A `send` that holds an HTML page back until its scripts are known; everything else streams."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message | None = None
        self.page = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            headers["Permissions-Policy"] = "camera=(), geolocation=(), payment=()"
            headers["Content-Security-Policy"] = policy()
            if headers.get("content-type", "").startswith("text/html"):
                self.start = message
                return
        elif self.start is not None:
            self.page += message.get("body", b"")
            if message.get("more_body"):
                return
            MutableHeaders(scope=self.start)["Content-Security-Policy"] = policy(self.page)
            await self.send(self.start)
            self.start, message = None, {"type": "http.response.body", "body": self.page}
        await self.send(message)
