"""Follow-ups become standalone questions; a new topic is left alone."""

import pytest

from sci_assistant.ask.condense import condense, find_topic

TOPICS = frozenset({"heterotopic ossification", "ho", "shoulder pain", "pressure sores", "at", "travel insurance"})
FIRST = ("What is heterotopic ossification?",)


def known(_text):
    """The articles know the question by itself."""
    return 0.9


def unknown(_text):
    """The articles know nothing like the question."""
    return 0.1


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("how is it treated?", "how is heterotopic ossification treated?"),
        ("What are its signs?", "What are heterotopic ossification's signs?"),
        ("can surgery fix it", "can surgery fix heterotopic ossification"),
        ("and the treatment?", "and the treatment (heterotopic ossification)?"),
    ],
)
def test_a_follow_up_names_the_earlier_topic(question, wanted):
    assert condense(question, FIRST, topics=TOPICS, familiarity=unknown) == wanted


@pytest.mark.parametrize(
    "question", ["What about shoulder pain?", "can it cause pressure sores?", "do i need travel insurance"]
)
def test_a_question_that_names_a_topic_is_left_alone(question):
    assert condense(question, FIRST, topics=TOPICS, familiarity=unknown) == question


def test_a_question_that_the_articles_know_by_itself_is_left_alone():
    question = "how do i clean the leg bag"
    assert condense(question, FIRST, topics=TOPICS, familiarity=known) == question


def test_a_vague_question_takes_the_topic_along():
    found = condense("does the scan hurt", FIRST, topics=TOPICS, familiarity=unknown)
    assert found == "does the scan hurt (heterotopic ossification)?"


def test_the_first_question_of_a_conversation_is_never_changed():
    assert condense("how is it treated?", (), topics=TOPICS, familiarity=unknown) == "how is it treated?"


def test_it_is_not_replaced_where_it_stands_for_nothing():
    found = condense("is it safe to fly?", FIRST, topics=TOPICS, familiarity=known)
    assert found == "is it safe to fly?"


def test_a_leaning_question_does_not_set_the_topic():
    history = (*FIRST, "is it like shoulder pain?")
    assert "heterotopic ossification" in condense("how is it treated?", history, topics=TOPICS, familiarity=unknown)


def test_without_a_named_topic_the_words_of_the_conversation_serve():
    found = condense("how is it treated?", ("my bones grow in the wrong place",), topics=TOPICS, familiarity=unknown)
    assert "bones" in found


def test_a_stop_word_is_never_a_topic():
    assert find_topic("I was at the shop", TOPICS) is None
    assert find_topic("signs of HO", TOPICS) == "ho"
