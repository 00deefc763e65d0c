"""Every formula on cases worked by hand, and beside ir-measures where that has the measure."""

import math
import random

import ir_measures
import pytest
from sci_assistant_eval import metrics

RANKED = ("a", "b", "c", "d", "e")


def test_recall_is_the_share_of_the_relevant_that_was_found():
    assert metrics.recall_at(2, RANKED, ["b", "e"]) == 0.5
    assert metrics.recall_at(5, RANKED, ["b", "e", "x"]) == pytest.approx(2 / 3)


def test_success_asks_for_any_of_the_relevant():
    assert metrics.success_at(1, RANKED, ["b", "a"]) == 1.0
    assert metrics.success_at(1, RANKED, ["b"]) == 0.0


def test_reciprocal_rank_counts_the_first_hit_within_the_cut():
    assert metrics.reciprocal_rank_at(10, RANKED, ["d", "c"]) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank_at(2, RANKED, ["c"]) == 0.0


def test_ndcg_by_hand():
    # hits at ranks 1 and 3 of three relevant: (1 + 1/2) / (1 + 1/log2(3) + 1/2)
    expected = 1.5 / (1.5 + 1 / math.log2(3))
    assert metrics.ndcg_at(10, RANKED, ["a", "c", "x"]) == pytest.approx(expected)


def test_ndcg_is_one_for_a_perfect_ranking_with_more_relevant_than_places():
    assert metrics.ndcg_at(2, ("a", "b", "c"), ["a", "b", "c"]) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(20))
def test_rankings_agree_with_ir_measures(seed):
    draw = random.Random(seed)
    documents = [f"d{i}" for i in range(30)]
    ranked = tuple(draw.sample(documents, 15))
    relevant = draw.sample(documents, draw.randint(1, 5))
    qrels = [ir_measures.Qrel("q", document, 1) for document in relevant]
    run = [ir_measures.ScoredDoc("q", document, -float(rank)) for rank, document in enumerate(ranked)]
    theirs = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(m) for m in ("R@5", "R@10", "RR@10", "nDCG@10", "Success@5")], qrels, run
    )
    found = {str(measure): value for measure, value in theirs.items()}
    assert metrics.recall_at(5, ranked, relevant) == pytest.approx(found["R@5"])
    assert metrics.recall_at(10, ranked, relevant) == pytest.approx(found["R@10"])
    assert metrics.reciprocal_rank_at(10, ranked, relevant) == pytest.approx(found["RR@10"])
    assert metrics.ndcg_at(10, ranked, relevant) == pytest.approx(found["nDCG@10"])
    assert metrics.success_at(5, ranked, relevant) == pytest.approx(found["Success@5"])


def test_distinct_keeps_first_places():
    assert metrics.distinct(["b", "a", "b", "c", "a"]) == ("b", "a", "c")


def test_a_fact_is_stated_where_one_of_its_patterns_matches():
    text = "Ask whoever is near to sit you up. Don’t lie down."
    assert metrics.fact_recall(text, [("sit (you )?up", "upright"), ("loosen",)]) == 0.5
    assert metrics.fact_recall(text, [("don't LIE",)]) == 1.0


def test_first_words_cuts_at_whole_words():
    assert metrics.first_words("one two  three", 2) == "one two"


def test_answer_precision_is_the_share_of_serving_sentences():
    assert metrics.serving_share([True, False, True, True]) == 0.75


def test_a_verbatim_sentence_with_its_quote_is_cited_perfectly():
    cited = [("Sit up.", ["Sit up. Loosen clothes."]), ("Loosen clothes.", ["Sit up. Loosen clothes."])]
    assert metrics.citation_recall(cited) == 1.0
    assert metrics.citation_precision(cited) == 1.0


def test_a_sentence_that_no_quote_holds_loses_recall_and_its_citations_precision():
    cited = [("Sit up.", ["Sit up."]), ("Lie down.", ["Sit up.", "Loosen clothes."])]
    assert metrics.citation_recall(cited) == 0.5
    assert metrics.citation_precision(cited) == pytest.approx(1 / 3)


def test_a_quote_that_is_not_needed_loses_precision_only():
    cited = [("Sit up.", ["Sit up.", "Loosen clothes."])]
    assert metrics.citation_recall(cited) == 1.0
    assert metrics.citation_precision(cited) == 0.5


def test_two_quotes_that_prove_a_sentence_only_together_are_both_right():
    cited = [("Sit up and loosen clothes.", ["Sit up and", "loosen clothes."])]
    assert metrics.citation_recall(cited) == 1.0
    assert metrics.citation_precision(cited) == 1.0


def test_without_citations_there_is_no_precision():
    assert metrics.citation_recall([("Sit up.", [])]) == 0.0
    assert metrics.citation_precision([("Sit up.", [])]) is None


def test_an_empty_quote_proves_nothing():
    assert not metrics.supports("Sit up.", [""])


def test_reading_grade_by_hand():
    # 6 words, 2 sentences, 6 syllables: 0.39 * 3 + 11.8 * 1 - 15.59
    assert metrics.reading_grade(["Sit up now.", "Call for help."]) == pytest.approx(-2.62)
    assert metrics.reading_grade([]) is None
