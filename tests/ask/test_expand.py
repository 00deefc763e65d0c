from sci_assistant.ask.expand import expand
from sci_assistant.types import Term

TERMS = {
    "ad": Term("Autonomic dysreflexia", "m"),
    "quad cough": Term("Assisted cough", "m"),
    "quad": Term("Tetraplegia", "m"),
}


def test_an_abbreviation_brings_in_its_term():
    assert expand("what sets off AD?", TERMS) == ("Autonomic dysreflexia",)


def test_a_phrase_and_a_word_in_it_bring_in_both_longest_first():
    assert expand("that quad cough thing", TERMS) == ("Assisted cough", "Tetraplegia")


def test_a_term_that_stands_there_is_not_added():
    assert expand("is AD the same as autonomic dysreflexia", TERMS) == ()


def test_the_live_build_expands_lay_words(assistant):
    assert "Autonomic dysreflexia" in expand("signs of AD", assistant.live.terms)
