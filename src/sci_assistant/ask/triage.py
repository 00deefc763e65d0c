"""A turn and all earlier ones, raw -> a notice, before anything else. Rules alone: no model, no index.

The rules and every word that is shown stand in data/triage.yaml, for a clinician to read and edit; rules.py reads
that file, heard.py the message, frames.py how a thing is told. A rule is raised when the things that one of its
patterns names stand near each other and are not denied, long past or merely asked about. When in doubt the notice
is shown; the answer follows it.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from sci_assistant.ask import frames
from sci_assistant.ask.readings import find_readings
from sci_assistant.ask.rules import READINGS, Pattern, Rule, Rules, load_rules
from sci_assistant.types import Notice, NoticeKind, Turn

SEVERITY: tuple[NoticeKind, ...] = ("emergency", "crisis", "urgent")  # the first that was raised is shown
NEAR = 22  # words from the first to the last thing of a pattern's part, at most
MOST_PLACES = 12  # of one thing that are looked at in a message

_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a thing stands: its message, and its first and last word there."""

    message: int
    first: int
    last: int

    def overlaps(self, other: _Place) -> bool:
        return self.message == other.message and self.first <= other.last and other.first <= self.last


class Triage:
    """Reads a turn for emergencies. Needs neither model nor index."""

    def read(self, turn: Turn) -> Notice | None:
        """The notice for a turn, None where no rule is raised."""
        rules = load_rules()
        messages = [_Message(rules.heard(text), position, rules) for position, text in enumerate((*turn.history, turn.question))]
        return make_notice([rule for rule in rules.rules if _raised(rule, messages)], rules)


def make_notice(raised: Sequence[Rule], rules: Rules) -> Notice | None:
    """What is shown when rules are raised; None where there are none."""
    if not raised:
        return None
    kind = min((rule.kind for rule in raised), key=SEVERITY.index)
    shown = [rule for rule in raised if rule.kind == kind or rule.kind == "crisis"]
    kinds = [one for one in SEVERITY if any(rule.kind == one for rule in shown)]
    numbers = [n for one in kinds for n in rules.numbers["crisis" if one == "crisis" else "emergency"]]
    return Notice(
        kind=kind,
        rules=tuple(rule.id for rule in raised),
        text=" ".join(rule.text for rule in shown),
        steps=(*(s for k in kinds for s in rules.first_steps[k]), *(s for rule in shown for s in rule.steps)),
        numbers=tuple({phone.tel: phone for phone in numbers}.values()),
    )


class _Message:
    """One message as heard, and where the things of the rules stand in it."""

    def __init__(self, text: str, position: int, rules: Rules) -> None:
        self.text = text
        self.position = position
        self._rules = rules
        self._starts = [0, *(match.end() for match in _SPACE.finditer(text))]
        self._ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
        self._readings = find_readings(text, rules.bounds)
        self._found: dict[tuple[str, bool], tuple[_Place, ...]] = {}

    def places(self, thing: str, *, voided: bool) -> tuple[_Place, ...]:
        """Where a thing stands; with `voided`, only where it is told as happening."""
        key = (thing, voided)
        if key not in self._found:
            spans = self._spans(thing)
            kept = [span for span in spans if not (self._is_void(*span) if voided else self._is_statistics(*span))]
            self._found[key] = tuple(self._place(*span) for span in kept[:MOST_PLACES])
        return self._found[key]

    def _spans(self, thing: str) -> Iterable[tuple[int, int]]:
        found = [match.span() for match in self._rules.things[thing].finditer(self.text)] if thing in self._rules.things else []
        return (*found, *self._readings.get(thing, ())) if thing in READINGS else found

    def _place(self, start: int, end: int) -> _Place:
        return _Place(
            self.position, bisect.bisect_right(self._starts, start) - 1, bisect.bisect_right(self._starts, end - 1) - 1
        )

    def _sentence(self, start: int) -> tuple[int, int]:
        after = bisect.bisect_right(self._ends, start)
        return self._ends[after - 1], self._ends[min(after, len(self._ends) - 1)]

    def _is_void(self, start: int, end: int) -> bool:  # noqa: ARG002 - a span is passed whole
        first, last = self._sentence(start)
        sentence, before = self.text[first:last], self.text[first:start]
        return (
            frames.is_negated(before)
            or frames.is_past(sentence)
            or frames.is_learning(sentence.strip(), before)
            or frames.is_perhaps(before)
        )

    def _is_statistics(self, start: int, end: int) -> bool:  # noqa: ARG002 - a span is passed whole
        first, last = self._sentence(start)
        return frames.is_about_statistics(self.text[first:last]) or frames.is_recovered(self.text)


def _raised(rule: Rule, messages: Sequence[_Message]) -> bool:
    return any(_found(pattern, rule, messages) for pattern in rule.when) or _adds_up(rule, messages)


def _adds_up(rule: Rule, messages: Sequence[_Message]) -> bool:
    """Whether signs that each say little add up."""
    if rule.adds_up is None:
        return False
    told = (
        points
        for thing, points in rule.adds_up.points
        if any(message.places(thing, voided=rule.voided) for message in messages)
    )
    return sum(told) >= rule.adds_up.least


def _found(pattern: Pattern, rule: Rule, messages: Sequence[_Message]) -> bool:
    """Whether all parts of a pattern are told, and (unless the rule lasts) one thing of it in the newest message."""
    voided = rule.voided or pattern.told
    parts = [_found_part(part, messages, voided=voided) for part in pattern.parts]
    if not all(parts):
        return False
    newest = messages[-1].position
    return rule.lasts or any(place.message == newest for ways in parts for way in ways for place in way)


def _found_part(things: Sequence[str], messages: Sequence[_Message], *, voided: bool) -> list[tuple[_Place, ...]]:
    """Every way in which the things of a part stand near each other, or in different messages."""
    places = [[p for message in messages for p in message.places(thing, voided=voided)] for thing in things]
    if not all(places):
        return []
    return [way for way in product(*places) if _near(way)]


def _near(way: Sequence[_Place]) -> bool:
    for position, place in enumerate(way):
        for other in way[position + 1 :]:
            if place.overlaps(other):
                return False
            if place.message == other.message and abs(place.first - other.first) > NEAR:
                return False
    return True
