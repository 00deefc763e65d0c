"""The article reader: beside the conversation, over it on a phone, and as a page of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site, ask
from .fake import ARTICLES, BODY, cite

pytestmark = pytest.mark.browser


def test_a_citation_opens_the_article_at_its_highlighted_sentence(page: Page) -> None:
    ask(page, "What are the signs of AD?")
    page.get_by_role("button", name="Answer 1, source 2,").click()
    quote = page.locator("#quote")
    expect(quote).to_have_text(BODY[2][2])
    expect(quote).to_be_focused()
    expect(quote).to_be_in_viewport()
    assert page.locator("#reader mark").all_inner_texts() == [BODY[index][2] for index in range(2, 7)]
    expect(page.locator("#message-1")).to_be_visible()
    for words in ("Drafted with AI", "Not yet reviewed by a clinician", "Sources of this article", "MSKTC"):
        expect(page.locator("#reader")).to_contain_text(words)


def test_a_term_is_explained_by_click_or_key(page: Page) -> None:
    ask(page, "What are the signs of AD?")
    page.get_by_role("button", name="Answer 1, source 2,").click()
    meaning = page.locator("#reader").get_by_text("A sudden, dangerous rise in blood pressure.")
    expect(meaning).to_be_hidden()
    page.locator("#reader summary", has_text="Autonomic dysreflexia").focus()
    page.keyboard.press("Enter")
    expect(meaning).to_be_visible()
    page.locator("#reader summary", has_text="Autonomic dysreflexia").click()
    expect(meaning).to_be_hidden()


@pytest.mark.parametrize("close", ["button", "Escape", "back"])
def test_closing_gives_the_focus_back_to_the_mark(page: Page, close: str) -> None:
    ask(page, "What are the signs of AD?")
    mark = page.get_by_role("button", name="Answer 1, source 2,")
    mark.click()
    expect(page.locator("#quote")).to_be_focused()
    if close == "button":
        page.get_by_role("button", name="Close article").click()
    elif close == "Escape":
        page.keyboard.press("Escape")
    else:
        page.go_back()
    expect(page.locator("#reader")).to_be_hidden()
    expect(mark).to_be_focused()
    expect(page.locator("#message-1")).to_be_visible()
    ask(page, "And more?", number=2)


def test_on_a_phone_the_reader_is_a_dialog_over_the_whole_screen(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    ask(page, "What are the signs of AD?")
    mark = page.get_by_role("button", name="Answer 1, source 2,")
    mark.click()
    expect(page.locator("#quote")).to_be_focused()
    box = page.locator("#reader").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (360, 740)
    assert page.evaluate("document.querySelector('#reader').matches(':modal')")
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()


def test_a_link_to_another_article_opens_in_the_reader_and_leads_back(page: Page) -> None:
    ask(page, "What are the signs of AD?")
    page.get_by_role("button", name="Answer 1, source 1,").click()
    page.locator("#reader").get_by_role("link", name="pressure injury").click()
    expect(page.locator("#article-title")).to_have_text("Pressure injuries (pressure sores)")
    page.get_by_role("button", name="Previous article").click()
    expect(page.locator("#article-title")).to_have_text("Autonomic dysreflexia (AD)")
    expect(page.get_by_role("button", name="Previous article")).to_be_hidden()


def test_an_article_is_a_readable_page_of_its_own(page: Page, site: Site) -> None:
    citation = cite(1, "autonomic-dysreflexia", BODY[8][2])
    address = f"{site.url}articles/autonomic-dysreflexia?start={citation.start}&end={citation.end}"
    assert page.goto(address).status == 200  # type: ignore[union-attr]  # a page was loaded
    expect(page.get_by_role("heading", level=1)).to_have_text(ARTICLES["autonomic-dysreflexia"].title)
    expect(page.locator("#quote")).to_have_text(citation.quote)
    page.get_by_role("link", name="pressure injury").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pressure injuries (pressure sores)")
    page.get_by_role("link", name="Ask a question").click()
    expect(page.get_by_label("Your question")).to_be_visible()


def test_an_unknown_article_gets_a_clear_word(page: Page, site: Site) -> None:
    response = page.goto(f"{site.url}articles/%3Cb%3Eno-such?start=1&end=x")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("This article is not here")
    expect(page.locator("body")).to_contain_text("<b>no-such")
