import numpy as np

from sci_assistant.keyword import best


def test_the_best_are_those_that_sorting_everything_finds():
    draw = np.random.default_rng(3)
    for size, count in ((0, 5), (4, 9), (500, 1), (500, 100), (500, 500)):
        scores = draw.integers(0, 7, size).astype(np.float32)  # many are equal
        assert np.array_equal(best(scores, count), np.argsort(-scores, kind="stable")[:count])
