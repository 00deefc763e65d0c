"""Whether a message leans on those before it, told on the bundled articles."""

import json

import pytest

from sci_assistant.render import to_json
from sci_assistant.types import Turn

PUMP = "I'm thinking about that pump under the skin for spasms. Who gets one?"


@pytest.mark.parametrize(
    ("history", "question"),
    [
        (("I had a red patch on my tailbone for a week",), "can I still sit in my chair"),
        (("I black out when they tilt me up in bed.",), "Until then, what could I wear?"),
        (("my legs shake and jump when I lie down",), "does stretching help"),
    ],
)
def test_a_follow_up_is_searched_beside_what_was_said(assistant, history, question):
    assert assistant.searched(Turn(question, history)) != question


@pytest.mark.parametrize(
    ("history", "question"),
    [
        ((PUMP, "how often is it topped up"), "Which hand controls do I need to drive a car?"),
        (("does cranberry do anything for bladder infections",), "How do I stop a pressure sore on my heel?"),
        (("My wife is exhausted from looking after me.",), "new subject: can a quad ski with a sit-ski"),
        (
            ("how early do I get to the airport", "who lifts me"),
            "What leg braces are there for walking round the house?",
        ),
    ],
)
def test_a_new_subject_is_never_dragged_back(assistant, history, question):
    assert assistant.searched(Turn(question, history)) == question


def test_what_was_said_before_draws_a_follow_up_to_its_article(assistant):
    for earlier, article in (
        ("his legs keep kicking out at night, spasms", "spasticity"),
        ("my shoulder hurts from pushing", "shoulder-and-arm-pain"),
    ):
        answer = assistant.ask(Turn("does stretching help", (earlier,)))
        assert answer.citations[0].article == article


def test_the_follow_up_is_shown_without_what_was_said_before(assistant):
    answer = assistant.ask(Turn("what if it runs dry", (PUMP, "my name is Ann and I live in Leeds")))
    assert "Leeds" not in json.dumps(to_json(answer))


def test_a_follow_up_whose_own_words_find_its_topic_is_not_drawn_to_what_was_said(assistant):
    answer = assistant.ask(Turn("what if it runs dry", (PUMP, "how often is it topped up")))
    assert answer.citations[0].article == "baclofen-pump"
    searched = assistant.searched(Turn("Why wait with surgery?", ("What are the signs of HO? My hip is swollen",)))
    assert searched == "Why wait with surgery?"
