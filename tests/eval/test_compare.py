from dataclasses import replace

import pytest
from sci_assistant_eval.compare import Gate, below_floors, below_targets, bundled_gates, compare, load_gates

from sci_assistant.errors import EvaluationError
from tests.eval.cases import record, run

GATE = Gate(group="answerable", metric="key_fact_recall", target=0.9, floor=0.6, margin=0.05)


def pair(before: list[float], after: list[float]):
    old = run([record(str(i), key_fact_recall=value) for i, value in enumerate(before)])
    new = run([record(str(i), key_fact_recall=value) for i, value in enumerate(after)])
    return new, old


def test_a_figure_that_fell_beyond_its_margin_is_named():
    new, old = pair([1.0] * 10, [1.0] * 8 + [0.0] * 2)
    fallen = compare(new, old, [GATE]).fallen
    assert len(fallen) == 1
    assert "1.000 -> 0.800" in fallen[0]


def test_a_fall_within_its_margin_passes():
    new, old = pair([0.5] * 10, [0.46] * 10)
    assert compare(new, old, [GATE]).fallen == ()


def test_where_lower_is_better_a_rise_falls():
    gate = Gate(group="answerable", metric="false_refusal", margin=0.02)
    old, new = run([record("a", false_refusal=0.0)]), run([record("a", false_refusal=1.0)])
    assert compare(new, old, [gate]).fallen
    assert not compare(old, new, [gate]).fallen


def test_only_questions_of_both_runs_are_compared():
    new, old = pair([1.0, 0.0], [1.0, 0.0, 0.5])
    found = compare(new, old, [])
    assert found.paired == 2
    change = next(c for c in found.changes if c.group == "answerable")
    assert (change.before, change.after, change.test.n) == (0.5, 0.5, 2)


def test_changed_answers_are_listed_with_both_sides():
    old = run([record("a", words=1.0), record("b", words=1.0)])
    changed = replace(record("b", words=2.0), digest="other", shown="Now this.")
    found = compare(run([record("a", words=1.0), changed]), old, [])
    assert [(c.before.shown, c.after.shown) for c in found.answers] == [("Shown.", "Now this.")]


def test_runs_of_different_splits_are_not_compared():
    with pytest.raises(EvaluationError, match="one split"):
        compare(run([record("a", words=1.0)], split="test"), run([record("a", words=1.0)]), [])


def test_runs_without_a_common_question_are_not_compared():
    with pytest.raises(EvaluationError, match="shares no question"):
        compare(run([record("a", words=1.0)]), run([record("b", words=1.0)]), [])


def test_targets_and_floors_name_what_is_short():
    new, _ = pair([], [0.5, 0.6])
    assert "target at least 0.900" in below_targets(new, [GATE])[0]
    assert "floor at least 0.600" in below_floors(new, [GATE])[0]
    assert below_floors(new, [Gate(group="answerable", metric="key_fact_recall", floor=0.55)]) == ()


def test_the_bundled_gates_are_well_formed_and_gate_what_was_promised():
    gated = {(gate.group, gate.metric) for gate in bundled_gates()}
    assert ("all", "disclaimer") in gated
    assert ("answerable: short", "article_found_5") in gated


@pytest.mark.parametrize("content", ["- {group: all}", "- {group: all, metric: beauty}", "7"])
def test_broken_gates_are_refused(tmp_path, content):
    path = tmp_path / "gates.yaml"
    path.write_text(content)
    with pytest.raises(EvaluationError, match="gates"):
        load_gates(path)
