"""A claim and the source it is held against -> the first rule that it breaks, or None.

Every rule is a veto: what breaks one is removed whatever else speaks for it. Takes readings; knows no model. Where a
rule is in doubt it removes, as long as few true paraphrases of the development claims are lost by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sci_assistant.ask.verify_compare import TOPIC, Compared
from sci_assistant.ask.verify_hedge import breaks_hedge
from sci_assistant.ask.verify_order import breaks_order
from sci_assistant.ask.verify_read import DENIALS, Reading
from sci_assistant.words import STOPWORDS, medicine_names, stem, stems, tokenize, zipf


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAMED_KINDS = _words("body person artifact substance food animal plant group location state object")
# Nouns that name nothing in particular: a paraphrase may bring them in.
GENERAL = _words(
    "person people someone anyone man woman adult patient individual thing place part area side end kind type way form case "
    "problem trouble issue condition state situation team care staff helper life time day moment step amount number group set "
    "help aid support use need sign symptom body health injury cord spine level result effect cause reason risk danger chance "
    "matter item object piece point line ground base top bottom front back position order plan program home house work job "
    "family member other user reader expert specialist professional guide guideline advice fact word name question answer "
    "equipment device tool product supply medicine drug treatment therapy illness disease infection method means routine "
    "couple pair lot majority world country year week month hour minute second age youth child parent fellow own self "
    "machine chair link lack eye tank pair harm substitute list start beginning middle rest whole half"
)  # fmt: skip
Rule = Callable[[Compared], bool]


def breaks_numbers(pair: Compared) -> bool:
    """A quantity that the source does not state, or a level of injury."""
    stated = pair.source.loose_quantities
    bare = {q.value for q in stated}
    for quantity in pair.claim.quantities:
        if quantity in stated or (not quantity.what and quantity.value in bare):
            continue
        return True
    return _other_level(pair) or _bound_elsewhere(pair)


def _other_level(pair: Compared) -> bool:
    stated = dict.fromkeys(pair.source.levels)
    names = {level for level, _ in stated}
    for level, side in pair.claim.levels:
        if (level, side) in stated:
            continue
        if level not in names or side:
            return True
        if not side and not any(other == (level, "") for other in stated):
            return True
    return False


def _bound_elsewhere(pair: Compared) -> bool:
    """A number beside a name where the source has another number beside it ("911 in the UK")."""
    source, claim = _name_numbers(pair.source.text), _name_numbers(pair.claim.text)
    return any(name in source and number not in source[name] for name, numbers in claim.items() for number in numbers)


_NAME_OR_NUMBER = re.compile(r"\b(\d[\d,.]*\d|\d)\b|(?<=[a-z,(] )([A-Z][A-Za-z-]{1,})|(?<=\()([A-Z][A-Za-z-]+)")


def _name_numbers(text: str) -> dict[str, set[str]]:
    """For names the numbers nearest to them, where a text has two numbers or more, or one."""
    found = [(m.start(), m.group(1), m.group(2) or m.group(3)) for m in _NAME_OR_NUMBER.finditer(text)]
    numbers = [(at, number) for at, number, _ in found if number]
    near: dict[str, set[str]] = {}
    for at, _, name in found:
        if name and numbers:
            before = [number for place, number in numbers if place < at]
            after = [number for place, number in numbers if place > at]
            near[name] = {before[-1] if before else after[0]}
    return near


def breaks_denial(pair: Compared) -> bool:
    """What one denies the other states."""
    return _states_what_is_denied(pair, pair.source, pair.claim) or _states_what_is_denied(
        pair, pair.claim, pair.source
    )


def _states_what_is_denied(pair: Compared, denying: Reading, other: Reading) -> bool:
    if not denying.denials or other.soft_denials(denying) or _opposite_pair(pair):
        return False
    if not other.denials:
        return denying is pair.claim or any(_is_told(scope[:3], other) for scope in denying.denials if scope)
    predicates = {scope[0] for scope in denying.denials if scope}
    return any(word in other.stems and word not in other.denied for word in predicates)


def _is_told(scope: tuple[str, ...], other: Reading) -> bool:
    """Whether another sentence speaks of what a denial governs."""
    return 2 * sum(word in other.stems for word in scope) >= len(scope)


def _opposite_pair(pair: Compared) -> bool:
    """Whether a word of one stands against a word of the other: a denial may then be said without one."""
    return any(
        pair.relations.are_opposites(word, other)
        for word in pair.missing
        for other in pair.left_out
        if stem(word) not in _GRADED and stem(other) not in _GRADED
    )


def breaks_units(pair: Compared) -> bool:
    """A unit of time that the source does not name, a share where it counts times, and the like."""
    converted = {q.what for q in pair.claim.quantities} & {"time", "month"}
    if pair.claim.spans - pair.source.spans and not (converted and pair.claim.quantities <= pair.source.quantities):
        return True
    kinds = {q.what for q in pair.claim.quantities} - {q.what for q in pair.source.quantities} - {""}
    return bool(kinds) and bool(pair.claim.quantities)


_EVEN = re.compile(r"\beven (?:if|when|though)\b")
_UNLESS = re.compile(r"\bunless\b|\bonly\b|\buntil\b|\bonce\b|\bexcept\b")
_ONLY = _words("only solely just exclusively")
_EXCEPTIONS = _words("unless only except until without if before otherwise")
_LIMITS = _ONLY | DENIALS | _words("until alone unless before nobody sole must limited")


def breaks_condition(pair: Compared) -> bool:
    """Even if, unless and only exchanged, or a limit that the source sets taken away or brought in."""
    claim, source = pair.claim.text.lower(), pair.source.text.lower()
    even_claim, even_source = bool(_EVEN.search(claim)), bool(_EVEN.search(source))
    if even_claim != even_source and (_UNLESS.search(source) if even_claim else _UNLESS.search(claim)):
        return True
    if "unless" in pair.claim.tokens and not pair.source.has(_EXCEPTIONS):
        return True
    if _drops_condition(claim, source):
        return True
    if pair.claim.has(_ONLY) and not pair.source.has(_LIMITS):
        return True
    if pair.source.has(_ONLY) and not pair.claim.has(_LIMITS):
        after = _after(pair.source, _ONLY)
        return bool(after) and sum(word in pair.claim.stems for word in after) * 2 >= len(after)
    return False


_CONDITION = re.compile(r"\b(?:if|unless|provided|as long as|only when)\b([^,;.]*)")
_ANY_CONDITION = re.compile(
    r"\b(?:if|unless|provided|as long as|when|whenever|once|until|where|with|without|in case)\b"
)


def _drops_condition(claim: str, source: str) -> bool:
    """Whether the source ties what it says to a condition, and the claim has neither that nor any other."""
    if _ANY_CONDITION.search(claim):
        return False
    told = set(stems(claim))
    clauses = [set(stems(found[1])) for found in _CONDITION.finditer(source)]
    return any(clause and not clause & told for clause in clauses)


_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
# "For strength, ...", "..., while you learn": a limit that opens or ends what is said.
_LIMIT = re.compile(r"^(?:for|in|during|with|without|before|after) ([^,;.]{3,40}),|\bwhile ([^,;.]*)")


def drops_limit(pair: Compared) -> bool:
    """Whether a limit that the source opens or ends with is gone, or the whole opening of the sentence that a claim is
    a piece of: no broken rule, but nothing to be sure of."""
    told = set(stems(pair.claim.text))
    limits = [set(stems(found[1] or found[2])) for found in _LIMIT.finditer(pair.source.text.lower())]
    return any(limit and not limit & told for limit in limits) or _copies_in_part(pair)


def _copies_in_part(pair: Compared) -> bool:
    """Whether a claim copies a part of a sentence, from a later word on or not to its end: what it speaks of, or on
    what condition, may stand in the rest."""
    claim = f" {' '.join(tokenize(pair.claim.text))} "
    sentences = [f" {' '.join(tokenize(sentence))} " for sentence in _SENTENCE_END.split(pair.source.text)]
    return any(claim in sentence for sentence in sentences) and claim not in sentences


def _after(reading: Reading, words: frozenset[str]) -> list[str]:
    at = next(i for i, token in enumerate(reading.tokens) if token in words)
    rest = [t for t in reading.tokens[at + 1 :] if t[0].isalpha() and t not in STOPWORDS]
    return [stem(token) for token in rest[:4]]


_SMALL = _words("least most in out on off up down before after above below over under more less until during later")


def breaks_opposite(pair: Compared) -> bool:
    """A word that says the reverse of a word of the source."""
    for word in pair.claim.words:
        if stem(word) in pair.source.stems or word in pair.stands:
            continue
        against = pair.dropped if word in _SMALL else pair.source.words
        if any(_is_reverse(pair, word, other) for other in against):
            return True
    return False


def _is_reverse(pair: Compared, word: str, other: str) -> bool:
    return pair.relations.are_opposites(word, other) and not _turned(pair, word, other)


# What does not bring a thing about does not prevent it either: denying one of these is not saying its opposite.
_GRADED = frozenset(
    stem(word)
    for word in _words(
        "prevent protect cause trigger bring provoke harm help worsen improve raise lower increase decrease reduce ease "
        "rise fall drop grow shrink lift hinder heal hurt gain lose more less better worse higher aggravate allow block"
    )
)


def _turned(pair: Compared, word: str, other: str) -> bool:
    """Whether exactly one of two opposite words is denied, so that both say the same."""
    if stem(word) in _GRADED or stem(other) in _GRADED:
        return False
    return (stem(word) in pair.claim.denied) != (stem(other) in pair.source.denied)


def breaks_names(pair: Compared) -> bool:
    """A drug, test, body part, condition, person or other thing by name that the source does not name."""
    return any(_names_something(pair, word) for word in pair.new) or _new_capitals(pair)


def _names_something(pair: Compared, word: str) -> bool:
    if pair.relations.names_by_hand(word):
        return True
    if stem(word) in _GENERAL_STEMS:
        return False
    if word in medicine_names() and zipf(word) < 4.5:
        return True
    kind = pair.relations.kind(word)
    return kind in NAMED_KINDS or (kind == "-" and zipf(word) < RARE and not word.endswith(("ly", "ing", "ed")))


_CAPITALS = re.compile(r"(?<=[a-z,;:(] )[\"'(]*([A-Z][A-Za-z]+)")


def _new_capitals(pair: Compared) -> bool:
    """A proper name or a short form that the source lacks."""
    known = pair.source.stems | pair.licensed | TOPIC
    if any(stem(name.lower()) not in known for name in _CAPITALS.findall(pair.claim.text) if name != "I"):
        return True
    return not set(_LETTER.findall(pair.claim.text)) <= set(_LETTER.findall(pair.source.text))


_LETTER = re.compile(r"(?<=[a-z] )[B-HJ-Z]\b(?!-|\.\w)")  # vitamin D, grade C
RARE = 3.3  # Zipf: rarer words that WordNet's common ones lack name something


def breaks_bounds(pair: Compared) -> bool:
    """More new words than the words of the source that they could stand for: something was added."""
    left = [word for word in pair.source.content if stem(word) not in pair.claim.stems]
    spare = [word for word in left if not any(pair.relations.may_stand_for(other, word) for other in pair.stands)]
    new = [word for word in pair.new if zipf(word) < PLAIN and stem(word) not in _GENERAL_STEMS]
    return len(new) >= ADDED and len(new) > len(spare)


ADDED = 2  # new words
PLAIN = 5.2  # Zipf: commoner words ("come", "since") are ways of saying, not things said
_GENERAL_STEMS = frozenset(stem(word) for word in GENERAL)
RULES: tuple[tuple[str, Rule], ...] = (
    ("number", breaks_numbers),
    ("unit", breaks_units),
    ("negation", breaks_denial),
    ("condition", breaks_condition),
    ("hedge", breaks_hedge),
    ("opposite", breaks_opposite),
    ("name", breaks_names),
    ("added", breaks_bounds),
    ("order", breaks_order),
)


def first_broken(pair: Compared) -> str | None:
    """The name of the first rule that a claim breaks against a source."""
    return next((name for name, rule in RULES if rule(pair)), None)
