"""A question as typed -> the same without what could tell who asked, as far as word lists and patterns can.

Left out: e-mail and web addresses, every word with a digit in it, street addresses, numbers in words from thirteen on,
names after "my name is" and the like, common first names in any case, and words that are written with a capital letter
within a sentence and are no word of the articles. What stays possible: a rare name or a place in lower case, and a
person who is known by the story told. So a long message, which tells stories, is not kept at all.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from importlib.resources import files

from sci_assistant.words import STOPWORDS, tokenize

MOST_WORDS = 40  # of a question that is kept
LEAST_WORDS = 1  # that say what a question is about, without which it is not kept
NUMBER, NAME, ADDRESS = "[number]", "[name]", "[address]"

_MAIL = re.compile(r"\S+@\S+|@\w+")
_WEB = re.compile(r"\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|edu|gov|info|io|co\.uk|de|fr|au|ca)\b\S*", re.I)
_ROAD = "street|st|road|rd|avenue|ave|lane|ln|boulevard|blvd|crescent"  # in any case behind a number
_NAMED_ROAD = f"{_ROAD}|drive|dr|court|close|square|terrace|place|way".title()  # with a name before it
_STREET = re.compile(
    rf"\b\d+\w*,?\s+(?:[\w'’.-]+\s+){{1,3}}?(?i:{_ROAD})\b\.?|(?:\b\d+\w*,?\s+)?\b[A-Z][\w'’-]+\s+(?:{_NAMED_ROAD})\b"
)
_DIGITS = re.compile(r"[+(]*\S*\d\S*(?:[ ./-]+[\d()][\d()./-]*)*")
_IN_WORDS = re.compile(
    r"\b(?:(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[ -]"
    r"(?:one|two|three|four|five|six|seven|eight|nine))?|hundred|thousand)\b",
    re.I,
)
_CALLED = re.compile(
    r"\b((?i:my name is|my name's|name is|named|i am called|i'm called|this is|called|mr|mrs|ms|miss|dr|doctor|nurse|"
    r"professor|prof|uncle|aunt|auntie)\.?)\s+([A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*)"
)
_NAMED = re.compile(r"\b(my name is|my name's)\s+([\w'’-]+)", re.I)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


@cache
def _first_names() -> frozenset[str]:
    text = (files("sci_assistant") / "data" / "first_names.txt").read_text(encoding="utf-8")
    return frozenset(name for line in text.splitlines() if not line.startswith("#") for name in line.split())


def scrub(question: str, *, known: Container[str]) -> str | None:
    """The question without numbers, names and addresses; None where it is too long, or says nothing then.

    Args:
        known: lower-case words of the articles, which no capital letter makes a name.
    """
    text = " ".join(question.split())
    if len(text.split()) > MOST_WORDS:
        return None
    for pattern, put in ((_MAIL, ADDRESS), (_WEB, ADDRESS), (_STREET, ADDRESS), (_DIGITS, NUMBER), (_IN_WORDS, NUMBER)):
        text = pattern.sub(put, text)
    text = _CALLED.sub(rf"\1 {NAME}", text)
    text = _NAMED.sub(rf"\1 {NAME}", text)
    text = re.sub(rf"(?:{re.escape(NAME)}\s+)+(?={re.escape(NAME)})", "", _without_names(text, known))
    return text if _says_something(text) else None


def _without_names(text: str, known: Container[str]) -> str:
    pieces: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match.group()
        marked = text[match.start() - 1 : match.end() + 1] in (NUMBER, NAME, ADDRESS)
        if not marked and _is_name(word, known, begins=_begins(text[: match.start()])):
            pieces += [text[end : match.start()], NAME]
            end = match.end()
    return "".join([*pieces, text[end:]])


def _begins(before: str) -> bool:
    """Whether a sentence begins here."""
    return not before.strip() or before.rstrip()[-1] in ".!?:"


def _is_name(word: str, known: Container[str], *, begins: bool) -> bool:
    plain = re.sub(r"['’]s?$", "", word.lower())
    if plain in _first_names():
        return True
    if word[:1].islower() or begins or plain in STOPWORDS or plain in known or word.startswith(("I'", "I’")):
        return False
    return not (word.isupper() and len(word) <= 5)  # an abbreviation


def _says_something(text: str) -> bool:
    for mark in (NUMBER, NAME, ADDRESS):
        text = text.replace(mark, " ")
    return sum(word not in STOPWORDS for word in tokenize(text)) >= LEAST_WORDS
