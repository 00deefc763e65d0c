"""Which words of a question are named as missing: those that tell what is asked."""

import pytest

from sci_assistant.ask import prompts
from sci_assistant.ask.missing import name_missing
from sci_assistant.types import AnswerSentence, Draft

DRAFT = Draft((AnswerSentence("Duloxetine may ease nerve pain.", "sentence", "Treatment", (1,)),), ())


@pytest.mark.parametrize(
    ("phrases", "words"),
    [
        (["pregabalin"], "“pregabalin”"),
        (["pregabalin", "duloxetine"], "“pregabalin”"),  # what is quoted is not missing
        (["aunt", "65", "mate laughed", "t6"], "“laughed”"),
        (["aunt ozempic", "ozempic", "aunt duloxetine"], "“ozempic”"),  # nothing twice, nor what is quoted
        (["laughed", "xyzzy", "qwrt", "zzyzx", "warfarin"], "“xyzzy”, “qwrt”, “zzyzx” and “warfarin”"),  # each medicine
        (["weight", "ozempic", "mounjaro", "zepbound"], "“ozempic”, “mounjaro” and “zepbound”"),
    ],
)
def test_what_tells_most_is_named(phrases, words):
    assert name_missing(phrases, DRAFT) == (prompts.UNMENTIONED.format(words=words),)


def test_who_asks_is_not_named_but_that_something_may_be_missing_is_said():
    assert name_missing(["physio", "hubby", "65"], DRAFT) == (prompts.IN_PART,)


@pytest.mark.parametrize("phrases", [[], ["duloxetine"], ["t6"], ["c5 t12"]])
def test_nothing_is_named_where_nothing_is_missing(phrases):
    assert name_missing(phrases, DRAFT) == ()
