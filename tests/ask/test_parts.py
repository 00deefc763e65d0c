"""A message that asks two things, and one that tells something before it asks."""

import pytest

from sci_assistant.ask.parts import split_parts


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("What is HO? And how is it treated?", ("What is HO", "how is it treated")),
        ("what is a syrinx and how much does surgery cost", ("what is a syrinx", "how much does surgery cost")),
        ("- what causes sores?\n- how do I prevent them?", ("- what causes sores", "- how do I prevent them")),
        ("For pressure sores, what cushion helps? And how much does it cost?",
         ("For pressure sores, what cushion helps", "how much does it cost")),
        ("In what year did it begin and how many took part?", ("In what year did it begin", "how many took part")),
    ],
)  # fmt: skip
def test_what_asks_twice_has_two_parts(message, parts):
    assert split_parts(message) == parts


@pytest.mark.parametrize(
    "message",
    [
        "Mum has looked after Dad since his fall and she's on her knees. What kinds of respite are there for her?",
        "My brother drinks from lunch onward since he was paralyzed. How do I talk to him?",
        "my back is killing me from lifting him. what kind of hoist should I get",
        "What is HO?",
        "how? why?",
        "What is it? " + "word " * 60 + "? How is it treated?",
    ],
)
def test_what_asks_once_has_none(message):
    assert split_parts(message) == ()
