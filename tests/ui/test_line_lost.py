"""A bad line in a real Chromium: it breaks, it is slow, the page is loaded again. Nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from .conftest import Site, ask

pytestmark = pytest.mark.browser

QUESTION = "What are the signs of AD?"


class LetGo(Protocol):
    """Lets requests go that were held back."""

    def __call__(self, *, newest: bool = False) -> None: ...


@contextmanager
def held_back(page: Page, address: str) -> Iterator[LetGo]:
    """Requests to an address wait until the function that is given is called, for all of them or for the newest."""
    waiting: list[Route] = []
    page.route(address, lambda route: waiting.append(route))  # a built-in method cannot be given

    def let_go(*, newest: bool = False) -> None:
        if newest:
            waiting.pop().continue_()
            return
        while waiting:
            waiting.pop(0).continue_()
        page.unroute(address)

    yield let_go
    let_go()


def test_after_a_lost_line_the_conversation_goes_on(page: Page, context: BrowserContext, site: Site) -> None:
    ask(page, QUESTION)
    field = page.get_by_label("Your question")
    context.set_offline(True)
    field.fill("my headache is pounding")
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_contain_text("The connection broke.")
    expect(page.locator("#hint")).to_contain_text("call your local emergency number")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()  # nothing is on its way
    context.set_offline(False)
    expect(page.locator("#hint")).to_contain_text("The connection is back. Press Send", timeout=15_000)
    expect(page.locator("#message-1 .sources")).to_be_visible()
    expect(field).to_have_value("my headache is pounding")
    expect(field).to_be_focused()
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector("#message-2[data-state=done]")
    expect(page.locator("#message-2 .notice")).to_be_visible()
    assert site.assistant.turns[-1].history == (QUESTION,)
    expect(page.locator("#message-1 .sources")).to_be_visible()
    expect(page.locator("#hint")).to_have_text("")


def test_a_reload_keeps_the_conversation_and_its_history(page: Page, site: Site) -> None:
    ask(page, "What is AD? ")
    ask(page, "How is it treated?", number=2)
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.locator("#message-2 .sources")).to_be_visible()
    ask(page, "And in children?", number=3)
    assert site.assistant.turns[-1].history == ("What is AD? ", "How is it treated?")
    ask(page, "And at night?", number=4)
    assert site.assistant.turns[-1].history == ("What is AD? ", "How is it treated?", "And in children?")
    page.get_by_role("button", name="Answer 1, source 2,").click()
    expect(page.locator("#quote")).to_be_focused()
    assert page.locator(".message").count() == 4


def test_a_question_that_a_reload_cut_off_says_so_and_keeps_its_notice(page: Page, site: Site) -> None:
    page.get_by_label("Your question").fill("a slow headache")
    page.keyboard.press("Enter")
    expect(page.locator("#message-1 .notice")).to_be_visible()
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.locator("#message-1")).to_contain_text("The connection broke before this was answered.")
    expect(page.locator("#message-1 .notice")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    site.assistant.release.set()
    page.wait_for_timeout(200)
    site.assistant.release.clear()


def test_on_a_slow_line_the_question_shows_at_once_with_stop(page: Page) -> None:
    said = "() => document.querySelector('#announcer').textContent"
    with held_back(page, "**/queue/join*") as let_go:
        page.get_by_label("Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator("#sending")).to_contain_text(QUESTION)
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        page.wait_for_timeout(1700)
        assert page.evaluate(said) == "Sending …"
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        page.keyboard.type(" And more?")
        page.keyboard.press("Enter")
        expect(page.locator("#hint")).to_contain_text("still on its way")
        let_go()
        page.wait_for_selector("#message-1[data-state=done]")
    expect(page.locator("#sending")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    expect(page.get_by_label("Your question")).to_have_value(" And more?")


def test_what_was_stopped_on_its_way_is_not_asked_when_it_arrives(page: Page, site: Site) -> None:
    before = len(site.assistant.turns)
    with held_back(page, "**/queue/join*") as let_go:
        page.get_by_label("Your question").fill("stopped early")
        page.keyboard.press("Enter")
        expect(page.locator("#sending")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#sending")).to_have_count(0)
        expect(page.get_by_role("button", name="Stop")).to_be_hidden()
        expect(page.get_by_label("Your question")).to_have_value("stopped early")
        let_go(newest=True)  # Stop overtakes the question
        page.wait_for_timeout(2000)
        let_go()
        page.wait_for_timeout(500)
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".message[data-state=done]").filter(has_text=QUESTION)).to_be_visible()
    assert [turn.question for turn in site.assistant.turns[before:]] == [QUESTION]


def test_a_refused_request_is_told_and_keeps_the_question(page: Page) -> None:
    page.route("**/queue/join*", lambda route: route.fulfill(status=429, json={"detail": "Too many requests."}))
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_contain_text("was not sent")
    expect(page.locator("#sending")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    page.unroute("**/queue/join*")
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector("#message-1[data-state=done]")
