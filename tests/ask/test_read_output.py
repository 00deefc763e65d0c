"""Raw model text becomes sentences with the numbers they cite, the same whatever pieces it comes in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_assistant.ask.prompts import NOT_IN_SOURCES
from sci_assistant.ask.read_output import Endless, OutputReader


def read(raw, size=7):
    reader = OutputReader()
    claims = [claim for at in range(0, len(raw), size) for claim in reader.read(raw[at : at + size])]
    return [*claims, *reader.end()], reader


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("Drink water [1]. Rest a lot [2].", [("Drink water.", (1,)), ("Rest a lot.", (2,))]),
        ("Drink water. [1] Rest a lot. [2]", [("Drink water.", (1,)), ("Rest a lot.", (2,))]),
        ("[1] Drink water.\n[2] Rest a lot.", [("Drink water.", (1,)), ("Rest a lot.", (2,))]),
        ("Drink water [1, 3]. Rest [1][2].", [("Drink water.", (1, 3)), ("Rest.", (1, 2))]),
        ("- **Drink** water [Source 2].\n- Rest", [("Drink water.", (2,)), ("Rest", ())]),
        ("1. Drink water【1】.\n2. Rest [2]", [("Drink water.", (1,)), ("Rest.", (2,))]),
        ("Answer: T6. is a level, e.g. for Dr. Ho [1].", [("T6. is a level, e.g. for Dr. Ho.", (1,))]),
        ("<think>Hm. No.</think>Rest well [1].", [("Rest well.", (1,))]),
        ("Sleep › At night: Rest well [1].", [("Rest well.", (1,))]),
        ("Rest. Rest. Sleep.", [("Rest.", ()), ("Sleep.", ())]),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_sentences_and_numbers_are_read(raw, said, size):
    claims, _ = read(raw, size)
    assert [(claim.text, claim.numbers) for claim in claims] == said


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_what_follows_a_thought_without_a_beginning_is_read(size):
    claims, _ = read("Hm. No. But.</think>Rest well [1]. Sleep [2].", size)
    assert [claim.text for claim in claims][-2:] == ["Rest well.", "Sleep."]


@pytest.mark.parametrize(
    "raw", ["<b>Rest</b> well.", "See [this](http://x.example).", "Rest `now`.", "Go to www.x.example.", "A\u202eb c."]
)
def test_markup_addresses_and_hidden_signs_are_refused(raw):
    claims, _ = read(raw)
    assert [claim.refused for claim in claims if claim.text] == ["no plain text"] * len(claims)


@pytest.mark.parametrize("raw", ["How do you rest?", "Ways to rest include:", "Ways to rest include: [1]."])
def test_a_question_or_an_opening_is_no_sentence_of_an_answer(raw):
    claims, _ = read(raw)
    assert [claim.refused is None for claim in claims] == [False]


@pytest.mark.parametrize("raw", [NOT_IN_SOURCES, "Not in sources.", f"**{NOT_IN_SOURCES}**"])
def test_the_word_for_no_answer_is_known_in_any_form(raw):
    claims, reader = read(raw)
    assert reader.declined
    assert claims == []


@pytest.mark.parametrize("raw", ["Rest. " * 4, "word " * 300, "x" * 7000])
def test_text_without_end_or_in_circles_is_stopped(raw):
    with pytest.raises(Endless):
        read(raw)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='aB .[]1<>/think\n"“(', max_size=120))
def test_no_text_breaks_the_reader_and_no_thought_is_read(raw):
    try:
        claims, _ = read(f"<think>{raw}")
    except Endless:
        return
    if "</think" not in raw:
        assert claims == []
