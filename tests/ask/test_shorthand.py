"""Shorthand is spelled out before a question is searched, and what several readings share is left as it is."""

import pytest

from sci_assistant.ask.shorthand import spell_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("C5 inc, pwr chr w/ tilt", "C5 incomplete, power chair with tilt"),
        ("T4/5 comp, 20 yrs", "T4/5 complete, 20 years"),
        ("w/tilt or w/o", "with tilt or without"),
        ("new w/c b/c old one fell apart", "new wheelchair because old one fell apart"),
        ("turns q2h, WS q15 min", "turns every 2 hours, WS every 15 minutes"),
        ("my 62 y/o dad", "my 62 years old dad"),
        ("shldr pn s/p fx", "shoulder pain after fracture"),
        ("ROM for LE", "ROM for legs"),
        ("Abx for UTI?", "antibiotics for UTI?"),
        ("can Lyrica stop the burning", "can pregabalin stop the burning"),
    ],
)
def test_shorthand_is_spelled_out(typed, meant):
    assert spell_out(typed)[0] == meant


@pytest.mark.parametrize(
    "text",
    [
        "How often should I turn in bed?",
        "the le and ue of it",  # only capitals are limbs
        "inc yourself",  # no level before it
        "BP, pt, sx, AD, HR",  # several readings
        "and/or his/her",
        "",
    ],
)
def test_other_words_stay(text):
    assert spell_out(text) == (text, ())


def test_what_was_spelled_out_is_told():
    assert spell_out("pwr chr q2h, C5 inc")[1] == (
        ("inc", "incomplete"),
        ("q2h", "every 2 hours"),
        ("pwr", "power"),
        ("chr", "chair"),
    )
