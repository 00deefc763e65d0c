"""A question -> the same question with shorthand spelled out: "C5 inc, pwr chr w/ tilt q2h" becomes words to search.

The words stand in data/shorthand.yaml, brand names of medicines among them. What only its neighbours settle is read
here: "inc" and "comp" after a level of injury, "w/tilt", "q2h" and ages. Notices judge the words as typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_AFTER_LEVEL = {"inc": "incomplete", "comp": "complete"}
_LEVEL = re.compile(rf"\b[CTLS]\d{{1,2}}(?:[-/][CTLS]?\d{{1,2}})? (?P<short>{'|'.join(_AFTER_LEVEL)})\b", re.IGNORECASE)
_WITH = re.compile(r"\bw/ ?(?=[^\W_])(?![co]\b)", re.IGNORECASE)
_EVERY = re.compile(r"\bq ?(?:(?P<number>\d{1,2}) ?(?P<unit>h|hrs?|m|mins?|d)|(?P<bare>[1-6][05]))\b", re.IGNORECASE)
_UNITS = {"h": " hours", "m": " minutes", "d": " days"}
_AGE = re.compile(r"(?<=\d)[ -]?y/?o\b", re.IGNORECASE)


class _Listed(NamedTuple):
    pattern: re.Pattern[str]
    words: Mapping[str, str]


def spell_out(question: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question in words, and each piece of shorthand with what it was taken for, but for "w/" and "y/o"."""
    changes: dict[str, str] = {}

    def listed(match: re.Match[str]) -> str:
        short = match.group()
        meant = words.get(short) or words.get(short.lower())
        if meant is None:
            return short  # "le" where the list has "LE"
        changes[short] = meant
        return meant

    def after_level(match: re.Match[str]) -> str:
        short = match["short"]
        changes[short] = _AFTER_LEVEL[short.lower()]
        return match.group()[: -len(short)] + changes[short]

    def every(match: re.Match[str]) -> str:
        unit = _UNITS[match["unit"][0].lower()] if match["unit"] else ""
        changes[match.group()] = f"every {match['number'] or match['bare']}{unit}"
        return changes[match.group()]

    pattern, words = _load()
    text = _LEVEL.sub(after_level, question)
    text = _WITH.sub("with ", text)
    text = _EVERY.sub(every, text)
    text = _AGE.sub(" years old", text)
    return pattern.sub(listed, text), tuple(changes.items())


@cache
def _load() -> _Listed:
    import yaml

    text = (files("sci_assistant") / "data" / "shorthand.yaml").read_text(encoding="utf-8")
    words: dict[str, str] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    longest = sorted(words, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w/])(?:{'|'.join(map(re.escape, longest))})(?![\w/])", re.IGNORECASE)
    return _Listed(pattern, words)
