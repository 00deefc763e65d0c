"""A question -> the same question with shorthand spelled out and misspelt words mended, and which ones.

Shorthand is read by shorthand.py. Of the rest only a word that is known neither to English nor to the list of medicines
is changed, and only into a word of the corpus that differs by a slip of the fingers, a common one that differs by one,
or into two that were run together; a short form in capitals stays. Notices judge the original words, refusals those
that were spelled out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from sci_assistant.ask.shorthand import spell_out
from sci_assistant.words import SHORTEST, TOKEN, Vocabulary, common_words, medicine_names, mendable, zipf

KNOWN_ZIPF = 2.0  # at this frequency a word is taken for English; below stand rare words and common slips
LONGEST_SHORT_FORM = 6  # letters, in capitals
COMMON_WORDS = 5000  # words of English that one slip may mean beside those of the corpus
DENYING = ("a", "an", "non", "un", "in", "im", "ir", "dis", "de", "anti")  # beginnings that make a word its opposite
# Stems of the WHO's International Nonproprietary Names (https://www.who.int/teams/health-product-and-policy-standards/inn):
# a word that ends so may be a medicine that no list holds.
INN_STEMS = (
    "afil", "azepam", "azole", "barbital", "caine", "cillin", "coxib", "cycline", "dipine", "dronate", "fenac",
    "floxacin", "gabalin", "gliptin", "mab", "mycin", "nidazole", "olol", "oxetine", "parin", "pril", "profen",
    "sartan", "setron", "statin", "thiazide", "tidine", "triptan", "triptyline", "vir", "xaban", "zepam", "zodone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Corrected:
    """A question as it is searched, the words that were changed in it, and it with its shorthand spelled out alone."""

    text: str
    changes: tuple[tuple[str, str], ...]
    spelled_out: str


def correct(question: str, vocabulary: Vocabulary) -> Corrected:
    """Spell shorthand out and mend misspelt words."""
    shouted = question.isupper()
    question, shorthand = spell_out(question)
    changes = list(shorthand)
    pieces: list[str] = []
    end = 0
    for match in TOKEN.finditer(question):
        word = match.group()
        short_form = word.isupper() and len(word) <= LONGEST_SHORT_FORM and not shouted  # "TESE"
        better = None if short_form else _mend(word.lower(), vocabulary)
        if better is not None:
            changes.append((word, better))
            pieces += [question[end : match.start()], better]
            end = match.end()
    return Corrected("".join((*pieces, question[end:])), tuple(changes), question)


def _known(word: str, vocabulary: Vocabulary) -> bool:
    return (
        len(word) < SHORTEST
        or not word.isalpha()
        or word in vocabulary
        or word in medicine_names()
        or word.endswith(INN_STEMS)
        or zipf(word) >= KNOWN_ZIPF
    )


def _mend(word: str, vocabulary: Vocabulary) -> str | None:
    """The word that was most likely meant, None where the word is known or nothing is near enough."""
    if _known(word, vocabulary):
        return None
    for cut in range(SHORTEST, len(word) - SHORTEST + 1):
        if word[:cut] in vocabulary and word[cut:] in vocabulary:
            return f"{word[:cut]} {word[cut:]}"  # "powerchair"
    most = 1 if len(word) <= 5 else 2 if len(word) <= 9 else 3
    found = _near(word, vocabulary.mendable, most) + _near(word, _common(), 1)
    if not found:
        return None

    def cost(candidate: str, distance: float) -> tuple[float, float, int, str]:
        other_start = candidate[0] != word[0]
        # The commonest slips of all: "woried", "brokn".
        usual = 0.75 * (_single(candidate) == _single(word) or _holds(candidate, word))
        foreign = 0.5 * (candidate not in vocabulary)
        return (distance + other_start - usual + foreign, -zipf(candidate), -vocabulary.get(candidate, 0), candidate)

    best = min((cost(candidate, distance), candidate) for candidate, distance in found)[1]
    if word.endswith(best) and word.removesuffix(best) in DENYING:
        return None  # "anejaculation" is no ejaculation
    return None if best in medicine_names() and best[0] != word[0] else best


@cache
def _common() -> tuple[str, ...]:
    return mendable(common_words(COMMON_WORDS))


def _near(word: str, candidates: Sequence[str], most: int) -> list[tuple[str, float]]:
    """The candidates that differ by at most so many slips, with how many."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=most, limit=20)
    return [(candidate, distance) for candidate, distance, _ in found]


def _holds(candidate: str, word: str) -> bool:
    """Whether all letters of a word stand in a candidate, in their order: some were left out."""
    letters = iter(candidate)
    return all(letter in letters for letter in word)


def _single(word: str) -> str:
    """A word with each run of one letter as one."""
    return "".join(letter for letter, _ in groupby(word))
