"""Claims and a verifier -> verdicts, and shares by type with their intervals.

Each claim is checked against all sentences of its article, more than a written answer's passages hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sci_assistant_eval.claims import FALSE_TYPES, Claim
from sci_assistant_eval.intervals import Estimate
from sci_assistant_eval.safety import wilson

from sci_assistant.ask.verify import Source, Verdict, Verifier

TO_REACH = {
    "number": 0.98, "unit": 0.98, "negation": 0.95, "antonym": 0.95, "entity": 0.95, "merged": 0.85, "invented": 0.98,
    "paraphrase": 0.80,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim and what the verifier said of it."""

    claim: Claim
    verdict: Verdict
    spent_ms: float

    @property
    def stands(self) -> bool:
        """Whether a reader would see it in its own words."""
        return self.verdict.passed and self.verdict.sure

    @property
    def is_right(self) -> bool:
        """A true claim passes, in its own words or in those of its source; a false one never stands in its own."""
        return self.verdict.passed if self.claim.holds else not self.stands


@dataclass(frozen=True, slots=True)
class TypeRow:
    """The share of one type that was judged rightly, and what became of its claims, as shares."""

    type: str
    right: Estimate
    own_words: float
    source_instead: float  # passed without being sure: the words of the source stand
    removed: float
    to_reach: float | None


def check_claims(
    claims: Sequence[Claim],
    verifier: Verifier,
    sources: Mapping[str, Sequence[Source]],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[CheckedClaim, ...]:
    """Verdicts on claims, in order."""
    checked = []
    for number, claim in enumerate(claims, start=1):
        began = time.perf_counter()
        verdict = verifier.check(claim.claim, sources[claim.article])
        checked.append(CheckedClaim(claim, verdict, (time.perf_counter() - began) * 1000))
        if progress:
            progress(number, len(claims))
    return tuple(checked)


def rows_by_type(checked: Iterable[CheckedClaim]) -> tuple[TypeRow, ...]:
    """One row for each type that has claims, false ones first, then all false ones, then true paraphrases."""
    found = tuple(checked)
    groups: list[tuple[str, list[CheckedClaim]]] = [
        *((name, [c for c in found if c.claim.type == name]) for name in FALSE_TYPES),
        ("all false", [c for c in found if not c.claim.holds]),
        ("paraphrase", [c for c in found if c.claim.holds]),
    ]
    return tuple(
        TypeRow(
            name,
            wilson(sum(c.is_right for c in group), len(group)),
            sum(c.stands for c in group) / len(group),
            sum(c.verdict.passed and not c.stands for c in group) / len(group),
            sum(not c.verdict.passed for c in group) / len(group),
            TO_REACH.get(name),
        )
        for name, group in groups
        if group
    )


def to_text(split: str, checked: Sequence[CheckedClaim]) -> str:
    """The table, the time of a check, and on dev alone the claims that were judged wrongly."""
    times = sorted(c.spent_ms for c in checked)
    lines = [f"Split {split}: {len(checked)} claims, each against all sentences of its article", ""]
    lines += [f"{'type':<12}{'n':>5}  {'judged rightly':<24}{'own words':<11}{'source':<8}{'removed':<9}to reach"]
    for row in rows_by_type(checked):
        share = f"{row.right.value:.3f} [{row.right.low:.3f}, {row.right.high:.3f}]"
        lines.append(
            f"{row.type:<12}{row.right.n:>5}  {share:<24}{row.own_words:<11.3f}{row.source_instead:<8.3f}"
            f"{row.removed:<9.3f}{'' if row.to_reach is None else row.to_reach}".rstrip()
        )
    lines += ["", f"A check takes {times[len(times) // 2]:.0f} ms (p95 {times[int(0.95 * len(times))]:.0f} ms)."]
    if split == "dev":
        lines += ["", "Judged wrongly:", *(line for c in checked if not c.is_right for line in _miss(c))]
    return "\n".join(lines)


def _miss(checked: CheckedClaim) -> tuple[str, ...]:
    said = "stands" if checked.verdict.passed else f"removed ({checked.verdict.reason})"
    return (
        f"- {checked.claim.id}, {checked.claim.type}, {said}: {checked.claim.claim}",
        f"    source: {' '.join(checked.claim.written_from)}",
    )
