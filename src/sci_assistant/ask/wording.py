"""A message's words, and whether phrases stand there in an order: what the patterns of data/caution.yaml are read with.

A pattern is a row of steps; a step is any of some phrases within some words of the one before, in the same sentence.
Lists of phrases are looked up once a message, so that a hundred patterns cost little.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SKIPPED = {"..": 3, "...": 12}  # words between two steps, at most
NUMBER = "#"

_TOKEN = re.compile(r"(?:[^\s,;:()/.!?]|[.](?=[^\s]))+")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")
_GAP = r"[\s,;:()/-]+"

Span = tuple[int, int]  # the first word and the one after the last


@dataclass(frozen=True, slots=True)
class Step:
    """Any of some lists and single phrases, at most `skip` words behind the one before, not right after `not_after`."""

    lists: tuple[str, ...]
    phrases: tuple[str, ...]
    skip: int = 0
    not_after: str | None = None  # a list


class Spoken:
    """One message, and where phrases stand in it."""

    def __init__(self, text: str, lists: Mapping[str, re.Pattern[str]]) -> None:
        self.text = text
        self._lists = lists
        tokens = list(_TOKEN.finditer(text))
        self.words = [token.group() for token in tokens]
        self._starts = [token.start() for token in tokens]
        opened = {bisect.bisect_left(self._starts, end.end()) for end in _SENTENCE_END.finditer(text)}
        self._inner = sum(1 << place for place in range(len(tokens)) if place not in opened)
        self._found: dict[str, tuple[Span, ...]] = {}
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            self._places.setdefault(word, []).append(place)

    def spans(self, name: str) -> tuple[Span, ...]:
        """Where a phrase of a list stands."""
        if name not in self._found:
            self._found[name] = tuple(self._span(match) for match in self._lists[name].finditer(self.text))
        return self._found[name]

    def spans_of(self, pattern: re.Pattern[str]) -> tuple[Span, ...]:
        """Where an expression stands."""
        return tuple(self._span(match) for match in pattern.finditer(self.text))

    def _span(self, match: re.Match[str]) -> Span:
        first = bisect.bisect_right(self._starts, match.start()) - 1
        return max(0, first), bisect.bisect_left(self._starts, match.end())

    def _spans_of_phrase(self, phrase: str) -> Iterable[Span]:
        words = phrase.split()
        if words == ["*"]:
            return ((place, place + 1) for place in range(len(self.words)))
        if words == [NUMBER]:
            return ((place, place + 1) for place, word in enumerate(self.words) if word[0].isdigit())
        length = len(words)
        places = self._places.get(words[0], ())
        return ((place, place + length) for place in places if self.words[place : place + length] == words)

    def _spans_of_step(self, step: Step) -> Iterable[Span]:
        for name in step.lists:
            yield from self.spans(name)
        for phrase in step.phrases:
            yield from self._spans_of_phrase(phrase)

    def says(self, steps: Sequence[Step]) -> bool:
        """Whether the steps stand there in order."""
        return self.follow([(step.skip, self._allowed(step)) for step in steps])

    def _allowed(self, step: Step) -> Iterable[Span]:
        spans = self._spans_of_step(step)
        if step.not_after is None:
            return spans
        behind = {after for _, after in self.spans(step.not_after)}
        return (span for span in spans if span[0] not in behind)

    def follow(self, steps: Iterable[tuple[int, Iterable[Span]]]) -> bool:
        """Whether spans follow each other, each at most so many words behind the one before, in one sentence."""
        ends = -1  # bits of the words behind a step: at first, any
        for position, (skip, spans) in enumerate(steps):
            begins = ends if position == 0 else self._within(ends, skip)
            ends = 0
            for first, after in spans:
                if begins >> first & 1:
                    ends |= 1 << after
            if not ends:
                return False
        return True

    def _within(self, ends: int, skip: int) -> int:
        """Bits of the words at which a step may begin: in the sentence of the one before."""
        begins = ends & self._inner
        for _ in range(skip):
            begins |= (begins << 1) & self._inner
        return begins


def any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    """One expression for any of some phrases, longer ones first; `*` is any ending."""
    ordered = sorted(phrases, key=lambda phrase: -len(phrase))
    choices = (_GAP.join(re.escape(word).replace(r"\*", r"[\w'-]*") for word in phrase.split()) for phrase in ordered)
    return re.compile(rf"(?<![\w'])(?:{'|'.join(choices)})(?!\w)")


def read_steps(line: str, lists: Iterable[str]) -> tuple[Step, ...]:
    """The steps of a pattern as written.

    Raises:
        ValueError: the pattern names a list that is not there.
    """
    known = frozenset(lists)
    steps: list[Step] = []
    skip, not_after = 0, None
    for token in line.split():
        if token.startswith("!"):
            not_after = token.strip("!{}")
            if not_after not in known:
                raise ValueError(f"caution.yaml, pattern {line!r}: no such list: {not_after}")
            continue
        if token in SKIPPED:
            skip = SKIPPED[token]
            continue
        choices = token.split("|")
        named = tuple(choice.strip("{}") for choice in choices if choice.startswith("{"))
        unknown = sorted(set(named) - known)
        if unknown:
            raise ValueError(f"caution.yaml, pattern {line!r}: no such list: {', '.join(unknown)}")
        phrases = tuple(choice.replace("_", " ") for choice in choices if not choice.startswith("{"))
        steps.append(Step(named, phrases, skip, not_after))
        skip, not_after = 0, None
    return tuple(steps)
