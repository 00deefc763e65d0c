"""The systems side by side, on the one article on heterotopic ossification."""

import pytest
from sci_assistant_eval.run import Choice, baselines, check_labels, choose_questions, run_system
from sci_assistant_eval.score import make_record
from sci_assistant_eval.systems import Ours, has_disclaimer
from sci_assistant_eval.tutorial import article_document

from sci_assistant.errors import EvaluationError
from sci_assistant.settings import load_settings
from sci_assistant.types import Turn
from tests.eval.cases import question

HO = "heterotopic-ossification"
TURN = Turn("What are the signs of heterotopic ossification?")


@pytest.fixture(scope="module")
def systems(ho_assistant, embeddings, tmp_path_factory):
    others = baselines(ho_assistant, embeddings, tmp_path_factory.mktemp("cache"))
    return {system.name: system for system in (Ours(ho_assistant, load_settings()), *others)}


def test_ours_and_three_baselines_are_measured(systems):
    assert list(systems) == ["ours", "keyword only", "dense only", "tutorial"]


def test_ours_is_what_a_person_gets_with_every_quote_proved(systems, ho_assistant):
    found = systems["ours"].respond(TURN)
    assert found.answer == ho_assistant.ask(TURN)
    values = make_record(question(articles=(HO,), sections=(), must_not=()), found).values
    assert values["citation_recall"] == values["citation_precision"] == values["disclaimer"] == 1.0
    assert 0.0 < found.confidence < 1.0


def test_what_a_rule_refuses_has_no_confidence(systems):
    found = systems["ours"].respond(Turn("book me an appointment about heterotopic ossification"))
    assert found.answer.status == "not_covered"
    assert found.confidence == 0.0


def test_rankings_hold_each_article_once(systems):
    for system in systems.values():
        assert system.articles(TURN, k=10) == (HO,)


@pytest.mark.parametrize("name", ["keyword only", "dense only", "tutorial"])
def test_a_baseline_shows_passages_with_known_sentences_and_cites_nothing(systems, ho_assistant, name):
    found = systems[name].respond(TURN)
    assert found.cited is None and found.answer.status == "answered" and not found.disclaimer
    texts = {ho_assistant.article(HO).quote(s.start, s.end) for s in ho_assistant.article(HO).sentences}
    assert found.said and {said.text for said in found.said} <= texts


def test_the_tutorials_text_of_an_article_has_its_title_and_headings(ho_assistant):
    text = article_document(ho_assistant.article(HO))
    assert text.startswith("Heterotopic ossification (HO)")
    assert "\n\nDiagnosis\n\n" in text


def test_a_disclaimer_that_one_rendering_lacks_is_missed(ho_assistant):
    answer = ho_assistant.ask(TURN)
    assert has_disclaimer(answer, answer.disclaimer)
    assert not has_disclaimer(answer, "another disclaimer, never printed")


def test_labels_of_articles_that_are_not_indexed_are_refused(ho_assistant):
    with pytest.raises(EvaluationError, match="not indexed: bladder, dysreflexia"):
        check_labels([question()], ho_assistant)


def test_a_limit_keeps_every_part_of_the_files():
    few = choose_questions(Choice(limit=10))
    assert len(few) == 10
    assert {q.kind for q in few} >= {"answerable", "uncovered"}
    assert all(q.split == "dev" for q in few)


def test_a_choice_that_leaves_nothing_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match="No question"):
        choose_questions(Choice(questions=tmp_path))
    with pytest.raises(EvaluationError, match="is not there"):
        choose_questions(Choice(questions=tmp_path / "none"))


def test_a_run_on_the_test_split_keeps_no_text(ho_assistant, systems):
    asked = [question(id="q-hidden", articles=(HO,))]
    found = run_system(systems["ours"], asked, ho_assistant, Choice(split="test"))
    assert found.records[0].question == found.records[0].shown == ""
    assert found.records[0].key != "q-hidden"
    assert found.figure("all", "disclaimer").value == 1.0
