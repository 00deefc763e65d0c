"""A follow-up and the earlier questions -> a standalone question. Rules only, no model.

"how is it treated?" after "What is heterotopic ossification?" becomes "how is heterotopic ossification
treated?". A question that names its own topic is left alone: a new topic is never dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from sci_assistant.words import STOPWORDS, tokenize

_PRONOUN = re.compile(
    r"\b(it|its|this|that|they|them|these|those)\b(?!['’]s (?:ok|okay|safe))", re.IGNORECASE
)
# "is it safe to fly", "it hurts", "does it make sense that": the word stands for nothing said before
_EXPLETIVE = re.compile(
    r"\b(?:is|was|would|will|isn't) it (?:\w+ ){0,2}?(?:to|that|if|when|for me to)\b|\bit(?:'s| is) (?:ok|safe|normal) to\b"
    r"|\bthat (?:i|my|he|she|we|they|the|a|you)\b|\b(?:this|that|these|those) (?:morning|week|year|month|time|way|day|night)\b"
    r"|\b(?:so|feel|feels|think|know|said|says|afraid|worried|sure|told|means?) that\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(
    r"^\s*(?:and|or|but|so|what about|how about|what if|why|how come|how long|how often|when|where|who|which one|tell me more"
    r"|more|anything else|go on|what else|then what|and then|is there (?:a|any)|are there (?:any)?|can i|should i|do i|will i"
    r"|what (?:are|is) the|how (?:is|are|do|can|common|serious|bad))\b",
    re.IGNORECASE,
)
_MOST_ELLIPSIS_WORDS = 3  # content words of a question that can still lean on the one before
_MOST_TOPIC_WORDS = 12
_LONGEST_PHRASE = 8  # words of a title or synonym

# Words that carry content and still name no topic: what is asked of a topic.
ASPECTS = frozenset(
    [
        "treat",
        "treated",
        "treating",
        "treatment",
        "treatments",
        "cure",
        "cured",
        "prevent",
        "prevented",
        "prevention",
        "cause",
        "causes",
        "caused",
        "causing",
        "signs",
        "sign",
        "symptoms",
        "symptom",
        "diagnose",
        "diagnosed",
        "diagnosis",
        "test",
        "tests",
        "tested",
        "testing",
        "surgery",
        "operation",
        "risk",
        "risks",
        "dangerous",
        "serious",
        "common",
        "long",
        "often",
        "early",
        "late",
        "happen",
        "happens",
        "help",
        "helps",
        "avoid",
        "fix",
        "manage",
        "managed",
        "manage",
        "start",
        "stop",
        "last",
        "lasts",
        "hurt",
        "hurts",
        "painful",
        "best",
        "worse",
        "better",
        "normal",
        "bad",
        "good",
        "doctor",
        "team",
        "call",
        "emergency",
        "home",
        "medicine",
        "medication",
        "medications",
        "drugs",
        "drug",
        "options",
        "option",
        "side",
        "effects",
        "effect",
        "wait",
        "waiting",
        "else",
        "again",
        "spread",
        "work",
        "works",
        "available",
        "removed",
        "remove",
        "grow",
        "grows",
        "back",
        "come",
        "comes",
        "first",
        "next",
        "soon",
        "found",
        "find",
        "detected",
        "look",
        "looks",
        "cost",
        "alone",
        "children",
        "kids",
        "women",
        "men",
        "yourself",
        "tell",
        "explain",
        "example",
        "examples",
        "type",
        "types",
        "kind",
        "kinds",
        "chance",
        "chances",
        "recover",
        "recovery",
        "exercise",
        "exercises",
        "safe",
        "okay",
        "easier",
        "quickly",
        "fast",
    ]
)


def condense(question: str, history: Sequence[str], *, topics: Collection[str]) -> str:
    """The question as it can be understood without the earlier ones.

    Args:
        question: as typed (or with its spelling mended).
        history: earlier questions of the same person, oldest first.
        topics: titles and synonyms as lower-case words with single spaces.
    """
    if not history or not leans_on_earlier(question, topics):
        return question
    topic = topic_of(history, topics)
    if topic is None:
        return question
    pronoun = None if _EXPLETIVE.search(question) else _PRONOUN.search(question)
    if pronoun is not None:
        possessive = pronoun.group().lower() in ("its", "their")
        return question[: pronoun.start()] + topic + ("'s" if possessive else "") + question[pronoun.end() :]
    return f"{question.rstrip(' ?!.')} ({topic})?"


def leans_on_earlier(question: str, topics: Collection[str]) -> bool:
    """Whether a question cannot be understood alone."""
    content = [word for word in tokenize(question) if word not in STOPWORDS]
    own = [word for word in content if word not in ASPECTS]
    if find_topic(question, topics) is not None:
        return False
    pronoun = bool(_PRONOUN.search(question)) and not _EXPLETIVE.search(question)
    if pronoun and len(own) <= 3 and not re.search(r"[.!?].*\w", question.strip().rstrip("?!.")):
        return True
    return not own and (bool(_ELLIPSIS.match(question)) or len(content) <= _MOST_ELLIPSIS_WORDS)


def find_topic(text: str, topics: Collection[str]) -> str | None:
    """The longest title or synonym that stands in a text, lower case."""
    words = tokenize(text)
    for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            phrase = " ".join(words[start : start + length])
            if phrase in topics and phrase not in ASPECTS:
                return phrase
    return None


def topic_of(history: Sequence[str], topics: Collection[str]) -> str | None:
    """What the conversation is about: the topic of the last question that named one, else its content words."""
    for earlier in reversed(history):
        named = find_topic(earlier, topics)
        if named is not None:
            return named
        words = [w for w in tokenize(earlier) if w not in STOPWORDS and w not in ASPECTS]
        if words:
            return " ".join(words[:_MOST_TOPIC_WORDS])
    return None
