"""The claims: well formed, enough of each type, split for good, and judged on dev no worse than they were."""

from __future__ import annotations

from collections import Counter

import pytest
from sci_assistant_eval.claims import FALSE_TYPES, load_claims, sources_by_article
from sci_assistant_eval.claims_check import check_claims, rows_by_type, to_text

from sci_assistant.ask.rule_verifier import make_verifier
from sci_assistant.errors import EvaluationError
from sci_assistant.ingest.glossary import read_glossary
from sci_assistant.ingest.parse import read_articles
from sci_assistant.wire import bundled_corpus

# A little under what `sci-assistant eval claims` measures on dev.
FLOORS = {
    "number": 0.99, "unit": 0.98, "negation": 0.98, "antonym": 0.98, "entity": 0.98, "hedge": 0.98, "merged": 0.97,
    "order": 0.95, "invented": 0.98, "all false": 0.99, "paraphrase": 0.88,
}  # fmt: skip


@pytest.fixture(scope="module")
def claims():
    return load_claims()


@pytest.fixture(scope="module")
def articles():
    return {article.id: article for _, article in read_articles(bundled_corpus())}


def test_there_are_enough_claims_of_each_type_in_both_halves(claims):
    counts = Counter((claim.split, claim.type) for claim in claims)
    assert sum(not claim.holds for claim in claims) >= 1500 and sum(claim.holds for claim in claims) >= 700
    assert all(counts[split, name] >= 30 for split in ("dev", "test") for name in (*FALSE_TYPES, "paraphrase"))


def test_no_article_is_in_both_halves_nor_a_sentence_but_the_numbers_to_call(claims):
    halves = {"dev": set(), "test": set()}
    for claim in claims:
        halves[claim.split].update({claim.article, *claim.written_from})
    shared = halves["dev"] & halves["test"]
    assert len(shared) <= 3 and all("911" in text or "988" in text for text in shared)


def test_each_claim_was_written_from_sentences_that_its_article_has(claims, articles):
    sources = {id_: {s.text for s in rows} for id_, rows in sources_by_article(articles.values()).items()}
    assert [c.id for c in claims if not set(c.written_from) <= sources[c.article]] == []


def test_no_claim_stands_twice(claims):
    assert [text for text, count in Counter(c.claim for c in claims).items() if count > 1] == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("7", "no YAML list"),
        ("- {id: c-1, type: rumour, holds: false, section: '', source: [a], claim: long enough}", "type"),
        ("- {id: c-1, type: number, holds: true, section: '', source: [a], claim: long enough}", "cannot have holds"),
        ("- {id: c-1, type: number, holds: false, section: '', source: [], claim: long enough}", "source"),
    ],
)
def test_a_broken_file_is_refused_with_its_name(tmp_path, content, problem):
    (tmp_path / "m.yaml").write_text(content)
    with pytest.raises(EvaluationError, match=r"m\.yaml") as refused:
        load_claims(tmp_path)
    assert problem in str(refused.value)


def test_an_id_that_stands_twice_is_refused(tmp_path):
    row = "- {id: c-1, type: number, holds: false, section: '', source: [a], claim: long enough}\n"
    (tmp_path / "m.yaml").write_text(row * 2)
    with pytest.raises(EvaluationError, match="'c-1' stands twice"):
        load_claims(tmp_path)


@pytest.fixture(scope="module")
def checked(articles):
    verifier = make_verifier(terms=read_glossary(bundled_corpus() / "glossary.yaml"))
    return check_claims(load_claims(split="dev"), verifier, sources_by_article(articles.values()))


def test_the_development_half_holds_every_floor(checked):
    found = {row.type: row.right.value for row in rows_by_type(checked)}
    assert set(FLOORS) == set(found)
    assert {name: found[name] for name, floor in FLOORS.items() if found[name] < floor} == {}


def test_what_was_judged_wrongly_is_told_on_dev_alone(checked):
    wrong = next(c for c in checked if not c.is_right)
    assert wrong.claim.claim in to_text("dev", checked)
    assert wrong.claim.claim not in to_text("test", checked)
