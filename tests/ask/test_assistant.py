"""What is said where nothing is searched, and below a notice."""

import pytest

from sci_assistant.ask import prompts
from sci_assistant.ask.intent import lets_wait
from sci_assistant.types import Turn


@pytest.mark.parametrize(
    ("question", "said"),
    [("hello", prompts.GREETING), ("thanks that helped", prompts.THANKS), ("how is it treated", prompts.NAME_IT)],
)
def test_a_message_that_asks_nothing_gets_a_fixed_word(assistant, question, said):
    answer = assistant.ask(Turn(question))
    assert (answer.status, answer.text, answer.citations, answer.related) == ("not_covered", said, (), ())


def test_a_greeting_before_a_question_is_no_greeting(assistant):
    assert assistant.ask(Turn("hello, what are the signs of HO?")).status == "answered"


def test_below_a_notice_no_refusal_is_argued(assistant):
    answer = assistant.ask(Turn("one side of her face has dropped and she is all floppy"))
    assert answer.notice is not None
    assert "searched" not in answer.text
    assert answer.related == ()


@pytest.mark.parametrize(
    "question", ["he is choking on his dinner", "i cannot breathe", "my chest hurts and i cough blood"]
)
def test_below_an_emergency_nothing_lets_wait(assistant, question):
    answer = assistant.ask(Turn(question))
    assert answer.notice.kind == "emergency"
    assert not [s.text for s in answer.sentences if lets_wait(s.text)]


def test_a_question_that_is_too_long_still_says_who_wrote_the_articles(assistant):
    answer = assistant.ask(Turn("x" * 5000))
    assert "Drafted with AI" in answer.authorship
    assert "4,000" in answer.text
