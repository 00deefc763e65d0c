"""A question's vector -> one that lies nearer to the sentences that answer it.

The embedding model places a question near other questions. A small network beside it, a linear map and one hidden
layer, fitted once on the questions listed beside the bundled articles (eval/fit_query_adapter.py; never on evaluation
questions), turns it towards answers; passages keep their vectors. It belongs to one set of weights: with other
weights the vector stays as it is.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sci_assistant.models import BUNDLED_SHA256, Vectors
from sci_assistant.weights import shipped_arrays

NAME = "query_adapter.npz"
Matrix = NDArray[np.float32]


class Adapter(NamedTuple):
    """What is added to a vector v of n dimensions: vL + max(0, vI + b)O."""

    linear: Matrix  # (n, n)
    inner: Matrix  # (n, hidden)
    bias: Matrix  # (hidden,)
    outer: Matrix  # (hidden, n)

    def turn(self, vectors: Vectors) -> Vectors:
        """Unit vectors, of shape (n,) or (rows, n), turned and at unit length again."""
        moved = vectors + vectors @ self.linear + np.maximum(vectors @ self.inner + self.bias, 0.0) @ self.outer
        return np.asarray(moved / np.linalg.norm(moved, axis=-1, keepdims=True), dtype=np.float32)


@cache
def load_adapter() -> Adapter:
    """The fitted network that ships with the package."""
    return Adapter(**shipped_arrays(NAME))


def adapt(vector: Vectors, revision: str) -> Vectors:
    """The turned unit vector, or the vector itself where the weights are not those that the adapter was fitted for."""
    return load_adapter().turn(vector) if revision == BUNDLED_SHA256 else vector
