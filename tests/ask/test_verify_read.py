"""What is read of a sentence: quantities in their smallest unit, levels, spans of time, what a denial governs."""

import pytest

from sci_assistant.ask.verify_read import Quantity, Reading

DAY, WEEK = 86400.0, 7 * 86400.0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("About 20 percent of people", {(20, "percent")}),
        ("About 20% of people", {(20, "percent")}),
        ("One in five people", {(20, "percent")}),
        ("1 in 5 people", {(20, "percent")}),
        ("one out of five people", {(20, "percent")}),
        ("half of them", {(50, "percent")}),
        ("two thirds of men", {(66.667, "percent")}),
        ("for two to three weeks", {(2 * WEEK, "time"), (3 * WEEK, "time")}),
        ("for 2-3 weeks", {(2 * WEEK, "time"), (3 * WEEK, "time")}),
        ("within 24 hours", {(DAY, "time")}),
        ("within one day", {(DAY, "time")}),
        ("at 12 months", {(12, "month")}),
        ("after one year", {(12, "month")}),
        ("twice a day", {(2, "times")}),
        ("twenty-five men", {(25, "")}),
        ("1,000 ml", {(1000, "ml")}),
        ("one of them", set()),
        ("the first weeks", set()),
    ],
)
def test_a_quantity_is_a_value_in_its_smallest_unit(text, found):
    assert Reading(text).quantities == {Quantity(float(value), what) for value, what in found}


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("an injury at T6 or above", {("T6", "above")}),
        ("an injury at or above T6", {("T6", "above")}),
        ("an injury below T6", {("T6", "below")}),
        ("T6 or lower", {("T6", "below")}),
        ("injured at C5", {("C5", "")}),
    ],
)
def test_a_level_has_its_side(text, levels):
    assert Reading(text).levels == levels


def test_an_article_before_a_unit_counts_as_one_only_where_it_is_the_source():
    reading = Reading("more than an hour")
    assert not reading.quantities and reading.loose_quantities == {Quantity(3600.0, "time")}


def test_second_is_no_unit_of_time():
    assert Reading("on every second day").spans == {"day"}


def test_a_denial_governs_what_follows_it_up_to_the_clause():
    reading = Reading("Do not rub, massage or force the limb, because a clot may move")
    assert {"rub", "massag", "forc"} <= reading.denied and "clot" not in reading.denied


def test_irregular_forms_are_one_word():
    assert Reading("children taught").stems == Reading("child teach").stems
