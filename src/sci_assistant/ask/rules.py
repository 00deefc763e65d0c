"""data/triage.yaml -> the notice rules: words, patterns, bounds of readings, texts, steps and numbers.

A thing ("head") is a list of phrases. In a phrase `*` stands for any ending, `|` for either word and `...` for up to
three words. A phrase that opens with `except:` says what is not meant: words that it holds do not count. A pattern
("head + pounding") names things that must stand near each other; `&` joins parts that may stand anywhere in the
conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from sci_assistant.ask.heard import heard
from sci_assistant.ask.readings import Bounds
from sci_assistant.types import NoticeKind, Phone

READINGS = frozenset(
    {
        "high-blood-pressure",
        "low-blood-pressure",
        "fever",
        "very-hot",
        "very-cold",
        "low-oxygen",
        "slow-pulse",
        "fast-pulse",
    }
)
EXCEPT = "except: "  # opens a phrase that is not meant
_WORD_START = re.compile(r"(?<![\w'])(?=\S)")
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Parts that must all be found in a conversation; the things of one part stand near each other."""

    parts: tuple[tuple[str, ...], ...]
    things: frozenset[str]  # of all parts
    told: bool = False  # counts only where it is told as happening, whatever the rule says


@dataclass(frozen=True, slots=True)
class AddsUp:
    """Things that count points wherever they stand in a conversation, each once, and how many points raise a rule."""

    least: int
    points: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A notice's rule: raised when one of its patterns is found."""

    id: str
    kind: NoticeKind
    opens: NoticeKind  # whose first steps and numbers stand before the rule's own
    text: str
    steps: tuple[str, ...]
    when: tuple[Pattern, ...]
    adds_up: AddsUp | None  # beside the patterns: signs of which each counts some points
    lasts: bool  # for the rest of the conversation
    voided: bool  # by negation, the past and questions to learn
    surer: float = 0.0  # how far below the usual bound, in log odds, danger must lie before the rule gives way
    articles: frozenset[str] | None = None  # that alone may be quoted below a likely emergency; None for any


class Thing:
    """The phrases of one thing. Their expression is made when it is first used: to make all of them takes longer than
    to answer a question."""

    def __init__(self, phrases: tuple[str, ...]) -> None:
        self.phrases = tuple(phrase for phrase in phrases if not phrase.startswith(EXCEPT))
        self.excepted = tuple(phrase.removeprefix(EXCEPT) for phrase in phrases if phrase.startswith(EXCEPT))

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """One expression for all phrases, those that are not meant first, then longer ones first."""
        meant, not_meant = (
            "|".join(map(_expression, sorted(phrases, key=lambda phrase: -len(phrase))))
            for phrases in (self.phrases, self.excepted)
        )
        either = f"(?P<not_meant>{not_meant})|{meant}" if not_meant else meant
        return re.compile(rf"(?<![\w'])(?:{either})(?!\w)")

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Where a text names the thing."""
        found = self.expression.finditer(text)
        return (match for match in found if not match.groupdict().get("not_meant"))


class Openings:
    """How the phrases of all things begin: which things a text may name, so that only these are looked for."""

    def __init__(self, things: Mapping[str, Thing]) -> None:
        self._by_first: dict[str, list[tuple[str, tuple[str, ...]]]] = {}  # the thing, and the phrase's other pieces
        for name, thing in things.items():
            for phrase in thing.phrases:
                first, *rest = (word for word in phrase.split() if word != "...")
                others = tuple(piece for word in rest if "|" not in word for piece in word.split("*") if piece)
                for either in first.split("|"):
                    self._by_first.setdefault(either.partition("*")[0], []).append((name, others))
        self._lengths = sorted({len(first) for first in self._by_first})

    def named(self, text: str) -> frozenset[str]:
        """The things of which all pieces of a phrase stand in a text, its first piece where a word begins."""
        starts = [match.start() for match in _WORD_START.finditer(text)]
        firsts = {text[start : start + length] for start in starts for length in self._lengths}
        found: set[str] = set()
        for first in self._by_first.keys() & firsts:
            for name, others in self._by_first[first]:
                if name not in found and all(piece in text for piece in others):
                    found.add(name)
        return frozenset(found)


@dataclass(frozen=True)
class Rules:
    """All of data/triage.yaml."""

    rules: tuple[Rule, ...]
    things: Mapping[str, Thing]
    openings: Openings
    context: frozenset[str]  # things that set the scene only
    bounds: Bounds
    first_steps: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[Phone, ...]]
    terms: tuple[str, ...]
    sounds: Mapping[str, str]
    vocabulary: frozenset[str]

    def named(self, rule_id: str) -> list[Rule]:
        """The rule of an id, in a list that is empty where the file has none."""
        return [rule for rule in self.rules if rule.id == rule_id]

    @cached_property
    def crisis_things(self) -> frozenset[str]:
        """What the rules that hear a crisis look for, but for what only sets the scene."""
        crises = [rule for rule in self.rules if rule.kind == "crisis"]
        named = {thing for rule in crises for pattern in rule.when for thing in pattern.things}
        points = {thing for rule in crises if rule.adds_up for thing, _ in rule.adds_up.points}
        return frozenset((named | points) - self.context)

    def articles_of(self, rule_ids: Iterable[str]) -> frozenset[str] | None:
        """Articles on the dangers of rules, by id; None, for any article, where no rule says which."""
        named = [rule.articles for rule_id in rule_ids for rule in self.named(rule_id)]
        told = [articles for articles in named if articles is not None]
        return frozenset().union(*told) if told else None

    def heard(self, text: str) -> str:
        """A message as the rules read it."""
        return heard(text, terms=self.terms, vocabulary=self.vocabulary, sounds=self.sounds)


@cache
def load_rules() -> Rules:
    """The rules that ship with the package.

    Raises:
        ValueError: a pattern names a thing that is not listed.
    """
    import yaml

    text = (files("sci_assistant") / "data" / "triage.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return parse_rules(raw)


def parse_rules(raw: Mapping[str, Any]) -> Rules:
    """The rules of a parsed YAML file.

    Raises:
        ValueError: a pattern names a thing that is not listed.
    """
    things = {name: Thing(tuple(phrases)) for name, phrases in raw["things"].items()}
    rules = tuple(
        Rule(
            id=rule["id"],
            kind=rule["kind"],
            opens=rule.get("opens", rule["kind"]),
            text=rule["text"],
            steps=tuple(rule["steps"]),
            when=tuple(_pattern(line, rule["id"], things) for line in rule["when"]),
            adds_up=_adds_up(rule, things),
            lasts=rule.get("lasts", False),
            voided=rule.get("voided", True),
            surer=float(rule.get("surer", 0.0)),
            articles=frozenset(rule["articles"]) if "articles" in rule else None,
        )
        for rule in raw["rules"]
    )
    return Rules(
        rules=rules,
        things=things,
        openings=Openings(things),
        context=frozenset(raw["context"]),
        bounds=Bounds(**raw["readings"]),
        first_steps={kind: tuple(steps) for kind, steps in raw["first_steps"].items()},
        numbers={kind: tuple(Phone(n["label"], n["tel"]) for n in rows) for kind, rows in raw["numbers"].items()},
        terms=tuple(raw["terms"]),
        sounds=raw["sounds"],
        vocabulary=frozenset(_vocabulary(raw)),
    )


def _pattern(line: str, rule: str, things: Mapping[str, Thing]) -> Pattern:
    told, line = line.startswith("told:"), line.removeprefix("told:")
    parts = tuple(tuple(thing.strip() for thing in part.split("+")) for part in line.split("&"))
    named = frozenset(thing for part in parts for thing in part)
    unknown = sorted(named - set(things) - READINGS)
    if unknown:
        raise ValueError(f"triage.yaml, rule {rule}, pattern {line!r}: no such thing: {', '.join(unknown)}")
    return Pattern(parts, named, told)


def _adds_up(rule: Mapping[str, Any], things: Mapping[str, Thing]) -> AddsUp | None:
    raw = rule.get("adds_up")
    if raw is None:
        return None
    points = tuple((row["thing"], row["points"]) for row in raw["points"])
    unknown = sorted({thing for thing, _ in points} - set(things) - READINGS)
    if unknown:
        raise ValueError(f"triage.yaml, rule {rule['id']}, adds_up: no such thing: {', '.join(unknown)}")
    return AddsUp(raw["least"], points)


def _expression(phrase: str) -> str:
    words = phrase.split()
    out = ""
    for position, word in enumerate(words):
        if word == "...":
            out += r"(?:[ ,]+[^\s.!?]+){0,3}?"
            continue
        gap = "" if position == 0 else r"[ ,-]+"
        either = "|".join(re.escape(one).replace(r"\*", r"[\w'-]*") for one in word.split("|"))
        out += gap + (f"(?:{either})" if "|" in word else either)
    return out


def _vocabulary(raw: Mapping[str, Any]) -> Iterator[str]:
    """Words that slips are mended to and that are no slips themselves: every whole word of the phrases."""
    yield from raw.get("everyday", ())
    for phrases in raw["things"].values():
        for phrase in phrases:
            words = (one.rstrip("*") for word in phrase.removeprefix(EXCEPT).split() for one in word.split("|"))
            yield from (word for word in words if _WORD.fullmatch(word) and len(word) >= 4)
    yield from raw["terms"]
