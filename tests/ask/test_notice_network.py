"""The network that reads a conversation: the same numbers as in its fit and as it ships, and what it is read from."""

import numpy as np
import pytest
import torch
from sci_assistant_eval.notice_training import Heard, Net, fit

from sci_assistant.ask import notice_network
from sci_assistant.ask.notice_network import (
    MOST_TOKENS,
    load_network,
    load_weigher,
    read_network,
)
from sci_assistant.ask.triage import Triage
from sci_assistant.ask.weighed import WeighedWords
from sci_assistant.graph import OwnPieces
from sci_assistant.types import Turn

ROWS = [0, 1, 24, 25]


@pytest.fixture(scope="module")
def heard():
    dangerous = ["my dad passed out and will not wake", "his lips are blue ."] * 12
    harmless = ["i passed out flyers with my dad", "my lips are dry , which balm ?"] * 12
    texts = [*dangerous, *harmless]
    signs = [frozenset({"told blue"} if "blue" in text else ()) for text in texts]
    danger = np.array([True] * 24 + [False] * 24)
    return Heard(texts, signs, danger, np.zeros(48, dtype=bool), np.ones(48))


def test_it_scores_nearly_as_pytorch_does_though_its_weights_are_whole_numbers(heard):
    torch.manual_seed(0)
    net = Net(heard)
    net.train(False)
    network = read_network(net.file_arrays())
    with torch.no_grad():
        wanted = net.read(ROWS, np.random.default_rng(0)).numpy()
    scores = np.array([network.score(heard.texts[row], heard.signs[row]) for row in ROWS])
    assert np.abs(scores - wanted).max() < 0.2 * np.ptp(wanted)


def test_a_fit_learns_what_it_is_shown(heard, monkeypatch):
    monkeypatch.setattr("sci_assistant_eval.notice_training.EPOCHS", 12)
    network = read_network(fit(heard, np.arange(48)))
    scores = [network.score(text, signs).first for text, signs in zip(heard.texts, heard.signs, strict=True)]
    assert min(scores[:24]) > max(scores[24:])


def test_the_order_of_words_counts():
    one, other = (
        "my dad passed out . he is not handing out flyers",
        "my dad is handing out flyers . he has not passed out",
    )
    assert load_network().score(one, ()).first != load_network().score(other, ()).first


@pytest.mark.parametrize(("text", "count"), [("", 2), ("help .", 4), ("a " * 5000, MOST_TOKENS)])
def test_an_endless_conversation_is_read_at_both_ends_and_an_empty_one_too(text, count):
    assert len(OwnPieces(load_network().vocabulary).encode(text, MOST_TOKENS)) == count
    load_weigher().weigh(text, ())


def test_an_unknown_word_is_read_in_pieces():
    pieces = OwnPieces([*OwnPieces.SPECIAL, "fl", "##y", "##ers", "##e"])
    assert pieces.encode("Flyers fly", 9) == [1, 5, 6, 7, 5, 6, 2]
    assert pieces.encode("zebra", 9) == [1, OwnPieces.SPECIAL.index("[UNK]"), 2]


def test_words_alone_weigh_where_the_network_cannot_be_run(monkeypatch):
    def broken(*args):
        raise ImportError("no onnxruntime")

    monkeypatch.setattr(notice_network, "Graph", broken)
    load_network.cache_clear()
    load_weigher.cache_clear()
    try:
        assert isinstance(load_weigher(), WeighedWords)
        assert Triage().read(Turn("I'm T4 and my head is pounding, I'm flushed and sweating above the injury."))
    finally:
        load_network.cache_clear()
        load_weigher.cache_clear()
