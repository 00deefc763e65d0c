"""The one adapter to LangChain's chat models: a choice -> a stream of text, or a ChatModelError.

Nothing is opened before the first question. A model runs in an event loop of its own, so that an answer that is
stopped is cancelled there: the connection closes and the server's slot is free again.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sci_assistant.chat_errors import explain, has_ended, is_passing
from sci_assistant.errors import ChatModelError, ModelError
from sci_assistant.model_choice import HOMES, ModelChoice, key_of, read_choice

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from sci_assistant.settings import Settings

Messages = Sequence[tuple[str, str]]

TICK_S = 0.25  # how soon a stop is noticed
FIRST_PAUSE_S = 0.5  # before a second try; doubled for each further one


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a model is waited for and how much it may write."""

    silence_s: float = 60
    total_s: float = 180
    retries: int = 2
    max_tokens: int = 320
    parallel: int = 1
    threads: int = 0


def limits_of(settings: Settings) -> Limits:
    return Limits(
        silence_s=settings.model_silence_s,
        total_s=settings.model_total_s,
        retries=settings.model_retries,
        max_tokens=settings.model_max_tokens,
        parallel=settings.model_parallel,
        threads=settings.model_threads,
    )


class ChatModel:
    """A chat model that streams text. Safe for many threads; `parallel` answers at a time, the others wait.

    Args:
        chat: a ready LangChain model, for tests and programs that bring their own.
    """

    def __init__(
        self, label: str, *, host: str | None, limits: Limits, choice: ModelChoice | None = None, chat: Any = None
    ) -> None:
        self.label, self.host, self.limits = label, host, limits
        self._choice = choice
        self._chat: BaseChatModel | None = chat
        self._server: Any = None
        self._client: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening = threading.Lock()
        self._slots = threading.BoundedSemaphore(limits.parallel)

    @property
    def in_process(self) -> bool:
        """Whether it is a file that this process serves to itself."""
        return self._choice is not None and self._choice.path is not None

    @classmethod
    def from_settings(cls, settings: Settings) -> ChatModel | None:
        """The model that was set, not opened yet; None where none is.

        Raises:
            SettingsError: the setting cannot be read.
        """
        choice = read_choice(settings)
        return cls(choice.label, host=choice.host, limits=limits_of(settings), choice=choice) if choice else None

    def open(self) -> None:
        """Load or connect what can be loaded before the first question.

        Raises:
            ModelError: a package, a key or a file is missing or broken.
        """
        with self._opening:
            if self._chat is None and self._choice is not None:
                self._chat = self._make(self._choice)
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, daemon=True, name="chat-model").start()

    def close(self) -> None:
        """End the event loop and a model served in this process."""
        with self._opening:
            loop, self._loop, self._server = self._loop, None, None
            if loop is not None:
                with suppress(Exception):
                    asyncio.run_coroutine_threadsafe(self._close_client(), loop).result(timeout=5)
                loop.call_soon_threadsafe(loop.stop)
                while loop.is_running():
                    time.sleep(0.01)
                loop.close()
            if self._choice is not None:
                self._chat = None

    async def _close_client(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:  # those that close a connection come to their end by themselves
            _, late = await asyncio.wait(others, timeout=1)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_asyncgens()
        if self._client is not None:
            await self._client.aclose()
        await asyncio.sleep(0.05)  # closed connections leave the loop a moment later

    def stream(self, messages: Messages) -> Iterator[str]:
        """The model's text as it comes; "" every quarter of a second while nothing comes. Close it to stop.

        Args:
            messages: pairs of a role (system, human, ai) and its text; what never changes stands first.

        Raises:
            ChatModelError: the model did not answer to the end; what came before was yielded.
        """
        began = time.monotonic()
        while not self._slots.acquire(timeout=TICK_S):
            if time.monotonic() - began > self.limits.silence_s:
                raise ChatModelError(f"{self.label} is busy with other answers.", reason="busy")
            yield ""
        try:
            yield from self._stream(messages)
        finally:
            self._slots.release()

    def _stream(self, messages: Messages) -> Iterator[str]:
        try:
            self.open()
        except ChatModelError:
            raise
        except ModelError as error:
            raise ChatModelError(str(error), reason="not_set_up") from error
        began = time.monotonic()
        assert self._loop is not None  # opened above
        pieces: queue.Queue[str | BaseException | None] = queue.Queue()
        stopped = threading.Event()
        running = asyncio.run_coroutine_threadsafe(self._pump(messages, pieces, stopped), self._loop)
        try:
            while True:
                try:
                    piece = pieces.get(timeout=TICK_S)
                except queue.Empty:
                    if time.monotonic() - began > self.limits.total_s + self.limits.silence_s:
                        raise ChatModelError(f"{self.label} took too long.", reason="timeout") from None
                    yield ""
                    continue
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            stopped.set()
            _cancel(running)

    async def _pump(
        self, messages: Messages, pieces: queue.Queue[str | BaseException | None], stopped: threading.Event
    ) -> None:
        """Read the model into the queue, then None or what went wrong.

        Time and `stopped` are looked at after each chunk, too: in a flood of words, Python 3.11 loses cancellations.
        """
        came, began = False, time.monotonic()
        try:
            async with asyncio.timeout(self.limits.total_s), aclosing(self._chunks(messages)) as chunks:
                ended = False
                async for chunk in chunks:
                    came = came or bool(chunk.text)
                    if chunk.text:
                        pieces.put(chunk.text)
                    ended = ended or has_ended(chunk.response_metadata)
                    if stopped.is_set():
                        return
                    if time.monotonic() - began > self.limits.total_s:
                        raise TimeoutError
            if not ended:
                raise ChatModelError(f"{self.label} broke off.", reason="broke_off" if came else "empty")
            pieces.put(None)
        except asyncio.CancelledError:
            raise
        except ChatModelError as error:
            pieces.put(error)
        except Exception as error:  # noqa: BLE001 - the edge to vendors' code, each with errors of its own
            pieces.put(explain(error, label=self.label, came=came))

    async def _chunks(self, messages: Messages) -> AsyncGenerator[Any, None]:
        """The chunks of one answer. A start that fails for a passing reason is tried again, later each time."""
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

        assert self._chat is not None  # opened in `_stream`
        tries = AsyncRetrying(
            stop=stop_after_attempt(self.limits.retries + 1),
            wait=wait_exponential_jitter(multiplier=FIRST_PAUSE_S, max=8, jitter=FIRST_PAUSE_S / 2),
            retry=retry_if_exception(is_passing),
            reraise=True,
        )
        stream: Any = None
        first: Any = None
        async for attempt in tries:
            with attempt:
                stream = aiter(self._chat.astream(list(messages)))
                async with asyncio.timeout(self.limits.silence_s):
                    first = await anext(stream, None)
        async with aclosing(stream):
            while first is not None:
                yield first
                async with asyncio.timeout(self.limits.silence_s):
                    first = await anext(stream, None)

    def _make(self, choice: ModelChoice) -> BaseChatModel:
        """The LangChain model of a choice. Keys come from the provider's own variables."""
        address, key = choice.base_url, key_of(choice)
        if choice.path is not None:
            from sci_assistant.gguf import serve_gguf

            threads = self.limits.threads or max(1, min(os.cpu_count() or 1, 8))
            served = serve_gguf(choice.path, parallel=self.limits.parallel, threads=threads)
            self._server, address, key = served.server, served.base_url, served.key
        if choice.provider in ("openai", "gguf"):
            self._client = _make_client(local=choice.host is None)
        return _init(choice, address or "", key, self.limits, self._client)


def _make_client(*, local: bool) -> Any:
    """An HTTP client that goes where it is told: no proxy before this machine's own servers, no redirect elsewhere."""
    import httpx

    return httpx.AsyncClient(trust_env=not local, follow_redirects=False, timeout=httpx.Timeout(None, connect=10))


def _init(choice: ModelChoice, address: str, key: str, limits: Limits, client: Any) -> BaseChatModel:
    """Call LangChain's factory, with what each provider calls the same things."""
    provider = "openai" if choice.provider == "gguf" else choice.provider
    options: dict[str, Any] = {"base_url": address}
    if provider == "openai":
        options |= {"api_key": key, "http_async_client": client, "max_retries": 0, "max_tokens": limits.max_tokens}
        options["stream_chunk_timeout"] = None  # silence is timed here, with the operator's limit
    elif provider == "ollama":
        kept = {"trust_env": choice.host is not None, "follow_redirects": False}
        options |= {"num_predict": limits.max_tokens, "num_ctx": 4096, "reasoning": False, "async_client_kwargs": kept}
    else:
        options |= {"api_key": key, "max_retries": 0, "max_tokens": limits.max_tokens}
    if address not in HOMES.values():
        options["temperature"] = 0  # some hosted models take no other value than their own
    try:
        from langchain.chat_models import init_chat_model

        made: BaseChatModel = init_chat_model(choice.name, model_provider=provider, **options)
    except ImportError as error:
        raise ModelError(
            f"{choice.label} needs a package that is not installed ({error}). "
            f"Run: pip install 'sci-assistant[llm]' langchain-{provider}"
        ) from error
    except (ValueError, TypeError) as error:
        raise ModelError(f"{choice.label} cannot be set up: {error}") from error
    return made


def _cancel(running: Future[None]) -> None:
    """Cancel a stream and wait until its connection is closed, a second at most."""
    running.cancel()
    with suppress(Exception, asyncio.CancelledError):
        running.result(timeout=1)
