"""A message as typed or dictated -> the same in lower case, contractions opened, numbers as digits, slips mended.

What the notice rules read. It works without model and index: speech recognisers write "tea six", "one ninety over
one ten" and "dis reflex ear", and somebody who types with a mouth-stick leaves letters and spaces out. Only words
that English does not have are mended, and only into words of the rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sci_assistant.words import common_words, medicine_names, zipf

READ_CHARS = 4000  # of each end of a message that are read
READ_LETTERS = 100  # of an endless word: slips in it cost time beyond measure
KNOWN_ZIPF = 2.7  # from this frequency on a word is taken for English and never mended
COMMON_WORDS = 5000  # words of English that slips are mended to beside those of the rules
JOINED = 4  # pieces that a recogniser breaks one medical word into, at most
ALIKE = 0.82  # similarity of sounds from which joined pieces are taken for a medical word
ALIKE_ENGLISH = 0.94  # where every piece is a word by itself: "for a cure" is no fracture
COMMON_ZIPF = 3.3  # from this frequency on a piece is a word by itself

_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_ENDLESS = re.compile(rf"(\w{{{READ_LETTERS}}})\w+")
_UNITS = {
    w: n
    for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
}
_TENS = {w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
_TENS["fourty"] = 40
_LEVEL = re.compile(
    r"\b(?P<letter>t|tea|tee|c|see|sea|l|el|ell|cee)[ -]?"
    r"(?P<number>1[0-2]|[1-9]|one|two|three|four|five|six|sicks|seven|eight|nine|ten|eleven|twelve)\b"
)
_LEVEL_LETTERS = {"tea": "t", "tee": "t", "see": "c", "sea": "c", "cee": "c", "el": "l", "ell": "l"}
_BEFORE_WORDS = frozenset("you i to can could we they a the of my your any will".split())
_CONTRACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        (r"\b(?:can'?t|can not|cudnt|couldn'?t|could not|cann?ot|carnt|cnt)\b", "cannot"),
        (r"\b(?:won'?t|wo n't|wudnt)\b", "will not"),
        (r"\b(is|are|was|were|do|does|did|has|have|had|would|should|need)n'?t\b", r"\1 not"),
        (r"\b(?:don t|dnt|donnot)\b", "do not"),
        (r"\b(?:ain'?t|aint)\b", "is not"),
        (r"\b(?:i'?m|i m)\b", "i am"),
        (r"\b(?:i'?ve|i v)\b", "i have"),
        (r"\b(he|she|it|that|there|what|who)'?s(?= (?:been|had|got)\b)", r"\1 has"),
        (r"\b(he|she|it|that|there|what|who|where|here)'?s\b", r"\1 is"),
        (r"\b(you|we|they)'?re\b(?!\w)", r"\1 are"),
        (r"\b(you|we|they)'?ve\b", r"\1 have"),
        (r"\b(i|you|he|she|it|we|they)'ll\b", r"\1 will"),
        (r"\b(i|you|he|she|it|we|they)'d\b", r"\1 would"),
        (r"\bgonna\b", "going to"),
        (r"\bwanna\b", "want to"),
        (r"\bgotta\b", "got to"),
        (r"\b(?:plz|pls)\b", "please"),
    )
)
_BEFORE_UNIT = re.compile(
    r"(?<=\d)(?=(?:hrs?|mins?|wks?|yrs?|hours?|minutes?|days?|weeks?|months?|years?)\b)"
)  # "14hrs"
_ARE = re.compile(r"\b(you|we|they) ?re\b")
_NUMBER_WORDS = "|".join((*_UNITS, *_TENS, "hundred", "point", "oh", "and"))
_SPOKEN = re.compile(rf"\b(?:a hundred|{'|'.join((*_UNITS, *_TENS))})\b(?:[ -](?:{_NUMBER_WORDS})\b)*")


def heard(text: str, *, terms: Sequence[str], vocabulary: frozenset[str], sounds: Mapping[str, str]) -> str:
    """The message as the rules read it: lower case, single spaces.

    Args:
        terms: long medical words, found again by their sound when they were broken into pieces.
        vocabulary: words of the rules, which slips of the fingers are mended to.
        sounds: what a recogniser writes -> what was said.
    """
    text = _ENDLESS.sub(r"\1", _HIDDEN.sub("", text))
    if len(text) > 2 * READ_CHARS:  # the beginning and the end of an endless message
        text = f"{text[:READ_CHARS]} . {text[-READ_CHARS:]}"
    text = text.replace("’", "'").replace("‘", "'").replace("`", "'").replace("°", " ").lower()
    text = " ".join(text.split())
    for said, pattern, meant in _sound_patterns(tuple(sounds.items())):
        if said is None or said in text:
            text = pattern.sub(meant, text)
    text = _LEVEL.sub(_level, text)
    text = _SPOKEN.sub(lambda match: _digits(match.group()), text)
    for pattern, new in _CONTRACTIONS:
        text = pattern.sub(new, text)
    text = _BEFORE_UNIT.sub(" ", _ARE.sub(r"\1 are", text))
    text = _joined(text, terms, vocabulary)
    return re.sub(r"[a-z]+", lambda match: _mended(match.group(), vocabulary), text)


@lru_cache(maxsize=4)
def _sound_patterns(sounds: tuple[tuple[str, str], ...]) -> tuple[tuple[str | None, re.Pattern[str], str], ...]:
    """Each sound's own letters, None where it is an expression, its expression, and what was said."""
    return tuple(
        (said if re.fullmatch("[a-z0-9' -]+", said) else None, re.compile(_words(said)), meant)
        for said, meant in sounds
    )


def _words(said: str) -> str:
    """An expression for whole words, but for one that looks around itself ("bp190/110")."""
    return said if said.startswith("(?<=") else rf"\b(?:{said})\b"


def _level(match: re.Match[str]) -> str:
    letter, number = match["letter"], match["number"]
    before = match.string[: match.start()].rsplit(" ", 2)[-2:]
    if letter == "see" and not number.isdigit() and before[0] in _BEFORE_WORDS:
        return match.group()  # "can see four ..."
    digits = number if number.isdigit() else _UNITS["six" if number == "sicks" else number]
    return f"{_LEVEL_LETTERS.get(letter, letter)}{digits}"


def _digits(spoken: str) -> str:
    """Number words as digits: "one ninety" is 190, "a hundred and two point five" 102.5; "one of" stays a word."""
    words = spoken.replace("-", " ").split()
    if len(words) == 1 and words[0] in _UNITS:
        return spoken
    while words and words[-1] in ("and", "point", "oh"):
        words.pop()
    tail = spoken.replace("-", " ").split()[len(words) :]
    out: list[str] = []
    position = 0
    while position < len(words):
        value, used = _one_number(words[position:])
        if used == 0:
            out.append(words[position])
            position += 1
            continue
        out.append(value)
        position += used
    return " ".join((*out, *tail))


def _one_number(words: list[str]) -> tuple[str, int]:
    """A number at the head of some words, and how many of them it takes."""
    whole, used = _whole(words)
    if used == 0:
        return "", 0
    if words[used : used + 1] == ["point"]:
        decimals = [str(_UNITS[w]) for w in words[used + 1 : used + 3] if w in _UNITS and _UNITS[w] < 10]
        if decimals:
            return f"{whole}.{''.join(decimals)}", used + 1 + len(decimals)
    return str(whole), used


def _whole(words: list[str]) -> tuple[int, int]:
    first = words[0]
    rest = words[1:]
    if first == "a" and rest[:1] == ["hundred"]:
        small, used = _below_hundred(rest[2:] if rest[1:2] == ["and"] else rest[1:])
        return 100 + small, 2 + used + (rest[1:2] == ["and"] and used > 0)
    if first in _UNITS and rest[:1] == ["hundred"]:
        joined = rest[1:2] == ["and"]
        small, used = _below_hundred(rest[2:] if joined else rest[1:])
        return 100 * _UNITS[first] + small, 2 + used + (joined and used > 0)
    if first in ("one", "two") and rest[:1] == ["oh"] and rest[1:2] and rest[1] in _UNITS:
        return 100 * _UNITS[first] + _UNITS[rest[1]], 3
    if first in ("one", "two") and rest and (rest[0] in _TENS or 10 <= _UNITS.get(rest[0], 0) <= 19):
        small, used = _below_hundred(rest)
        return 100 * _UNITS[first] + small, 1 + used  # "one ninety", "one ten"
    return _below_hundred(words)


def _below_hundred(words: list[str]) -> tuple[int, int]:
    if words and words[0] in _TENS:
        unit = _UNITS.get(words[1], 0) if len(words) > 1 else 0
        return (_TENS[words[0]] + unit, 2) if 1 <= unit <= 9 else (_TENS[words[0]], 1)
    if words and words[0] in _UNITS:
        return _UNITS[words[0]], 1
    return 0, 0


def _joined(text: str, terms: Sequence[str], vocabulary: frozenset[str]) -> str:
    """Pieces that sound like one medical word, joined into it: "auto nomic dis reflex ear", "cath it er"."""
    if not terms:
        return text
    pieces = re.findall(r"[a-z]+|[^a-z]+", text)
    out: list[str] = []
    position = 0
    while position < len(pieces):
        begins = pieces[position][:1].isalpha() and not (position and pieces[position - 1].endswith("'"))  # "it's"
        found = _term_at(pieces, position, terms, vocabulary) if begins else None
        if found is None:
            out.append(pieces[position])
            position += 1
        else:
            term, used = found
            out.append(term)
            position += used
    return "".join(out)


def _term_at(
    pieces: list[str], position: int, terms: Sequence[str], vocabulary: frozenset[str]
) -> tuple[str, int] | None:
    """The medical word that pieces from here on sound like, the most pieces first, and how many it takes."""
    for count in range(JOINED, 1, -1):
        last = position + 2 * (count - 1)
        if last >= len(pieces) or any(gap not in (" ", "-") for gap in pieces[position + 1 : last : 2]):
            continue
        words = pieces[position : last + 1 : 2]
        if not all(word.isalpha() for word in words):
            continue
        if "".join(words) in terms:
            return "".join(words), 2 * count - 1
        if any(_is_term(word, tuple(terms)) for word in words):
            continue
        english = all(zipf(word) >= COMMON_ZIPF or word in vocabulary for word in words)
        term = _sounds_like("".join(words), tuple(terms), ALIKE_ENGLISH if english else ALIKE)
        if term is not None and not (count == 2 and all(len(w) > 3 and zipf(w) > 4.5 for w in words)):
            return term, 2 * count - 1
    return None


@lru_cache(maxsize=20_000)
def _is_term(word: str, terms: tuple[str, ...]) -> bool:
    """Whether a piece is a medical word by itself, or nearly: it takes no words after it, no "not", "out" or "a"."""
    from rapidfuzz.distance import OSA

    return word in terms or (len(word) > 5 and any(OSA.distance(word, term, score_cutoff=2) <= 2 for term in terms))


@lru_cache(maxsize=20_000)
def _sounds_like(joined: str, terms: tuple[str, ...], alike: float) -> str | None:
    from rapidfuzz.distance import Indel

    if len(joined) < 6:
        return None
    sound = _sound(joined)
    best = (alike, "")
    for term, said in _by_first_sound(terms).get(sound[:1], ()):
        if abs(len(term) - len(joined)) > 4:
            continue
        heard_alike = Indel.normalized_similarity(sound, said)
        likeness = 0.6 * heard_alike + 0.4 * Indel.normalized_similarity(joined, term)
        best = max(best, (likeness, term))
    return best[1] or None


@lru_cache(maxsize=4)
def _by_first_sound(terms: tuple[str, ...]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The terms with their sounds, by the first letter of the sound."""
    found: dict[str, list[tuple[str, str]]] = {}
    for term in terms:
        sound = _sound(term)
        found.setdefault(sound[:1], []).append((term, sound))
    return found


@lru_cache(maxsize=20_000)
def _sound(word: str) -> str:
    """The word's sound in Metaphone (L. Philips, 1990)."""
    import jellyfish

    return str(jellyfish.metaphone(word))


@lru_cache(maxsize=50_000)
def _mended(word: str, vocabulary: frozenset[str]) -> str:
    """A word that English does not have, as the word of the rules that it is a slip of; else the word."""
    if word.endswith("in") and zipf(word) < COMMON_ZIPF <= zipf(f"{word}g"):
        return f"{word}g"  # "feelin"
    if len(word) < 4 or word in vocabulary or word in medicine_names() or zipf(word) >= KNOWN_ZIPF:
        return word
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    run_together = _parted(word, vocabulary, least=6.0)  # "isit"
    if run_together is not None:
        return run_together
    most = 1 if len(word) <= 6 else 2
    near = _words_near(vocabulary, len(word), most)
    found = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=12)

    def cost(candidate: str, distance: float) -> tuple[float, bool, float, str]:
        other = (candidate[0] != word[0]) + 0.5 * (candidate not in vocabulary)
        return (distance + other, sorted(candidate) != sorted(word), -zipf(candidate), candidate)

    if found:
        return min((cost(candidate, distance), candidate) for candidate, distance, _ in found)[1]
    return _parted(word, vocabulary) or word


@lru_cache(maxsize=64)
def _words_near(vocabulary: frozenset[str], length: int, most: int) -> tuple[str, ...]:
    """Words of the rules and common words of English, of about a length."""
    common = common_words(COMMON_WORDS)
    return tuple(sorted(w for w in {*vocabulary, *common} if len(w) >= 4 and abs(len(w) - length) <= most))


def _parted(word: str, vocabulary: frozenset[str], *, least: float = 0.0) -> str | None:
    """Two words that were run together, None where no parting is likely."""
    best = (least, "")
    for cut in range(1, len(word)):
        head, tail = word[:cut], word[cut:]
        if not all(part in vocabulary or zipf(part) >= (5.5 if len(part) < 3 else 4.0) for part in (head, tail)):
            continue
        best = max(best, (min(zipf(head), zipf(tail)), f"{head} {tail}"))
    return best[1] or None
