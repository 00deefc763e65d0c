"""The main job through its real door: an extracted page, imported, indexed, and questioned in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import BrowserContext, Page, expect
from sci_assistant_ui.app import create_app

from sci_assistant.cli import main
from sci_assistant.settings import load_settings
from sci_assistant.store import Store
from sci_assistant.wire import bundled_corpus, make_assistant
from tests.conftest import ROOT, SEED

from .conftest import ask, open_page, serve_in_thread

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PUBLISHERS = [  # question, words of the answer; None where the one article does not answer
    ("How is HO diagnosed early?", "bone scan"),
    ("My leg is warm and swollen, is it a clot?", "clot"),
    ("Why wait with surgery?", "matur"),
    ("best wheelchair cushion", None),
]
OURS = [("How do I warm cold hands?", "lukewarm"), ("best wheelchair cushion", None)]


def _site(source: Path, folder: Path, embeddings: object) -> Iterator[str]:
    store = folder / "store"
    done = CliRunner().invoke(main, ["index", "--store", str(store), "--corpus", str(source)])
    assert done.exit_code == 0, done.output
    opened = Store(store)
    settings = load_settings(store=store)
    assistant = make_assistant(settings, store=opened, embeddings=embeddings)
    yield from serve_in_thread(create_app(assistant, settings))
    opened.close()


@pytest.fixture(params=["seed", "fixture", "our article"])
def asked(request, tmp_path, embeddings, context: BrowserContext) -> Iterator[tuple[Page, list]]:
    sources = {
        "seed": (SEED, PUBLISHERS),
        "fixture": (ROOT / "tests" / "fixtures" / "cold-push-rims.txt", OURS),
        "our article": (bundled_corpus() / "heterotopic-ossification.md", PUBLISHERS),
    }
    source, questions = sources[request.param]
    if not source.exists():
        pytest.skip("the publisher's article is not here; the fixture in its shape stands in")
    for url in _site(source, tmp_path, embeddings):
        yield open_page(context, url), questions


def test_questions_are_answered_from_the_article_and_refused_beyond_it(asked) -> None:
    page, questions = asked
    for number, (question, word) in enumerate(questions, start=1):
        ask(page, question, number=number)
        message = page.locator(f"#message-{number}")
        expect(message).to_contain_text("information, not medical advice")
        if word is None:
            expect(message).to_contain_text("do not answer this question")
            expect(message.locator(".sources")).to_have_count(0)
            continue
        expect(message).to_contain_text(word, ignore_case=True)
        mark = message.locator("button.mark").first
        mark.click()
        expect(page.locator("#quote")).to_be_in_viewport()
        page.get_by_role("button", name="Close article").click()
        expect(mark).to_be_focused()


@pytest.fixture
def bundled(bundled_store, embeddings, context: BrowserContext) -> Iterator[Page]:
    settings = load_settings(store=bundled_store)
    opened = Store(bundled_store)
    for url in serve_in_thread(create_app(make_assistant(settings, store=opened, embeddings=embeddings), settings)):
        yield open_page(context, url)
    opened.close()


@pytest.mark.parametrize("width", [390, 1200])
def test_an_emergency_notice_is_in_view_when_the_answer_has_come(bundled: Page, width: int) -> None:
    bundled.set_viewport_size({"width": width, "height": 844})
    ask(bundled, "pounding headache, sweating, my catheter is blocked, T5")
    expect(bundled.locator("#message-1 .notice h3")).to_be_in_viewport(ratio=1)
