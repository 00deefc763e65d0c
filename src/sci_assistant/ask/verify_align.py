"""A claim and the sentences it may rest on -> the few places that hold most of its words, best first.

A place is one sentence or two neighbours of one article; words from across passages never add up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sci_assistant.ask.verify import Source
from sci_assistant.ask.verify_compare import Compared
from sci_assistant.ask.verify_read import Reading, read_sentence
from sci_assistant.ask.verify_terms import OtherNames
from sci_assistant.words import rarity, stem

STANDS_FOR = 0.9  # what a synonym counts of the word itself
LOOKED_AT = 8  # sentences with the most words of the claim
PAIR_GAIN = 0.08  # coverage that a second sentence must add

CLAUSE, CLAUSE_COVERAGE = 2, 0.85  # content words of a clause, and the share of it that one sentence must hold
_JOINTS = re.compile(r"[,;:] (?:and |but |so |or )?|\b(?:because|since|although|while|if|when|so that|but|and)\b")


@dataclass(frozen=True, slots=True)
class Place:
    """One or two neighbouring sentences beside a claim, and the weighted share of the claim's words they hold."""

    sources: tuple[Source, ...]
    pair: Compared
    coverage: float

    @property
    def text(self) -> str:
        return self.pair.source.text

    @property
    def is_copied(self) -> bool:
        """Whether the claim says it word for word."""
        return self.pair.claim.tokens == self.pair.source.tokens


def find_places(claim: Reading, sources: Sequence[Source], *, most: int, names: OtherNames) -> list[Place]:
    """At most so many places, those with the highest coverage first; a pair only where it holds more than each half."""
    words = {stem(word) for word in claim.content}
    held = {source: len(words & read_sentence(source.text).stems) for source in sources}
    likely = sorted(held, key=lambda source: -held[source])[:LOOKED_AT]
    singles = [_place(claim, (source,), names) for source in likely]
    alone = {place.sources[0]: place.coverage for place in singles}
    pairs = []
    for first, second in _neighbours(sources):
        better = max(alone.get(first, 0.0), alone.get(second, 0.0))
        if better < 1 and held[first] and held[second] and (first in alone or second in alone):
            pair = _place(claim, (first, second), names)
            if pair.coverage >= better + PAIR_GAIN and _rests_on_both(claim, first, second):
                pairs.append(pair)
    return sorted([*singles, *pairs], key=lambda place: -place.coverage)[:most]


def _neighbours(sources: Sequence[Source]) -> list[tuple[Source, Source]]:
    ordered = sorted({(s.article, s.index): s for s in sources}.values(), key=lambda s: (s.article, s.index))
    return [(a, b) for a, b in pairwise(ordered) if a.article == b.article and b.index == a.index + 1]


def _rests_on_both(claim: Reading, first: Source, second: Source) -> bool:
    """Whether each clause of a claim rests on one of two sentences alone, so that none joins things of both."""
    clauses = [Reading(part) for part in _JOINTS.split(claim.text)]
    told = [clause for clause in clauses if len(clause.content) >= CLAUSE]
    halves = (read_sentence(first.text), read_sentence(second.text))
    return len(told) > 1 and all(
        max(coverage(Compared(clause, half)) for half in halves) >= CLAUSE_COVERAGE for clause in told
    )


def _place(claim: Reading, sources: tuple[Source, ...], names: OtherNames) -> Place:
    text = " ".join(source.text for source in sources)
    topic = frozenset(stem(word) for word in sources[0].article.split("-"))
    pair = Compared(claim, read_sentence(text), topic | names.of(text))
    return Place(sources, pair, coverage(pair))


def coverage(pair: Compared) -> float:
    """The share of a claim's content words that the source holds, weighted by rarity; 1 for a claim without any."""
    words = set(pair.claim.content)
    if not words:
        return 0.0
    missing, new = set(pair.missing), set(pair.new)
    held = sum(
        rarity(word) * (1 - (word in missing) + (word in missing and word not in new) * STANDS_FOR) for word in words
    )
    return held / sum(rarity(word) for word in words)
