"""A short form of benchmarks/load.py: no answer fails or crosses, and memory stays flat. The long form: `make load`."""

import importlib.util
from pathlib import Path

import pytest

from .conftest import in_a_loop

FILE = Path(__file__).parents[3] / "benchmarks" / "load.py"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def load():
    spec = importlib.util.spec_from_file_location("load", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_conversation_fails_or_sees_anothers_words_and_memory_stays_flat(load, chat):
    found = in_a_loop(load.level(chat.url, 24, first=0), 280)
    assert (found["answers"], found["errors"], found["first_errors"]) == (48, 0, [])
    grown = in_a_loop(load.memory(chat.url, 160), 280)["grown_mb"]
    assert grown < 25


def test_a_crossed_answer_would_be_seen(load):
    load.check(7, "signs (reference 00007)")
    for words in ("signs (reference 00007) and (reference 00008)", "signs (reference 00008)", "no mark"):
        with pytest.raises(load.Failed):
            load.check(7, words)
