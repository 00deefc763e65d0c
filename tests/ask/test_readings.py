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
        ("temp of 94", {"very-cold"}),
        ("i am 38 years old", set()),
        ("oxygen at 88 percent", {"low-oxygen"}),
        ("sats 91", set()),
        ("2 liters oxygen", set()),
        ("pulse is 45", {"slow-pulse"}),
        ("heart rate 130", {"fast-pulse"}),
        ("hr 72", set()),
    ],
)
def test_a_reading_out_of_bounds_is_a_thing(text, found):
    assert set(find_readings(text, load_rules().bounds)) == found


def test_a_reading_stands_where_it_is_written():
    ((start, end),) = find_readings("my bp is 160/100", load_rules().bounds)["high-blood-pressure"]
    assert "my bp is 160/100"[start:end] == "160/100"
