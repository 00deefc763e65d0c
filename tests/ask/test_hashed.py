import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_assistant.ask.hashed import read_row
from sci_assistant.ask.second_voice import BUCKETS, THING_SCALE, Features, _load, _things
from sci_assistant.ask.triage import Triage
from sci_assistant.types import Turn

TEXTS = (
    "I can't breathe and my head is pounding since this morning",
    "a",
    "My  catheter\nis blocked;   I'm sweating — what now?? ÄÖ ß 🙂 'tis",
    "i dont want to be here anymore " * 30,
)


def both(text):
    """The scores as the fit computes them, and as they are computed here."""
    vector = np.random.default_rng(len(text)).standard_normal(384).astype(np.float32)
    turn = Turn(text)
    row = Features(_things()).rows([turn], vector.reshape(1, -1))
    heard, told = Triage().follow(turn).told_things
    present = np.array([thing in told for thing in _things()], dtype=np.float32)
    rest = np.concatenate([THING_SCALE * present, vector])
    here = read_row(heard, rest, buckets=BUCKETS)
    return [(float((row @ weights.coefficients)[0]), here.weigh(weights.coefficients)) for weights in _load().values()]


@pytest.mark.parametrize("text", TEXTS)
def test_scores_are_those_of_scikit_learn_bit_for_bit(text):
    for fitted, here in both(text):
        assert here == fitted


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_scores_the_same(text):
    for fitted, here in both(text or "x"):
        assert here == fitted
