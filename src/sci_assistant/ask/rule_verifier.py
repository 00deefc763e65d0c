"""The verifier that ships: where a sentence rests, the rules it must not break, and a judge that can only remove.

A sentence passes where one place (`verify_align.py`) holds enough of its words, no rule (`verify_rules.py`) is broken
against that place, and an operator's judge, where one is set, finds it borne out.
Thresholds: data/verify.json, by eval/fit_verify.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sci_assistant.ask.verify import Judge, Source, Verdict
from sci_assistant.ask.verify_align import Place, find_places
from sci_assistant.ask.verify_read import Reading
from sci_assistant.ask.verify_rules import first_broken
from sci_assistant.ask.verify_terms import OtherNames
from sci_assistant.types import Term

NOTHING_SAID = "nothing said"
NOT_IN_SOURCE = "not in the source"
OPERATOR_JUDGE = "judge"

# A place that holds most of a sentence's words and breaks one of these speaks against it: no other place is asked.
CONTRADICTS = frozenset({"number", "unit", "negation", "condition", "hedge", "opposite", "order"})


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a place must reach to bear a sentence out."""

    coverage: float  # share of the words of one sentence
    coverage_of_two: float  # of two neighbours; above 1 where no two are enough
    places: int  # looked at for each sentence
    nearness: float  # of coverage: places further below the best are not looked at


@cache
def load_thresholds() -> Thresholds:
    """The thresholds that ship, fitted on dev."""
    raw = json.loads((files("sci_assistant") / "data" / "verify.json").read_text(encoding="utf-8"))
    return Thresholds(**raw["thresholds"])


class RuleVerifier:
    """Checks written sentences; safe for many threads.

    Args:
        judge: a stronger judge of the operator's choice: what it finds less likely than `judge_threshold` is removed.
        terms: the glossary, so that a short form and its long form are one name.
    """

    def __init__(
        self,
        *,
        judge: Judge | None = None,
        judge_threshold: float = 0.5,
        terms: Iterable[Term] = (),
        thresholds: Thresholds | None = None,
    ) -> None:
        self._judge, self._judge_threshold = judge, judge_threshold
        self._thresholds = thresholds or load_thresholds()
        self._names = OtherNames(terms)

    def check(self, sentence: str, sources: Sequence[Source]) -> Verdict:
        claim = Reading(" ".join(sentence.split()))
        if not claim.content:
            return Verdict(False, NOTHING_SAID, ())
        places = find_places(claim, sources, most=self._thresholds.places, names=self._names)
        if not places:
            return Verdict(False, NOT_IN_SOURCE, ())
        reasons = []
        for place in places:
            if place.coverage < places[0].coverage - self._thresholds.nearness:
                break
            reason = self._doubt(place)
            if reason is None:
                return Verdict(True, None, place.sources)
            reasons.append(reason)
            if reason in CONTRADICTS:
                break
        return Verdict(False, reasons[0], ())

    def _doubt(self, place: Place) -> str | None:
        """Why a place does not bear the sentence out, None where it does. What is cheap comes first."""
        limits, two = self._thresholds, len(place.sources) > 1
        if place.coverage < (limits.coverage_of_two if two else limits.coverage):
            return first_broken(place.pair) or NOT_IN_SOURCE
        broken = first_broken(place.pair)
        if broken:
            return broken
        if self._judge and self._judge.entails(place.text, place.pair.claim.text) < self._judge_threshold:
            return OPERATOR_JUDGE
        return None


def make_verifier(
    *,
    terms: Iterable[Term] = (),
    judge: Judge | None = None,
    judge_threshold: float = 0.5,
) -> RuleVerifier:
    """The verifier that ships, with an operator's judge beside it where one is set."""
    return RuleVerifier(judge=judge, judge_threshold=judge_threshold, terms=terms)
