"""A message that asks two things -> its parts, each a question of its own; () where it asks one.

Parts are judged one by one, so that a question with one covered part is answered for that part and the other is
named. Only plain joins are read: two sentences that both ask, or a join word before a second question word.
"""

from __future__ import annotations

import re

LEAST_WORDS = 3  # of a part
MOST_PARTS = 3
MOST_WORDS = 60  # of a message: a long story has one question in the end

_ASKS = (
    r"(?:what|whats|what's|how|hows|who|whose|when|where|which|why|can|could|should|would|will|do|does|did|is|are|was|"
    r"were|am|may|must|has|have|tell me|explain|book|call|order|write|remind)"
)
_LINK = r"(?:and also|and then|and|also|plus|by the way|btw|second thing|separate question|then|oh)[,:]? "
_JOIN = re.compile(
    rf"\s*[?]+\s*(?:{_LINK})*|\s*[;]\s*(?:{_LINK})*|[.!]\s+(?:{_LINK})+|[.!]\s+(?={_ASKS}\b)"
    rf"|,?\s+(?:{_LINK})+(?={_ASKS}\b)|,\s+(?:and )?(?:also|plus|by the way|btw)[, ]+",
    re.IGNORECASE,
)
# A part opens by asking: "mum has looked after dad for years" tells what the question is about.
_BEFORE = r"(?:and|so|ok|okay|hi|hello|hey|please|but|also|if so|then|plus|oh|in|at|for|on|by|from|with|to)"
_INTRODUCED = r"(?:[\w'-]+(?: [\w'-]+){0,3}, )?"  # "for pressure sores, what cushion helps"
_ASKING = re.compile(rf"\W*{_INTRODUCED}(?:{_BEFORE}[, ]+)*{_ASKS}\b", re.IGNORECASE)


def split_parts(question: str) -> tuple[str, ...]:
    """The parts of a question that asks two or three things, as typed; () where it asks one."""
    text = " ".join(question.split())
    if len(text.split()) > MOST_WORDS:
        return ()
    parts = [part.strip(" ,;.?!") for part in _JOIN.split(text)]
    parts = [part for part in parts if part]
    if not 2 <= len(parts) <= MOST_PARTS or any(len(part.split()) < LEAST_WORDS for part in parts):
        return ()
    return tuple(parts) if all(_ASKING.match(part) for part in parts) else ()
