"""What a person does in the browser chat, in a real Chromium."""

from __future__ import annotations

import json
import re

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sci_assistant_ui.app import create_app

from sci_assistant.settings import DISCLAIMER, Settings

from .conftest import Site, ask, open_page, serve_in_thread
from .fake import ARTICLES, AUTHORSHIP, PAYLOAD, FakeAssistant

pytestmark = pytest.mark.browser


def clear_surely(page: Page) -> None:
    """Clear the conversation and say yes, later than a trembling hand presses twice."""
    page.get_by_role("button", name="Clear conversation").click()
    page.wait_for_timeout(750)
    page.get_by_role("button", name="Yes, clear it").click()


def test_the_page_says_what_it_is_who_wrote_the_articles_and_the_disclaimer(page: Page) -> None:
    head = page.locator("#masthead")
    for words in (
        f"copied word for word from {len(ARTICLES)} articles",
        AUTHORSHIP,
        DISCLAIMER,
        "1 edited since it was indexed.",
    ):
        expect(head).to_contain_text(words)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_question_gets_a_cited_answer_with_its_sources(page: Page) -> None:
    ask(page, "What are the signs of AD?")
    message = page.locator("#message-1")
    expect(message.get_by_role("heading", name="Answer 1", exact=True)).to_be_visible()
    expect(message.get_by_role("listitem").filter(has_text="stuffy nose").first).to_be_visible()
    expect(message.get_by_role("button", name="Answer 1, source 2, Autonomic dysreflexia (AD)")).to_be_visible()
    sources = message.get_by_role("region", name="Sources of answer 1")
    expect(sources.get_by_text("Not yet reviewed by a clinician")).to_have_count(3)
    expect(sources.get_by_role("link", name="Publisher’s page").first).to_have_attribute(
        "href", "https://publisher.example/ad"
    )
    expect(message).to_contain_text(DISCLAIMER)
    expect(message).to_contain_text(AUTHORSHIP)


def test_starter_questions_ask_and_then_vanish(page: Page) -> None:
    starter = page.get_by_role("button", name="What are the signs of autonomic dysreflexia?")
    starter.click()
    page.wait_for_selector("#message-1[data-state=done]")
    expect(page.locator("#message-1 .asked p")).to_have_text("What are the signs of autonomic dysreflexia?")
    expect(starter).to_be_hidden()
    expect(page.get_by_label("Your question")).to_be_focused()


def test_follow_ups_carry_the_earlier_questions_as_typed(page: Page, site: Site) -> None:
    ask(page, "What is AD? ")
    ask(page, "How is it treated?", number=2)
    assert site.assistant.turns[-1].history == ("What is AD? ",)


def test_enter_sends_and_shift_enter_makes_a_new_line(page: Page) -> None:
    field = page.get_by_label("Your question")
    field.press_sequentially("one")
    field.press("Shift+Enter")
    field.press_sequentially("two")
    expect(field).to_have_value("one\ntwo")
    expect(page.locator(".message")).to_have_count(0)
    field.press("Enter")
    page.wait_for_selector("#message-1[data-state=done]")
    expect(field).to_have_value("")
    expect(field).to_be_focused()


def test_the_question_shows_at_once_and_stop_ends_the_wait(page: Page, site: Site) -> None:
    field = page.get_by_label("Your question")
    field.fill("a slow question")
    field.press("Enter")
    waiting = page.locator("#message-1")
    expect(waiting).to_contain_text("a slow question")
    expect(waiting).to_contain_text("Searching 2 articles")
    expect(waiting).to_have_attribute("aria-busy", "true")
    field.fill("second")
    page.get_by_role("button", name="Stop").click()
    expect(waiting).to_contain_text("You stopped this answer.")
    expect(field).to_have_value("second")
    expect(field).to_be_focused()
    field.press("Enter")
    page.wait_for_selector("#message-2[data-state=done]")
    site.assistant.release.set()
    page.wait_for_timeout(500)
    site.assistant.release.clear()
    ask(page, "third", number=3)
    assert site.assistant.turns[-1].history == ("a slow question", "second")
    expect(waiting).to_contain_text("You stopped this answer.")


def test_a_double_press_and_a_held_key_send_one_question(page: Page, site: Site) -> None:
    before = len(site.assistant.turns)
    page.get_by_label("Your question").fill("once only")
    page.get_by_role("button", name="Send").dblclick()
    page.wait_for_selector("#message-1[data-state=done]")
    page.wait_for_timeout(800)
    page.get_by_label("Your question").fill("held")
    page.keyboard.down("Enter")
    page.keyboard.down("Enter")
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.wait_for_selector("#message-2[data-state=done]")
    page.wait_for_timeout(300)
    assert [turn.question for turn in site.assistant.turns[before:]] == ["once only", "held"]
    expect(page.locator("#hint")).to_have_text("")


def test_clear_ends_the_conversation_and_its_history(page: Page, site: Site) -> None:
    ask(page, "What is AD?")
    clear_surely(page)
    expect(page.locator(".message")).to_have_count(0)
    expect(page.get_by_role("button", name="How can I prevent pressure sores?")).to_be_visible()
    ask(page, "And now?")
    assert site.assistant.turns[-1].history == ()


def test_a_slip_does_not_clear_and_the_way_out_works_by_keyboard(page: Page) -> None:
    ask(page, "What is AD?")
    page.get_by_role("button", name="Clear conversation").dblclick()
    expect(page.get_by_role("group", name="Clear the whole conversation?")).to_be_visible()
    expect(page.locator(".message")).to_have_count(1)
    page.locator("#sure-words").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="No, keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".message")).to_have_count(1)
    expect(page.get_by_role("button", name="Clear conversation")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="No, keep it")).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_timeout(750)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".message")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_be_focused()
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.locator(".message")).to_have_count(0)  # what was cleared is not kept for a reload


def test_a_draft_survives_a_reload_in_its_own_tab_only(page: Page, context: BrowserContext, site: Site) -> None:
    page.get_by_label("Your question").press_sequentially("half a ques")
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.get_by_label("Your question")).to_have_value("half a ques")
    ask(page, "half a question")
    page.reload()
    page.wait_for_selector("body.ready")
    expect(page.get_by_label("Your question")).to_have_value("")
    page.get_by_label("Your question").press_sequentially("mine")
    expect(open_page(context, site.url).get_by_label("Your question")).to_have_value("")


def test_two_sessions_do_not_see_each_other(browser: Browser, page: Page, site: Site) -> None:
    other_context = browser.new_context()
    other = open_page(other_context, site.url)
    ask(page, "mine alone")
    ask(other, "theirs alone")
    assert site.assistant.turns[-1].history == ()
    expect(other.locator(".message")).to_have_count(1)
    expect(page.locator("body")).not_to_contain_text("theirs alone")
    other_context.close()


def test_an_empty_question_gets_a_word(page: Page) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Type or dictate a question first.")).to_be_visible()
    ask(page, "What is AD?")
    expect(page.get_by_text("Type or dictate a question first.")).to_be_hidden()


def test_a_question_that_is_too_long_stays_in_the_field(page: Page) -> None:
    ask(page, "word " * 100)
    expect(page.get_by_label("Your question")).to_have_value("word " * 100)


def test_a_broken_part_gives_an_answer_with_the_disclaimer_and_no_toast(page: Page) -> None:
    ask(page, "a broken part")
    message = page.locator("#message-1")
    expect(message).to_contain_text("Something went wrong on this side")
    expect(message).to_contain_text(DISCLAIMER)
    expect(page.locator("[data-testid=toast-body]")).to_have_count(0)
    ask(page, "What is AD?", number=2)


def test_a_notice_stands_first_with_numbers_to_call(page: Page) -> None:
    ask(page, "my headake is pounding")
    notice = page.locator("#message-1").get_by_role("region", name=re.compile("Emergency ?, notice 1"))
    expect(notice).to_contain_text("life-threatening")
    expect(notice.get_by_role("link", name=re.compile("Call .*911"))).to_have_attribute("href", "tel:911")
    text = page.locator("#message-1").inner_text()
    assert text.index("life-threatening") < text.index("Answer 1") < text.index("Searched for: headache")
    assert "Understood as: What does a pounding headache mean?" in text
    assert "what a new wheelchair costs" in text


def test_a_refusal_offers_related_articles_that_open_in_the_reader(page: Page) -> None:
    ask(page, "Which wheelchair?")
    expect(page.locator("#message-1")).to_contain_text("looked through 2 articles")
    expect(page.locator("#message-1 .sources")).to_have_count(0)
    page.get_by_role("button", name="Pressure injuries (pressure sores), related reading 1").click()
    expect(page.locator("#article-title")).to_have_text("Pressure injuries (pressure sores)")


def test_copy_takes_the_answer_with_its_sources(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "What are the signs of AD?")
    page.get_by_role("button", name="Copy answer 1").click()
    expect(page.locator("#announcer")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[2] Autonomic dysreflexia (AD) › Signs to watch for" in copied
    assert DISCLAIMER in copied


def test_a_vote_is_kept_with_an_optional_word(page: Page, site: Site) -> None:
    ask(page, "What is AD?")
    page.get_by_role("button", name="No, answer 1 was not helpful").click()
    expect(page.locator("#message-1 .thanks")).to_have_text("Thank you. This was kept.")
    page.get_by_label("What was good or missing in answer 1?").fill("too long")
    with page.expect_response("**/feedback"):
        page.get_by_role("button", name="Send, word about answer 1").click()
    votes = [json.loads(line) for line in site.votes.read_text().splitlines()[-2:]]
    assert [vote["word"] for vote in votes] == ["", "too long"]
    assert {(vote["helpful"], vote["question"]) for vote in votes} == {(False, "What is AD?")}


def test_html_in_a_question_or_an_article_is_text_and_never_runs(page: Page) -> None:
    ask(page, PAYLOAD)
    expect(page.locator("#message-1 .asked p")).to_have_text(PAYLOAD)
    page.get_by_role("button", name="Answer 1, source 1,").click()
    expect(page.locator("#reader")).to_contain_text(PAYLOAD)
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#messages img, #messages script, #reader img, #reader script").count() == 0


def test_smuggled_script_would_not_run(page: Page) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.evaluate("document.querySelector('#messages').innerHTML = '<img src=x onerror=\"window.hacked=1\">'")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in text for text in refused)


def test_the_chat_works_below_a_path(context: BrowserContext) -> None:
    app = create_app(FakeAssistant(), Settings())
    outer = FastAPI(lifespan=lambda _: app.router.lifespan_context(app))
    outer.mount("/help/sci", app)
    for url in serve_in_thread(outer):
        page = open_page(context, f"{url}help/sci/")
        ask(page, "What are the signs of AD?")
        page.get_by_role("button", name="Answer 1, source 2,").click()
        expect(page.locator("#quote")).to_be_focused()
        page.close()


def test_nothing_is_asked_of_another_server(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(site.url)
    page.wait_for_selector("body.ready")
    ask(page, "What are the signs of AD?")
    page.get_by_role("button", name="Answer 1, source 2,").click()
    expect(page.locator("#quote")).to_be_visible()
    page.wait_for_timeout(500)
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith((site.url, "data:", "blob:"))] == []
    assert problems == []


def test_words_typed_right_after_sending_stay(page: Page) -> None:
    field = page.get_by_label("Your question")
    field.fill("What are the signs of AD?")
    field.press("Enter")
    page.keyboard.type("and what about sores")
    expect(page.locator("#message-1")).to_contain_text("What are the signs of AD?")
    expect(field).to_have_value("and what about sores")
