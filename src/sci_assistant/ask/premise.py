"""A question that builds on a claim -> the claim, so that an answer never seems to confirm it.

"Since pressure sores are contagious, how long do I isolate?" may be answered by what the articles say on pressure
sores; that they are contagious is then named as not told by the articles. Claims about the asker ("since I broke my
hip") and times ("since my injury") are no claims of that kind. The claim is read by word patterns; how much the
question sounds like one that takes something false for granted is told by the networks of likeness.py, where the
articles list what they answer.
"""

from __future__ import annotations

import re

from sci_assistant.ask import prompts
from sci_assistant.ask.likeness import CLASSES, load_networks
from sci_assistant.ask.search import Retrieved

_CLAIM = (
    r"(?P<claim>(?!(?:i|i'm|i've|my|we|our|he|she|his|her|it|it's|they|then|yesterday|last|the (?:accident|injury|fall|crash|surgery|operation))\b)"
    r"[a-z][^,;?!]*?\b(?:is|are|was|were|can|can't|cannot|could|does|do|doesn't|don't|will|won't|has|have|isn't|aren't|never|always|only"
    r"|causes?|cures?|prevents?|heals?|stops?|means?|makes?|needs?|works?|kills?|proved|repairs?|fixes|helps?|allows?|lets?|goes|go|get|gets|come|comes|spreads?|happens?|lasts?|regrows?|bans?|says?|turns?|dissolves?|straightens?|becomes?|reach(?:es)?|replaces?|removes?|speeds?|keeps?|occurs?)\b[^,;?!]*)"
)
_BEFORE = re.compile(
    r"^\W*(?:so |ok |and |but |hi |hello )*(?:since|because|becuase|now that|given that|given|seeing (?:that|as)|considering(?: that)?|knowing that|as|if)"
    rf" {_CLAIM}(?:, ?| )(?=(?:how|what|which|when|where|who|why|can|could|should|do|does|is|are|will|would|may|must)\b)"
)
_AFTER = re.compile(rf"^[^,;]{{8,}}\b(?:,? (?:since|because|becuase|now that|given that|seeing that|as)) {_CLAIM}\W*$")
_SO = re.compile(
    rf"^\W*(?:apparently |i heard (?:that )?|heard (?:that )?|it is known that )?{_CLAIM},? so (?=(?:how|what|which|when|where|who|why|can|should|do|does|is|are|may|must)\b)"
)
_TRUE = re.compile(rf"^\W*(?:if|since) it(?:'s| is) true (?:that )?{_CLAIM}, ")
_IF = re.compile(r"^\W*(?:\w+ )*if ")
MOST_WORDS = 16
# Chance of a false premise from which a claim is named, and from which something is said where no claim is read. Of 200
# questions with a false premise that were written apart, 0.95 are refused or have it named, 0.89 without; of 424
# development questions that the articles answer, 0.005 are said to take something for granted, and of questions whose
# premise is true 0.19 instead of 0.27.
DOUBTED, DISBELIEVED = 0.1, 0.5


def read_premise(question: str) -> str | None:
    """The claim that a question builds on, in its own words; None where it builds on none."""
    text = " ".join(question.replace("’", "'").lower().split())
    found = _TRUE.match(text) or _BEFORE.match(text) or _SO.match(text) or _AFTER.match(text)
    if found is None or (found.re is _BEFORE and _IF.match(text[: found.start("claim")])):
        return None
    claim = found["claim"].strip(" .")
    return claim if 3 <= len(claim.split()) <= MOST_WORDS else None


def unconfirmed(question: str, retrieved: Retrieved | None) -> tuple[str, ...]:
    """What a question as typed takes for granted, as a part that the articles do not answer; () where that is nothing
    or sounds like what they tell.

    `retrieved` is what was found for this very question; None where something else was searched, a follow-up with its
    topic: then every claim is named.
    """
    claim = read_premise(question)
    chance = _chance_of_false_premise(retrieved) if retrieved is not None else None
    if claim is not None and (chance is None or chance >= DOUBTED):
        return (prompts.PREMISE.format(claim=claim),)
    return (prompts.TAKEN_FOR_GRANTED,) if chance is not None and chance >= DISBELIEVED else ()


def _chance_of_false_premise(retrieved: Retrieved) -> float | None:
    """None where nothing can be told: articles without a list, another embedding model."""
    if not retrieved.sounds or retrieved.means is None:
        return None
    return float(load_networks().classes(retrieved.means)[CLASSES.index("false_premise")])
