"""Keyboard, screen reader, sizes and contrast: axe-core and our own stricter measures, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .conftest import Site, ask, open_page

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
SIZES = {"wide": (1280, 900), "phone": (360, 740)}
CONTROLS = "a[href], button, input, textarea, select, summary, [role=button], [tabindex='0']"
MEASURE = """controls => controls.filter(c => c.checkVisibility({visibilityProperty: true})).map(c => {
    const box = c.getBoundingClientRect();
    const label = c.labels?.length ? c.labels[0].innerText : c.innerText;
    return {name: (c.getAttribute('aria-label') || label).trim(), visible: c.innerText.trim(),
            width: box.width, height: box.height};
})"""


@pytest.fixture(params=[(scheme, size) for scheme in ("light", "dark") for size in SIZES], ids="-".join)
def full_page(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    """An answer, a notice and a refusal in the conversation, in each theme and size."""
    scheme, size = request.param
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = open_page(context, site.url)
    ask(page, "What are the signs of AD?")
    ask(page, "my headake is pounding", number=2)
    ask(page, "Which wheelchair?", number=3)
    page.get_by_role("button", name="Yes, answer 1 was helpful").click()
    page.locator("#message-1 summary").first.click()
    yield page
    context.close()


def violations(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def controls(page: Page) -> list[dict[str, Any]]:
    measured: list[dict[str, Any]] = page.eval_on_selector_all(CONTROLS, MEASURE)
    return measured


def test_axe_finds_no_violation_with_answers_and_an_open_reader(full_page: Page) -> None:
    assert violations(full_page) == []
    full_page.get_by_role("button", name="Answer 1, source 2,").click()
    expect(full_page.locator("#quote")).to_be_focused()
    assert violations(full_page) == []


def test_axe_finds_no_violation_at_the_start_while_waiting_and_on_an_article_page(page: Page, site: Site) -> None:
    assert violations(page) == []
    page.get_by_label("Your question").fill("a slow one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Stop").click()
    page.goto(f"{site.url}articles/autonomic-dysreflexia?start=0&end=30")
    assert violations(page) == []


def test_every_control_is_large_enough_and_has_a_name_of_its_own(full_page: Page) -> None:
    full_page.get_by_role("button", name="Answer 1, source 1,").click()
    expect(full_page.locator("#quote")).to_be_focused()
    measured = controls(full_page)
    assert len(measured) > 20
    assert [c for c in measured if c["width"] < 43.9 or c["height"] < 43.9] == []
    names = [control["name"] for control in measured]
    assert "" not in names
    assert sorted(names) == sorted(set(names))


def test_every_name_holds_the_words_that_are_seen(full_page: Page) -> None:
    for control in controls(full_page):
        seen = control["visible"].strip("[]").lower()
        assert seen in control["name"].lower()


@pytest.mark.parametrize("width", [360, 640, 320])
def test_nothing_scrolls_sideways_on_a_phone_or_at_200_percent(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 600})
    ask(page, "my headake is pounding")
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(overflow) <= 0
    page.get_by_role("button", name="Answer 1, source 1,").click()
    expect(page.locator("#quote")).to_be_focused()
    assert page.evaluate(overflow) <= 0
    assert page.evaluate("(r => r.scrollWidth - r.clientWidth)(document.querySelector('#reader'))") <= 0


def test_an_answer_is_announced_once_and_the_focus_stays_in_the_field(page: Page) -> None:
    page.evaluate("""() => {
        window.said = [];
        const note = () => document.querySelectorAll('[aria-live], [role=status], [role=alert], [role=log]')
            .forEach(live => { const words = live.textContent.trim();
                if (words && live.said !== words) window.said.push(words); live.said = words; });
        note(); window.said = [];
        new MutationObserver(note).observe(document.body, {childList: true, subtree: true, characterData: true});
    }""")
    ask(page, "pause, then the signs of AD")
    page.wait_for_timeout(600)
    said = page.evaluate("window.said")
    assert len(said) == 1
    assert said[0].startswith("Answer ready: Autonomic dysreflexia (AD) is a sudden rise")
    assert said[0].endswith("3 sources.")
    expect(page.get_by_label("Your question")).to_be_focused()
    ask(page, "my headake is pounding", number=2)
    page.wait_for_timeout(600)
    assert len(page.evaluate("window.said")) == 3  # the notice, and one announcement; nothing old again


def test_the_whole_walk_works_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the question field")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the question field")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type("What are the signs of AD?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#message-1[data-state=done]")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if "Answer 1, source 2" in page.evaluate("document.activeElement.getAttribute('aria-label') || ''"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#quote")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Close article")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Answer 1, source 2,")).to_be_focused()


def test_what_is_open_in_an_earlier_answer_stays_open_when_the_next_one_comes(page: Page) -> None:
    ask(page, "What are the signs of AD?")
    page.locator("#message-1 summary").first.click()
    ask(page, "And in children?", number=2)
    assert page.locator("#message-1 details").first.get_attribute("open") is not None


def test_a_focused_control_is_not_hidden_behind_the_question_field(page: Page) -> None:
    ask(page, "my headake is pounding")
    page.get_by_label("Your question").focus()
    for _ in range(25):
        page.keyboard.press("Shift+Tab")
        hidden = page.evaluate("""() => { const a = document.activeElement; if (a === document.body) return false;
            const box = a.getBoundingClientRect(), bar = document.querySelector('#composer');
            return !bar.contains(a) && box.bottom > bar.getBoundingClientRect().top + 1; }""")
        assert not hidden, page.evaluate("document.activeElement.outerHTML")


LONG = "He is well, eats well and sleeps well. " * 8


@pytest.mark.parametrize("size", SIZES)
def test_a_notice_is_in_view_after_a_long_message_which_is_folded(page: Page, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    ask(page, f"{LONG} But now a headache.")
    expect(page.locator("#message-1 .notice h3")).to_be_in_viewport(ratio=1)
    expect(page.locator("#message-1 .notice .phones a").first).to_be_in_viewport(ratio=1)
    words = page.locator("#message-1 .asked p")
    folded = words.evaluate("p => p.clientHeight")
    unfold = page.get_by_role("button", name="Show all of question 1")
    unfold.click()
    expect(unfold).to_have_attribute("aria-expanded", "true")
    assert words.evaluate("p => p.clientHeight") > folded
    assert words.text_content() == f"{LONG} But now a headache."


def test_from_the_field_a_call_is_one_key_back_and_the_notice_two(page: Page) -> None:
    ask(page, "my headake is pounding")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    call = page.get_by_role("link", name="Call 911 (emergency services (US, Canada)), above the question field")
    expect(call).to_be_focused()
    expect(call).to_have_attribute("href", "tel:911")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Numbers and steps")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#message-1 .phones a").first).to_be_focused()
    expect(page.locator("#message-1 .notice h3")).to_be_in_viewport()
    ask(page, "What are the signs of AD?", number=2)
    expect(page.get_by_role("button", name="Numbers and steps")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "zone", "first"),
    [("en-US", "America/Denver", "911"), ("en-IE", "Europe/Dublin", "112"), ("en-US", "Europe/Berlin", "911")],
)
def test_the_readers_own_number_comes_first_and_all_stay(
    browser: Browser, site: Site, locale: str, zone: str, first: str
) -> None:
    context = browser.new_context(locale=locale, timezone_id=zone)
    page = open_page(context, site.url)
    ask(page, "my headake is pounding")
    shown = page.locator("#message-1 .phones a").evaluate_all(
        "all => all.map(one => one.getAttribute('href').slice(4))"
    )
    assert shown[0] == first
    assert sorted(shown) == ["112", "911"]
    context.close()


def test_what_bears_on_safety_is_said_before_the_answer(page: Page) -> None:
    ask(page, "my headake is pounding")
    expect(page.locator("#alarm")).to_have_text(
        "Emergency. A pounding headache with sweating can be autonomic dysreflexia, which can be life-threatening. "
        "Call 911 (or 112)."
    )
    expect(page.locator("#announcer")).to_contain_text("Answer ready:")
    said = page.locator("#announcer").inner_text()
    parts = [
        "Your care team decides",
        "Searched for: headache (you wrote headake).",
        "Understood as: What does a pounding headache mean? ",
        "The articles do not answer this part: what a new wheelchair costs.",
        "Answer ready: Autonomic dysreflexia (AD) is a sudden rise",
    ]
    places = [said.index(part) for part in parts]
    assert places == sorted(places)
