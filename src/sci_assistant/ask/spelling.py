"""A question -> the same question with misspelt words of the corpus mended, and which ones.

Only a word that is known neither to English nor to the list of medicines is changed, and only into a word
of the corpus that differs by a slip of the fingers, or into two that were run together. Notices and refusals
judge the original words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sci_assistant.words import TOKEN, medicine_names, zipf

KNOWN_ZIPF = 2.0  # at this frequency a word is taken for English; below stand rare words and common slips
SHORTEST = 4  # letters; shorter words are left alone
# Stems of the WHO's International Nonproprietary Names (https://www.who.int/teams/health-product-and-policy-standards/inn):
# a word that ends so may be a medicine that no list holds.
INN_STEMS = (
    "afil", "azepam", "azole", "barbital", "caine", "cillin", "coxib", "cycline", "dipine", "dronate", "fenac",
    "floxacin", "gabalin", "gliptin", "mab", "mycin", "nidazole", "olol", "oxetine", "parin", "pril", "profen",
    "sartan", "setron", "statin", "thiazide", "tidine", "triptan", "triptyline", "vir", "xaban", "zepam", "zodone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Corrected:
    """A question as it is searched, and the words that were changed in it."""

    text: str
    changes: tuple[tuple[str, str], ...]


def correct(question: str, vocabulary: Mapping[str, int]) -> Corrected:
    """Mend misspelt words. `vocabulary` counts the words of the corpus, lower case."""
    changes: list[tuple[str, str]] = []
    pieces: list[str] = []
    end = 0
    for match in TOKEN.finditer(question):
        word = match.group()
        better = _mend(word.lower(), vocabulary)
        if better is not None:
            changes.append((word, better))
            pieces += [question[end : match.start()], better]
            end = match.end()
    return Corrected("".join((*pieces, question[end:])), tuple(changes))


def _known(word: str, vocabulary: Mapping[str, int]) -> bool:
    return (
        len(word) < SHORTEST
        or not word.isalpha()
        or word in vocabulary
        or word in medicine_names()
        or word.endswith(INN_STEMS)
        or zipf(word) >= KNOWN_ZIPF
    )


def _mend(word: str, vocabulary: Mapping[str, int]) -> str | None:
    """The corpus word that was most likely meant, None where the word is known or nothing is near enough."""
    if _known(word, vocabulary):
        return None
    for cut in range(SHORTEST, len(word) - SHORTEST + 1):
        if word[:cut] in vocabulary and word[cut:] in vocabulary:
            return f"{word[:cut]} {word[cut:]}"  # "powerchair"
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    most = 1 if len(word) <= 5 else 2 if len(word) <= 9 else 3
    near = [
        candidate
        for candidate in vocabulary
        if candidate.isalpha() and len(candidate) >= SHORTEST and abs(len(candidate) - len(word)) <= most
    ]
    found = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=20)
    if not found:
        return None

    def cost(candidate: str, distance: float) -> tuple[float, float, int, str]:
        other_start = candidate[0] != word[0]
        return (distance + other_start, -zipf(candidate), -vocabulary[candidate], candidate)

    best = min((cost(candidate, distance), candidate) for candidate, distance, _ in found)[1]
    return None if best in medicine_names() and best[0] != word[0] else best
