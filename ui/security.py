"""ASGI: what this server answers at all, and the headers that keep the page to itself.

Takes the application; gives it back wrapped. A route that is not in `OPEN` is not there, whoever added it: Gradio
brings some thirty that a chat has no use for. The content security policy lets a page load nothing from outside and
run no script but ours and Gradio's: the inline scripts of the page are allowed by their hashes, so that script
smuggled into an article or an answer would not run even if it were not escaped.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .serving.results import error_json

MAX_BODY_BYTES = 250_000
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
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), payment=()",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Open:
    """A route that is answered, and why. `path` is a pattern of the whole path; GET includes HEAD."""

    method: str
    path: str
    why: str


OPEN = (
    Open("GET", r"/", "the chat's page"),
    Open("GET", r"/assets/[\w./-]+", "Gradio's scripts and styles"),
    Open("GET", r"/static/(?!\.)[\w./-]+", "Gradio's fonts and pictures"),
    Open("GET", r"/theme\.css", "Gradio's colours"),
    Open("GET", r"/favicon\.ico", "the picture in a browser's tab"),
    Open("GET", r"/robots\.txt", "what crawlers may read"),
    Open("GET", r"/config/?", "Gradio's page asks it when it reconnects; it names no question"),
    Open("GET", r"/gradio_api/startup-events", "Gradio's page asks it once"),
    Open("GET", r"/gradio_api/heartbeat/[\w-]+", "ends a session when its page is closed"),
    Open("GET", r"/gradio_api/app_id", "Gradio's page asks it until a lost line is back; it names no question"),
    Open("POST", r"/gradio_api/queue/join", "a question from the page"),
    Open("GET", r"/gradio_api/queue/data", "its answer"),
    Open("POST", r"/gradio_api/cancel", "the Stop button"),
    Open("POST", r"/gradio_api/reset", "the Stop button"),
    Open("GET", r"/page/[\w.-]+", "our own script and style"),
    Open("GET", r"/articles/[^/]+", "an article to read"),
    Open("POST", r"/feedback", "a vote, where the operator named a file"),
    Open("GET", r"/healthz", "whether the process lives"),
    Open("GET", r"/readyz", "whether it can answer"),
    Open("GET", r"/metrics", "counts for Prometheus, for named addresses only"),
    Open("POST", r"/api/v1/(ask|search)", "the same answers for other programs"),
    Open("GET", r"/api/v1/articles(/[^/]+)?", "articles for other programs"),
    Open("GET", r"/api/v1/openapi\.json", "what the API takes and gives"),
    Open("POST", r"/mcp", "tools for other programs"),
    Open("GET", r"/maintain(/progress)?", "the maintainers' page, where a token is set"),
    Open("POST", r"/maintain/[\w-]+", "what a maintainer does there"),
)


def policy(page: bytes = b"") -> str:
    """The content security policy for a page with these inline scripts."""
    scripts = _INLINE_SCRIPT.findall(page)
    digests = [b64encode(hashlib.sha256(script).digest()).decode() for script in scripts if script]
    sources = " ".join(["script-src 'self'", *(f"'sha256-{digest}'" for digest in digests)])
    return "; ".join([*(f"{name} {value}" for name, value in _POLICY.items()), sources])


def door(method: str, path: str) -> Open | None:
    """What is open under a path for a method, or None."""
    method = "GET" if method == "HEAD" else method
    return next((each for each in OPEN if each.method == method and re.fullmatch(each.path, path)), None)


def own_path(scope: Scope) -> str:
    """The path without what a proxy put before it."""
    path: str = scope["path"]
    prefix = scope.get("root_path", "")
    return (path[len(prefix) :] or "/") if prefix and path.startswith(prefix) else path


class Guard:
    """Refuses what is not needed and adds the headers to every response.

    Args:
        hosts: names that are served; empty: any.
        admit: whether a client's address may make another request.
        disclaimer: the publisher's wording, which stands in every error, too.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: tuple[str, ...] = (),
        admit: Callable[[str], bool] = lambda _: True,
        disclaimer: str,
    ) -> None:
        self.app = app
        self.hosts = hosts
        self.admit = admit
        self.disclaimer = disclaimer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})  # nothing here speaks it
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = own_path(scope)
        if not path.startswith("/assets/"):  # a compressed page could not be searched for its scripts
            kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            scope = {**scope, "headers": kept}
        response = self._refusal(scope, path, Headers(scope=scope))
        await (response or self.app)(scope, receive, _Guarded(send, private=path.startswith(("/api/", "/mcp"))))

    def _error(self, status: int, code: str, text: str, **headers: str) -> JSONResponse:
        return JSONResponse(error_json(code, text, self.disclaimer), status, headers)

    def _refusal(self, scope: Scope, path: str, headers: Headers) -> JSONResponse | None:
        """The answer to a request that this product has no use for, or None."""
        method = scope["method"]
        host = headers.get("x-forwarded-host") or headers.get("host", "")
        if self.hosts and _name(host) not in self.hosts:
            return self._error(421, "host", "This name is not served here. Name it in SCI_ASSISTANT_ALLOWED_HOSTS.")
        if "\n" in path:  # Starlette's patterns stop at a line break
            return self._error(404, "not_found", "There is nothing at this address.")
        if door(method, path) is None:
            others = sorted({each.method for each in OPEN if re.fullmatch(each.path, path)})
            if others:
                return self._error(405, "method", "This address takes another method.", Allow=", ".join(others))
            return self._error(404, "not_found", "There is nothing at this address.")
        if method in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        # The maintainers' forms bring a token of their own, and from a form without a referrer Origin is "null".
        if origin is not None and urlsplit(origin).netloc != host and not path.startswith("/maintain"):
            return self._error(403, "origin", "Another site may not use this one for its visitors.")
        length = headers.get("content-length", "")
        if not length.isdecimal():
            return self._error(411, "length", "A request needs a Content-Length.")
        if len(length) > 9 or int(length) > MAX_BODY_BYTES:
            return self._error(413, "too_large", f"A request may have at most {MAX_BODY_BYTES} bytes.")
        client = scope.get("client")
        if not self.admit(client[0] if client else ""):
            return self._error(429, "too_many", "Too many requests. Please wait a minute.", **{"Retry-After": "60"})
        return None


def _name(host: str) -> str:
    """A Host header without its port."""
    return (urlsplit(f"//{host}").hostname or "") if host else ""


class _Guarded:
    """A `send` that holds an HTML page back until its scripts are known; everything else streams."""

    def __init__(self, send: Send, *, private: bool) -> None:
        self.send = send
        self.private = private
        self.start: Message | None = None
        self.page = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers["Content-Security-Policy"] = policy()
            if self.private:
                headers["Cache-Control"] = "no-store"
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
