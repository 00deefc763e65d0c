"""A claim and its source -> whether steps, cause and effect, or the sides of a comparison were exchanged."""

from __future__ import annotations

from sci_assistant.ask.verify_compare import Compared
from sci_assistant.ask.verify_read import Reading
from sci_assistant.words import STOPWORDS, stem


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MARKS = _words("first second then last lastly finally")
_REASONS, _RESULTS = _words("because since as"), _words("so therefore")


def breaks_order(pair: Compared) -> bool:
    """Steps in another order, cause and effect exchanged, or things exchanged between two clauses."""
    if _other_order(pair):
        return True
    for read in (_cause, _than, _condition):
        claim, source = read(pair.claim), read(pair.source)
        if claim and source and (_crossed(claim, source) or _exchanged(claim, source)):
            return True
    return False


def _other_order(pair: Compared) -> bool:
    """Whether steps that both number or join by "then" come in another order."""
    if not (_numbers_steps(pair.claim) and _numbers_steps(pair.source)):
        return False
    claim, source = (_named(pair, reading) for reading in (pair.claim, pair.source))
    places = [source.index(word) for word in claim if word in source]
    return places != sorted(places)


def _named(pair: Compared, reading: Reading) -> list[str]:
    """Stems of what a sentence names, once each, in order."""
    return list(dict.fromkeys(stem(word) for word in reading.content if pair.relations.names_by_hand(word)))


def _numbers_steps(reading: Reading) -> bool:
    """Whether "then" joins steps, or "first", "second" or "last" ends one."""
    ends = (*reading.tokens[1:], ".")
    return any(
        t == "then" or (t in _MARKS and (not after[0].isalpha() or after in ("and", "for", "if")))
        for t, after in zip(reading.tokens, ends, strict=True)
    )


Sides = tuple[frozenset[str], frozenset[str]]


def _cause(reading: Reading) -> Sides | None:
    """The words of a cause and those of its effect, up to the next joint on either side."""
    tokens = reading.tokens
    for at, token in enumerate(tokens):
        if token in _REASONS and at == 0:
            comma = next((i for i, t in enumerate(tokens) if t == ","), None)
            return (_stems_of(tokens[1:comma]), _stems_of(tokens[comma + 1 :])) if comma else None
        if token == "because" or (token in _REASONS and tokens[at - 1] == ","):
            return _stems_of(tokens[at + 1 :]), _stems_of(tokens[:at])
        if token in _RESULTS and tokens[at - 1] == "," and tokens[at + 1 : at + 2] != ("that",):
            return _stems_of(tokens[: at - 1]), _stems_of(tokens[at + 1 :])
    return None


def _than(reading: Reading) -> Sides | None:
    """What is compared, and with what."""
    if reading.tokens.count("than") != 1:
        return None
    at = reading.tokens.index("than")
    return _stems_of(reading.tokens[:at]), _stems_of(reading.tokens[at + 1 :])


def _condition(reading: Reading) -> Sides | None:
    """A condition and what follows from it, wherever it stands."""
    tokens = reading.tokens
    places = [at for at, token in enumerate(tokens) if token in ("if", "when")]
    if len(places) != 1:
        return None
    at = places[0]
    if at:
        return _stems_of(tokens[at + 1 :]), _stems_of(tokens[:at])
    comma = next((i for i, token in enumerate(tokens) if token == ","), None)
    return (_stems_of(tokens[1:comma]), _stems_of(tokens[comma + 1 :])) if comma else None


def _exchanged(claim: Sides, source: Sides) -> bool:
    """Whether a word of each side alone went over to the other side."""
    first, second = source[0] - source[1], source[1] - source[0]
    moved, back = claim[1] & first - claim[0], claim[0] & second - claim[1]
    return bool(moved) and bool(back)


def _stems_of(tokens: tuple[str, ...]) -> frozenset[str]:
    return frozenset(stem(t) for t in tokens if t[0].isalpha() and t not in STOPWORDS)


def _crossed(claim: Sides, source: Sides) -> bool:
    straight = len(claim[0] & source[0]) + len(claim[1] & source[1])
    across = len(claim[0] & source[1]) + len(claim[1] & source[0])
    return across >= 3 and across > 2 * straight
