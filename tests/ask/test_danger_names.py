"""Which danger a notice names: the model that ships, and what triage makes of it."""

import numpy as np
import pytest
from sci_assistant_eval.fit_danger_names import rows

from sci_assistant.ask import danger_names, triage
from sci_assistant.ask.danger_names import NAMELESS, load_danger_names
from sci_assistant.ask.rules import load_rules
from sci_assistant.ask.triage import UNNAMED, Triage, read_signs
from sci_assistant.types import Turn

BURN = "My carer ran the bath and didn't test it. The skin on his feet is peeling off like wet paper, he can't feel it"


def test_every_danger_that_can_be_named_has_a_rule():
    names = load_danger_names()
    assert set(names.rules) <= {rule.id for rule in load_rules().rules} and len(names.rules) > 20


@pytest.mark.parametrize("text", [BURN, "a", "", "My  catheter\nis blocked; ÄÖ ß 🙂", "she will not wake up " * 40])
def test_features_are_those_of_the_fit(text):
    names = load_danger_names()
    heard, signs = read_signs(Turn(text))
    scores = (rows([heard], [signs], list(names.signs)) @ names.coefficients + names.intercepts)[0]
    odds = np.exp(scores - scores.max())
    assert np.allclose(names.probabilities(heard, signs), odds / odds.sum(), atol=1e-5)


def test_the_likeliest_danger_is_named_first_and_what_rules_raise_besides_stays(monkeypatch):
    monkeypatch.setattr(triage, "load_danger_names", lambda: NAMELESS)
    before = Triage().read(Turn(BURN))
    monkeypatch.setattr(triage, "load_danger_names", lambda: named("seizure"))
    after = Triage().read(Turn(BURN))
    assert after.rules == ("seizure", *(rule for rule in before.rules if rule not in ("seizure", UNNAMED)))
    assert after.text.startswith(next(rule.text for rule in load_rules().rules if rule.id == "seizure"))


def test_what_is_hardly_danger_gets_no_name(monkeypatch):
    monkeypatch.setattr(triage, "load_danger_names", lambda: named("burn"))
    found = Triage().read(Turn("i get dizzy and black out when i sit up"))
    assert found is not None and "burn" not in found.rules


def test_what_is_less_severe_than_an_unnamed_emergency_stands_beside_it(monkeypatch):
    monkeypatch.setattr(triage, "load_danger_names", lambda: named("clot-in-leg"))
    monkeypatch.setattr(triage._Conversation, "raised", [])
    found = Triage().read(Turn("he is grey and floppy and his lips are turning blue, help"))
    assert found.rules == ("clot-in-leg", UNNAMED) and found.kind == "emergency"


def test_a_name_is_a_guess_that_neither_later_messages_nor_a_more_severe_notice_build_on(monkeypatch):
    monkeypatch.setattr(triage, "load_danger_names", lambda: named("seizure"))
    reading = Triage().follow(Turn(BURN))
    assert "seizure" in reading.notice.rules and "seizure" not in reading.raised.rules
    later = Triage().follow(Turn("how long till it is better", (BURN,)))
    assert later.still_meant is None or "seizure" not in later.still_meant.rules
    urgent = Triage().follow(Turn("My catheter is blocked and my belly is rock hard"))
    assert {rule.kind for rule in load_rules().rules if rule.id in urgent.raised.rules} == {"urgent"}
    assert urgent.notice.rules == urgent.raised.rules


def test_nothing_is_raised_by_a_name_and_no_crisis_has_another(monkeypatch):
    monkeypatch.setattr(triage, "load_danger_names", lambda: named("burn"))
    assert Triage().read(Turn("how do i clean my leg bag")) is None
    assert "burn" not in Triage().read(Turn("i want to kill myself tonight")).rules
    monkeypatch.setattr(triage, "load_danger_names", lambda: named("abuse"))
    assert "abuse" not in Triage().read(Turn("i cannot breathe")).rules


def test_notices_stand_without_the_file(monkeypatch, tmp_path, caplog):
    load_danger_names.cache_clear()
    monkeypatch.setattr(danger_names, "files", lambda package: tmp_path)
    try:
        assert load_danger_names() is NAMELESS and "cannot be read" in caplog.text
        assert Triage().read(Turn("i cannot breathe")).rules == ("breathing",)
    finally:
        load_danger_names.cache_clear()


def named(rule: str):
    """A model that names one danger always."""
    return type("Named", (), {"name": lambda self, heard, signs: rule})()
