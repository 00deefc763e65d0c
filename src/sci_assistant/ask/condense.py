"""A follow-up and the earlier messages -> what is searched, and a standalone question.

"how is it treated?" after "What is heterotopic ossification?" is searched beside that, and shown as "how is
heterotopic ossification treated?". Whether a message is a follow-up at all, follow_up.py tells.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from sci_assistant.ask.intent import small_talk
from sci_assistant.types import Article
from sci_assistant.words import STOPWORDS, tokenize

_PRONOUN = re.compile(r"\b(it|its|this|that|they|them|these|those)\b(?!['’]s (?:ok|okay|safe))", re.IGNORECASE)
# "is it safe to fly", "it hurts", "does it make sense that": the word stands for nothing said before
_EXPLETIVE = re.compile(
    r"\b(?:is|was|would|will|isn't) it (?:\w+ ){0,2}?(?:to|that|if|when|for me to)\b|\bit(?:'s| is) (?:ok|safe|normal) to\b"
    r"|\bthat (?:i|my|he|she|we|they|the|a|you)\b|\b(?:this|that|these|those) (?:morning|week|year|month|time|way|day|night)\b"
    r"|\b(?:so|feel|feels|think|know|said|says|afraid|worried|sure|told|means?) that\b",
    re.IGNORECASE,
)
_SHORT_QUESTION = 12  # words up to which a pronoun is replaced in place
MOST_BEFORE = 3  # messages beside which a follow-up is read
MOST_WORDS = 40  # of each of them, its last ones
_LONGEST_PHRASE = 8  # words of a title or synonym

# Words that carry content and still name no topic: what is asked of a topic.
ASPECTS = frozenset(
    """
    treat treated treating treatment treatments cure cured prevent prevented prevention cause causes caused causing
    signs sign symptoms symptom diagnose diagnosed diagnosis test tests tested testing surgery operation risk risks
    dangerous serious common long often early late happen happens help helps avoid fix manage managed manage start
    stop last lasts hurt hurts painful best worse better normal bad good doctor team call emergency home medicine
    medication medications drugs drug options option side effects effect wait waiting else again spread work works
    available removed remove grow grows back come comes first next soon found find detected look looks cost alone
    children kids women men yourself tell explain example examples type types kind kinds chance chances recover
    recovery exercise exercises safe okay easier quickly fast
    """.split()
)


def said_before(history: Sequence[str]) -> str | None:
    """What a follow-up is read beside, from earlier messages (oldest first): the ends of the newest; None without any
    but thanks and greetings."""
    told = [earlier for earlier in history if small_talk(earlier) is None][-MOST_BEFORE:]
    brief = (" ".join(earlier.split()[-MOST_WORDS:]).rstrip(" ?!.") for earlier in told)
    return ". ".join(earlier for earlier in brief if earlier) or None


def name_topic(question: str, history: Sequence[str], topics: Mapping[str, str], article: Article) -> str:
    """A follow-up as it can be understood alone, with its topic and nothing else of what was said before.

    Args:
        topics: article id by title or synonym, as lower-case words with single spaces.
        article: what the follow-up is about.
    """
    named = (find_topic(earlier, topics) for earlier in reversed(history))
    topic = next((name for name in named if name is not None and topics[name] == article.id), None)
    pronoun = find_pronoun(question)
    if topic is not None and pronoun is not None and len(tokenize(question)) <= _SHORT_QUESTION:
        possessive = pronoun.group().lower() in ("its", "their")
        return question[: pronoun.start()] + topic + ("'s" if possessive else "") + question[pronoun.end() :]
    return f"{question.rstrip(' ?!.')} ({topic or article.title})?"


def names_nothing(question: str, topics: Collection[str]) -> bool:
    """Whether a question speaks of "it" and of nothing else: "how is it treated?" without an earlier question."""
    content = [word for word in tokenize(question) if word not in STOPWORDS]
    leans = find_pronoun(question) is not None and find_topic(question, topics) is None
    return leans and all(word in ASPECTS for word in content)


def find_pronoun(question: str) -> re.Match[str] | None:
    """A word that stands for something said before."""
    return None if _EXPLETIVE.search(question) else _PRONOUN.search(question)


def find_topic(text: str, topics: Collection[str]) -> str | None:
    """The longest title or synonym that stands in a text, lower case."""
    words = tokenize(text)
    for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            phrase = " ".join(words[start : start + length])
            if phrase in topics and phrase not in ASPECTS and phrase not in STOPWORDS:
                return phrase
    return None
