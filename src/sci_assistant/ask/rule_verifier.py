"""The verifier that ships: where a sentence rests, the rules, the small reader, and a judge that can only remove.

A sentence passes where one place (`verify_align.py`) holds enough of its words, breaks no rule on numbers or conditions
(`verify_rules.py`), the small reader (`claim_reader.py`) finds that it bears the sentence out, surely so where another
rule is broken, and an operator's judge, where one is set, finds so too. Thresholds: data/verify.json, by
eval/fit_verify.py.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sci_assistant.ask.claim_reader import ClaimReader
from sci_assistant.ask.verify import NOTHING_SAID, Judge, Source, Verdict
from sci_assistant.ask.verify_align import Place, find_places
from sci_assistant.ask.verify_read import Reading
from sci_assistant.ask.verify_rules import drops_limit, first_broken
from sci_assistant.ask.verify_terms import OtherNames
from sci_assistant.types import Term

NOT_IN_SOURCE = "not in the source"
READ = "reading"
OPERATOR_JUDGE = "judge"
JUDGED = 0.5  # probability below which an operator's judge removes a sentence
FEWEST_WORDS = 2  # with a meaning of their own: "This is permanent." says too little to be held to anything
PLACES = 3  # of equal coverage that are looked at

FEW_HELD = 0.5  # share of its words below which a sentence that the reader doubts is called "not in the source"
VETOES = frozenset({"number", "unit", "condition"})  # rules that remove whatever the reader finds
# Rules of which a broken one speaks against the sentence, not only for want of proof: the reader must be surest there.
CONTRADICTS = frozenset({"negation", "hedge", "opposite", "order"})


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a place must reach to bear a sentence out: a share of its words, and log odds of the small reader."""

    coverage: float  # share of the words of one sentence, below which the place is held against it as a rule is
    odds: float  # where enough words are held and no rule is broken
    odds_against: float  # where fewer are held, two sentences are needed or a rule is broken
    odds_contradicted: float  # where the rule is one of CONTRADICTS
    sure: float = -math.inf  # log odds from which a sentence that is no copy may stand in its own words


@cache
def load_thresholds() -> Thresholds:
    """The thresholds that ship, fitted on dev."""
    raw = json.loads((files("sci_assistant") / "data" / "verify.json").read_text(encoding="utf-8"))
    return Thresholds(**raw["thresholds"])


class RuleVerifier:
    """Checks written sentences; safe for many threads.

    Args:
        reader: the small reader; one that is loaded already, or one of its own.
        judge: a stronger judge of the operator's choice: what it finds less likely than `JUDGED` is removed.
        terms: the glossary, so that a short form and its long form are one name.
    """

    def __init__(
        self,
        *,
        reader: ClaimReader | None = None,
        judge: Judge | None = None,
        terms: Iterable[Term] = (),
        thresholds: Thresholds | None = None,
    ) -> None:
        self._reader = reader or ClaimReader()
        self._judge = judge
        self._thresholds = thresholds or load_thresholds()
        self._names = OtherNames(terms)

    def check(self, sentence: str, sources: Sequence[Source]) -> Verdict:
        claim = Reading(" ".join(sentence.split()))
        if not claim.content:
            return Verdict(False, NOTHING_SAID, ())
        places = find_places(claim, sources, most=PLACES, names=self._names)
        if len(claim.content) < FEWEST_WORDS and not any(place.is_copied for place in places):
            return Verdict(False, NOTHING_SAID, ())
        if not places:
            return Verdict(False, NOT_IN_SOURCE, ())
        reasons = []
        for place in places:
            if place.coverage < places[0].coverage:
                break
            reason, odds = self._doubt(place)
            if reason is None:
                sure = odds >= self._thresholds.sure and not drops_limit(place.pair)
                return Verdict(True, None, place.sources, sure=sure)
            reasons.append(reason)
        return Verdict(False, reasons[0], ())

    def _doubt(self, place: Place) -> tuple[str | None, float]:
        """Why a place does not bear the sentence out, None where it does, and the small reader's log odds that it
        does. What is cheap comes first."""
        broken = first_broken(place.pair)
        if broken in VETOES:
            return broken, -math.inf
        odds = read_odds(self._reader, place, self._names)
        short = place.coverage < self._thresholds.coverage
        wanted = odds_wanted(self._thresholds, broken, short=short, two=len(place.sources) > 1)
        if odds < wanted:
            return broken or (NOT_IN_SOURCE if short or place.coverage < FEW_HELD else READ), odds
        if self._judge and self._judge.entails(place.text, place.pair.claim.text) < JUDGED:
            return OPERATOR_JUDGE, odds
        return None, odds


def read_odds(reader: ClaimReader, place: Place, names: OtherNames) -> float:
    """Log odds, by the small reader, that a place bears its claim out; a copy of it is borne out for certain."""
    if place.is_copied:
        return math.inf
    return reader.read(place.sources[0].title, place.text, names.as_in(place.pair.claim.text, place.text))


def odds_wanted(limits: Thresholds, broken: str | None, *, short: bool, two: bool) -> float:
    """The log odds that the small reader must find, by the rule that is broken and what the place holds."""
    if broken in CONTRADICTS:
        return limits.odds_contradicted
    return limits.odds_against if broken or short or two else limits.odds


def make_verifier(
    *,
    terms: Iterable[Term] = (),
    reader: ClaimReader | None = None,
    judge: Judge | None = None,
) -> RuleVerifier:
    """The verifier that ships, with an operator's judge beside it where one is set."""
    return RuleVerifier(reader=reader, judge=judge, terms=terms)
