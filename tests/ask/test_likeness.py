"""How a question sounds: functions as written, and that what ships tells ours from others."""

import gzip

import numpy as np
import pytest

from sci_assistant.ask import likeness
from sci_assistant.ask.likeness import (
    Likeness,
    Networks,
    load_likeness,
    load_networks,
    phrases,
    write_likeness,
)
from sci_assistant.graph import MEANS
from sci_assistant.models import BUNDLED_SHA256, LocalEmbeddings


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


def two_networks():
    """Two networks of one hidden unit over two numbers: for ours and one class of foils."""
    return Networks(
        centre=np.array([1.0, 0.0]),
        spread=np.array([2.0, 1.0]),
        hidden=np.array([[[1.0], [0.0]], [[0.0], [1.0]]]),
        hidden_bias=np.array([[0.0], [-5.0]]),
        decide=np.array([[[2.0, 0.0]], [[0.0, 9.0]]]),
        decide_bias=np.array([[0.0, 0.0], [0.0, 0.0]]),
    )


def test_the_chance_of_a_class_is_the_mean_over_networks():
    ours = 1 / (1 + np.exp(-2 * (3 - 1) / 2))  # of the first network; the second one's unit is silent
    chances = two_networks().classes(np.array([3.0, 4.0]))
    assert chances == pytest.approx([(ours + 0.5) / 2, (1 - ours + 0.5) / 2])
    assert two_networks().classes(np.array([[3.0, 4.0], [3.0, 4.0]])) == pytest.approx(np.stack([chances] * 2))
    score = two_networks().score(np.array([3.0, 4.0]), BUNDLED_SHA256)
    assert score == pytest.approx(np.log(chances[0] / chances[1]), abs=1e-3)


def test_networks_say_nothing_with_other_weights_or_another_model():
    assert load_networks().score(np.zeros(MEANS, dtype=np.float32), "other") == 0.0
    assert load_networks().score(None, BUNDLED_SHA256) == 0.0


def test_ours_score_above_others_by_the_networks_too():
    embeddings = LocalEmbeddings()
    vectors, means = embeddings.look(["how do i stop my legs from spasming at night", "who invented the wheelchair"])
    ours, other = (load_networks().score(one, embeddings.revision) for one in means)
    assert ours > 0 > other
    assert np.array_equal(vectors[:1], embeddings.embed(["how do i stop my legs from spasming at night"]))
