"""What a sentence needs beside it so that it does not mislead when it is quoted.

A sentence that opens with "This", "It" or "However" takes along the one before; a sentence that introduces a
list takes along its items, an item the sentence that introduces it; a numbered step takes along all steps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sci_assistant.ask.intent import is_call_section
from sci_assistant.types import Article

MOST_BACK = 3  # sentences that are taken along at most

_OPENER = re.compile(
    r"^[\"'“(]*(?:this|that|these|those|it|its|it's|they|their|them|he|she|his|her|such|also|but|however|instead|then"
    r"|otherwise|if (?:so|not|this|it|they|these|that)|in (?:that|this|these|those) cases?|for (?:example|instance)"
    r"|therefore|thus|so|and|or|yet|both|another|others?|the (?:same|latter|former|other)|here|similarly|even (?:so|then)"
    r"|as a result|because of (?:this|that)|after (?:that|this)|until then|when (?:this|it|they)|once (?:this|it|they)"
    r"|in addition|moreover|furthermore|again|still|neither|either|one (?:reason|way|sign)|some of (?:these|them))\b",
    re.IGNORECASE,
)
_EARLY_PRONOUN = re.compile(r"^(?:[\w'’-]+,?\s+){1,3}(?:it|this|they|these|them)\b", re.IGNORECASE)
# What compares, or comes after, what stands before: "speakers often do the same job", "the fibers then grow".
_LEANS_BACK = re.compile(
    r"\b(?:do|does|did) the same (?:job|work|thing)\b|^(?!(?:if|when|once|after|until)\b)(?:[\w'’-]+,?\s+){1,4}(?<!\band )then\b",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"\bit (?:is|was|may be|can be|helps|takes) (?:\w+ )?(?:to|that|for|hard|easy|safe|common)\b",
    re.IGNORECASE,
)


# Of a line that opens a list: its items are no advice, or hold on one condition.
_NO_ADVICE = re.compile(
    r"\b(?:signs?|symptoms?|triggers?|causes?|reasons|risks?|dangers?|problems|changes|things that|questions|myths"
    r"|warnings?|lessons|speaks? for|looks? like|if|when|unless|until|once|before|after|not|never|avoid|steps)\b",
    re.IGNORECASE,
)
_OF_THE_READER = re.compile(r"you(?:r|'re)?\b", re.IGNORECASE)


def is_dependent(text: str) -> bool:
    """Whether a sentence leans on the one before it."""
    if _OPENER.match(text) or _LEANS_BACK.search(text):
        return True
    early = _EARLY_PRONOUN.match(text)
    return bool(early) and not _EXPLETIVE.search(text[: early.end() + 30] if early else "")


def is_lead(text: str) -> bool:
    """Whether a sentence only introduces what follows."""
    return text.rstrip().endswith(":")


def list_members(article: Article, index: int) -> tuple[int, ...]:
    """Sentences of the list that sentence `index` introduces or belongs to, its lead first; () where there is none."""
    sentence = article.sentences[index]
    lead = sentence.lead
    if lead is None and sentence.kind == "sentence" and is_lead(article.sentence_text(index)):
        lead = index
    list_id = article.blocks[sentence.block].list_id
    members = tuple(
        i
        for i, other in enumerate(article.sentences)
        if (lead is not None and other.lead == lead)
        or (list_id is not None and article.blocks[other.block].list_id == list_id)
    )
    if not members:
        return ()
    return (lead, *members) if lead is not None and lead not in members else members


def misleads_alone(article: Article, index: int) -> bool:
    """Whether a sentence is an item that says something else without the line that opens its list: a sign without
    "Signs include:" reads as an order, or as if it were so; a step has lost when to call."""
    sentence = article.sentences[index]
    return sentence.lead is not None and bool(
        _NO_ADVICE.search(article.sentence_text(sentence.lead))
        or _OF_THE_READER.match(article.sentence_text(index))
        or is_call_section(article.sections[sentence.section].title)
    )


def is_numbered(article: Article, index: int) -> bool:
    """Whether a sentence is a step of a numbered list: steps are quoted whole, in their order."""
    return article.blocks[article.sentences[index].block].number is not None


def runs_of(chosen: Mapping[tuple[str, int], Article]) -> list[tuple[Article, list[int]]]:
    """Runs of neighbouring sentences of one section, from articles by (article id, sentence index), in that order."""
    runs: list[tuple[Article, list[int]]] = []
    for key in sorted(chosen):
        article, index = chosen[key], key[1]
        previous = runs[-1] if runs else None
        if (
            previous is not None
            and previous[0].id == article.id
            and previous[1][-1] == index - 1
            and article.sentences[index - 1].section == article.sentences[index].section
        ):
            previous[1].append(index)
        else:
            runs.append((article, [index]))
    return runs


def with_context(article: Article, index: int) -> tuple[int, ...] | None:
    """The sentences to quote together with `index`, ascending; None if it cannot be quoted without misleading."""
    needed = {index}
    current = index
    while is_dependent(article.sentence_text(current)):
        before = current - 1
        same_block = before >= 0 and article.sentences[before].block == article.sentences[current].block
        same_section = before >= 0 and article.sentences[before].section == article.sentences[current].section
        plain = article.sentences[current].kind == "sentence"
        if not same_block and not (plain and same_section and article.sentences[before].kind == "sentence"):
            break  # it opens its block: the heading says what it is about
        if len(needed) > MOST_BACK:
            return None
        needed.add(before)
        current = before
    sentence = article.sentences[index]
    if sentence.kind == "item":
        block = sentence.block
        needed.update(i for i, other in enumerate(article.sentences) if other.block == block and i <= index)
        if sentence.lead is not None:
            needed.add(sentence.lead)
    return tuple(sorted(needed))
