"""A claim and the sentences it may rest on -> the few places that hold most of its words, best first.

A place is one sentence or two neighbours of one article; words from across passages never add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sci_assistant.ask.verify import Source
from sci_assistant.ask.verify_read import Reading, read_sentence
from sci_assistant.ask.verify_rules import Compared
from sci_assistant.words import rarity, stem

STANDS_FOR = 0.9  # what a synonym counts of the word itself
PAIR_GAIN = 0.08  # coverage that a second sentence must add


@dataclass(frozen=True, slots=True)
class Place:
    """One or two neighbouring sentences beside a claim, and the weighted share of the claim's words they hold."""

    sources: tuple[Source, ...]
    pair: Compared
    coverage: float

    @property
    def text(self) -> str:
        return self.pair.source.text


def find_places(claim: Reading, sources: Sequence[Source], *, most: int) -> list[Place]:
    """At most so many places, those with the highest coverage first; a pair only where it holds more than each half."""
    singles = [_place(claim, (source,)) for source in sources]
    alone = {(place.sources[0].article, place.sources[0].index): place.coverage for place in singles}
    pairs = []
    for first, second in _neighbours(sources):
        better = max(alone[first.article, first.index], alone[second.article, second.index])
        if _could_gain(claim, first, second, better):
            pair = _place(claim, (first, second))
            if pair.coverage >= better + PAIR_GAIN:
                pairs.append(pair)
    return sorted([*singles, *pairs], key=lambda place: -place.coverage)[:most]


def _neighbours(sources: Sequence[Source]) -> list[tuple[Source, Source]]:
    ordered = sorted({(s.article, s.index): s for s in sources}.values(), key=lambda s: (s.article, s.index))
    return [(a, b) for a, b in pairwise(ordered) if a.article == b.article and b.index == a.index + 1]


def _could_gain(claim: Reading, first: Source, second: Source, better: float) -> bool:
    """Whether each of two neighbours holds words of the claim; cheap, before they are compared."""
    words = {stem(word) for word in claim.content}
    return better < 1 and not words.isdisjoint(read_sentence(first.text).stems) and not words.isdisjoint(
        read_sentence(second.text).stems
    )


def _place(claim: Reading, sources: tuple[Source, ...]) -> Place:
    text = " ".join(source.text for source in sources)
    topic = frozenset(stem(word) for word in sources[0].article.split("-"))
    pair = Compared(claim, read_sentence(text), topic)
    return Place(sources, pair, coverage(pair))


def coverage(pair: Compared) -> float:
    """The share of a claim's content words that the source holds, weighted by rarity; 1 for a claim without any."""
    words = set(pair.claim.content)
    if not words:
        return 0.0
    missing, new = set(pair.missing), set(pair.new)
    held = sum(rarity(word) * (1 - (word in missing) + (word in missing and word not in new) * STANDS_FOR) for word in words)
    return held / sum(rarity(word) for word in words)
