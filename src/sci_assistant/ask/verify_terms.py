"""A glossary -> the words that a sentence licenses: where it has a short form, the long one, and the reverse; and a
sentence with the forms that another one has.

Other names of a thing are not taken: a glossary lists what people say for it, not only what means the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from sci_assistant.types import Term
from sci_assistant.words import stem, tokenize

_ACRONYM = re.compile(r"[A-Z][A-Za-z]*[A-Z]\w*$")


class _Form(NamedTuple):
    """A short or long form, and the other one as it is found, written and compared."""

    own: re.Pattern[str]
    theirs: re.Pattern[str]
    written: str
    stems: frozenset[str]


class OtherNames:
    """Looks up the names of a glossary in sentences; safe for many threads."""

    def __init__(self, terms: Iterable[Term]) -> None:
        groups = [[name for name in (term.term, *term.synonyms) if tokenize(name)] for term in terms]
        self._forms = tuple(
            _Form(_pattern(name), _pattern(other), other, frozenset(stem(word) for word in tokenize(other)))
            for group in groups
            for name in group
            for other in group
            if name != other and (_is_short(name, other) or _is_short(other, name))
        )
        self.of = lru_cache(maxsize=20_000)(self._of)

    def as_in(self, text: str, other: str) -> str:
        """A text with short forms spelled out where another text spells them out, and the reverse."""
        for form in self._forms:
            if form.own.search(text) and not form.own.search(other) and form.theirs.search(other):
                text = form.own.sub(form.written.replace("\\", r"\\"), text)
        return text

    def _of(self, text: str) -> frozenset[str]:
        """Stems of the other names of everything that a text names."""
        found: set[str] = set()
        for form in self._forms:
            if form.own.search(text):
                found |= form.stems
        return frozenset(found)


def _is_short(short: str, long: str) -> bool:
    """Whether the capitals of a short form begin words of the long one, in order."""
    if not _ACRONYM.match(short):
        return False
    initials = iter(word[0] for word in tokenize(long.replace("-", " ")))
    return all(letter in initials for letter in short.lower() if letter.isalpha())


def _pattern(name: str) -> re.Pattern[str]:
    flags = 0 if _ACRONYM.match(name) else re.IGNORECASE
    return re.compile(rf"(?<!\w){re.escape(name)}s?(?!\w)", flags)
