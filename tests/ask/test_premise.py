"""What a question takes for granted: the claim in its words, and when it is named as not told."""

from dataclasses import replace

import numpy as np
import pytest

from sci_assistant.ask import premise, prompts
from sci_assistant.ask.likeness import CLASSES
from sci_assistant.ask.premise import read_premise, unconfirmed
from sci_assistant.types import Turn

CLAIM = "Since etidronate cures paralysis, how long do I take it?"


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        (CLAIM, "etidronate cures paralysis"),
        ("how long do I isolate, since pressure sores are contagious?", "pressure sores are contagious"),
        ("Given that standing regrows nerves, what frame is best", "standing regrows nerves"),
        ("since my injury how do I sleep", None),
        ("because I broke my hip, can I transfer?", None),
        ("how is HO treated", None),
    ],
)
def test_a_claim_is_read_in_the_words_of_a_question(question, claim):
    assert read_premise(question) == claim


class FalsePremise:
    """Networks that give every question the same chance of a false premise."""

    def __init__(self, chance):
        self.chances = np.zeros(len(CLASSES))
        self.chances[CLASSES.index("false_premise")] = chance

    def classes(self, means):
        return self.chances


@pytest.fixture
def found(assistant):
    return assistant.search(Turn("how is HO treated"), k=4)


@pytest.mark.parametrize(
    ("question", "chance", "named"),
    [
        (CLAIM, 0.9, (prompts.PREMISE.format(claim="etidronate cures paralysis"),)),
        (CLAIM, 0.05, ()),  # it sounds like what articles tell
        ("which tea brings back feeling", 0.9, (prompts.TAKEN_FOR_GRANTED,)),
        ("which tea brings back feeling", 0.4, ()),
    ],
)
def test_what_sounds_false_is_named_and_what_sounds_true_is_not(question, chance, named, found, monkeypatch):
    monkeypatch.setattr(premise, "load_networks", lambda: FalsePremise(chance))
    assert unconfirmed(question, found) == named


@pytest.mark.parametrize("change", [{"means": None}, {"revision": "other"}, {"passages": ()}])
def test_where_nothing_can_be_told_every_claim_is_named(change, found):
    assert unconfirmed(CLAIM, replace(found, **change)) == unconfirmed(CLAIM, None) != ()
    assert unconfirmed("which tea brings back feeling", replace(found, **change)) == ()


def test_a_premise_that_no_article_confirms_is_named_or_refused(assistant):
    answer = assistant.ask(Turn("Since cranberry juice cures paralysis, how many glasses should I drink?"))
    assert answer.status == "not_covered" or answer.uncovered_parts
