"""What of a question no passage mentions -> a line that names it: what tells most, not who asks and not each word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sci_assistant.ask import prompts
from sci_assistant.types import Draft
from sci_assistant.words import rarity, stems

MOST_NAMED = 3  # phrases
_LEVEL_OR_NUMBER = re.compile(r"(?:[ctls]?\d+(?:st|nd|rd|th)?|[ctls]\d{1,2})")
# Who asks, or about whom, and what is said in passing.
_IN_PASSING = frozenset(
    """
    aunt auntie uncle sister brother mum mom mother dad father hubby husband wife wives daughter son nephew niece cousin
    gran grandma granddad family friend friends mate neighbour neighbor colleague boss doctor gp nurse consultant physio
    therapist carer caregiver pa aide chap bloke lad guy lady woman man men women girl boy kid kids child person people
    quad quads quadriplegic quadriplegics para paras paraplegic paraplegics tetra tetraplegic tetraplegics sci
    tho though till cos coz lol haha thanks please plus vs clue rubbish knackered bloody who's anywhere somewhere
    twenty thirty forty fifty sixty seventy eighty ninety hundred
    """.split()
)


def name_missing(phrases: Sequence[str], draft: Draft) -> tuple[str, ...]:
    """A line on those phrases of which some word stands in no sentence that is quoted; none where all do. Where none of
    them tells what is asked, the line says only that something may be missing."""
    said = frozenset(stems(" ".join(sentence.text for sentence in draft.sentences)))
    levels_apart = (" ".join(w for w in phrase.split() if not _LEVEL_OR_NUMBER.fullmatch(w)) for phrase in phrases)
    unsaid = [phrase for phrase in levels_apart if not said.issuperset(stems(phrase))]
    if not unsaid:
        return ()
    telling = [words for phrase in unsaid if (words := " ".join(w for w in phrase.split() if w not in _IN_PASSING))]
    rarest = sorted(telling, key=lambda phrase: -max(rarity(word) for word in phrase.split()))[:MOST_NAMED]
    if not rarest:
        return (prompts.IN_PART,)
    return (prompts.UNMENTIONED.format(words=prompts.listed([f"“{p}”" for p in telling if p in rarest])),)
