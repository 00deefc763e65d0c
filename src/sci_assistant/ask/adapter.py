"""A question's vector -> one that lies nearer to the sentences that answer it.

The embedding model places a question near other questions. A linear map, fitted once on the questions listed beside
the bundled articles (eval/fit_query_adapter.py; never on evaluation questions), turns it towards answers; passages
keep their vectors. It belongs to one set of weights: with other weights the vector stays as it is.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from sci_assistant.models import BUNDLED_SHA256, Vectors

NAME = "query_adapter.npy"


@cache
def load_adapter() -> NDArray[np.float32]:
    """The fitted map, shape (dimensions, dimensions)."""
    with (files("sci_assistant") / "data" / NAME).open("rb") as stream:
        return np.asarray(np.load(stream), dtype=np.float32)


def adapt(vector: Vectors, revision: str) -> Vectors:
    """The unit vector v + vA, or the vector itself where the weights are not those that A was fitted for."""
    if revision != BUNDLED_SHA256:
        return vector
    moved = vector + vector @ load_adapter()
    return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)
