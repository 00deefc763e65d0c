"""How a question sounds: the function as written, and that what ships tells ours from others."""

import gzip

import numpy as np
import pytest

from sci_assistant.ask import likeness
from sci_assistant.ask.likeness import Likeness, load_likeness, phrases, write_likeness
from sci_assistant.models import BUNDLED_SHA256


def test_a_score_is_the_intercept_the_words_over_their_length_and_the_vector():
    made = Likeness(0.5, {"who": (3.0, -1.0), "invented": (4.0, -2.0)}, np.array([1.0, 0.0]))
    score = made.score("Who invented it?", np.array([0.6, 0.8], dtype=np.float32), BUNDLED_SHA256)
    assert score == pytest.approx(0.5 - (3 + 8) / 5 + 1.5 * 0.6)


def test_with_other_weights_it_says_nothing():
    assert load_likeness().score("anything", np.zeros(384, dtype=np.float32), "other") == 0.0


def test_phrases_have_up_to_three_words():
    assert phrases("Who’s he, then") == {"who's", "he", "then", "who's he", "he then", "who's he then"}


def test_the_function_that_ships_comes_back_as_it_was_written(monkeypatch, tmp_path):
    shipped = load_likeness()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / likeness.NAME).write_bytes(write_likeness(shipped, "again"))
    assert gzip.decompress(write_likeness(shipped, "again")).startswith(b"# again")
    monkeypatch.setattr(likeness, "files", lambda _package: tmp_path)
    again = load_likeness.__wrapped__()
    assert again.words == shipped.words and np.array_equal(again.vector, shipped.vector)


def test_ours_score_above_others(embeddings):
    def score(text):
        return load_likeness().score(text, embeddings.embed([text])[0], embeddings.revision)

    assert score("how do i stop my legs from spasming at night") > 0 > score("who invented the wheelchair cushion")
