"""Written answers in a real Chromium: they grow sentence by sentence, are announced whole, can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect
from sci_assistant_ui.app import create_app

from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.triage import Triage
from sci_assistant.ask.write import Writer
from sci_assistant.chat_models import ChatModel, Limits
from sci_assistant.fake_model import FakeChatModel
from sci_assistant.settings import load_settings
from tests.ask.strict import StrictVerifier

from .conftest import ask, open_page, serve_in_thread
from .test_access import controls, violations

pytestmark = pytest.mark.browser

QUESTION = "Where does HO grow and when does it start?"
TRUE = "HO after SCI grows below the level of injury, mostly at the hips."
ALSO = "In HO, the body builds true bone inside muscle and the tissue near a joint."
FALSE = "HO is cancer."
SWITCH = "Written answers by fake:model (no question leaves this site)"


@pytest.fixture(autouse=True, scope="module")
def _patience() -> Iterator[None]:
    """A machine that is busy writes late; nothing here is about speed."""
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def model() -> FakeChatModel:
    return FakeChatModel(outputs=[f"{TRUE} {FALSE} {ALSO} HO can start later too."], pause_s=0.03)


@pytest.fixture(scope="module")
def url(ho_assistant: Assistant, model: FakeChatModel) -> Iterator[str]:
    settings = load_settings(answers_switch=True, model="openai:fake")
    chat = ChatModel("fake:model", host=None, limits=Limits(), chat=model)
    assistant = Assistant(ho_assistant.hybrid, Triage(), settings, writer=Writer(chat, StrictVerifier()))
    yield from serve_in_thread(create_app(assistant, settings))
    chat.close()


@pytest.fixture(params=[(1280, "light"), (360, "dark")], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, url: str, model: FakeChatModel) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 850}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(60_000)
    model.pause_s = 0.03
    yield open_page(context, url)
    context.close()


def _send(page: Page) -> None:
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")


def test_the_switch_has_a_name_a_size_and_works_by_keyboard(page: Page, model: FakeChatModel) -> None:
    switch = page.get_by_role("checkbox", name=SWITCH)
    expect(switch).not_to_be_checked()
    expect(page.locator("#masthead")).to_contain_text("fake:model")
    expect(page.locator("#masthead")).to_contain_text("no question leaves it")
    box = page.locator("#written label").bounding_box()
    assert box is not None
    assert box["height"] >= 43.9
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    asked = len(model.asked)
    ask(page, QUESTION)
    assert len(model.asked) == asked  # off: no model is asked
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_be_checked()
    assert violations(page) == []
    page.wait_for_timeout(800)  # the same words at once would be taken for a trembling hand
    ask(page, QUESTION, number=2)
    expect(page.locator("#message-2")).to_contain_text("Written by fake:model")


def test_checked_sentences_appear_as_they_pass_and_are_never_taken_back(page: Page, model: FakeChatModel) -> None:
    model.pause_s = 0.25
    page.get_by_role("checkbox", name=SWITCH).check()
    page.evaluate("""() => {
        window.said = []; window.seen = [];
        const line = document.querySelector('#announcer');
        new MutationObserver(() => { if (line.textContent) window.said.push(line.textContent); })
            .observe(line, {childList: true, characterData: true, subtree: true});
        new MutationObserver(() => {
            const words = document.querySelector('#message-1 .answer > p:not(.small):not(.growing)')?.textContent || '';
            if (words !== window.seen.at(-1)) window.seen.push(words);
        }).observe(document.querySelector('#messages'), {childList: true, characterData: true, subtree: true});
    }""")
    _send(page)
    message = page.locator("#message-1")
    expect(message).to_contain_text("Passages it is written from")
    expect(message).to_contain_text(TRUE)
    expect(message).to_have_attribute("aria-busy", "true")
    mark = page.get_by_role("button", name="Answer 1, source 1,").first
    mark.focus()
    page.wait_for_selector("#message-1[data-state=done]")
    expect(mark).to_be_focused()  # the message grew around it
    expect(message).to_contain_text(ALSO)
    expect(message).not_to_contain_text(FALSE)
    expect(message).to_contain_text("1 sentence was left out")
    expect(message).not_to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(300)
    said = page.evaluate("window.said")
    assert len(said) <= 2  # after a silence one word that it goes on, as the machine is slow
    assert said[-1].startswith(f"Answer ready: {TRUE}")
    assert all(word.startswith(("Sending", "Searching", "Writing")) for word in said[:-1])
    seen = [words for words in page.evaluate("window.seen") if words]
    assert len(seen) >= 2
    assert all(later.startswith(earlier.rstrip()) for earlier, later in pairwise(seen))
    assert violations(page) == []
    names = [control["name"] for control in controls(page)]
    assert "" not in names
    assert len(names) == len(set(names))


def test_stop_keeps_what_was_checked_and_stops_the_model(page: Page, model: FakeChatModel) -> None:
    model.pause_s = 0.25
    page.get_by_role("checkbox", name=SWITCH).check()
    _send(page)
    message = page.locator("#message-1")
    expect(message).to_contain_text(TRUE)
    page.get_by_role("button", name="Stop").click()
    expect(message).to_contain_text("You stopped this answer.")
    expect(message).to_contain_text(TRUE)
    model.pause_s = 0.01
    ask(page, QUESTION, number=2)  # the model's one slot is free again
    expect(page.locator("#message-2")).to_contain_text(ALSO)
    expect(message).not_to_contain_text(ALSO)
