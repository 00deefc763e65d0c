"""Weighed words: the list as written, and what its bounds do to rules and to words alone."""

import gzip
from dataclasses import replace

import pytest

from sci_assistant.ask import caution, triage
from sci_assistant.ask.rules import load_rules
from sci_assistant.ask.weighed import CAUTIONS, NOTICES, features, load_words, parse_words, write_words
from sci_assistant.types import Turn

HEAD = "head\tintercept\t1\t-1\t-0.5\nhead\tbounds\t1\t1\t-2\n"


def words(*rows: str):
    return parse_words(HEAD + "\n".join(rows))


def test_a_score_is_the_intercept_and_weights_over_the_length_of_what_is_known():
    made = words("words\tblue\t3\t2\t0", "words\tlips\t4\t1\t-1", "signs\trule breathing\t0.5\t2\t0")
    scores = made.weigh("his lips are blue", ["rule breathing"])
    assert scores.first == pytest.approx(-1 + (3 * 2 + 4 * 1) / 5 + 0.5 * 2)
    assert scores.second == pytest.approx(-0.5 - 4 / 5)


def test_phrases_have_up_to_three_words_and_pieces_keep_the_edges_of_words():
    found = features("blue lips now", ())
    assert {"blue", "lips now", "blue lips now"} <= found["words"]
    assert {" bl", "ips "} <= found["letters"] and "e l" not in found["letters"]


@pytest.mark.parametrize("name", [NOTICES, CAUTIONS])
def test_the_list_that_ships_comes_back_as_it_was_written(name):
    shipped = load_words(name)
    again = parse_words(gzip.decompress(write_words(shipped, "again")).decode())
    assert again == shipped
    assert shipped.doubt <= shipped.sure and len(shipped.pieces["words"]) > 1_000


@pytest.mark.parametrize(
    ("text", "problem"),
    [("words\ta\t1\t1", "three numbers"), ("verbs\ta\t1\t1\t1", "family 'verbs'"), ("", "no bounds and no intercept")],
)
def test_a_broken_list_is_refused(text, problem):
    with pytest.raises(ValueError, match=problem):
        parse_words(text)


def test_words_find_danger_that_no_rule_names(monkeypatch):
    monkeypatch.setattr(triage, "load_weigher", lambda: words("words\tzebra\t1\t9\t0"))
    assert triage.Triage().read(Turn("the zebra")).rules == ("may-be-emergency",)
    assert triage.Triage().read(Turn("the horse")) is None


def test_a_surer_rule_stands_against_words_that_find_it_somewhat_harmless(monkeypatch):
    rows = ("words\tbreathe\t1\t-2\t0", "signs\trule breathing\t1\t0\t0")
    monkeypatch.setattr(triage, "load_weigher", lambda: words(*rows))
    assert triage.Triage().read(Turn("i cannot breathe")) is None
    shipped = load_rules()
    surer = replace(shipped, rules=tuple(replace(rule, surer=1.5) for rule in shipped.rules))
    monkeypatch.setattr(triage, "load_rules", lambda: surer)
    assert triage.Triage().read(Turn("i cannot breathe")).rules == ("breathing",)


def test_words_find_a_known_rule_harmless_and_never_an_unknown_one(monkeypatch):
    calm = ("words\tbreathe\t1\t-9\t0", "words\tcannot breathe\t1\t-9\t0")
    monkeypatch.setattr(triage, "load_weigher", lambda: words(*calm, "signs\trule breathing\t1\t0\t0"))
    assert triage.Triage().read(Turn("i cannot breathe")) is None
    monkeypatch.setattr(triage, "load_weigher", lambda: words(*calm))
    assert triage.Triage().read(Turn("i cannot breathe")) is not None


@pytest.mark.parametrize(
    ("newest", "kind"),
    [
        ("which cushion is best for sitting all day", None),  # a reminder stands (tests/test_invariants.py)
        ("how many of the pills are in a box", "crisis"),  # names what such a rule looks for
        ("it is tonight", "crisis"),
        ("my sister says it is nothing", "crisis"),
    ],
)
def test_after_a_crisis_only_what_is_surely_harmless_has_its_own_answer(newest, kind):
    told = "i want to kill myself tonight, i have the pills here"
    notice = triage.Triage().read(Turn(newest, (told,)))
    assert (notice.kind if notice else None) == kind


def test_words_find_a_personal_question_that_no_pattern_names(monkeypatch):
    monkeypatch.setattr(caution, "load_words", lambda _name: words("words\tzebra\t1\t9\t0"))
    assert caution.read_caution(Turn("the zebra")).kind == "treatment"
    assert caution.read_caution(Turn("the horse")) is None
    monkeypatch.setattr(caution, "load_words", lambda _name: words("words\tzebra\t1\t9\t9"))
    assert caution.read_caution(Turn("the zebra")).kind == "result"


def test_words_void_a_caution_only_where_they_are_surer_than_its_doubt(monkeypatch):
    asked = Turn("should i double my baclofen")
    monkeypatch.setattr(caution, "load_words", lambda _name: words("words\tdouble\t1\t-0.5\t0"))
    assert caution.read_caution(asked).kind == "treatment"
    monkeypatch.setattr(caution, "load_words", lambda _name: words("words\tdouble\t1\t-9\t0"))
    assert caution.read_caution(asked) is None


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("thinking of dropping the gabapentin, any reason not to", True),
        ("the white ones make me sleepy so I want to leave them off", True),
        ("my doctor wants the pump, I don't, who is right", True),
        ("what is baclofen for", False),
        ("how do I clean my leg bag", False),
    ],
)
def test_cautions_on_phrases_beyond_the_patterns(asked, shown):
    assert (caution.read_caution(Turn(asked)) is not None) == shown


TOLD = "my foot's gone purple and cold since this morning, I can't feel it of course, is that bad?"


def test_who_moves_on_after_an_emergency_reads_no_notice_again():
    read = triage.Triage().read
    assert read(Turn(TOLD)).kind == "emergency"
    for harmless in ("which airline has the cheapest ticket to Lisbon", "how often should a catheter be changed"):
        assert read(Turn(harmless, (TOLD,))) is None
    assert read(Turn("my chest hurts now too", (TOLD, "which airline is best"))).kind == "emergency"


def test_a_crisis_is_not_read_into_harmless_words_and_is_not_left(monkeypatch):
    rows = ("words\tzebra\t1\t9\t-9", "words\thorse\t1\t-4\t9", "words\tnight\t1\t9\t9", "words\tcow\t1\t-4\t0")
    monkeypatch.setattr(triage, "load_weigher", lambda: words(*rows))
    read = triage.Triage().read
    assert read(Turn("the zebra then")).kind == "emergency"
    assert read(Turn("which horse", ("the zebra then",))) is None
    assert read(Turn("which cow", ("the night then",))).rules == ("may-be-crisis",)


def test_a_long_conversation_of_dangers_is_read_once_not_again_for_each_of_its_turns(monkeypatch):
    rows = ("words\tzebra\t1\t9\t-9", "words\thorse\t1\t-4\t0")
    monkeypatch.setattr(triage, "load_weigher", lambda: words(*rows))
    decided = []
    decide = triage.Reading._decide
    monkeypatch.setattr(triage.Reading, "_decide", lambda reading, at: decided.append(at) or decide(reading, at))
    turn = Turn("which horse", ("the zebra then",) * 60)
    reading = triage.Triage().follow(turn)
    assert reading.moves_on() and reading.notice is None
    assert [notice.rules for notice in reading.before()] == [("may-be-emergency",)] * triage.FOLLOWED
    assert sorted(decided) == list(range(60 - triage.FOLLOWED, 61))


@pytest.mark.parametrize(("further", "shown"), [(0, True), (80, False)])
def test_in_a_long_conversation_a_rule_needs_as_much_danger_in_the_words_as_words_alone(monkeypatch, further, shown):
    rows = ("words\tbreathe\t1\t0\t0", "signs\trule breathing\t1\t0\t0")
    made = parse_words("head\tintercept\t1\t-1\t-0.5\nhead\tbounds\t1\t1\t-2\n" + "\n".join(rows))  # between its bounds
    monkeypatch.setattr(triage, "load_weigher", lambda: made)
    said = "i cannot breathe " + "and the chair is blue " * (further // 5)
    assert (triage.Triage().read(Turn(said)) is not None) == shown
