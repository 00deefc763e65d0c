"""A question that builds on a claim -> the claim, so that an answer never seems to confirm it.

"Since pressure sores are contagious, how long do I isolate?" may be answered by what the articles say on pressure
sores; that they are contagious is then named as not told by the articles. Claims about the asker ("since I broke my
hip") and times ("since my injury") are no claims of that kind. Word patterns only.
"""

from __future__ import annotations

import re

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


def read_premise(question: str) -> str | None:
    """The claim that a question builds on, in its own words; None where it builds on none."""
    text = " ".join(question.replace("’", "'").lower().split())
    found = _TRUE.match(text) or _BEFORE.match(text) or _SO.match(text) or _AFTER.match(text)
    if found is None or (found.re is _BEFORE and _IF.match(text[: found.start("claim")])):
        return None
    claim = found["claim"].strip(" .")
    return claim if 3 <= len(claim.split()) <= MOST_WORDS else None
