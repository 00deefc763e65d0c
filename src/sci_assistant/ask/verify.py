"""A written sentence and the sentences that it cites -> a verdict: shown, or removed and why.

The forms that writing and verifying agree on. What is in doubt is removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sci_assistant.types import Article

NOTHING_SAID = "nothing said"  # why a sentence of next to no content is removed


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of an article that a written sentence may rest on."""

    article: str  # id
    index: int  # of the sentence in the article
    text: str  # verbatim
    title: str = ""  # of the article


def source_at(article: Article, index: int) -> Source:
    """A sentence of an article as a source."""
    return Source(article.id, index, article.sentence_text(index), article.title)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a written sentence is borne out.

    `sure` is whether it may stand in its own words; one that passed without that stands as the words of its source.
    `aligned` are the source sentences (one, or two neighbours of one article) that it rests on; empty where it was
    removed for want of one. `reason` is a short word for the reader of the JSON, None where it passed.
    """

    passed: bool
    reason: str | None
    aligned: tuple[Source, ...]
    sure: bool = True


class Verifier(Protocol):
    """Checks written sentences. Safe for many threads."""

    def check(self, sentence: str, sources: Sequence[Source]) -> Verdict:
        """The verdict for a sentence, citation marks taken out, and all sentences of the passages that it cites."""
        ...


class Judge(Protocol):
    """A stronger judge that an operator may set beside the rules: it can only remove."""

    def entails(self, premise: str, claim: str) -> float:
        """Probability in [0, 1] that the premise entails the claim."""
        ...
