"""Hostile and odd input does no harm: injections, markup, paths, queries, broken Unicode, endless texts."""

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from sci_assistant import render, render_html
from sci_assistant.ask import prompts
from sci_assistant.types import Turn

FILE = Path(__file__).parents[1] / "eval" / "questions" / "safety" / "hostile.yaml"
CASES = {case["id"]: case for case in yaml.safe_load(FILE.read_text(encoding="utf-8"))}
TAGS = {
    "article", "div", "h3", "h4", "span", "p", "ul", "ol", "li", "a", "button", "section", "strong", "details",
    "summary", "blockquote", "footer",
}  # fmt: skip
ADDRESS = re.compile(r"https?://|tel:[\d+*#]+$")
WORDS = "information, not medical advice"


class _Page(HTMLParser):
    """What a browser would make of the markup."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.live: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.live += [(k, v) for k, v in attrs if k.startswith("on") or k in ("src", "style", "srcdoc", "action")]
        self.live += [(k, v) for k, v in attrs if k == "href" and not ADDRESS.match(v or "")]

    def handle_comment(self, data):
        self.live.append(("comment", data))


@pytest.fixture(scope="module", params=CASES, ids=str)
def asked(request, assistant):
    """A payload and its answer."""
    case = CASES[request.param]
    *history, question = case["turns"]
    return case, assistant.ask(Turn(question, tuple(history)))


def test_a_hostile_message_does_no_harm(asked, assistant):
    case, answer = asked
    own = [answer.text, *(s.text for s in answer.sentences), *(r.title for r in answer.related), answer.caution or ""]
    assert [text for text in case["must_not"] if any(text in each for each in own)] == []
    assert answer.error is None or answer.error.code == "question"
    assert (answer.status == "answered") == bool(answer.citations)
    for c in answer.citations:
        assert assistant.article(c.article).text[c.start : c.end] == c.quote
    assert answer.notice is not None or not case.get("notice")


def test_every_rendering_of_it_has_the_disclaimer_and_no_live_markup(asked):
    _, answer = asked
    page = _Page()
    html = render_html.to_html(answer, message=1)
    page.feed(html)
    page.close()
    assert page.tags <= TAGS
    assert page.live == []
    text, markdown, form = render.to_text(answer), render.to_markdown(answer), json.dumps(render.to_json(answer))
    assert all(WORDS in rendered.encode().decode() for rendered in (html, text, markdown, form))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert not re.search(r"(?<!\\)[\[<](?!https?://)", markdown)


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (Turn("spasticity " * 1900), "at most 4,000"),
        (Turn("x" * 20_000), "at most 4,000"),
        (Turn("how is it treated?", tuple(f"What is spasm {n}?" for n in range(1000))), prompts.LONG_TALK),
    ],
    ids=["20-kB-of-words", "20-kB-of-one-word", "1000-turns"],
)
def test_endless_input_ends_with_clear_words_within_a_second(assistant, turn, said):
    assistant.ask(Turn("What is spasticity?"))
    start = time.process_time()
    answer = assistant.ask(turn)
    assert time.process_time() - start < 1
    assert (answer.status, answer.error.code) == ("unavailable", "question")
    assert said in answer.text
    assert answer.disclaimer in render.to_text(answer)


def test_a_notice_is_raised_in_a_conversation_that_is_too_long(assistant):
    answer = assistant.ask(Turn("i can't breathe", ("What is spasticity?",) * 1000))
    assert answer.notice is not None
    assert answer.text == prompts.LONG_TALK


@pytest.mark.parametrize("question", ["What is \ud800 spasticity?", "\udfff", "spasticity \ud83d"])
def test_half_a_character_is_read_as_unknown(assistant, question):
    answer = assistant.ask(Turn(question, (question,)))
    assert answer.error is None or answer.error.code == "question"
    render_html.to_html(answer, message=1).encode()
    render.to_text(answer).encode()
