"""The network that reads a conversation: the same numbers as in its fit, and what it is read from."""

import numpy as np
import pytest
import torch
from sci_assistant_eval.notice_training import Heard, _Net, fit

from sci_assistant.ask.notice_network import (
    MOST_TOKENS,
    NoticeNetwork,
    load_network,
    load_weigher,
    pieces_of,
    tokens_of,
)


@pytest.fixture(scope="module")
def heard():
    dangerous = ["my dad passed out and will not wake", "his lips are blue ."] * 12
    harmless = ["i passed out flyers with my dad", "my lips are dry , which balm ?"] * 12
    texts = [*dangerous, *harmless]
    signs = [frozenset({"told blue"} if "blue" in text else ()) for text in texts]
    danger = np.array([True] * 24 + [False] * 24)
    return Heard(texts, signs, danger, np.zeros(48, dtype=bool), np.ones(48))


def test_it_scores_as_pytorch_does(heard):
    net = _Net(heard)
    net.parts.eval()
    network = net.network()

    class Nothing:
        def random(self, shape):
            return np.ones(shape)

    rows = [0, 1, 24, 25]
    with torch.no_grad():
        wanted = net.read(rows, Nothing()).numpy()
    scores = [network.score(heard.texts[row], heard.signs[row]) for row in rows]
    assert np.allclose(scores, wanted, atol=1e-5)


def test_a_fit_learns_what_it_is_shown(heard):
    network = fit(heard, np.arange(48))
    scores = [network.score(text, signs).first for text, signs in zip(heard.texts, heard.signs, strict=True)]
    assert min(scores[:24]) > max(scores[24:])


def test_the_order_of_words_counts():
    one, other = (
        "my dad passed out . he is not handing out flyers",
        "my dad is handing out flyers . he has not passed out",
    )
    assert load_network().score(one, ()).first != load_network().score(other, ()).first


def test_several_networks_say_what_each_says_on_average(heard):
    one, other = (fit(heard, np.arange(48), seed=seed, batches=20) for seed in (0, 1))
    both = NoticeNetwork(
        one.vocabulary, one.signs, {name: np.concatenate([one.arrays[name], other.arrays[name]]) for name in one.arrays}
    )
    for text, signs in zip(heard.texts[::12], heard.signs[::12], strict=True):
        apart = np.array([one.score(text, signs), other.score(text, signs)])
        assert not np.allclose(apart[0], apart[1], atol=1e-3)
        assert np.allclose(both.score(text, signs), apart.mean(axis=0), atol=1e-5)


def test_slips_keep_some_pieces_of_a_word():
    assert len({*pieces_of("breathing")} & {*pieces_of("breathng")}) >= 3


@pytest.mark.parametrize(("text", "count"), [("", 1), ("help .", 2), ("a " * 5000, MOST_TOKENS)])
def test_an_endless_conversation_is_read_at_both_ends_and_an_empty_one_too(text, count):
    assert len(tokens_of(text)) == count
    load_weigher().weigh(text, ())
