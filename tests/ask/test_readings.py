"""Measured numbers: out of bounds, against one's own usual, in either unit."""

import pytest

from sci_assistant.ask.readings import find_readings
from sci_assistant.ask.rules import load_rules


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my bp is 160/100", {"high-blood-pressure"}),
        ("bp 125/80", set()),
        ("my usual bp is 90/60 and now it is 125/80", {"high-blood-pressure"}),
        ("normally i run 90/60, today 108/70", set()),
        ("my bp usually runs 150/90", set()),
        ("bp top number is 190", {"high-blood-pressure"}),
        ("bp 70/40", {"low-blood-pressure"}),
        ("temp 38.0", {"fever"}),
        ("temp 37.9", set()),
        ("100.4 f", {"fever"}),
        ("temperature 99", set()),
        ("running 104", {"fever", "very-hot"}),
        ("he is 103.4 and shaking", {"fever"}),
        ("the radio is on 103.4 fm", set()),
        ("she weighs 103.4 pounds", set()),
        ("temp of 94", {"very-cold"}),
        ("i am 38 years old", set()),
        ("oxygen at 88 percent", {"low-oxygen"}),
        ("sats 91", set()),
        ("2 liters oxygen", set()),
        ("pulse is 45", {"slow-pulse"}),
        ("heart rate 130", {"fast-pulse"}),
        ("hr 72", set()),
        ("reading is 180 over 105", {"high-blood-pressure"}),
        ("running at 160/100 when my usual is 93/58", {"high-blood-pressure"}),
        ("90 is normal for me and i get 140 over 85", {"high-blood-pressure"}),
        ("my normal pulse is 90 and bp 125/80", set()),
        ("165 over 95 is ok for a normal person", {"high-blood-pressure"}),
        ("bp reading 150, temp 94", {"high-blood-pressure", "very-cold"}),
        ("my normal sats are 96, they are 85", {"low-oxygen"}),
        ("finger clip went from 96 to 88", {"low-oxygen"}),
        ("sats 96, pulse 85", set()),
        ("she is 39.7, shaking", {"fever"}),
        ("i weigh 42.5 kg", set()),
        ("she is 34 degrees and drowsy", {"very-cold"}),
        ("it is 34 degrees outside", set()),
        ("tilted 30 degrees", set()),
    ],
)
def test_a_reading_out_of_bounds_is_a_thing(text, found):
    assert set(find_readings(text, load_rules().bounds)) == found


def test_a_reading_stands_where_it_is_written():
    ((start, end),) = find_readings("my bp is 160/100", load_rules().bounds)["high-blood-pressure"]
    assert "my bp is 160/100"[start:end] == "160/100"
