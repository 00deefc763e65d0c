"""A turn -> a caution where somebody asks what to do about their own treatment, or whether a reading is normal.

Without model or index, as triage.py: the words and patterns stand in data/caution.yaml, wording.py reads them, and
fitted weights of words (weighed.py) are counted beside them. The newest message must ask; what it asks about may
stand in earlier ones. The caution also says which treatments somebody asks to stop whose sudden stop may be
dangerous: stopping.py finds what the articles say of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from sci_assistant.ask.heard import heard
from sci_assistant.ask.language import language_of
from sci_assistant.ask.rules import load_rules
from sci_assistant.ask.weighed import CAUTIONS, load_words
from sci_assistant.ask.wording import Span, Spoken, Step, any_of, read_steps
from sci_assistant.types import Turn
from sci_assistant.words import names_medicine

CautionKind = Literal["treatment", "result"]

READ_CHARS = 700  # of each end of a message that are read
READ_EARLIER = 4  # earlier messages that are read
NEAR_STOP = 4  # words between "stop" and what is stopped, at most
_WORD = re.compile(r"[a-z][a-z0-9-]+")
_GOING_ON = ("taking", "using", "on", "having", "with", "without", "doing")


@dataclass(frozen=True, slots=True)
class Stopping:
    """A treatment whose sudden stop is dangerous: what people call it, and what articles call it, best first."""

    id: str
    names: re.Pattern[str]
    articles_say: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Caution:
    """What is said beside an answer on personal treatment, and the treatments that somebody asks to stop."""

    kind: CautionKind
    text: str
    stopping: tuple[Stopping, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What the newest message asks, and what must stand anywhere in the conversation."""

    asks: tuple[Step, ...]
    about: tuple[tuple[Step, ...], ...]


@dataclass(frozen=True, slots=True)
class Cautions:
    """All of data/caution.yaml."""

    texts: Mapping[str, str]
    lists: Mapping[str, re.Pattern[str]]
    when: tuple[tuple[CautionKind, tuple[_Pattern, ...]], ...]
    not_when: tuple[tuple[Step, ...], ...]
    stopping: tuple[Stopping, ...]
    warns: tuple[re.Pattern[str], ...]  # an article's sentence on stopping suddenly holds all of these
    vocabulary: frozenset[str]


def read_caution(turn: Turn, hear: Callable[[str], str] | None = None) -> Caution | None:
    """The caution for a turn, None where nothing personal is asked; `hear` gives a message as the notice rules hear it.

    What a pattern asks for is shown unless the weighed words (weighed.py) find the message general; where they find
    it personal and no pattern does, a caution stands all the same.
    """
    cautions, words = load_cautions(), load_words(CAUTIONS)
    readings = _all_readings(turn, cautions, hear or load_rules().heard)
    kind, reading = _by_pattern(readings, cautions)
    scores = words.weigh(*_signs(readings, kind))
    if scores.first < (words.doubt if kind else words.sure) or (not kind and language_of(turn.question) is not None):
        return None
    kind = kind or ("result" if scores.second >= 0.0 else "treatment")
    return Caution(kind, cautions.texts[kind], _asked_to_stop([Spoken(t, cautions.lists) for t in reading], cautions))


def read_signs(turn: Turn) -> tuple[str, frozenset[str]]:
    """A conversation for weighing: the newest message with its medicines marked, and signs."""
    cautions = load_cautions()
    readings = _all_readings(turn, cautions, load_rules().heard)
    return _signs(readings, _by_pattern(readings, cautions)[0])


def _all_readings(turn: Turn, cautions: Cautions, hear: Callable[[str], str]) -> list[tuple[str, ...]]:
    """The messages that are read, in both readings."""
    messages = [_clipped(text) for text in (*turn.history[-READ_EARLIER:], turn.question)]
    return list(zip(*(_readings(text, cautions, hear) for text in messages), strict=True))


def _by_pattern(readings: Sequence[tuple[str, ...]], cautions: Cautions) -> tuple[CautionKind | None, tuple[str, ...]]:
    """What the first reading that a pattern hears asks, and that reading; else the last one."""
    for reading in dict.fromkeys(readings):
        kind = _kind([Spoken(_mark_medicines(text), cautions.lists) for text in reading], cautions)
        if kind is not None:
            return kind, reading
    return None, readings[-1]


def _signs(readings: Sequence[tuple[str, ...]], kind: CautionKind | None) -> tuple[str, frozenset[str]]:
    *earlier, newest = (_mark_medicines(text) for text in readings[0])
    told = {
        f"rule {kind}": kind is not None,
        "medicine": "medicine" in newest,
        "medicine earlier": any("medicine" in text for text in earlier),
    }
    return newest, frozenset(sign for sign, there in told.items() if there)


def _clipped(text: str) -> str:
    """A message, of a long one its beginning and its end."""
    return text if len(text) <= 2 * READ_CHARS else f"{text[:READ_CHARS]} . {text[-READ_CHARS:]}"


def _readings(text: str, cautions: Cautions, hear: Callable[[str], str]) -> tuple[str, str]:
    """A message with its slips mended only, and as the notice rules hear it."""
    mended = heard(text, terms=(), vocabulary=cautions.vocabulary, sounds={})
    return mended, hear(text)


def _mark_medicines(text: str) -> str:
    return _WORD.sub(lambda match: "medicine" if names_medicine(match.group()) else match.group(), text)


def _kind(messages: Sequence[Spoken], cautions: Cautions) -> CautionKind | None:
    newest = messages[-1]
    if any(newest.says(steps) for steps in cautions.not_when):
        return None
    for kind, patterns in cautions.when:
        for pattern in patterns:
            if newest.says(pattern.asks) and all(
                any(message.says(steps) for message in messages) for steps in pattern.about
            ):
                return kind
    return None


def _asked_to_stop(messages: Sequence[Spoken], cautions: Cautions) -> tuple[Stopping, ...]:
    """Treatments that the newest message asks to stop; what "it" means there stands in it or in an earlier one."""
    newest = messages[-1]
    named = [one for one in cautions.stopping if _stops(newest, newest.spans_of(one.names))]
    if named:
        return _whole(named, newest)
    that = newest.spans("that-stopped")
    going_on = [(place, place + 1) for place, word in enumerate(newest.words) if word in _GOING_ON]
    if not any(
        newest.follow([(0, _stops_told(newest)), *steps]) for steps in ([(0, that)], [(0, going_on), (0, that)])
    ):
        return ()
    for message in reversed(messages):
        meant = [one for one in cautions.stopping if one.names.search(message.text)]
        if meant:
            return _whole(meant, message)
    return ()


def _stops_told(message: Spoken) -> list[Span]:
    """Words of stopping, but for "to stop ..." that nobody wants: "more baclofen to stop the spasms"."""
    wanted = {after for _, after in message.spans("wanted")}
    return [
        (first, after)
        for first, after in message.spans("stop")
        if message.words[first - 1 : first] != ["to"] or first - 1 in wanted
    ]


def _stops(message: Spoken, named: Sequence[Span]) -> bool:
    wished = [(0, _stops_told(message)), (NEAR_STOP, named)]
    ended = [(0, named), (NEAR_STOP, message.spans("stopped"))]
    judged = [(0, named), (NEAR_STOP, _stops_told(message))]
    to_stop = any(word == "to" for word in message.words)
    return message.follow(wished) or message.follow(ended) or (to_stop and message.follow(judged))


def _whole(named: Sequence[Stopping], message: Spoken) -> tuple[Stopping, ...]:
    """Without those that are only named within another's name: a baclofen pump is no tablet."""
    spans = {one.id: [match.span() for match in one.names.finditer(message.text)] for one in named}

    def inside(one: Stopping) -> bool:
        others = [span for other in named if other is not one for span in spans[other.id]]
        return all(
            any(first <= start and end <= last and last - first > end - start for first, last in others)
            for start, end in spans[one.id]
        )

    return tuple(one for one in named if not inside(one))


@cache
def load_cautions() -> Cautions:
    """The cautions that ship with the package.

    Raises:
        ValueError: a pattern names a list that is not there.
    """
    import yaml

    text = (files("sci_assistant") / "data" / "caution.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return parse_cautions(raw)


def parse_cautions(raw: Mapping[str, Any]) -> Cautions:
    """The cautions of a parsed YAML file.

    Raises:
        ValueError: a pattern names a list that is not there.
    """
    words: dict[str, list[str]] = {
        **raw["words"],
        "pill": [*raw["words"]["pill"], *raw["words"]["medicine"]],
        "stop": raw["stop"],
        "stopped": raw["stopped"],
        "wanted": raw["wanted"],
        "that-stopped": raw["that"],
    }
    stopping = tuple(
        Stopping(name, any_of(one["names"]), tuple(any_of([phrase]) for phrase in one["articles_say"]))
        for name, one in raw["stopping"].items()
    )
    return Cautions(
        texts=raw["texts"],
        lists={name: any_of(phrases) for name, phrases in words.items()},
        when=tuple((kind, tuple(_pattern(line, words) for line in lines)) for kind, lines in raw["when"].items()),
        not_when=tuple(read_steps(line, words) for line in raw["not_when"]),
        stopping=stopping,
        warns=tuple(any_of(phrases) for phrases in raw["articles"].values()),
        vocabulary=load_rules().vocabulary | frozenset(_vocabulary(raw)),
    )


def _pattern(line: str, words: Mapping[str, list[str]]) -> _Pattern:
    asks, *about = (read_steps(part, words) for part in line.split("&"))
    return _Pattern(asks, tuple(about))


def _vocabulary(raw: Mapping[str, Any]) -> list[str]:
    """Words that slips are mended to: every whole word of the lists."""
    phrases = [phrase for phrases in raw["words"].values() for phrase in phrases]
    phrases += [name for one in raw["stopping"].values() for name in one["names"]]
    words = [word.rstrip("*") for phrase in phrases for word in phrase.split()]
    return [word for word in words if word.isalpha() and len(word) >= 5]
