"""A real Chromium against the real application with a fake assistant. Without Chromium these tests skip; where
SCI_ASSISTANT_REQUIRE_BROWSER is set, that skip is a failure."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sci_assistant_ui.app import create_app

from sci_assistant.settings import Settings

from .fake import FakeAssistant

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True)
class Site:
    """A served application: its address, what answers in it, and where votes go."""

    url: str
    assistant: FakeAssistant
    votes: Path


def find_chromium() -> str | None:
    named = os.environ.get("SCI_ASSISTANT_TEST_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        word = "no Chromium found: install it, or name it in SCI_ASSISTANT_TEST_CHROMIUM"
        if os.environ.get("SCI_ASSISTANT_REQUIRE_BROWSER") == "1":
            pytest.fail(word)
        pytest.skip(word)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


def serve_in_thread(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none", proxy_headers=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    server.force_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    votes = tmp_path_factory.mktemp("votes") / "votes.jsonl"
    assistant = FakeAssistant()
    settings = Settings(feedback_file=votes, max_question_chars=400)
    for url in serve_in_thread(create_app(assistant, settings, notice="1 edited since it was indexed.")):
        yield Site(url, assistant, votes)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    return open_page(context, site.url)


def open_page(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("body.ready")
    return page


def ask(page: Page, question: str, *, number: int = 1) -> None:
    """Type a question, press Enter, and wait for its answer."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#message-{number}[data-state=done]")
