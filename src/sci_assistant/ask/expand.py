"""A question -> the glossary's terms for the lay words and abbreviations in it, for the keyword search.

"AD" or "quad cough" brings in "Autonomic dysreflexia" or "Assisted cough". Only the keyword side is expanded:
the sentence vectors know most of these words, and extra terms blur them (docs/retrieval.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from sci_assistant.types import Term
from sci_assistant.words import tokenize

LONGEST = 6  # words of a synonym


def expand(question: str, terms: Mapping[str, Term]) -> tuple[str, ...]:
    """Terms whose synonyms stand in the question and that do not stand there themselves.

    Args:
        question: as it is searched.
        terms: term by synonym, as lower-case words with single spaces.
    """
    words = tokenize(question)
    plain = f" {' '.join(words)} "
    found: dict[str, None] = {}
    for length in range(min(LONGEST, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            term = terms.get(" ".join(words[start : start + length]))
            if term is not None and f" {' '.join(tokenize(term.term))} " not in plain:
                found[term.term] = None
    return tuple(found)
