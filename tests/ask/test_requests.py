"""What only a person or another program can do is refused, however it is asked for; asking for information is not."""

import pytest

from sci_assistant.ask.intent import read_intent
from sci_assistant.ask.requests import asks_to_act
from sci_assistant.types import Turn


@pytest.mark.parametrize(
    "question",
    [
        "book me an appointment at the wheelchair clinic",
        "could you please ring the district nurse and say my catheter is blocked",
        "put a reminder on my phone for my bowel program at 7",
        "compose a complaint to my insurance about the denied chair",
        "order two boxes of catheters from my supplier",
    ],
)
def test_a_request_is_told(question, assistant):
    assert asks_to_act(question, read_intent(question))
    answer = assistant.ask(Turn(question))
    assert (answer.status, answer.citations) == ("not_covered", ())


@pytest.mark.parametrize(
    "question",
    [
        "how do I order catheters on my insurance",
        "can you tell me the signs of a bladder infection",
        "give me the steps of a weight shift",
        "what should I do when my catheter is blocked",
        "help me understand spasticity",
        "when do I call the doctor about a swollen leg",
        "show me how pressure sores are treated",
        "",
    ],
)
def test_a_question_is_none(question):
    assert not asks_to_act(question, read_intent(question))
