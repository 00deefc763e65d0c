"""What of a question no passage mentions -> a line that names it: what tells most, not who asks and not each word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sci_assistant.ask import prompts
from sci_assistant.types import Draft
from sci_assistant.words import names_medicine, rarity, stems

MOST_NAMED = 3  # phrases, beside medicines
_LEVEL = re.compile(r"[ctls]\d{1,2}")
_NUMBER = re.compile(r"\d+(?:st|nd|rd|th)?")
# Who asks, or about whom, and what is said in passing.
_IN_PASSING = frozenset(
    """
    aunt auntie uncle mum mom hubby wives nephew niece cousin gran grandma granddad mate neighbour neighbor boss gp
    nurse physio therapist carer caregiver pa aide chap bloke lad quad quads quadriplegic quadriplegics para paras
    paraplegic paraplegics tetra tetraplegic tetraplegics tho till cos coz lol haha plus vs clue rubbish knackered
    bloody who's twenty thirty forty fifty sixty seventy eighty ninety hundred
    """.split()
)


def name_missing(phrases: Sequence[str], draft: Draft) -> tuple[str, ...]:
    """A line on those phrases of which some word stands in no sentence that is quoted; none where all do. A level of
    injury says who asks, not what. Where no phrase tells what is asked, the line says that something may be missing."""
    said = frozenset(stems(" ".join(sentence.text for sentence in draft.sentences)))
    asked = [words for phrase in phrases if (words := _without(phrase, _LEVEL.fullmatch))]
    unsaid = [words for words in asked if not said.issuperset(stems(words)) or _NUMBER.fullmatch(words)]
    if not unsaid:
        return ()
    told = (_without(words, lambda word: word in _IN_PASSING or _NUMBER.fullmatch(word)) for words in unsaid)
    telling = list(dict.fromkeys(words for words in told if words and not said.issuperset(stems(words))))
    rarest = sorted(telling, key=lambda words: -max(map(rarity, words.split())))[:MOST_NAMED]
    named = [words for words in telling if words in rarest or any(map(names_medicine, words.split()))]
    if not named:
        return (prompts.IN_PART,)
    return (prompts.UNMENTIONED.format(words=prompts.listed([f"“{words}”" for words in named])),)


def _without(phrase: str, drops: Callable[[str], object]) -> str:
    return " ".join(word for word in phrase.split() if not drops(word))
