import random

import bm25s
import numpy as np
import pytest

from sci_assistant.keyword import KeywordIndex, best, write_keywords


def test_the_best_are_those_that_sorting_everything_finds():
    """Those that have a score at all."""
    draw = np.random.default_rng(3)
    for size, count in ((0, 5), (4, 9), (500, 1), (500, 100), (500, 500)):
        scores = draw.integers(0, 7, size).astype(np.float32)  # many are equal
        in_order = [position for position in np.argsort(-scores, kind="stable") if scores[position] > 0]
        assert best(scores, count).tolist() == in_order[:count]


def test_scores_are_those_that_bm25s_gives_itself(assistant):
    folder = assistant.live.folder / "keyword"
    theirs = bm25s.BM25.load(str(folder), mmap=True, show_progress=False)
    words = sorted(theirs.vocab_dict)
    draw = random.Random(1)
    for _ in range(50):
        asked = draw.sample(words, k=8)
        assert np.array_equal(assistant.live.keyword.scores([*asked, "zzqq"]), theirs.get_scores(asked))


def test_a_word_that_is_said_twice_counts_once(assistant):
    scores = assistant.live.keyword.scores
    assert np.array_equal(scores(["skin", "heel", "skin"]), scores(["skin", "heel"]))
    assert scores(["skin", "heel"]).max() > scores(["heel"]).max() > 0


def test_an_empty_index_scores_nothing(tmp_path):
    write_keywords((), {}, tmp_path / "keyword")
    assert KeywordIndex(tmp_path / "keyword", 0).scores(["sign"]).shape == (0,)


def test_parts_that_do_not_fit_together_are_refused(assistant, tmp_path):
    for path in (assistant.live.folder / "keyword").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    np.save(tmp_path / "data.csc.index.npy", np.zeros(3, dtype=np.float32))
    with pytest.raises(ValueError, match="do not fit"):
        KeywordIndex(tmp_path, len(assistant.live.chunks))
