"""The fitted network moves questions of its own weights, and leaves others alone."""

import numpy as np

from sci_assistant.ask.adapter import Adapter, adapt, load_adapter
from sci_assistant.models import BUNDLED_SHA256


def test_a_moved_vector_has_length_one_and_is_another():
    size = len(load_adapter().linear)
    vector = np.full(size, size**-0.5, dtype=np.float32)
    moved = adapt(vector, BUNDLED_SHA256)
    assert np.isclose(np.linalg.norm(moved), 1.0, atol=1e-5)
    assert not np.allclose(moved, vector)


def test_with_other_weights_the_vector_stays():
    vector = np.array([0.6, 0.8], dtype=np.float32)
    assert adapt(vector, "other") is vector


def test_rows_are_turned_as_by_hand():
    linear = np.array([[0, 1], [0, 0]], dtype=np.float32)
    inner = np.array([[1], [-1]], dtype=np.float32)
    adapter = Adapter(linear, inner, np.array([-0.5], dtype=np.float32), np.array([[2, 0]], dtype=np.float32))
    turned = adapter.turn(np.array([[1, 0], [0, 1]], dtype=np.float32))
    # [1, 0] -> [1, 0] + [0, 1] + max(0, 1 - 0.5) * [2, 0] = [2, 1]; [0, 1] gets nothing: its hidden value is below 0
    np.testing.assert_allclose(turned, [[2 / 5**0.5, 1 / 5**0.5], [0, 1]], atol=1e-6)
