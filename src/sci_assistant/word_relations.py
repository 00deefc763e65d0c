"""What words say of each other: which may stand for which, which are opposites, what kind of thing a noun names.

Takes words in any form; compares stems. From data/word_relations.txt (WordNet, see eval/word_relations.py) and, by
hand, data/opposites.yaml, data/synonyms.yaml and data/names.yaml. Similar meaning is never taken from vectors:
opposites are near neighbours there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

from sci_assistant.words import stem


@dataclass(slots=True)
class _Entry:
    kind: str = "-"
    same: set[str] = field(default_factory=set)  # stems
    wider: set[str] = field(default_factory=set)
    opposite: set[str] = field(default_factory=set)


class WordRelations:
    """Looks up stems; safe for many threads."""

    def __init__(
        self,
        lines: Iterable[str],
        opposites: Iterable[tuple[str, str]],
        synonyms: Iterable[Iterable[str]] = (),
        names: Mapping[str, str] | None = None,
    ) -> None:
        self._entries: dict[str, _Entry] = defaultdict(_Entry)
        for line in lines:
            if line.strip() and not line.startswith("#"):
                self._read(line)
        self._stems_by_hand: dict[str, set[str]] = defaultdict(set)
        for left, right in opposites:
            self._oppose(left.split(), right.split())
        self._same_by_hand: dict[str, set[str]] = defaultdict(set)
        for group in synonyms:
            stems = {stem(word) for word in group}
            for one in stems:
                self._entries[one].same.update(stems - {one})
                self._same_by_hand[one].update(stems)
        self._names = {stem(word): kind for kind, words in (names or {}).items() for word in words.split()}
        self._entries = dict(self._entries)

    def _read(self, line: str) -> None:
        word, kind, same, wider, opposite = (part.strip() for part in line.rstrip("\n").split("|"))
        entry = self._entries[stem(word)]
        if entry.kind == "-" or word == stem(word):
            entry.kind = kind
        entry.same.update(map(stem, same.split()))
        entry.wider.update(map(stem, wider.split()))
        entry.opposite.update(map(stem, opposite.split()))

    def _oppose(self, left: list[str], right: list[str]) -> None:
        for one, other in ((left, right), (right, left)):
            for word in one:
                entry = self._entries[stem(word)]
                entry.opposite.update(map(stem, other))
                self._stems_by_hand[stem(word)].update(map(stem, other))

    def _entry(self, word: str) -> _Entry:
        return self._entries.get(stem(word)) or self._entries.get(positive(word), _NOTHING)

    def kind(self, word: str) -> str:
        """The kind of thing that a noun names ("body", "person", "artifact", ...); "-" for other words."""
        return self._names.get(stem(word)) or self._entry(word).kind

    def names_by_hand(self, word: str) -> bool:
        """Whether a word is in the list of names made by hand."""
        return stem(word) in self._names

    def are_opposites(self, one: str, other: str) -> bool:
        """Whether two words say the reverse of each other: by hand, in WordNet, or by a denying beginning."""
        if not self._against(one).isdisjoint(_forms(other)) or _denies(one, other) or _denies(other, one):
            return True
        return stem(other) in self._entry(one).opposite

    def _against(self, word: str) -> set[str]:
        return self._stems_by_hand.get(stem(word)) or self._stems_by_hand.get(positive(word), _NO_STEMS)

    def may_stand_for(self, word: str, source: str) -> bool:
        """Whether a word may stand where the source has another: the same stem, a synonym or a wider word."""
        first, second = _forms(word), _forms(source)
        if not first.isdisjoint(second):
            return True
        entry, other = self._entry(word), self._entry(source)
        if not entry.opposite.isdisjoint(second) or not other.opposite.isdisjoint(first):
            return False
        if self.names_by_hand(word) and self.names_by_hand(source):
            return not self._same_by_hand.get(stem(word), set()).isdisjoint(second)
        return not (entry.same.isdisjoint(second) and (other.same | other.wider).isdisjoint(first))


_NOTHING = _Entry()
_NO_STEMS: set[str] = set()
_DENYING = ("un", "in", "im", "dis", "non", "ir", "il")


def _denies(one: str, other: str) -> bool:
    """Whether a word is another with a denying beginning: unsafe and safe."""
    return len(other) > 3 and any(one == beginning + other for beginning in _DENYING)


_COMPARED = re.compile(r"(?:e[rd]|est)$")


@lru_cache(maxsize=50_000)
def positive(word: str) -> str:
    """The stem of a word without its ending of comparison, if it has one: easiest -> easi, bigger -> big."""
    bare = _COMPARED.sub("", word) if len(word) > 4 and word.endswith(("er", "est")) else word
    if len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] in "bdgmnpt":
        bare = bare[:-1]
    return stem(bare)


@lru_cache(maxsize=50_000)
def _forms(word: str) -> frozenset[str]:
    return frozenset({stem(word), positive(word), stem(positive(word))})


@cache
def load_word_relations() -> WordRelations:
    """The relations that ship with the package; read once."""
    import yaml

    folder = files("sci_assistant") / "data"
    opposites = yaml.safe_load((folder / "opposites.yaml").read_text(encoding="utf-8"))
    synonyms = yaml.safe_load((folder / "synonyms.yaml").read_text(encoding="utf-8"))
    names = yaml.safe_load((folder / "names.yaml").read_text(encoding="utf-8"))
    lines = (folder / "word_relations.txt").read_text(encoding="utf-8").splitlines()
    return WordRelations(lines, [(left, right) for left, right in opposites], synonyms, names)
