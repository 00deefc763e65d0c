"""The question files: well formed, large enough and split for good (test_fitted.py: what is tuned reads dev alone)."""

from collections import Counter

import pytest
from sci_assistant_eval.metrics import matches
from sci_assistant_eval.questions import load_questions

from sci_assistant.errors import EvaluationError
from sci_assistant.wire import bundled_corpus

ALIKE = 85.0  # of 100


@pytest.fixture(scope="module")
def questions():
    return load_questions()


def test_there_are_enough_questions_of_each_kind(questions):
    assert len(questions) >= 600
    kinds = Counter(q.kind for q in questions)
    assert kinds["answerable"] >= 350 and kinds["follow_up"] >= 60 and kinds["uncovered"] >= 150
    assert Counter(q.style for q in questions)["long"] >= 60


def test_each_article_has_four_questions_and_one_typical_of_lay_people(questions):
    answerable = [q for q in questions if q.kind == "answerable"]
    counts = Counter(q.articles[0] for q in answerable)
    lay = Counter(q.articles[0] for q in answerable if q.lay)
    for article in (path.stem for path in bundled_corpus().glob("*.md") if path.stem.islower()):
        assert counts[article] >= 4, article
        assert lay[article] == 1, article


def test_labels_name_articles_that_there_are(questions):
    known = {path.stem for path in bundled_corpus().glob("*.md")}
    for q in questions:
        assert set(q.articles) <= known, q.id
        assert {section.split(">")[0].strip() for section in q.sections} <= known, q.id


def test_covered_questions_have_articles_and_uncovered_ones_a_class(questions):
    for q in questions:
        assert bool(q.articles) == (q.kind != "uncovered"), q.id
        assert (q.uncovered_class is not None) == (q.kind == "uncovered"), q.id


def test_no_question_contradicts_itself(questions):
    for q in questions:
        for fact in q.key_facts:
            assert not any(matches(pattern, fact.fact) for pattern in q.must_not), q.id


def test_both_splits_have_every_kind_and_class(questions):
    for split in ("dev", "test"):
        part = [q for q in questions if q.split == split]
        assert 0.4 < len(part) / len(questions) < 0.6
        assert {q.kind for q in part} == {"answerable", "follow_up", "uncovered"}
        assert {q.uncovered_class for q in part} == {q.uncovered_class for q in questions}


def test_no_test_question_has_a_near_duplicate_in_dev(questions):
    from rapidfuzz import fuzz, process

    texts = {
        split: [" ".join((*q.history, q.question)) for q in questions if q.split == split] for split in ("dev", "test")
    }
    alike = process.cdist(texts["dev"], texts["test"], scorer=fuzz.token_sort_ratio, processor=str.lower)
    assert alike.max() < ALIKE


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("just words", "must be a YAML list"),
        ("- [", "cannot be read as YAML"),
        ("- {id: q-1, kind: other, style: short, question: a}", "question 1: kind"),
        ("- {id: q-1, kind: uncovered, style: short, question: a, colour: red}", "question 1: colour"),
        ("- &q {id: q-1, kind: uncovered, style: short, question: a}\n- *q", "'q-1' stands twice"),
        (
            "- {id: q-1, kind: answerable, style: short, question: a, key_facts: [{fact: a fact, any: ['(']}]}",
            "question 1: key_facts",
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path, content, problem):
    (tmp_path / "q.yaml").write_text(content)
    with pytest.raises(EvaluationError, match=r"q\.yaml") as refused:
        load_questions(tmp_path)
    assert problem in str(refused.value)
