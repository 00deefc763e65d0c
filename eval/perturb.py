"""Sentences -> claims made from them by rules, true and false, to fit a verifier on. Drawn from one fixed seed.

Takes source sentences and true claims of the development half alone. A rule that is now and then wrong (a synonym
that does not fit, a swap that changes nothing) is accepted: there are thousands, and only fitting reads them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sci_assistant.word_relations import WordRelations

SEED = 6
Made = str | None
UNITS = "second minute hour day week month year decade".split()
UNIT_ADVERBS = {"daily": "weekly monthly yearly hourly", "weekly": "daily monthly yearly", "yearly": "daily weekly",
                "monthly": "daily weekly yearly"}  # fmt: skip
NUMBER_WORDS = "two three four five six seven eight nine ten twelve twenty".split()
STRONG = "always will|must always|in all cases will".split("|")
LEVELS = [f"{a}{n}" for a, n in [("C", 2), ("C", 4), ("C", 5), ("C", 7), ("T", 1), ("T", 3), ("T", 8), ("T", 10), ("T", 12), ("L", 1), ("L", 3), ("S", 2)]]  # fmt: skip
EXTRA = [
    "about 60 percent of", "every 4 hours", "within 24 hours", "for at least 20 minutes", "three times a day",
    "at least twice a week", "for about six weeks", "within 2 hours", "once a month", "every 30 minutes",
]  # fmt: skip
WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
AUX = re.compile(
    r"\b(is|are|was|were|can|may|might|could|should|will|must|does|do|has|have|need|needs)\b(?! not|n't)"
)
CONNECTOR = re.compile(r",? \b(because|so that|so|but|although|while|and|if|when|unless|since)\b ")
SKIPPED = frozenset("the a an and or of to in on at by for with from your you is are be it that this as".split())


@dataclass(frozen=True, slots=True)
class MadeClaim:
    """A claim made from a premise by a named rule."""

    premise: str
    claim: str
    holds: bool
    rule: str


class Perturber:
    """Makes claims from sentences, drawing words from the sentences of a corpus."""

    def __init__(self, sentences: Sequence[str], relations: WordRelations, *, seed: int = SEED) -> None:
        self._draw = random.Random(seed)
        self._relations = relations
        self._sentences = [s for s in sentences if len(s.split()) >= 5]
        self._phrases = _list_items(self._sentences)
        self._nouns: dict[str, list[str]] = {}
        words = {w.lower() for s in self._sentences for w in WORD.findall(s)}
        for word in sorted(words):
            kind = relations.kind(word)
            if kind != "-":
                self._nouns.setdefault(kind, []).append(word)

    @property
    def false_rules(self) -> Mapping[str, Callable[[str], Made]]:
        return {
            "number": self.number, "level": self.level, "added_number": self.added_number, "unit": self.unit,
            "negate": self.negate, "unnegate": self.unnegate, "condition": self.condition,
            "opposite": self.opposite, "opposite2": self.opposite, "opposite3": self.opposite, "hedge": self.hedge,
            "quantifier": self.quantifier, "entity": self.entity, "entity2": self.entity, "phrase": self.phrase,
            "phrase2": self.phrase, "spliced": self.spliced, "spliced2": self.spliced, "added_clause": self.added_clause,
            "added_item": self.added_item, "added_tail": self.added_tail, "cause": self.cause, "swap": self.swap,
        }  # fmt: skip

    @property
    def true_rules(self) -> Mapping[str, Callable[[str], Made]]:
        return {
            "same": lambda s: s, "cut": self.cut, "without_brackets": self.without_brackets, "front": self.front,
            "back": self.back, "reworded": self.reworded, "synonym": self.synonym, "weaker": self.weaker,
            "fewer": self.fewer, "synonym_cut": lambda s: _then(self.cut, self.synonym, s),
            "reworded_front": lambda s: _then(self.front, self.reworded, s),
            "front_synonym": lambda s: _then(self.front, self.synonym, s),
        }  # fmt: skip

    def make(self, premise: str, text: str, *, rules: Sequence[str]) -> Iterator[MadeClaim]:
        """Claims by the named rules from a text that the premise bears out (the premise itself or a paraphrase)."""
        for name in rules:
            holds = name in self.true_rules
            made = (self.true_rules if holds else self.false_rules)[name](text)
            if made and (holds or made != text):
                yield MadeClaim(premise, made[0].upper() + made[1:], holds, name)

    # false

    def number(self, text: str) -> Made:
        found = list(re.finditer(r"\b(\d[\d,.]*\d|\d)\b|\b(?:one|two|three|four|five|six|ten|twelve)\b(?= \w)", text))
        if not found:
            return None
        at = self._draw.choice(found)
        if at.group(1):
            value = float(at.group(1).replace(",", "").rstrip("."))
            new = value * self._draw.choice([2, 3, 0.5, 5, 10, 1.5]) or 7
            written = str(int(new)) if new >= 2 else str(int(value) + 3)
        else:
            written = self._draw.choice([w for w in NUMBER_WORDS if w != at.group()])
        return text[: at.start()] + written + text[at.end() :]

    def level(self, text: str) -> Made:
        found = re.search(r"\b[CTLS]\d{1,2}\b", text)
        if not found:
            return None
        return text.replace(found.group(), self._draw.choice([x for x in LEVELS if x != found.group()]), 1)

    def added_number(self, text: str) -> Made:
        if self._draw.random() > 0.4:
            return None
        extra = self._draw.choice(EXTRA)
        if extra.endswith("of"):
            found = re.search(r"\b(some|many|most) (people|men|women|of)\b", text, re.I)
            return f"{text[: found.start()]}{extra} {found.group(2)}{text[found.end() :]}" if found else None
        places = [m.start() for m in re.finditer(r"[,.]", text)]
        at = self._draw.choice(places) if places else len(text)
        return f"{text[:at]} {extra}{text[at:]}"

    def unit(self, text: str) -> Made:
        found = list(re.finditer(rf"\b({'|'.join(UNITS)})(s?)\b|\b({'|'.join(UNIT_ADVERBS)})\b|(%| percent)\b", text))
        if not found:
            return None
        at = self._draw.choice(found)
        if at.group(1):
            written = self._draw.choice([u for u in UNITS[1:7] if u != at.group(1)]) + at.group(2)
        elif at.group(3):
            written = self._draw.choice(UNIT_ADVERBS[at.group(3)].split())
        else:
            written = " times"
        return text[: at.start()] + written + text[at.end() :]

    def negate(self, text: str) -> Made:
        found = list(AUX.finditer(text))
        if found and self._draw.random() < 0.75:
            at = self._draw.choice(found)
            word = "cannot" if at.group() == "can" else f"{at.group()} not"
            if at.group() in ("need", "needs", "has", "have", "do", "does"):
                word = {"need": "do not need", "needs": "does not need", "has": "has no", "have": "have no"}.get(
                    at.group(), f"{at.group()} not"
                )
            return text[: at.start()] + word + text[at.end() :]
        first = text.split(" ", 1)
        if len(first) == 2 and self._relations.is_verb_like(first[0].lower()):
            start = self._draw.choice(["Do not", "Never", "There is no need to", "Avoid to", "You should not"])
            return f"{start} {first[0].lower()} {first[1]}"
        if " with " in text:
            return text.replace(" with ", " without ", 1)
        return None

    def unnegate(self, text: str) -> Made:
        swaps = [
            (r"\b(do|does|did|is|are|was|were|can|may|should|will|must|has|have) not\b", r"\1"),
            (r"\bcannot\b", "can"), (r"\b(\w+)n't\b", r"\1"), (r"\b[Nn]ever\b", "always"), (r"\bwithout\b", "with"),
            (r"^Do not (\w+)", r"\1"), (r"\bno\b", "some"), (r"\bnot\b", ""), (r"\b[Nn]obody\b", "somebody"),
            (r"\b[Aa]void\b", "use"), (r"\brarely|seldom\b", "often"), (r"\bnot only\b", "only"),
        ]  # fmt: skip
        usable = [(p, r) for p, r in swaps if re.search(p, text)]
        if not usable:
            return None
        pattern, written = self._draw.choice(usable)
        return re.sub(r"\s+", " ", re.sub(pattern, written, text, count=1)).strip()

    def condition(self, text: str) -> Made:
        swaps = [
            ("even if", "only if"), ("unless", "if"), ("only if", "even if"), (" if ", " unless "), (" only ", " not only "),
            ("before", "after"), ("after", "before"), ("at least", "at most"), ("or above", "or below"),
            ("or higher", "or lower"), ("at or above", "below"), ("until", "after"), ("first", "last"), ("instead of", "and"),
        ]  # fmt: skip
        usable = [(p, r) for p, r in swaps if p in text]
        if not usable:
            return None
        old, new = self._draw.choice(usable)
        return text.replace(old, new, 1)

    def opposite(self, text: str) -> Made:
        look = self._relations.opposites if self._draw.random() < 0.25 else self._relations.opposites_by_hand
        found = [(m, o) for m in WORD.finditer(text) if (o := look(m.group().lower()))]
        found = [(m, o) for m, o in found if m.group().lower() not in SKIPPED]
        if not found:
            return None
        at, others = self._draw.choice(found)
        written = _inflect_like(at.group(), self._draw.choice(sorted(others)))
        return text[: at.start()] + written + text[at.end() :]

    def hedge(self, text: str) -> Made:
        found = list(re.finditer(r"\b(may|can|could|might)\b(?! not)", text))
        if found and self._draw.random() < 0.7:
            at = self._draw.choice(found)
            written = self._draw.choice(["will", "always", "will always", "must", "is certain to", "does", "will"])
            return text[: at.start()] + written + text[at.end() :]
        found = list(re.finditer(r"\b(often|usually|sometimes|mostly|generally|rarely|about|likely)\b", text))
        if found:
            at = self._draw.choice(found)
            written = self._draw.choice(["always", "always", "certainly", "in every case"])
            return text[: at.start()] + written + text[at.end() :]
        found = list(re.finditer(r"\b(is|are|helps?|happens?|works?|prevents?|causes?)\b", text))
        if found:
            at = self._draw.choice(found)
            return f"{text[: at.start()]}always {text[at.start() :]}"
        return None

    def quantifier(self, text: str) -> Made:
        swaps = {"some": ["all", "most", "every", "no"], "many": ["all", "few", "most"], "most": ["all", "few"],
                 "few": ["many", "all"], "several": ["all"], "a few": ["most"], "people": ["all people", "only people"],
                 "one of": ["the only one of"], "common": ["universal"], "help": ["cure", "always help"],
                 "helps": ["cures", "always helps"], "lower": ["remove"], "reduce": ["remove"]}  # fmt: skip
        found = [(m, swaps[m.group().lower()]) for m in WORD.finditer(text) if m.group().lower() in swaps]
        if not found:
            return None
        at, options = self._draw.choice(found)
        return text[: at.start()] + self._draw.choice(options) + text[at.end() :]

    def entity(self, text: str) -> Made:
        found = [
            (m, self._nouns[kind])
            for m in WORD.finditer(text)
            if (kind := self._relations.kind(m.group().lower())) in self._nouns
            and m.group().lower() not in SKIPPED
            and len(self._nouns[kind]) > 3
            and kind not in ("tops", "time", "quantity", "relation")
        ]
        if not found:
            return None
        at, others = self._draw.choice(found)
        written = self._draw.choice(others)
        if self._relations.may_stand_for(written, at.group().lower()):
            return None
        return text[: at.start()] + _inflect_like(at.group(), written) + text[at.end() :]

    def phrase(self, text: str) -> Made:
        """One list item replaced by an item of another sentence."""
        items = _items_of(text)
        if not items:
            return None
        start, end = self._draw.choice(items)
        new = self._draw.choice(self._phrases)
        return None if new in text else text[:start] + new + text[end:]

    def spliced(self, text: str) -> Made:
        """The beginning of this sentence with the end of another."""
        other = self._draw.choice(self._sentences)
        here, there = list(CONNECTOR.finditer(text)), list(CONNECTOR.finditer(other))
        if not here or not there or other == text:
            return None
        a, b = self._draw.choice(here), self._draw.choice(there)
        if self._draw.random() < 0.5:
            return text[: a.end()] + other[b.end() :]
        return other[: b.end()] + text[a.end() :]

    def added_clause(self, text: str) -> Made:
        other = self._draw.choice(self._sentences)
        if other == text or len(other.split()) > 18:
            return None
        clause = CONNECTOR.split(other)[0].rstrip(".")
        return f"{text.rstrip('.')}, {self._draw.choice(['and', 'so', 'because', 'and', 'but'])} {clause[0].lower()}{clause[1:]}."

    def added_item(self, text: str) -> Made:
        found = list(re.finditer(r", (?=\w+(?: \w+){0,2} (?:and|or) )", text)) or list(re.finditer(r" and ", text))
        if not found:
            return None
        at = self._draw.choice(found)
        new = self._draw.choice(self._phrases)
        if new in text:
            return None
        joined = f", {new}, " if at.group() == ", " else f", {new} and "
        return text[: at.start()] + joined + text[at.end() :]

    def added_tail(self, text: str) -> Made:
        other = self._draw.choice(self._sentences)
        found = list(re.finditer(r" (with|for|at|in|by|through|during|without|on|from|to) (?:\w+ ){1,4}\w+(?=[,.])", other))
        if not found or other == text:
            return None
        tail = self._draw.choice(found).group()
        places = [m.start() for m in re.finditer(r"[,.]", text)] or [len(text)]
        at = self._draw.choice(places)
        return None if tail in text else text[:at] + tail + text[at:]

    def cause(self, text: str) -> Made:
        found = re.match(r"^(.*?),? (because|since|so|before|after|and then|when) (.*?)\.?$", text)
        if not found:
            return None
        first, word, second = found.groups()
        first = first[0].lower() + first[1:]
        return f"{second[0].upper()}{second[1:]}{',' if word == 'so' else ''} {word} {first}."

    def swap(self, text: str) -> Made:
        """Two nouns change places."""
        nouns = [
            m for m in WORD.finditer(text)
            if self._relations.kind(m.group().lower()) in ("body", "person", "artifact", "state", "substance", "act", "group")
        ]  # fmt: skip
        if len(nouns) < 2:
            return None
        a, b = sorted(self._draw.sample(nouns, 2), key=lambda m: m.start())
        between = text[a.end() : b.start()]
        if a.group().lower() == b.group().lower() or re.fullmatch(r",? (?:and|or)? ?|, ", between):
            return None
        return text[: a.start()] + b.group() + between + a.group() + text[b.end() :]

    # true

    def cut(self, text: str) -> Made:
        """One half of a sentence of two clauses, where either half stands alone."""
        found = re.match(r"^(.{20,}?), (?:so|because|and|but|although|since) .*$", text)
        return f"{found.group(1)}." if found else None

    def without_brackets(self, text: str) -> Made:
        made = re.sub(r"\s*\([^)]*\)", "", text)
        made = re.sub(r", (?:an? |which )[^,]{5,50}, ", " ", made)
        return made if made != text else None

    def front(self, text: str) -> Made:
        found = re.match(r"^(.{12,}?),? (because|if|when|since|before|after|unless|although) (.*?)\.?$", text)
        if found and not text.startswith(("If", "When")):
            first, word, second = found.groups()
            return f"{word.capitalize()} {second}, {first[0].lower()}{first[1:]}."
        found = re.match(r"^(.{12,}?), so (?!that)(.*?)\.?$", text)
        if found:
            first, second = found.groups()
            return f"{self._draw.choice(['Because', 'Since'])} {first[0].lower()}{first[1:]}, {second}."
        return None

    def back(self, text: str) -> Made:
        found = re.match(r"^(If|When|Because|Since|Before|After|Once|Although) ([^,]{8,}), (.*?)\.?$", text)
        if not found:
            return None
        word, condition, rest = found.groups()
        return f"{rest[0].upper()}{rest[1:]} {word.lower()} {condition}."

    REWORDED = (
        (r"\bpeople with SCI\b", ["people who have a spinal cord injury", "those with SCI", "anyone with SCI"]),
        (r"\bSCI\b", ["a spinal cord injury", "spinal cord injury"]),
        (r"\bmay\b", ["might", "can", "could"]), (r"\bcan\b", ["may", "is able to", "could"]),
        (r"\boften\b", ["frequently", "commonly"]), (r"\bbecause\b", ["since", "as"]), (r"\bmany\b", ["a lot of", "lots of"]),
        (r"\bsuch as\b", ["like", "for example"]), (r"\busually\b", ["mostly", "generally"]), (r"\bDo not\b", ["Never", "Don't", "You should not"]),
        (r"\bnever\b", ["not"]), (r"\bwithout\b", ["with no"]), (r"\bcall\b", ["phone", "ring"]), (r"\byour care team\b", ["your team"]),
        (r"\bat once\b", ["right away", "immediately"]), (r"\bset off\b", ["trigger", "bring on"]), (r"\bhelps?\b", ["can help"]),
        (r"\bA helper should\b", ["Helpers should", "Someone helping you should"]), (r"\bseldom\b", ["rarely", "not often"]),
        (r"\bmake sure\b", ["check"]), (r"\bneed to\b", ["have to", "must"]), (r"\bkeep\b", ["go on with"]), (r"\bdoctor\b", ["physician"]),
        (r"\bdangerous\b", ["unsafe", "risky"]), (r"\bT6 or above\b", ["T6 or higher", "at T6 or above"]), (r"\bbegins?\b", ["starts"]),
    )  # fmt: skip

    def reworded(self, text: str) -> Made:
        usable = [(p, w) for p, w in self.REWORDED if re.search(p, text)]
        if not usable:
            return None
        for pattern, written in self._draw.sample(usable, min(2, len(usable))):
            text = re.sub(pattern, self._draw.choice(written), text, count=1)
        return text

    def synonym(self, text: str) -> Made:
        found = [
            (m, s) for m in WORD.finditer(text)
            if len(m.group()) > 3 and (s := self._relations.synonyms(m.group().lower())) and len(s) <= 6
        ]  # fmt: skip
        if not found:
            return None
        for at, words in sorted(self._draw.sample(found, min(2, len(found))), key=lambda f: -f[0].start()):
            text = text[: at.start()] + _inflect_like(at.group(), self._draw.choice(sorted(words))) + text[at.end() :]
        return text

    def weaker(self, text: str) -> Made:
        swaps = [(r"\bis\b", "can be"), (r"\bare\b", "can be"), (r"\bmost\b", "many"), (r"\balways\b", "often"), (r"\bwill\b", "may"), (r"\bhelps\b", "may help")]
        usable = [(p, w) for p, w in swaps if re.search(p, text)]
        if not usable or self._draw.random() < 0.5:
            return None
        pattern, written = self._draw.choice(usable)
        return re.sub(pattern, written, text, count=1)

    def fewer(self, text: str) -> Made:
        """A list item left out."""
        items = _items_of(text)
        if not items:
            return None
        start, end = items[0]
        return text[:start] + text[end:].lstrip(", ")


def _then(first: Callable[[str], Made], second: Callable[[str], Made], text: str) -> Made:
    half = first(text)
    return second(half) if half else None


def _items_of(text: str) -> list[tuple[int, int]]:
    """Spans of items of a list: "a, b and c" gives a's and b's place (words before a comma, after one)."""
    return [m.span(1) for m in re.finditer(r"(?:, |^\w+ )([a-z]+(?: [a-z]+){0,2})(?=, | and | or )", text)]


def _list_items(sentences: Sequence[str]) -> list[str]:
    found = {text[start:end] for text in sentences for start, end in _items_of(text)}
    found |= {m.group(1) for text in sentences for m in re.finditer(r"\b(?:and|or) ([a-z]+(?: [a-z]+)?)\.$", text)}
    return sorted(found)


def _inflect_like(model: str, word: str) -> str:
    """A word with the ending and capital of another, roughly."""
    if model.endswith("ing") and not word.endswith("ing"):
        word = word.removesuffix("e") + "ing"
    elif model.endswith("ed") and not word.endswith("ed"):
        word = word.removesuffix("e") + "ed"
    elif model.endswith("s") and not model.endswith("ss") and not word.endswith("s"):
        word += "s"
    return word.capitalize() if model[0].isupper() else word
