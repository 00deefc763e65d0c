"""A follow-up and the earlier questions -> a standalone question. Rules only, no model.

"how is it treated?" after "What is heterotopic ossification?" becomes "how is heterotopic ossification
treated?". A question that names its own topic is left alone: a new topic is never dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from sci_assistant.words import STOPWORDS, tokenize

_PRONOUN = re.compile(r"\b(it|its|this|that|they|them|these|those)\b(?!['’]s (?:ok|okay|safe))", re.IGNORECASE)
# "is it safe to fly", "it hurts", "does it make sense that": the word stands for nothing said before
_EXPLETIVE = re.compile(
    r"\b(?:is|was|would|will|isn't) it (?:\w+ ){0,2}?(?:to|that|if|when|for me to)\b|\bit(?:'s| is) (?:ok|safe|normal) to\b"
    r"|\bthat (?:i|my|he|she|we|they|the|a|you)\b|\b(?:this|that|these|those) (?:morning|week|year|month|time|way|day|night)\b"
    r"|\b(?:so|feel|feels|think|know|said|says|afraid|worried|sure|told|means?) that\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^\W*(?:ok |okay |yes |no )?(?:and|but|or|so|then|also|until then|what about|how about|what if)\b", re.IGNORECASE
)
_OWN_WORDS = 2  # content words of its own with which a question stands by itself
_SHORT_QUESTION = 12  # words up to which a pronoun is replaced in place
# Best cosine from which a question stands by itself; found on the development conversations (docs/retrieval.md).
_STANDALONE = 0.42
_STANDALONE_WITH_PRONOUN = 0.55
_MOST_TOPIC_WORDS = 12
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


def condense(
    question: str, history: Sequence[str], *, topics: Collection[str], familiarity: Callable[[str], float]
) -> str:
    """The question as it can be understood without the earlier ones.

    Args:
        question: as typed (or with its spelling mended).
        history: earlier questions of the same person, oldest first.
        topics: titles and synonyms as lower-case words with single spaces.
        familiarity: the best cosine that the articles have for a text; asked only where the words alone do not
            tell whether the question stands by itself.
    """
    if not history or not leans_on_earlier(question, topics=topics, familiarity=familiarity):
        return question
    topic, named = topic_of(history, topics)
    if not topic:
        return question
    pronoun = _pronoun(question)
    if named and pronoun is not None and len(tokenize(question)) <= _SHORT_QUESTION:
        possessive = pronoun.group().lower() in ("its", "their")
        return question[: pronoun.start()] + topic + ("'s" if possessive else "") + question[pronoun.end() :]
    return f"{question.rstrip(' ?!.')} ({topic})?"


def leans_on_earlier(question: str, *, topics: Collection[str], familiarity: Callable[[str], float]) -> bool:
    """Whether a question cannot be understood alone: it names no topic, and the articles know nothing like it."""
    if find_topic(question, topics) is not None:
        return False
    content = [word for word in tokenize(question) if word not in STOPWORDS]
    if all(word in ASPECTS for word in content):
        return True
    if _pronoun(question) is not None:
        return familiarity(question) < _STANDALONE_WITH_PRONOUN
    own = [word for word in content if word not in ASPECTS]
    if len(own) >= _OWN_WORDS and not _GOES_ON.match(question):
        return False  # "best wheelchair cushion" is a question of its own, whether the articles know it or not
    return familiarity(question) < _STANDALONE


def names_nothing(question: str, topics: Collection[str]) -> bool:
    """Whether a question speaks of "it" and of nothing else: "how is it treated?" without an earlier question."""
    content = [word for word in tokenize(question) if word not in STOPWORDS]
    leans = _pronoun(question) is not None and find_topic(question, topics) is None
    return leans and all(word in ASPECTS for word in content)


def _pronoun(question: str) -> re.Match[str] | None:
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


def topic_of(history: Sequence[str], topics: Collection[str]) -> tuple[str, bool]:
    """What the conversation is about, and whether it is the name of a topic.

    The last question that names a topic and does not itself lean on an earlier one ("is it the same as a
    fracture?" is not about fractures); without any, the content words of the first and the last question.
    """
    own = [earlier for i, earlier in enumerate(history) if i == 0 or _pronoun(earlier) is None]
    for earlier in (*reversed(own), *reversed(history)):
        named = find_topic(earlier, topics)
        if named is not None:
            return named, True
    words = [w for earlier in (history[0], history[-1]) for w in tokenize(earlier)]
    content = dict.fromkeys(w for w in words if w not in STOPWORDS and w not in ASPECTS)
    return " ".join(list(content)[:_MOST_TOPIC_WORDS]), False
