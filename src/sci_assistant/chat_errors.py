"""Any chat vendor's error -> a ChatModelError with its reason, and whether another try is worth while."""

from __future__ import annotations

from typing import Any

from sci_assistant.errors import ChatModelError


def has_ended(metadata: dict[str, Any]) -> bool:
    """Whether a chunk says that the model came to its end; each provider has a word of its own."""
    return any(metadata.get(name) for name in ("finish_reason", "stop_reason", "done_reason"))


def is_passing(error: BaseException) -> bool:
    """Whether a failed start is worth another try: an overloaded or restarting server, not a wrong key or name."""
    status = _status(error)
    if status is not None:
        return status in (408, 409, 425, 429) or status >= 500
    return _reason(error) in ("unreachable", "broke_off")


def explain(error: BaseException, *, label: str, came: bool) -> ChatModelError:
    """A vendor's error as ours. The message names no question."""
    status = _status(error)
    reason = _reason(error)
    if status in (401, 403):
        return ChatModelError(f"{label} refused the key (status {status}).", reason="not_set_up")
    if status == 404:
        return ChatModelError(f"{label} is not known to its server (status 404).", reason="not_set_up")
    if status is not None:
        return ChatModelError(f"{label}: the server failed with status {status}.", reason="server")
    if came and reason != "timeout":
        reason = "broke_off"
    return ChatModelError(f"{label}: {reason.replace('_', ' ')} ({type(error).__name__}).", reason=reason)


def _status(error: BaseException) -> int | None:
    found = getattr(error, "status_code", None)
    return found if isinstance(found, int) and found > 0 else None


def _reason(error: BaseException) -> str:
    """Why a call failed, read from the errors that caused it; httpx and the standard library name them."""
    import httpx

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, TimeoutError | httpx.TimeoutException):
            return "timeout"
        if isinstance(seen, httpx.ConnectError | ConnectionError):
            return "unreachable"
        if isinstance(seen, httpx.TransportError):
            return "broke_off"
        seen = seen.__cause__ or seen.__context__
    return "server"
