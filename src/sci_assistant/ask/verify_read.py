"""A sentence -> what can be compared of it: words, quantities, levels, times, denials, hedges.

Patterns of English alone, no model. Words are stems of lower-case tokens; a quantity is a value in its smallest unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from sci_assistant.words import STOPWORDS, stem

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+\d+|[A-Za-z]+(?:['’][A-Za-z]+)*|%|[,;:.()]")
_RANGE = re.compile(r"(?<=\d)\s?[-–]\s?(?=\d)")
_LEVEL = re.compile(r"\b([CTLS])-?(\d{1,2})\b")
_ABOVE = re.compile(r"^\W*(?:\w+ )?(?:or|and) (?:above|higher|up|over)\b")
_BELOW = re.compile(r"^\W*(?:\w+ )?(?:or|and) (?:below|lower|down|under)\b")
_BEFORE_ABOVE = re.compile(r"\b(?:above|higher than|over)(?: level)? $")
_BEFORE_BELOW = re.compile(r"\b(?:below|lower than|under)(?: level)? $")

_NUMBERS = {
    word: float(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {w: 10.0 * n for n, w in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), start=3)}
_TIMES = {"hundred": 100.0, "thousand": 1000.0, "million": 1e6}
_PARTS = {"half": 50.0, "third": 100 / 3, "thirds": 100 / 3, "quarter": 25.0, "quarters": 25.0, "fifth": 20.0, "fifths": 20.0, "tenth": 10.0}  # fmt: skip
_MULTIPLES = {"twice": 2.0, "double": 2.0, "doubles": 2.0, "doubled": 2.0, "twofold": 2.0, "triple": 3.0, "thrice": 3.0}

# name of a unit -> (what it measures, how many of the smallest unit)
_UNITS: dict[str, tuple[str, float]] = {}
for _names, _what, _size in (
    ("second seconds sec secs", "time", 1), ("minute minutes min mins", "time", 60), ("hour hours hr hrs hourly", "time", 3600),
    ("day days daily", "time", 86400), ("week weeks weekly", "time", 7 * 86400), ("month months monthly", "month", 1),
    ("year years yearly annually annual yr yrs", "month", 12), ("decade decades", "month", 120), ("percent % percentage", "percent", 1),
    ("times time-s", "times", 1), ("ml milliliter milliliters millilitre millilitres cc", "ml", 1), ("liter liters litre litres l", "ml", 1000),
    ("mg milligram milligrams", "mg", 1), ("gram grams g", "mg", 1000), ("kg kilo kilos kilogram kilograms", "mg", 1e6), ("pound pounds lb lbs", "pound", 1),
    ("mm millimeter millimeters", "mm", 1), ("cm centimeter centimeters centimetre centimetres", "mm", 10), ("meter meters metre metres m", "mm", 1000),
    ("inch inches", "inch", 1), ("foot feet", "inch", 12), ("degree degrees", "degree", 1), ("mmhg", "mmhg", 1), ("calorie calories", "calorie", 1),
    ("mile miles", "mile", 1), ("dollar dollars", "dollar", 1),
):  # fmt: skip
    for _name in _names.split():
        _UNITS[_name] = (_what, float(_size))
_SPANS = {
    **dict.fromkeys("second seconds".split(), "second"), **dict.fromkeys("minute minutes".split(), "minute"),
    **dict.fromkeys("hour hours hourly".split(), "hour"), **dict.fromkeys("day days daily everyday".split(), "day"),
    **dict.fromkeys("week weeks weekly fortnight".split(), "week"), **dict.fromkeys("month months monthly".split(), "month"),
    **dict.fromkeys("year years yearly annual annually".split(), "year"), **dict.fromkeys("decade decades".split(), "year"),
}  # fmt: skip

DENIALS = frozenset(
    "not never no none nobody nothing neither nor cannot without unless noone nowhere don't doesn't didn't isn't aren't "
    "avoid avoids avoiding skip skips skipping instead wasn't weren't can't couldn't won't wouldn't shouldn't mustn't needn't hasn't haven't hadn't".split()
)
# Words that may say a denial in another way.
_NO_PREDICATE = STOPWORDS - frozenset(
    "get gets getting go goes going got know let make makes tell want use used using like".split()
) | {"longer"}
SOFT_DENIALS = frozenset(
    "rarely seldom hardly scarcely barely little few fewer lack lacks lacking fail fails failing "
    "unable refuse refuses stop stops rather unlikely impossible free "
    "missing absent less least except unnecessary needless forbid forbidden banned nonexistent differ differs disagree disagrees vary varies "
    "harmless painless unsure undetected unnoticed unfelt untreated unhelpful silent silently".split()
)
_CLAUSE_ENDS = frozenset(", ; : . ( ) but because so if when although though while since unless whereas".split())
_AUXILIARIES = frozenset("is are was were can may might will should must could would do does".split())
_LISTED = re.compile(r"(?:to |be )?\w+ (?:, \w+ )*, \w+ (?:or|and) \w+")  # "not rub, massage or force"
SCOPE = 4  # content words after a denial that it governs


_IRREGULAR = {
    form: base
    for base, forms in {
        "child": "children", "man": "men", "woman": "women", "foot": "feet", "tooth": "teeth", "calf": "calves", "wife": "wives",
        "life": "lives", "half": "halves", "knife": "knives", "loaf": "loaves", "self": "selves", "take": "took taken",
        "give": "gave given", "get": "got gotten", "feel": "felt", "find": "found", "keep": "kept", "teach": "taught",
        "break": "broke broken", "begin": "began begun", "bring": "brought", "build": "built", "buy": "bought", "choose": "chose chosen",
        "come": "came", "do": "did done", "drink": "drank drunk", "drive": "drove driven", "eat": "ate eaten", "fall": "fell fallen",
        "forget": "forgot forgotten", "go": "went gone", "grow": "grew grown", "have": "had has", "hold": "held", "know": "knew known",
        "lead": "led", "lose": "lost", "make": "made", "mean": "meant", "meet": "met", "pay": "paid", "ride": "rode ridden",
        "rise": "rose risen", "run": "ran", "say": "said", "see": "saw seen", "seek": "sought", "sell": "sold", "send": "sent",
        "shake": "shook shaken", "show": "shown", "sit": "sat", "sleep": "slept", "speak": "spoke spoken", "spend": "spent",
        "stand": "stood", "steal": "stole stolen", "stick": "stuck", "swell": "swollen", "tear": "tore torn", "tell": "told",
        "think": "thought", "throw": "threw thrown", "wake": "woke woken", "wear": "wore worn", "win": "won", "write": "wrote written",
        "bend": "bent", "bind": "bound", "bleed": "bled", "feed": "fed", "fight": "fought", "freeze": "froze frozen", "hide": "hid hidden",
        "shrink": "shrank shrunk shrunken", "sink": "sank sunk", "slide": "slid", "lie": "lying lay lain", "die": "dying", "tie": "tying",
    }.items()
    for form in forms.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value in the smallest unit of what it measures; `what` is "" where no unit stands."""

    value: float
    what: str


@dataclass(frozen=True)
class Reading:
    """What a sentence says that can be compared, read once."""

    text: str

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Lower-case words, numbers and marks, in order."""
        plain = _RANGE.sub(" to ", self.text.replace("’", "'")).replace("-", " ").replace("–", " ")
        return tuple(token.lower() for token in _TOKEN.findall(plain))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words without marks and numbers, possessives taken off, irregular forms made regular."""
        bounds = frozenset(
            i + 1 for i, t in enumerate(self.tokens[:-1]) if t == "at" and self.tokens[i + 1] in ("least", "most")
        )
        bare = (t.removesuffix("'s") for i, t in enumerate(self.tokens) if t[0].isalpha() and i not in bounds)
        return tuple(_IRREGULAR.get(word, word) for word in bare)

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self.words)

    @cached_property
    def content(self) -> tuple[str, ...]:
        """Words that carry a topic."""
        return tuple(word for word in self.words if word not in STOPWORDS and word not in DENIALS and len(word) > 1)

    @cached_property
    def levels(self) -> frozenset[tuple[str, str]]:
        """Levels of injury with "above", "below" or "" for what is said around them."""
        found = set()
        for match in _LEVEL.finditer(self.text):
            before, after = self.text[: match.start()].lower(), self.text[match.end() :].lower()
            above = _ABOVE.match(after) or _BEFORE_ABOVE.search(before) or re.search(r"(?:or|and) above $", before)
            below = _BELOW.match(after) or _BEFORE_BELOW.search(before)
            found.add((match.group(1) + match.group(2), "above" if above else "below" if below else ""))
        return frozenset(found)

    @cached_property
    def spans(self) -> frozenset[str]:
        """Units of time that are named, with or without a number."""
        return frozenset(_SPANS[token] for token in self.tokens if token in _SPANS and token != "second")

    @cached_property
    def loose_quantities(self) -> frozenset[Quantity]:
        """Quantities with those that an article states: "an hour"."""
        found = set(self.quantities)
        for before, unit in pairwise(self.tokens):
            if before in ("a", "an", "per", "each", "every") and unit in _UNITS:
                what, size = _UNITS[unit]
                found.add(Quantity(size, what))
        return frozenset(found)

    @cached_property
    def quantities(self) -> frozenset[Quantity]:
        return frozenset(_quantities(self.tokens))

    @cached_property
    def denied(self) -> frozenset[str]:
        """Stems of the content words that a denial governs."""
        return frozenset(word for scope in self.denials for word in scope)

    @cached_property
    def denials(self) -> tuple[tuple[str, ...], ...]:
        """For each denial the stems of the content words after it, up to the clause's end."""
        return tuple(self._scope(at) for at, token in enumerate(self.tokens) if token in DENIALS)

    def _scope(self, at: int) -> tuple[str, ...]:
        found: list[str] = []
        most = SCOPE if self.tokens[at] != "without" else 2
        listed = _LISTED.match(" ".join(self.tokens[at + 1 : at + 12]))
        for token in self.tokens[at + 1 :]:
            if token == "," and listed:
                continue
            if token in _CLAUSE_ENDS or len(found) == most or (found and token in _AUXILIARIES):
                break
            if token[0].isalpha() and token not in _NO_PREDICATE:
                found.append(stem(_IRREGULAR.get(token, token)))
        return tuple(found)

    def soft_denials(self, other: Reading) -> bool:
        """Whether a word says a denial in another way, by a word that the other sentence lacks."""
        return any(token in SOFT_DENIALS and stem(token) not in other.stems for token in self.tokens)

    def has(self, words: frozenset[str]) -> bool:
        return not words.isdisjoint(self.tokens)


@lru_cache(maxsize=20_000)
def read_sentence(text: str) -> Reading:
    """A reading, kept for the next claim that rests on the sentence."""
    return Reading(text)


def _quantities(tokens: tuple[str, ...]) -> list[Quantity]:
    """Values with their units; in "two to three weeks" both have the unit."""
    found: list[tuple[int, float, str, float]] = []  # token after it, value, what, size
    at = 0
    while at < len(tokens):
        value, width, what = _value(tokens, at)
        if value is None:
            at += 1
            continue
        following = at + width
        unit = next((tokens[i] for i in (following, following + 1) if i < len(tokens) and tokens[i] in _UNITS), None)
        size = 1.0
        if not what and unit and (tokens[following] == unit or tokens[following] in ("more", "full", "whole", "or")):
            what, size = _UNITS[unit]
        if what or tokens[at] != "one":
            found.append((following, value, what, size))
        at += width
    return [_with_unit(found, index, tokens) for index in range(len(found))]


def _with_unit(found: list[tuple[int, float, str, float]], index: int, tokens: tuple[str, ...]) -> Quantity:
    following, value, what, size = found[index]
    joined = following < len(tokens) and tokens[following] in ("to", "or", "and")
    if not what and joined and index + 1 < len(found) and found[index + 1][0] <= following + 3:
        _, _, what, size = found[index + 1]
    return Quantity(round(value * size, 3), what)


def _value(tokens: tuple[str, ...], at: int) -> tuple[float | None, int, str]:
    """The number that begins at a token, how many tokens it takes, and what it measures where that is clear."""
    token = tokens[at]
    if token in _MULTIPLES:
        return _MULTIPLES[token], 1, "times"
    if token in _PARTS and token not in ("third", "quarter", "fifth", "tenth"):
        return _PARTS[token], 1, "percent"
    if token in _PARTS and at and tokens[at - 1] in ("a", "one"):
        return _PARTS[token], 1, "percent"
    number = _plain(token)
    if number is None:
        return None, 1, ""
    following = tokens[at + 1 : at + 4]
    if following[:1] and following[0] in _PARTS and number < 10:  # two thirds
        return number * _PARTS[following[0]], 2, "percent"
    if len(following) >= 2 and following[0] == "in" and (whole := _plain(following[1])) and whole > number:
        return round(100 * number / whole, 3), 3, "percent"
    if len(following) >= 3 and following[:2] == ("out", "of") and (whole := _plain(following[2])) and whole > number:
        return round(100 * number / whole, 3), 4, "percent"
    if following[:1] and following[0] in _TIMES:
        return number * _TIMES[following[0]], 2, ""
    if following[:1] and token in _NUMBERS and number >= 20 and (ones := _NUMBERS.get(following[0], 0)) and ones < 10:
        return number + ones, 2, ""
    return number, 1, ""


def _plain(token: str) -> float | None:
    if token in _NUMBERS:
        return _NUMBERS[token]
    if token in _TIMES:
        return _TIMES[token]
    if token == "dozen":
        return 12.0
    if token[0].isdigit():
        try:
            return float(token.replace(",", ""))
        except ValueError:
            return None
    return None
