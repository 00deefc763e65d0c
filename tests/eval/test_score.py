from dataclasses import replace

import pytest
from sci_assistant_eval.records import Said
from sci_assistant_eval.score import METRICS, compute_figures, groups_of, make_record, section_label

from tests.eval.cases import question, record, response


def test_an_answer_is_scored_by_articles_sections_and_key_facts():
    values = make_record(question(), response()).values
    assert values["article_mrr_10"] == 0.5
    assert values["article_found_1"] == 0.0 and values["article_found_2"] == 1.0
    assert values["article_recall_5"] == 0.5
    assert values["section_mrr_10"] == 0.5
    assert values["key_fact_recall"] == values["key_fact_recall_answered"] == 0.5
    assert values["answer_precision"] == values["first_citation_hit"] == values["first_sentence_hit"] == 1.0
    assert values["citation_precision"] == values["citation_recall"] == 1.0
    assert values["must_not"] == values["false_refusal"] == 0.0
    assert values["words"] == 7.0
    assert values["disclaimer"] == 1.0
    assert values["loss"] == 1.0  # the first article is not acceptable
    assert values["ms_total"] == 20.0


def test_a_refused_question_loses_its_key_facts_and_is_not_judged_as_an_answer():
    values = make_record(question(), response("not_covered")).values
    assert values["false_refusal"] == 1.0
    assert values["key_fact_recall"] == 0.0
    assert "key_fact_recall_answered" not in values
    assert "answer_precision" not in values and "words" not in values


def test_an_uncovered_question_is_right_when_refused_and_lost_when_answered():
    unknown = question(kind="uncovered", articles=(), sections=(), key_facts=(), **{"class": "nonsense"})
    assert make_record(unknown, response("not_covered")).values["refused"] == 1.0
    answered = make_record(unknown, response()).values
    assert answered["refused"] == 0.0
    assert answered["loss"] == 1.0
    assert "article_mrr_10" not in answered and "answer_precision" not in answered


@pytest.mark.parametrize(("name", "right"), [("near_miss", 1.0), ("false_premise", 1.0), ("other_medicine", 0.0)])
def test_naming_the_part_that_is_not_answered_is_right_for_near_misses_and_false_premises(name, right):
    unknown = question(kind="uncovered", articles=(), sections=(), key_facts=(), **{"class": name})
    named = response(answer=replace(response().answer, uncovered_parts=("the price",)))
    assert make_record(unknown, named).values["refused"] == right
    assert make_record(unknown, response()).values["refused"] == 0.0


def test_without_labelled_sections_precision_is_by_article():
    other = Said("Loosen tight clothes.", "bladder", "bladder > About")
    given = response(said=(*response().said, other))
    assert make_record(question(sections=()), given).values["answer_precision"] == 1.0
    assert make_record(question(), given).values["answer_precision"] == pytest.approx(2 / 3)


def test_what_must_not_be_said_is_seen():
    assert make_record(question(), response(shown="Lie down flat.")).values["must_not"] == 1.0


def test_what_has_no_label_is_left_out_and_never_counted_as_nothing():
    values = make_record(question(sections=(), key_facts=(), must_not=()), response()).values
    assert not {"section_mrr_10", "key_fact_recall", "must_not"} & set(values)


def test_a_system_that_cites_nothing_is_not_judged_on_citations():
    assert "citation_recall" not in make_record(question(), response(cited=None)).values


def test_the_opening_of_an_article_is_labelled_without_a_heading():
    assert section_label("spasticity", "") == "spasticity >"
    assert section_label("spasticity", "A > B") == "spasticity > A > B"
    opening = question(sections=("dysreflexia > ",))
    assert make_record(opening, response()).values["section_mrr_10"] == pytest.approx(1 / 3)


def test_groups_tell_long_questions_from_short_ones():
    assert "answerable: long" in groups_of(make_record(question(style="long"), response()))
    assert "follow_up: new topic" in groups_of(make_record(question(kind="follow_up", topic_change=True), response()))


def test_figures_are_means_quantiles_and_the_area_under_the_curve():
    records = [
        record("a", key_fact_recall=1.0, ms_total=10.0, confidence=0.9, loss=0.0),
        record("b", key_fact_recall=0.0, ms_total=30.0, confidence=0.1, loss=1.0),
    ]
    found = {(f.group, f.metric): f for f in compute_figures(records)}
    assert found["answerable", "key_fact_recall"].value == 0.5
    assert found["all", "ms_total_p50"].value == 20.0
    assert found["all", "aurc"].value == 0.25
    assert {metric for _, metric in found} <= set(METRICS)
    wanted = {("all", "ms_total_p50"), ("all", "aurc"), ("answerable", "key_fact_recall"), ("all", "nothing")}
    some = {(f.group, f.metric): f for f in compute_figures(records, only=wanted)}
    assert some == {key: found[key] for key in wanted if key in found}
