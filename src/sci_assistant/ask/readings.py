"""Numbers that somebody measured, in a message as heard.py leaves it: blood pressure, temperature, oxygen, pulse.

Each reading that is out of bounds is a thing that rules can name, "high-blood-pressure" for one. The bounds stand
in data/triage.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PAIR = re.compile(r"\b(\d{2,3}) ?(?:/|over|on|by) ?(\d{2,3})\b(?! ?(?:/|years|degrees))")
_SYSTOLIC = re.compile(
    r"\b(?:blood pressure|bp|b p|systolic|pressure|top number|cuff)\b(?: \S+){0,7}? (\d{2,3})\b(?! ?(?:/|over|%|percent|degrees|f\b|c\b|years|pounds|minutes|hours))"
)
_USUAL = re.compile(
    r"\b(?:usual|usually|normal(?! (?:person|people|adult|one|ones))|normally|baseline|regular|typically|typical|always|mostly|run|runs|sits?|generally|used to)\b"
)
# A usual value without a pair or a word for blood pressure beside it: "90 is normal for me and I get 140 over 85".
_USUAL_VALUE = re.compile(
    r"\b(?:usual|usually|normal|normally|baseline|run at|runs at)(?: (?!pulse|heart|hr|sats|oxygen|temp\w*|sugar|weight)[a-z]+){0,3} (\d{2,3})\b(?! ?(?:/|over|%|percent|degrees|kg|ml))"
    r"|(?<![/.])\b(\d{2,3}) (?:is|was) (?:(?:my|his|her) )?(?:normal|usual)\b(?! (?:pulse|heart|hr|sats|oxygen|temp|person|people))"
)
_OTHER_VALUE = re.compile(r"[.,;!?]|\b(?:and|but|now|when|while|whereas|against|versus|vs|usual is|normal is|is now)\b")
_DEGREES = re.compile(r"\b(\d{2,3}(?:\.\d+)?) ?(?:degrees? ?)?(f|c|fahrenheit|celsius|centigrade)?\b")
_HEAT_WORDS = re.compile(r"\b(?:temp|temps|temperature|fever|feverish|thermometer|degrees?)\b")
# Said of a temperature, and as well of a blood pressure.
_MAYBE_HEAT_WORDS = re.compile(r"\b(?:running|reading|burning)\b")
_BODY_DEGREES = re.compile(
    r"\b(?:i am|he is|she is|body is|mum is|mom is|dad is) (?:(?:only|just|now|at|down to|up to) )*$"
)
_OUTSIDE = re.compile(r"^ ?(?:outside|out|in here|in the|today|and sunny)")
_PRESSURE_WORDS = re.compile(r"\b(?:blood pressure|bp|b p|systolic|diastolic|pressure|top number|cuff)\b")
# A tenth of a degree needs no other word: "40.1, teeth chattering". Nothing else has such numbers here but weights,
# lengths and times, which say so.
_TENTHS = re.compile(
    r"(?<![\d.])(?:3[89]|4[0-2]|10[1-6])\.\d\b(?! ?(?:%|percent|kg|kilos?|g\b|lbs?\b|pounds?|stone|cm|mm|inch|inches|in\b|km|miles?|m\b|ml|mls|l\b|litres?|liters?|hours?|mins?|minutes|weeks?|years?|mph|fm|mhz|megahertz))"
)
_TENTHS_OF_ELSE = re.compile(r"\b(?:bmi|weigh\w*|weight|waist|size|version|page|step|f\.?|icd|code)\b")
_OXYGEN = re.compile(
    r"\b(?:oxygen|o2|spo2|sats?|saturation|pulse ox|oximeter|stats|finger clip|clip (?=(?:shows|says|reads|is at|at)\b))\b(?: \S+){0,8}? (\d{2})\b(?! ?(?:/|over|liters?|litres?|l\b|years|minutes))|\b(\d{2}) ?(?:%|percent)(?= (?:oxygen|o2|on (?:the|my|his|her) (?:oximeter|finger)))"
)
# What stands after the first number: "my normal sats are 96, they are 85", "went from 96 to 88".
_OXYGEN_LATER = re.compile(
    r"(?:(?!\b(?:pulse|heart|hr|rate|bp|pressure|temp\w*)\b)[^.!?\d])*?\b(?:is|are|at|to|now|shows?|showing|says|reads?|reading)(?: (?:now|at|only|just|about|around))? (\d{2})\b(?! ?(?:/|over|liters?|litres?|l\b|years|minutes|mins|hours|degrees|[.]\d))"
)
_PULSE = re.compile(
    r"\b(?:pulse|heart ?rate|heart|hr)\b(?! ox)(?: \S+){0,6}? (\d{2,3})\b(?! ?(?:/|over|%|percent|degrees|years))|\b(\d{2,3}) ?(?:bpm|beats)\b"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where on a reading is out of bounds."""

    systolic_high: int
    systolic_above_usual: int
    systolic_low: int
    fever_c: float
    hot_c: float
    cold_c: float
    oxygen_low: int
    pulse_slow: int
    pulse_fast: int


def find_readings(text: str, bounds: Bounds) -> Mapping[str, tuple[tuple[int, int], ...]]:
    """Where each kind of reading out of bounds stands in a text, as pairs of offsets."""
    found: dict[str, list[tuple[int, int]]] = {}
    for name, start, end in (*_blood_pressure(text, bounds), *_temperature(text, bounds), *_others(text, bounds)):
        found.setdefault(name, []).append((start, end))
    return {name: tuple(places) for name, places in found.items()}


def _blood_pressure(text: str, bounds: Bounds) -> Iterator[tuple[str, int, int]]:
    values = _pressures(text)
    usual = [value for value, start, end in values if _near_usual(text, start, end)]
    rest = [each for each in values if not _near_usual(text, each[1], each[2])]
    told = (int(match[1] or match[2]) for match in _USUAL_VALUE.finditer(text))
    usual += [value for value in told if 80 <= value <= 125]
    for value, start, end in rest:
        if value >= bounds.systolic_high or any(value >= u + bounds.systolic_above_usual for u in usual):
            yield "high-blood-pressure", start, end
        if value <= bounds.systolic_low:
            yield "low-blood-pressure", start, end


def _pressures(text: str) -> list[tuple[int, int, int]]:
    """Upper numbers of blood pressures, and from where to where each or its pair stands."""
    values: list[tuple[int, int, int]] = []
    for match in (*_PAIR.finditer(text), *_SYSTOLIC.finditer(text)):
        value = int(match[1])
        if 50 <= value <= 300 and not any(start <= match.start(1) < end for _, start, end in values):
            values.append((value, match.start(1), match.end()))
    return values


def _near_usual(text: str, start: int, end: int) -> bool:
    """Whether a value is told as somebody's usual one: "usually 90", "90 is normal for me"; not "160 when my usual is"."""
    before = re.split(r"[.,;!?]|\b(?:and|but)\b", text[:start])[-1].split()[-6:]
    after = _OTHER_VALUE.split(text[end:])[0].split()[:6]
    return bool(_USUAL.search(" ".join(before))) or bool(_USUAL.search(" ".join(after)))


def _temperature(text: str, bounds: Bounds) -> Iterator[tuple[str, int, int]]:
    pressures = _pressures(text)
    tenths = {match.start() for match in _TENTHS.finditer(text)}
    for match in _DEGREES.finditer(text):
        value, unit = float(match[1]), match[2]
        if any(start <= match.start() < end for _, start, end in pressures):
            continue
        near = " ".join((*text[: match.start()].split()[-9:], *text[match.end() :].split()[:4]))
        of_pressure = pressures or _PRESSURE_WORDS.search(text)
        warm = bool(_HEAT_WORDS.search(near) or (not of_pressure and _MAYBE_HEAT_WORDS.search(near)))
        body = _BODY_DEGREES.search(text[: match.start()]) and not _OUTSIDE.match(text[match.end() :])
        warm = warm or bool("degree" in match.group() and body)
        if unit is None and not warm and not (match.start() in tenths and not _TENTHS_OF_ELSE.search(near)):
            continue
        if 93.0 <= value <= 112.0 and unit not in ("c", "celsius", "centigrade"):
            celsius = (value - 32.0) / 1.8
        elif 30.0 <= value <= 43.5 and unit not in ("f", "fahrenheit"):
            celsius = value
        else:
            continue
        if celsius >= bounds.fever_c - 1e-6:
            yield "fever", match.start(), match.end()
        if celsius >= bounds.hot_c - 1e-6:
            yield "very-hot", match.start(), match.end()
        if celsius <= bounds.cold_c + 1e-6:
            yield "very-cold", match.start(), match.end()


def _others(text: str, bounds: Bounds) -> Iterator[tuple[str, int, int]]:
    for match in _OXYGEN.finditer(text):
        if 40 <= int(match[1] or match[2]) <= bounds.oxygen_low:
            yield "low-oxygen", match.start(), match.end()
        later = _OXYGEN_LATER.match(text, match.end())
        if later and 40 <= int(later[1]) <= bounds.oxygen_low:
            yield "low-oxygen", match.start(), later.end()
    for match in _PULSE.finditer(text):
        value = int(match[1] or match[2])
        if 20 <= value <= bounds.pulse_slow:
            yield "slow-pulse", match.start(), match.end()
        if bounds.pulse_fast <= value <= 250:
            yield "fast-pulse", match.start(), match.end()
