"""The maintainers' page in a real Chromium over a real store: enter, check, publish, roll back; and who stays out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sci_assistant_eval.publish import AskOptions, BuildCheck
from sci_assistant_ui.app import create_app
from sci_assistant_ui.entry import TRIES, Entry
from sci_assistant_ui.maintenance import Job, Maintenance

from sci_assistant.gaps import GapCluster
from sci_assistant.ingest.diff import ArticleChange, SectionChange
from sci_assistant.ingest.findings import Finding
from sci_assistant.manifest import Manifest
from sci_assistant.models import ModelSpec
from sci_assistant.publication import AnswerChange, AnswerReport, Publication
from sci_assistant.settings import load_settings
from sci_assistant.store import Store
from sci_assistant.wire import make_assistant
from tests.conftest import Published

from .conftest import serve_in_thread
from .fake import FakeAssistant
from .test_access import SIZES, controls, violations

pytestmark = pytest.mark.browser
TOKEN = "a long enough password"
GAP = '{"week": "2026-W48", "question": "can I go scuba diving"}\n'
WAS, NOW = "A joint, most often a hip,", "A hip, or another joint,"


@dataclass(frozen=True)
class Served:
    url: str
    store: Store
    files: Published


@pytest.fixture
def served(published: Published, tmp_path: Path, embeddings) -> Iterator[Served]:
    (tmp_path / "gaps.jsonl").write_text(GAP * 2, encoding="utf-8")
    settings = load_settings(
        store=published.store, corpus=(published.corpus,), maintainer_token=TOKEN, gaps_file=tmp_path / "gaps.jsonl"
    )
    store = Store(published.store)
    maintenance = Maintenance(settings, store, embeddings, BuildCheck(settings, embeddings, AskOptions(sample=5)))
    assistant = make_assistant(settings, store=store, embeddings=embeddings)
    for url in serve_in_thread(create_app(assistant, settings, maintenance=maintenance)):
        yield Served(url, store, published)
    store.close()


def enter(page: Page, served: Served, token: str = TOKEN) -> None:
    page.goto(f"{served.url}maintain")
    page.get_by_label("Maintainers' password").fill(token)
    page.keyboard.press("Enter")


def press(page: Page, name: str) -> None:
    """Press a button by keyboard, and wait until the page offers the result."""
    page.get_by_role("button", name=name, exact=True).focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("finished", timeout=240_000)
    page.goto(page.url)


def test_an_edit_is_checked_published_and_rolled_back(context: BrowserContext, served: Served) -> None:
    page = context.new_page()
    enter(page, served)
    served.files.edit(WAS, NOW)
    press(page, "Check")
    main = page.get_by_role("main")
    expect(main).to_contain_text("It would be published. This was a dry run")
    expect(main).to_contain_text(f"now: {NOW}")
    expect(main).to_contain_text("Lists of questions that no longer fit")
    expect(main).to_contain_text("Answers that change")
    expect(main).to_contain_text("Asked 2 times: can I go scuba diving")
    before = served.store.current_name()
    press(page, "Publish")
    expect(main).to_contain_text("is live")
    after = served.store.current_name()
    assert after != before and NOW in served.store.live().articles["heterotopic-ossification"].text
    press(page, "Roll back")
    expect(main).to_contain_text(f"Rolled back: build {before} is live again")
    assert WAS in served.store.live().articles["heterotopic-ossification"].text
    served.files.edit("topics: [", "topics: [[")
    press(page, "Publish")
    expect(main).to_contain_text("Not published. What was live stays live.")
    expect(main).to_contain_text("To be mended first")
    assert served.store.current_name() == before


class _Finished:
    """A maintenance whose last publication found something of every kind, so that no model has to be asked."""

    def __init__(self) -> None:
        finding = Finding("error", "broken-link", "a.md", "'here' leads to 'b', which is no article.", "a", "Signs")
        old = replace(finding, severity="warning", rule="review-old", message="the review is 900 days old.")
        change = ArticleChange("a", "Article A", "changed", (SectionChange("Signs", "changed", (WAS,), (NOW,)),))
        changed = (AnswerChange("q", "What are the signs?", WAS, NOW),)
        answers = AnswerReport(10, 614, 40, changed, ("covered: fell",), 47, ("A note.",), 3.0)
        found = Publication("refused", ("1 gate did not hold:",), (change,), True, 3, (finding, old), answers)
        now = datetime.now(UTC)
        self.job = Job(1, "check", now, finished=now, publication=found)
        spec = ModelSpec("m", "r", "f", 384, 256)
        self.manifest = Manifest("b2", "2026-11-28", 3, "3", spec, ("/c",), (), 1, 1, (), ())

    def live(self) -> Manifest:
        return self.manifest

    def previous(self) -> str:
        return "b1"

    def pending(self) -> str:
        return "1 edited since it was indexed."

    def gaps(self) -> tuple[GapCluster, ...]:
        return (GapCluster(("scuba diving", "can I dive"), 2, "2026-W47", "2026-W48"),)


@pytest.fixture(scope="module")
def finished_site() -> Iterator[str]:
    settings = load_settings(maintainer_token=TOKEN)
    yield from serve_in_thread(create_app(FakeAssistant(), settings, maintenance=_Finished()))


@pytest.mark.parametrize(("scheme", "size"), [(scheme, size) for scheme in ("light", "dark") for size in SIZES])
def test_axe_finds_no_violation_and_every_control_is_large_enough(browser, finished_site, scheme, size) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{finished_site}maintain")
    assert violations(page) == []
    page.get_by_label("Maintainers' password").fill("wrong " + TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Maintainers' password").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Answers that change")).to_be_visible()
    assert page.get_by_role("mark").count() == 2
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert [c for c in controls(page) if c["width"] < 43.9 or c["height"] < 43.9 or not c["name"]] == []
    shots = os.environ.get("SCI_ASSISTANT_TEST_SHOTS")
    if shots:
        page.screenshot(path=f"{shots}/maintain-{scheme}-{width}.png", full_page=True)
    context.close()


def test_the_page_works_without_a_script_and_loads_nothing_from_outside(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    enter(page, served)
    page.get_by_role("button", name="Check", exact=True).click()
    for _ in range(120):
        if page.get_by_role("link", name="Show how far it is").count() == 0:
            break
        page.get_by_role("link", name="Show how far it is").click()
        page.wait_for_timeout(250)
    expect(page.get_by_role("main")).to_contain_text("Nothing changed: what is live is what the articles say.")
    assert all(url.startswith(served.url) for url in asked)
    page.get_by_role("button", name="Leave this page").click()
    expect(page.get_by_label("Maintainers' password")).to_be_visible()
    context.close()


def test_without_a_token_there_is_no_page() -> None:
    app = create_app(FakeAssistant(), load_settings(), maintenance=None)
    for url in serve_in_thread(app):
        assert httpx.get(f"{url}maintain").status_code == 404
        assert httpx.post(f"{url}maintain/enter", data={"token": ""}).status_code in (404, 405)


def test_nothing_is_done_without_a_session_or_with_a_form_from_elsewhere(served: Served) -> None:
    with httpx.Client(base_url=served.url) as client:
        assert client.post("/maintain/publish", data={"form": "x"}).status_code == 401
        assert client.get("/maintain/progress").status_code == 404
        entered = client.post("/maintain/enter", data={"token": TOKEN})
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie
        assert client.post("/maintain/publish", data={"form": "x"}).status_code == 403
        form = re.search(r'name="form" value="([^"]+)"', client.get("/maintain").text).group(1)
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert client.post("/maintain/publish", data={"form": form}, headers=headers).status_code == 403
        policy = client.get("/maintain").headers
        assert "script-src 'self'" in policy["content-security-policy"] and policy["cache-control"] == "no-store"


def test_who_guesses_has_to_wait_even_with_the_right_password(monkeypatch) -> None:
    entry, clock = Entry(TOKEN), [0.0]
    monkeypatch.setattr("sci_assistant_ui.entry.time.monotonic", lambda: clock[0])
    for _ in range(TRIES):
        assert entry.enter("wrong", "2001:db8::1") is None
    assert entry.enter(TOKEN, "2001:db8::2") is None  # of the same network
    assert entry.enter(TOKEN, "192.0.2.1") is not None
    clock[0] = 61.0
    assert entry.enter("wrong", "2001:db8::1") is None
    clock[0] = 61.0 + 61.0
    assert entry.enter(TOKEN, "2001:db8::1") is None  # twice as long
    clock[0] = 61.0 + 121.0
    name = entry.enter(TOKEN, "2001:db8::1")
    assert entry.session(name) is not None
    clock[0] += 9 * 3600.0
    assert entry.session(name) is None
