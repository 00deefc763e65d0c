import numpy as np
import pytest
from sci_assistant_eval.intervals import estimate, paired_difference, quantile, relative_gain


def test_an_estimate_lies_within_its_interval_and_is_the_same_each_time():
    values = [0.0, 1.0] * 50
    first, second = estimate(values), estimate(values)
    assert first == second
    assert first.value == 0.5
    # the normal approximation: 0.5 +- 1.96 * 0.05
    assert first.low == pytest.approx(0.402, abs=0.02)
    assert first.high == pytest.approx(0.598, abs=0.02)


def test_values_that_are_all_one_have_no_spread():
    found = estimate([1.0] * 10)
    assert (found.value, found.low, found.high, found.n) == (1.0, 1.0, 1.0, 10)


def test_without_values_there_is_no_estimate():
    assert estimate([]) is None
    assert paired_difference([], []) is None
    assert relative_gain([], []) is None


def test_a_quantile_has_an_interval_too():
    found = estimate(list(map(float, range(101))), quantile(0.95))
    assert found.value == 95.0
    assert found.low < 95.0 < found.high


def test_a_steady_gain_is_significant():
    old = np.linspace(0, 0.5, 30)
    found = paired_difference((old + 0.1).tolist(), old.tolist())
    assert found.value == pytest.approx(0.1)
    assert found.low == pytest.approx(0.1) and found.high == pytest.approx(0.1)
    assert found.p < 0.001


def test_no_change_has_p_of_one():
    assert paired_difference([0.2, 0.4], [0.2, 0.4]).p == 1.0


def test_the_flip_test_agrees_with_counting_every_sign():
    # differences 1, 1, 1, -1: |sum| >= 2 in 10 of the 16 sign patterns
    found = paired_difference([1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0])
    assert found.p == pytest.approx(10 / 16, abs=0.02)


def test_a_relative_gain_is_a_share_of_the_old_mean():
    found = relative_gain([0.6, 0.6], [0.5, 0.5])
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.2)
    assert relative_gain([0.6], [0.0]) is None
