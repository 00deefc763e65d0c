"""Fit what a place must reach to bear a claim out: development claims -> src/sci_assistant/data/verify.json.

    python -m sci_assistant_eval.fit_verify [--write]

The rules are fixed by hand, the small reader is fitted before (fit_claim_reader.py), on none of the claims here: those
about the articles that were held back from it, claims of the development split and claims that were written for the
reader. Of all thresholds that keep enough of the true ones of the split, those are taken that remove the most false
claims, each type counting the same. The test split is never read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import product, starmap
from typing import NamedTuple

import click
import numpy as np
from sci_assistant_eval.claims import load_claims, sources_by_article
from sci_assistant_eval.fit_claim_reader import MODEL, load_pairs
from sci_assistant_eval.fitted import write_fitted

from sci_assistant.ask.claim_reader import ClaimReader
from sci_assistant.ask.rule_verifier import PLACES, VETOES, Thresholds, odds_wanted, read_odds
from sci_assistant.ask.verify_align import find_places
from sci_assistant.ask.verify_read import Reading
from sci_assistant.ask.verify_rules import first_broken
from sci_assistant.ask.verify_terms import OtherNames
from sci_assistant.types import Article

# Of the true claims of the split, at least. What passes without being sure stands in the words of its source, so that
# little is lost by letting pass.
KEPT = 0.86
SURE = tuple(float(odds) for odds in np.arange(0.0, 5.1, 0.25))
MOST_WRONG = 0.01  # of false claims, written as a small model writes, that may stand in their own words
COVERAGES = (0.0, 0.5, 0.65)
ODDS = tuple(float(odds) for odds in np.arange(-4.0, 1.1, 0.5))
AGAINST = (-1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
CONTRADICTED = (2.5, 3.5)  # below it a sentence passed that says the reverse of its article
TRUE = frozenset({"paraphrase", "part"})


class Looked(NamedTuple):
    """A place that was looked at: what it holds, whether it is two sentences, which rule is broken, what is read."""

    coverage: float
    two: bool
    broken: str | None  # the rule
    odds: float  # of the small reader


class Row(NamedTuple):
    """A claim and its places; `bold` tells those that were written for the reader."""

    type: str
    bold: bool
    places: tuple[Looked, ...]


def passes(places: Sequence[Looked], limits: Thresholds) -> bool:
    """As RuleVerifier decides, from what was looked at."""
    return any(
        place.broken not in VETOES
        and place.odds >= odds_wanted(limits, place.broken, short=place.coverage < limits.coverage, two=place.two)
        for place in places
        if place.coverage >= places[0].coverage
    )


def judged(rows: Sequence[Row], limits: Thresholds) -> dict[str, float]:
    """The share of each type that passes, of claims of the split, of bold ones and of those written as a small model
    writes; true ones as one type."""
    passed: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        model = MODEL if row.type.startswith(MODEL) else ""
        kind = f"{model}true" if row.type.removeprefix(MODEL) in TRUE else row.type
        passed[f"bold: {kind}" if row.bold and not model else kind].append(passes(row.places, limits))
    return {name: float(np.mean(found)) for name, found in passed.items()}


def choose(rows: Sequence[Row]) -> tuple[Thresholds, dict[str, float]]:
    """The thresholds that remove most, and the share of each type that passes them."""
    best: tuple[float, Thresholds, dict[str, float]] | None = None
    for limits in starmap(Thresholds, product(COVERAGES, ODDS, AGAINST, CONTRADICTED)):
        shares = judged(rows, limits)
        lost = float(np.mean([share for name, share in shares.items() if not name.endswith("true")]))
        if shares["true"] >= KEPT and (best is None or lost < best[0]):
            best = lost, limits, shares
    if best is None:
        raise click.ClickException(f"No thresholds keep {KEPT} of the true claims. The rules are too strict.")
    return replace(best[1], sure=choose_sure(rows, best[1])), best[2]


def choose_sure(rows: Sequence[Row], limits: Thresholds) -> float:
    """The least log odds from which nearly no false claim of a model's kind stands in its own words."""
    false = [row for row in rows if row.type.startswith(MODEL) and row.type.removeprefix(MODEL) not in TRUE]
    for sure in SURE:
        strict = replace(limits, odds=max(sure, limits.odds), odds_against=max(sure, limits.odds_against))
        strict = replace(strict, odds_contradicted=max(sure, limits.odds_contradicted))
        if sum(passes(row.places, strict) for row in false) <= MOST_WRONG * len(false):
            return sure
    return SURE[-1]


def collect() -> list[Row]:
    """What stands at the places of each claim about the articles that were held back from the reader."""
    from sci_assistant.ingest.glossary import read_glossary
    from sci_assistant.ingest.parse import read_articles
    from sci_assistant.wire import bundled_corpus

    corpus = bundled_corpus()
    articles = [article for _, article in read_articles(corpus) if isinstance(article, Article)]
    sources, names = sources_by_article(articles), OtherNames(read_glossary(corpus / "glossary.yaml"))
    by_title = {article.title: article.id for article in articles}
    held = [pair for pair in load_pairs() if pair.held_back]
    about = {by_title[pair.title] for pair in held}
    split = [claim for claim in load_claims(split="dev") if claim.article in about]
    known = {(claim.article, claim.claim) for claim in split}
    told: list[tuple[str, bool, str, str]] = [(claim.type, False, claim.claim, claim.article) for claim in split]
    written = ((pair.type, True, pair.claim, by_title[pair.title]) for pair in held)
    told += [each for each in written if (each[3], each[2]) not in known]
    reader = ClaimReader()
    rows: list[Row] = []
    for kind, bold, claim, article in dict.fromkeys(told):
        places = find_places(Reading(claim), sources[article], most=PLACES, names=names)
        looked = (
            Looked(p.coverage, len(p.sources) > 1, first_broken(p.pair), read_odds(reader, p, names)) for p in places
        )
        rows.append(Row(kind, bold, tuple(looked)))
    return rows


@click.command()
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(write: bool) -> None:
    """Fit on dev and print what passes."""
    limits, shares = choose(collect())
    click.echo(f"{limits}")
    for name, share in shares.items():
        click.echo(f"{name:<22} {share if name.endswith('true') else 1 - share:.3f} judged rightly")
    if write:
        write_fitted("verify.json", {"fitted_on": "dev", "thresholds": asdict(limits)})


if __name__ == "__main__":
    main()
