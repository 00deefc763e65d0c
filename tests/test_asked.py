"""Listed questions and foils as vectors: neighbours, votes, and foils that a corpus answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sci_assistant.asked import AskedIndex, _largest, foil_texts, unanswered
from sci_assistant.types import Article, Asked

ARTICLES = (
    Article("a", "A", "", (), (), (), asked=(Asked(("first", "the first"), (0,)), Asked(("second",), (1,)))),
    Article("b", "B", "", (), (), ()),
)
VECTORS = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 1, 0]], dtype=np.float32)


def test_each_listed_question_is_found_once_by_its_best_phrasing():
    found, _ = AskedIndex(ARTICLES, VECTORS).look(np.array([0, 1, 0], dtype=np.float32))
    assert [(m.article, m.asked.phrasings[0], round(m.cosine, 3)) for m in found] == [
        ("a", "second", 1.0),
        ("a", "first", 0.8),
    ]


@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 8))
def test_the_largest_are_those_of_a_stable_sort(values, most):
    cosines = np.array(values, dtype=np.float32)
    assert _largest(cosines, most).tolist() == np.argsort(-cosines, kind="stable")[:most].tolist()


def test_rows_that_do_not_fit_the_phrasings_are_refused():
    with pytest.raises(ValueError, match="2 vectors for 3 phrasings"):
        AskedIndex(ARTICLES, VECTORS[:2])


def test_the_nearer_side_gets_the_votes():
    index = AskedIndex(ARTICLES, VECTORS, np.array([[0, 0, 1]], dtype=np.float32))
    _, ours = index.look(np.array([1, 0, 0], dtype=np.float32))
    _, foil = index.look(np.array([0, 0, 1], dtype=np.float32))
    assert ours.share > 0.99 > 0.01 > foil.share
    assert (ours.asked, foil.foil) == (1.0, 1.0)


def test_without_lists_there_are_no_neighbours():
    index = AskedIndex((), np.zeros((0, 3), dtype=np.float32))
    matches, neighbourhood = index.look(VECTORS[0])
    assert (matches, neighbourhood.share) == ((), 0.0)


def test_a_foil_that_a_passage_lies_near_is_no_foil():
    chunks = np.array([[1, 0, 0]], dtype=np.float32)
    assert unanswered(VECTORS, chunks).tolist() == [False, *[True] * (len(VECTORS) - 1)]


def test_foils_stand_once():
    assert len(set(foil_texts())) == len(foil_texts()) > 100
