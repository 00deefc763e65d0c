"""The real application over the one-article store, served on loopback by the real server."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from fastapi.testclient import TestClient
from sci_assistant_ui.app import create_app

from sci_assistant.settings import load_settings
from tests.ui.conftest import serve_in_thread
from tests.ui.fake import FakeAssistant


@pytest.fixture(scope="session")
def served(ho_assistant) -> Iterator[str]:
    """The address of a server with real answers."""
    yield from serve_in_thread(create_app(ho_assistant, load_settings(rate_limit="")))


@pytest.fixture
def fake() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def client_of(fake) -> Iterator[Callable[..., TestClient]]:
    """Makes a client of an application over the fake assistant, with these settings."""
    opened: list[TestClient] = []

    def make(address: str = "203.0.113.7", **settings: object) -> TestClient:
        app = create_app(fake, load_settings(**settings))
        client = TestClient(app, client=(address, 4711), raise_server_exceptions=False)
        opened.append(client.__enter__())
        return client

    yield make
    fake.release.set()
    for client in opened:
        client.__exit__(None, None, None)


T = TypeVar("T")
NARROW = {"parallel_answers": 1, "most_waiting": 1, "rate_limit": ""}


@pytest.fixture
def narrow():
    """An address where one question is answered at a time and one may wait, and its application."""
    assistant = FakeAssistant()
    app = create_app(assistant, load_settings(**NARROW))
    for url in serve_in_thread(app):
        yield url, app
        assistant.release.set()


@dataclass
class Chat:
    """A `sci-assistant chat` process."""

    process: subprocess.Popen[str]
    url: str
    lines: list[str]

    def stop(self, sig: int = signal.SIGTERM) -> int:
        self.process.send_signal(sig)
        return self.process.wait(timeout=60)


@pytest.fixture(scope="session")
def start_chat() -> Iterator[Callable[..., Chat]]:
    """Starts real chat processes and ends those that the tests left."""
    started: list[subprocess.Popen[str]] = []

    def start(store: Path, *options: str, **variables: str) -> Chat:
        command = [sys.executable, "-m", "sci_assistant.cli", "chat", "--no-browser", "--port", "0"]
        given = {f"SCI_ASSISTANT_{name.upper()}": value for name, value in variables.items()}
        process = subprocess.Popen(
            [*command, "--store", str(store), *options],
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        lines: list[str] = []
        threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True).start()
        found = wait_until(lambda: next((re.search(r"http://\S+", line) for line in lines if " is at " in line), None))
        assert found, lines
        return Chat(process, found.group(), lines)

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=10)
        process.stdout.close()


@pytest.fixture(scope="session")
def chat(start_chat, ho_store) -> Chat:
    """One chat process for all tests that need a real one; the last of them stops it."""
    return start_chat(ho_store, log_format="json", rate_limit="", drain_s="200")


def in_a_loop(coroutine: Coroutine[Any, Any, T], seconds: float = 240) -> T:
    """A coroutine's result, from a loop in a thread of its own: a browser test keeps one in the main thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(asyncio.wait_for(coroutine, seconds))).result()


def wait_until(look: Callable[[], object], seconds: float = 280) -> object:
    """What `look` gives as soon as it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    return None


def status_of(url: str) -> int:
    """The status of an address; 0 where nobody answers."""
    try:
        return httpx.get(url, timeout=30).status_code
    except httpx.HTTPError:
        return 0
