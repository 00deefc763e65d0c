"""The second voice adds, and never removes."""

import numpy as np
import pytest

from sci_assistant.ask import second_voice
from sci_assistant.ask.second_voice import SecondVoice
from sci_assistant.ask.triage import Triage
from sci_assistant.models import BUNDLED_SHA256
from sci_assistant.settings import load_settings
from sci_assistant.types import Turn
from sci_assistant.wire import make_assistant
from tests.ask.test_triage import RAISED

QUIET = Turn("best wheelchair cushion")


@pytest.fixture
def loud(monkeypatch):
    """A voice that is always sure."""
    weights = {t: second_voice._Weights(w.coefficients, 1e6, w.threshold) for t, w in second_voice._load().items()}
    monkeypatch.setattr(second_voice, "_load", lambda: weights)


def test_it_adds_a_notice_where_it_is_sure(loud):
    vector = np.zeros(384, dtype=np.float32)
    heard = SecondVoice().read(Triage().follow(QUIET), vector, BUNDLED_SHA256)
    assert set(heard.notice.rules) == set(second_voice.RULES.values())


def test_with_other_weights_it_is_silent(loud):
    assert SecondVoice().read(Triage().follow(QUIET), np.zeros(384, dtype=np.float32), "other").notice is None


def test_it_never_changes_what_the_rules_show(assistant, loud):
    for question, _ in RAISED:
        assert assistant.ask(Turn(question)).notice == Triage().read(Turn(question))


def test_a_setting_switches_it_off(bundled_store, embeddings, loud):
    for on in (True, False):
        settings = load_settings(store=bundled_store, second_voice=on)
        answer = make_assistant(settings, embeddings=embeddings).ask(QUIET)
        assert (answer.notice is not None) is on


def test_a_fault_in_it_costs_no_answer(assistant, monkeypatch):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(SecondVoice, "read", broken)
    answer = assistant.ask(QUIET)
    assert answer.notice is None
    assert answer.error is None


def test_things_added_to_the_rules_since_the_fit_do_not_silence_it():
    size = len(second_voice._load()["crisis"].coefficients)
    row = second_voice.Features(second_voice._things()).rows([QUIET], np.zeros((1, 384), dtype=np.float32))
    assert row.shape == (1, size)
