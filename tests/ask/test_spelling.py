"""Misspelt words of the corpus are mended; English, medicines and short words never change."""

from pathlib import Path

import pytest

from sci_assistant.ask.shorthand import spell_out
from sci_assistant.ask.spelling import correct

MEDICINES = (Path(__file__).parents[1] / "data" / "medicines.txt").read_text(encoding="utf-8").split()


@pytest.fixture(scope="module")
def vocabulary(assistant):
    return assistant.live.vocabulary


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("autonmic disreflexia", "autonomic dysreflexia"),
        ("presure sore", "pressure sore"),
        ("my cathater is blocked", "my catheter is blocked"),
        ("hetertopic osification", "heterotopic ossification"),
        ("bad spasams at night", "bad spasms at night"),
        ("shoudler pain", "shoulder pain"),
        ("my powerchair", "my power chair"),
        ("realy woried", "realy worried"),
        ("boel program", "bowel program"),
        ("is his leg brokn", "is his leg broken"),
        ("im relly tired", "im really tired"),
        ("BEST CUSHON FOR C5 INC", "BEST cushion FOR C5 incomplete"),
    ],
)
def test_a_misspelt_medical_word_is_mended(question, wanted, vocabulary):
    assert correct(question, vocabulary).text == wanted


def test_no_medicine_of_three_hundred_is_changed(vocabulary):
    assert len(set(MEDICINES)) >= 300
    asked = [f"can i take {name}" for name in MEDICINES]
    brands = {text: spell_out(text)[1] for text in asked}
    changed = [text for text in asked if correct(text, vocabulary).changes != brands[text]]
    assert changed == []


@pytest.mark.parametrize(
    "question",
    [
        "is a hamster a good pet",
        "Guttmann opened a ward",
        "i love my job",
        "AD HO UTI",
        "x7 q2",
        "vibe vs EEJ vs TESE?",
    ],
)
def test_what_is_not_a_slip_is_left_alone(question, vocabulary):
    assert correct(question, vocabulary).text == question


def test_the_changes_are_told_word_by_word(vocabulary):
    assert correct("Presure sore, presure!", vocabulary).changes == (("Presure", "pressure"), ("presure", "pressure"))
