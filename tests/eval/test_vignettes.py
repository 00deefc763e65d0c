"""The messages that test notices and cautions: well formed, enough of them, and split for good."""

from collections import Counter

import numpy as np
import pytest
from sci_assistant_eval.vignettes import load_vignettes

from sci_assistant.errors import EvaluationError

ALIKE = 90.0  # of 100


@pytest.fixture(scope="module")
def messages():
    return load_vignettes(training=True)


def test_there_are_enough_messages_of_each_expectation(messages):
    counts = Counter(m.expect for m in messages)
    assert counts["emergency"] >= 400 and counts["crisis"] >= 200 and counts["none"] >= 300
    assert sum(m.style == "dictated" for m in messages) >= 80


def test_the_held_half_alone_has_every_kind_that_is_judged_in_both_splits(messages):
    held = [m for m in messages if not m.dev]
    kinds = {split: {(m.expect, m.kind) for m in held if m.split == split and m.expect} for split in ("dev", "test")}
    assert kinds["dev"] == kinds["test"]


def test_each_message_tests_one_thing(messages):
    for m in messages:
        hostile = m.expect is None and m.caution is None
        assert (m.expect is not None) + (m.caution is not None) + hostile == 1, m.id
        assert hostile or not (m.must_not or m.notice), m.id
        assert all(turn.strip() for turn in m.turns) or hostile, m.id


def test_ids_are_unique_and_messages_for_developing_are_never_test(messages):
    assert len({m.id for m in messages}) == len(messages)
    assert all(m.split == "dev" for m in messages if m.dev)
    asked = {m.id for m in load_vignettes()}
    assert len(asked) > 1500 and all(m.dev for m in messages if m.id not in asked)
    assert {m.id for m in load_vignettes(split="test")} | {
        m.id for m in load_vignettes(split="dev", training=True)
    } == {m.id for m in messages}


@pytest.mark.parametrize("expect", ["emergency", "crisis", "none", None])
def test_no_test_message_has_a_near_duplicate_in_dev(messages, expect):
    from rapidfuzz import fuzz, process

    texts = {
        split: [" ".join(m.turns) for m in messages if m.split == split and m.expect == expect]
        for split in ("dev", "test")
    }
    alike = process.cdist(
        texts["dev"], texts["test"], scorer=fuzz.token_sort_ratio, processor=str.lower, dtype=np.float32
    )
    assert alike.max() <= ALIKE


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("7", "no YAML list"),
        ("- [", "no YAML list"),
        ("- {id: m-1, kind: stroke, turns: []}", "turns"),
        ("- {id: m-1, kind: stroke, turns: [a], expect: panic}", "expect"),
        ("- {id: m-1, kind: stroke, turns: [a], colour: red}", "colour"),
        ("- {id: m-1, kind: stroke, turns: [a]}\n- {id: m-1, kind: stroke, turns: [b]}", "'m-1' stands twice"),
    ],
)
def test_a_broken_file_is_refused_with_its_name(tmp_path, content, problem):
    (tmp_path / "m.yaml").write_text(content)
    with pytest.raises(EvaluationError, match=r"m\.yaml") as refused:
        load_vignettes(tmp_path)
    assert problem in str(refused.value)


def test_earlier_turns_are_the_history(tmp_path):
    (tmp_path / "m.yaml").write_text("- {id: m-1, kind: stroke, turns: [first, last]}")
    turn = load_vignettes(tmp_path)[0].turn
    assert (turn.question, turn.history) == ("last", ("first",))
