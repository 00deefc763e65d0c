"""What a follow-up is searched beside, and under which name it is shown."""

import pytest

from sci_assistant.ask.condense import MOST_WORDS, find_topic, name_topic, said_before
from sci_assistant.types import Article

TOPICS = {"heterotopic ossification": "ho", "ho": "ho", "shoulder pain": "shoulder", "at": "technology"}
FIRST = ("What is heterotopic ossification?",)


def about(article_id: str, title: str) -> Article:
    return Article(article_id, title, "Text.", (), (), ())


HO = about("ho", "Heterotopic ossification (HO)")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("how is it treated?", "how is heterotopic ossification treated?"),
        ("What are its signs?", "What are heterotopic ossification's signs?"),
        ("can surgery fix it", "can surgery fix heterotopic ossification"),
        ("and the treatment?", "and the treatment (heterotopic ossification)?"),
    ],
)
def test_a_follow_up_is_shown_under_the_name_that_the_person_used(question, wanted):
    assert name_topic(question, FIRST, TOPICS, HO) == wanted


def test_without_such_a_name_it_is_shown_under_the_title():
    found = name_topic("how is it treated?", ("my bones grow in the wrong place",), TOPICS, HO)
    assert found == "how is it treated (Heterotopic ossification (HO))?"


def test_a_name_of_another_topic_is_never_taken():
    history = (*FIRST, "and my shoulder pain?")
    assert "heterotopic ossification" in name_topic("how is it treated?", history, TOPICS, HO)
    assert "shoulder pain" in name_topic("how is it treated?", history, TOPICS, about("shoulder", "Shoulder and arm"))


def test_it_is_not_replaced_where_it_stands_for_nothing():
    assert name_topic("is it safe to fly?", FIRST, TOPICS, HO) == "is it safe to fly (heterotopic ossification)?"


def test_nothing_was_said_before_the_first_question():
    assert said_before(()) is None
    assert said_before(("thanks",)) is None


def test_what_was_said_before_are_the_newest_messages_that_say_something():
    history = ("How do I get a ramp?", "I black out when they tilt me up.", "thanks", "who pays?", "how long?")
    assert said_before(history) == "I black out when they tilt me up. who pays. how long"


def test_of_a_long_message_its_end_is_taken():
    found = said_before(("word " * 200 + "my catheter leaks",))
    assert found is not None
    assert found.endswith("my catheter leaks")
    assert len(found.split()) == MOST_WORDS


def test_a_stop_word_is_never_a_topic():
    assert find_topic("I was at the shop", TOPICS) is None
    assert find_topic("signs of HO", TOPICS) == "ho"
