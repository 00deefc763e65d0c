"""What the notice rules hear of a message as typed or dictated."""

import pytest

from sci_assistant.ask.heard import _sound_patterns
from sci_assistant.ask.rules import load_rules
from sci_assistant.words import common_words, medicine_names


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("one ninety over one ten", "190 over 110"),
        ("two hundred and ten over ninety", "210 over 90"),
        ("a hundred and two point five", "102.5"),
        ("ninety eight point six", "98.6"),
        ("one oh five", "105"),
        ("one of them", "one of them"),
        ("I'm a tea six", "i am a t6"),
        ("see four quad", "c4 quad"),
        ("tea sicks", "t6"),
        ("T-6", "t6"),
        ("i can see four birds", "i can see four birds"),
        ("see you at four", "see you at four"),
        ("auto nomic dis reflex ear", "autonomic dysreflexia"),
        ("supra pew bick", "suprapubic"),
        ("cathater", "catheter"),
        ("seizuer", "seizure"),
        ("i cnat braethe", "i cannot breathe"),
        ("chestpain", "chest pain"),
        ("isit bad", "is it bad"),
        ("He won’t wake  up", "he will not wake up"),
        ("c\u200ban't", "cannot"),
        ("baclofen not given", "baclofen not given"),
        ("ventilator not working", "ventilator not working"),
        ("trach is out", "trach is out"),
        ("trach eostomy", "tracheostomy"),
        ("seizure as a baby", "seizure as a baby"),
        ("today paraplegic", "today paraplegic"),
        ("it's already red", "it is already red"),
        ("for a cure", "for a cure"),
        ("back low fen", "baclofen"),
        ("my commode and splints", "my commode and splints"),
        ("any tippers", "any tippers"),
    ],
)
def test_the_rules_hear_what_was_meant(typed, heard):
    assert load_rules().heard(typed) == heard


def test_medicine_names_are_never_mended():
    single = sorted(name for name in medicine_names() if name.isalpha() and len(name) >= 4)[::40]
    rules = load_rules()
    changed = [name for name in single if rules.heard(f"my {name} dose") != f"my {name} dose"]
    assert changed == []


def test_beginning_and_end_of_an_endless_message_are_read():
    heard = load_rules().heard("I can't breathe. " + "blah " * 20_000 + "my chest hurts")
    assert heard.startswith("i cannot breathe") and heard.endswith("my chest hurts") and len(heard) < 10_000


def test_of_an_endless_word_only_the_beginning_is_read():
    for letters in (3_000, 9_000):
        heard = load_rules().heard("x" * letters + " i can't breathe " + "y\u200b" * letters)
        assert heard == "x" * 100 + " i cannot breathe " + "y" * 100


def test_a_sound_is_a_word_of_its_own_and_no_part_of_one():
    patterns = _sound_patterns(tuple(load_rules().sounds.items()))
    for word in filter(str.isalpha, common_words(20_000)):
        assert all(pattern.fullmatch(word) or pattern.sub(meant, word) == word for _, pattern, meant in patterns), word
    assert load_rules().heard("she is pregnant and weighs 100 kilos") == "she is pregnant and weighs 100 kilos"


def test_a_blood_pressure_that_is_written_together_is_taken_apart():
    assert "190/110" in load_rules().heard("bp190/110").split()
