import numpy as np
import pytest
from sci_assistant_eval.selective import area, losses_by_confidence, risk_coverage
from sklearn.metrics import roc_auc_score


def test_the_curve_by_hand():
    points = risk_coverage([0.9, 0.1, 0.8, 0.5], [0.0, 1.0, 1.0, 0.0])
    assert [p.coverage for p in points] == [0.25, 0.5, 0.75, 1.0]
    assert [p.risk for p in points] == pytest.approx([0.0, 0.5, 1 / 3, 0.5])


def test_the_area_is_the_mean_risk():
    ordered = losses_by_confidence([0.9, 0.1, 0.8, 0.5], [0.0, 1.0, 1.0, 0.0])
    assert float(area(ordered)) == pytest.approx((0 + 0.5 + 1 / 3 + 0.5) / 4)


def test_equally_sure_questions_share_their_loss_whatever_their_order():
    one = risk_coverage([0.5, 0.5, 0.1], [1.0, 0.0, 1.0])
    other = risk_coverage([0.5, 0.5, 0.1], [0.0, 1.0, 1.0])
    assert one == other
    assert one[0].risk == 0.5


def test_no_questions_give_no_curve():
    assert risk_coverage([], []) == ()


def test_a_better_order_by_the_roc_has_a_smaller_area():
    draw = np.random.default_rng(3)
    losses = draw.integers(0, 2, 200).astype(float)
    good, poor = -losses + draw.normal(0, 0.5, 200), -losses + draw.normal(0, 3.0, 200)
    assert roc_auc_score(losses, -good) > roc_auc_score(losses, -poor)
    assert area(losses_by_confidence(good, losses)) < area(losses_by_confidence(poor, losses))
