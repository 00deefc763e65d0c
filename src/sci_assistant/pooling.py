"""What a model makes of each token of a passage -> the passage's vector, and one for each of its sentences.

One pass gives both (late chunking: Günther et al., 2024, https://arxiv.org/abs/2409.04701): a sentence's vector is the
mean of its own tokens, each of which has seen the whole passage, and of the heading's at a lower weight. Nothing is
embedded twice, which makes a large corpus half the work. On the bundled articles such vectors find a little less than
sentences that were embedded by themselves: 0.727 instead of 0.740 of the key facts in the best 120 words (dev, fitted
for each, cross-validated), so those are embedded by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEADING = 0.3  # weight of the heading's mean beside that of the sentence: 0 and 0.6 found as much on dev, or less

Floats = NDArray[np.float32]
Span = tuple[int, int]  # first character and the one after the last
States = Iterable[tuple[Sequence[int], Floats]]  # positions of texts, and arrays (texts, tokens, dimensions)


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to embed, its heading in a line of its own before it, and the sentences that get vectors, too."""

    text: str
    spans: tuple[Span, ...] = ()  # of the sentences
    alone: tuple[str, ...] = ()  # what is embedded of each where it is embedded by itself

    @property
    def keys(self) -> tuple[str, ...]:
        """What tells its vectors from others, its own first: a sentence's depends on all that stands beside it."""
        return (self.text, *(f"{self.text}\x1f{start}-{end}" for start, end in self.spans))

    @property
    def heading(self) -> int:
        """How many characters the heading has, 0 where there is none."""
        return self.text.find("\n") + 1

    @property
    def apart(self) -> tuple[Passage, ...]:
        """The text and its sentences as passages of their own, in the order of its vectors."""
        return (Passage(self.text), *(Passage(text) for text in self.alone))


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as the model reads it, and the character that each token begins at, special ones left out."""

    ids: Sequence[int]
    starts: NDArray[np.int64]


def pooled(passages: Sequence[Passage], tokens: Sequence[Tokens], states: States, dimensions: int) -> Floats:
    """Unit vectors of passages, each followed by those of its sentences; shape (all of them, dimensions)."""
    first = np.cumsum([0, *(1 + len(passage.spans) for passage in passages)])
    vectors = np.empty((int(first[-1]), dimensions), dtype=np.float32)
    for positions, seen in states:
        for position, text in zip(positions, seen, strict=True):
            rows = _rows(passages[position], tokens[position], text)
            vectors[first[position] : first[position + 1]] = list(rows)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _rows(passage: Passage, tokens: Tokens, seen: Floats) -> Iterator[Floats]:
    whole = seen[: len(tokens.ids)].mean(axis=0)
    yield whole
    heading = seen[1 : 1 + int(np.searchsorted(tokens.starts, passage.heading))]
    added = HEADING * heading.mean(axis=0) if len(heading) else np.float32(0.0)
    for span in passage.spans:
        begin, end = np.searchsorted(tokens.starts, span) + 1  # the first token is a special one
        yield np.asarray(seen[begin:end].mean(axis=0) + added if begin < end else whole)
