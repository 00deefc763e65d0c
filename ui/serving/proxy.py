"""ASGI: who really asks, and under which path. The one place where X-Forwarded-* headers are read or thrown away.

From a peer that the operator named as a proxy, they are believed: the client's address and scheme, and the path that
was put before ours (X-Forwarded-Prefix, or the setting). From anybody else they are removed before Gradio, which
believes them, can see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

FORWARDED = (b"x-forwarded-", b"forwarded", b"x-real-ip", b"x-gradio-server")
UNKNOWN_PROXY = "sci_assistant.unknown_proxy"  # in the scope: headers of a proxy that was not named
_PREFIX = re.compile(r"(/[\w.~-]+)+")


def within(address: str | None, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return False
    return any(ip in ip_network(network, strict=False) for network in networks)


class Proxies:
    """Sets client, scheme and root_path of each request."""

    def __init__(self, app: ASGIApp, *, trusted: tuple[str, ...], root_path: str) -> None:
        self.app = app
        self.trusted = trusted
        self.root_path = root_path
        middleware: Any = ProxyHeadersMiddleware  # uvicorn has other types for ASGI than Starlette
        self.believing: ASGIApp = middleware(app, trusted_hosts=list(trusted))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        client = scope.get("client")
        if within(client[0] if client else None, self.trusted):
            named = Headers(scope=scope).get("x-forwarded-prefix", "").split(",")[0].strip().rstrip("/")
            prefix = named if _PREFIX.fullmatch(named) else self.root_path
            await self.believing(_under(scope, prefix), receive, send)
            return
        kept = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(FORWARDED)]
        forwarded = any(name.lower() in (b"x-forwarded-for", b"forwarded") for name, _ in scope["headers"])
        await self.app(_under({**scope, "headers": kept, UNKNOWN_PROXY: forwarded}, self.root_path), receive, send)


def _under(scope: Scope, prefix: str) -> Scope:
    """The scope with its root_path; as ASGI wants it, `path` holds it too, whether or not the proxy took it off."""
    path = scope["path"]
    if not prefix:
        return scope
    if path != prefix and not path.startswith(f"{prefix}/"):
        path = prefix + path
    return {**scope, "root_path": prefix, "path": path, "raw_path": path.encode()}
