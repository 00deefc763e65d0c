"""A claim beside the source text it is held against: which words are missing, stand for others, are left out, are new."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from sci_assistant.ask.verify_read import Reading
from sci_assistant.word_relations import WordRelations, load_word_relations
from sci_assistant.words import stem

# Every article is about it: it may be named anywhere.
TOPIC = frozenset(
    stem(word) for word in "sci spinal cord injury injuries injured paralysis paralyzed disability".split()
)


@dataclass(frozen=True)
class Compared:
    """A claim beside the source text it is held against. `licensed` are stems that the context gives: the topic."""

    claim: Reading
    source: Reading
    licensed: frozenset[str] = frozenset()

    @property
    def relations(self) -> WordRelations:
        return load_word_relations()

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Content words of the claim whose stem the source lacks."""
        known = self.source.stems | self.licensed | TOPIC
        return tuple(word for word in self.claim.content if stem(word) not in known)

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """Words of the source whose stem the claim lacks."""
        return tuple(word for word in self.source.words if stem(word) not in self.claim.stems)

    @cached_property
    def dropped(self) -> tuple[str, ...]:
        """Words that the source has more often than the claim."""
        claim, source = Counter(self.claim.words), Counter(self.source.words)
        return tuple(word for word, count in source.items() if count > claim[word])

    @cached_property
    def new(self) -> tuple[str, ...]:
        """Content words of the claim that nothing in the source may stand for."""
        return tuple(word for word in self.missing if not self._stands(word))

    @cached_property
    def stands(self) -> frozenset[str]:
        """Words of the claim that stand for a word of the source that the claim leaves out."""
        return frozenset(
            word
            for word in self.claim.words
            if stem(word) not in self.source.stems
            and any(self.relations.may_stand_for(word, other) for other in self.left_out)
        )

    def _stands(self, word: str) -> bool:
        return any(self.relations.may_stand_for(word, other) for other in self.source.words)
