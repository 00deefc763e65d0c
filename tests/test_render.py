"""Every form of an answer: complete, with the disclaimer, and with no markup but ours."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from sci_assistant.ask.write import QUOTED, SAID
from sci_assistant.render import about_writing, groups, review_state, to_json, to_markdown, to_text
from sci_assistant.render_html import announcement, to_html
from sci_assistant.types import (
    Answer,
    AnswerError,
    AnswerSentence,
    Citation,
    Notice,
    Phone,
    Related,
    Removed,
)

DISCLAIMER = "Information, not medical advice."
AUTHORSHIP = "Drafted with AI; not reviewed by a clinician."
SIGNS = "The signs are:\nPain. It is sharp.\nHeat."
EVIL = "<script>alert(1)</script> [x](javascript:alert(1)) `<img src=x>` *a* \x1b[31m &amp; \"'"


def cite(number: int, quote: str, section: str = "Signs", **given: object) -> Citation:
    values: dict[str, object] = {"title": "Spasticity", "url": None, "reviewed": None} | given
    place = {"start": 10, "end": 10 + len(quote), "origin": "Drafted with AI"}
    return Citation(number=number, article="spasticity", section=section, quote=quote, **values, **place)  # type: ignore[arg-type]  # tests name the fields


LISTED = Answer(
    question="What are the signs?",
    status="answered",
    text="It is stiffness. [1]\nThe signs are: [2]",
    sentences=(
        AnswerSentence("It is stiffness.", "sentence", "", (1,)),
        AnswerSentence("The signs are:", "sentence", "Signs", (2,)),
        AnswerSentence("Pain.", "item", "Signs", (2,)),
        AnswerSentence("It is sharp.", "item", "Signs", (2,)),
        AnswerSentence("Heat.", "item", "Signs", (2,)),
        AnswerSentence("It is stiffness.", "sentence", "", (1,)),
    ),
    citations=(cite(1, "It is stiffness.", ""), cite(2, SIGNS, url="https://publisher.example/a?b=1&c=2")),
    disclaimer=DISCLAIMER,
    authorship=AUTHORSHIP,
)
BLANK = replace(LISTED, sentences=(), citations=())
REFUSED = replace(BLANK, status="not_covered", text="Not in 9 articles.", related=(Related("pain", "Pain"),))
FAILED = replace(
    BLANK, status="unavailable", text="No answer now.", error=AnswerError("store_empty", "Nothing is indexed.")
)
WARNED = replace(
    LISTED,
    notice=Notice("emergency", ("ad",), "Act now.", ("Sit up.",), (Phone("emergency services", "+1 (911)"),)),
    caution="Your care team decides.",
    corrected=(("sings", "signs"),),
    standalone_question="What are the signs of spasticity?",
    uncovered_parts=("the price",),
)
HOSTILE = replace(
    WARNED,
    question=EVIL,
    standalone_question=EVIL + "?",
    sentences=(AnswerSentence(EVIL, "item", EVIL, (1,)),),
    citations=(cite(1, EVIL, EVIL, title=EVIL, url="javascript:alert(1)"),),
    uncovered_parts=(EVIL,),
    caution=EVIL,
    notice=Notice("crisis", (), EVIL, (EVIL,), (Phone(EVIL, EVIL),)),
    related=(Related('"><script>', EVIL),),
)
ANSWERS = {"listed": LISTED, "refused": REFUSED, "failed": FAILED, "warned": WARNED, "hostile": HOSTILE}
every_answer = pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)


class Tags(HTMLParser):
    """The elements and attributes of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@every_answer
def test_the_disclaimer_and_authorship_are_in_every_rendering(answer: Answer) -> None:
    read_back = MarkdownIt().render(to_markdown(answer))
    for rendering in (to_text(answer), json.dumps(to_json(answer)), Tags(to_html(answer, message=1)).text, read_back):
        assert DISCLAIMER in rendering
        assert AUTHORSHIP in rendering


def test_json_has_exactly_the_promised_form() -> None:
    form = to_json(WARNED)
    assert set(form) == {
        *("id", "question", "standalone_question", "corrected", "status", "error", "notice", "caution", "reminder"),
        "text",
        *("sentences", "uncovered_parts", "citations", "related", "removed", "fallback", "disclaimer"),
        *("authorship", "mode", "model", "sent_to", "timings_ms"),
    }
    assert form["corrected"] == [["sings", "signs"]]
    assert form["notice"]["numbers"] == [{"label": "emergency services", "tel": "+1 (911)"}]
    assert set(form["notice"]) == {"kind", "rules", "text", "steps", "numbers"}
    assert set(form["citations"][1]) == {
        *("number", "article", "title", "section", "quote", "start", "end", "url", "origin", "reviewed"),
    }
    assert form["sentences"][1] == {
        "text": "The signs are:",
        "kind": "sentence",
        "section": "Signs",
        "citations": [2],
    }
    assert set(form["timings_ms"]) == {"triage", "condense", "retrieve", "answer", "verify", "total"}
    assert json.loads(json.dumps(form)) == form
    reviewed = replace(LISTED, citations=(cite(1, "x", reviewed=date(2026, 5, 3)),))
    assert to_json(reviewed)["citations"][0]["reviewed"] == "2026-05-03"
    assert to_json(FAILED)["error"] == {"code": "store_empty", "text": "Nothing is indexed."}


def test_sentences_of_one_list_item_are_one_item_and_marks_end_a_run() -> None:
    first, signs, last = groups(LISTED)
    assert [(shown.text, shown.item) for shown in signs.sentences] == [
        ("The signs are:", False),
        ("Pain. It is sharp.", True),
        ("Heat.", True),
    ]
    assert [[mark.number for mark in shown.marks] for shown in signs.sentences] == [[], [], [2]]
    assert signs.heading == "Spasticity › Signs"
    assert (first.sentences[0].marks[0].time, last.sentences[0].marks[0].time) == (1, 2)


def test_an_answer_from_one_section_has_no_heading() -> None:
    one = replace(LISTED, sentences=LISTED.sentences[1:5])
    assert [group.heading for group in groups(one)] == [""]


def test_text_puts_the_notice_first_and_lists_the_sources() -> None:
    text = to_text(WARNED)
    assert text.startswith("EMERGENCY\nAct now.\nCall +1 (911) (emergency services)\n1. Sit up.")
    assert "Searched for: signs (you wrote sings)" in text
    assert "Understood as: What are the signs of spasticity?" in text
    assert "[2] Spasticity › Signs" in text
    assert "Not yet reviewed by a clinician." in text
    assert "https://publisher.example/a?b=1&c=2" in text
    assert text.index("- the price") < text.index("It is stiffness. [1]") < text.index("Sources")


def test_a_failure_says_what_went_wrong() -> None:
    assert "Nothing is indexed." in to_text(FAILED)
    assert to_text(replace(FAILED, text="Nothing is indexed. Sorry.")).count("Nothing is indexed.") == 1


@pytest.mark.parametrize("rendering", [to_text, to_markdown, lambda answer: to_html(answer, message=1)])
def test_control_characters_are_dropped(rendering) -> None:
    assert "\x1b" not in rendering(HOSTILE)


def test_no_word_of_a_hostile_answer_becomes_html() -> None:
    page = Tags(to_html(HOSTILE, message=1, feedback=True))
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "img", "iframe", "style"})
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert not str(attributes.get("href", "")).lower().startswith("javascript")
    assert EVIL.replace("\x1b", "") in page.text


def test_no_word_of_a_hostile_answer_becomes_markdown() -> None:
    html = Tags(MarkdownIt("commonmark", {"html": True}).render(to_markdown(HOSTILE)))
    assert {tag for tag, _ in html.elements}.isdisjoint({"script", "img", "a", "code"})
    assert "<script>alert(1)</script>" in html.text


@every_answer
def test_html_controls_have_unique_speakable_names(answer: Answer) -> None:
    page = Tags(to_html(answer, message=3, feedback=True))
    names = [a.get("aria-label") for tag, a in page.elements if tag in ("button", "summary", "a")]
    assert None not in names
    assert len(names) == len(set(names))


def test_a_mark_names_its_source_and_opens_the_quote() -> None:
    marks = [a for tag, a in Tags(to_html(LISTED, message=2)).elements if a.get("class") == "mark"]
    assert [mark["aria-label"] for mark in marks] == [
        "Answer 2, source 1, Spasticity",
        "Answer 2, source 2, Spasticity",
        "Answer 2, source 1, Spasticity, mark 2",
    ]
    assert marks[1]["data-open"] == f"articles/spasticity?start=10&end={10 + len(SIGNS)}"


def test_a_number_can_be_dialled() -> None:
    links = [a for tag, a in Tags(to_html(WARNED, message=1)).elements if tag == "a"]
    assert links[0]["href"] == "tel:+1911"


def test_review_states() -> None:
    assert review_state(None, changed=False) == "Not yet reviewed by a clinician"
    assert review_state(date(2026, 5, 3), changed=False) == "Reviewed on 3 May 2026"
    assert review_state(date(2026, 5, 3), changed=True) == "Changed since its review on 3 May 2026"


def test_only_what_its_source_does_not_bear_out_is_said_to_be_left_out() -> None:
    removed = (Removed("Again.", SAID), Removed("Quoted below.", QUOTED), Removed("Untrue.", "another number"))
    assert any("1 sentence was left out" in line for line in about_writing(replace(LISTED, removed=removed)))
    assert about_writing(replace(LISTED, removed=removed[:2])) == ()


def test_an_announcement_says_more_than_that_a_list_follows() -> None:
    led = replace(LISTED, sentences=LISTED.sentences[1:])
    assert announcement(led) == "Answer ready: The signs are: Pain. 2 sources."
