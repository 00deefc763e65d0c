"""Rows of a fit -> batches of texts of like length, so that little of a batch is padding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BATCH = 64


def in_batches(
    rows: NDArray[np.int_], lengths: NDArray[np.int_], random: np.random.Generator, *, pool: int
) -> list[list[int]]:
    """The rows in batches, in a random order; `pool` batches are sorted by length together.

    Args:
        lengths: of every row that there is, by its number.
    """
    order = random.permutation(rows)
    found: list[list[int]] = []
    for start in range(0, len(order), pool * BATCH):
        near = sorted((int(row) for row in order[start : start + pool * BATCH]), key=lambda row: int(lengths[row]))
        found += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
    return [found[int(n)] for n in random.permutation(len(found))]
