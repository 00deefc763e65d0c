"""The fitted map moves questions of its own weights, and leaves others alone."""

import numpy as np

from sci_assistant.ask.adapter import adapt, load_adapter
from sci_assistant.models import BUNDLED_SHA256


def test_a_moved_vector_has_length_one_and_is_another():
    size = len(load_adapter())
    vector = np.full(size, size**-0.5, dtype=np.float32)
    moved = adapt(vector, BUNDLED_SHA256)
    assert np.isclose(np.linalg.norm(moved), 1.0, atol=1e-5)
    assert not np.allclose(moved, vector)


def test_with_other_weights_the_vector_stays():
    vector = np.array([0.6, 0.8], dtype=np.float32)
    assert adapt(vector, "other") is vector
