import re
from dataclasses import replace

from sci_assistant_eval.compare import compare
from sci_assistant_eval.misses import faults
from sci_assistant_eval.questions import Question
from sci_assistant_eval.records import Evaluation, Said, text_digest, without_texts
from sci_assistant_eval.report import to_html
from sci_assistant_eval.score import make_record
from sci_assistant_eval.summary import to_text

from tests.eval.cases import question, record, response, run

HOSTILE = "<script>alert(1)</script>"


def evaluation(split: str = "dev", asked: Question | None = None) -> tuple[Evaluation, list[Question]]:
    questions = [asked or question(), question(id="q-2", articles=("bladder",), style="long")]
    records = [make_record(q, response()) for q in questions]
    if split == "test":
        records = [replace(without_texts(r), key=text_digest(r.key)) for r in records]
    return Evaluation(run(records, split=split), (run(records, split=split, system="tutorial"),)), questions


def test_the_page_loads_nothing_from_anywhere():
    page = to_html(*evaluation(), [])
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)""", page)
    assert "url(" not in page and "@import" not in page and "<script" not in page
    assert "default-src 'none'" in page


def test_the_page_shows_figures_with_intervals_plots_and_misses_on_dev():
    page = to_html(*evaluation(), [])
    assert "MRR@10 by article" in page and "[0.500, 0.500]" in page
    assert page.count("<svg") == 4
    assert "first citation wrong" in page
    assert "Sit up at once." in page


def test_on_the_test_split_no_text_id_or_topic_is_shown():
    given, questions = evaluation("test")
    page = to_html(given, questions, [])
    for hidden in ("q-1", "q-2", "what do i do", "Sit up", "dysreflexia", "bladder"):
        assert hidden not in page
    assert "Evaluation on the test split" in page


def test_what_a_question_or_an_answer_brings_is_never_markup():
    asked = question(question=HOSTILE, articles=("bladder",), sections=())
    given, questions = evaluation(asked=asked)
    first = replace(given.ours.records[0], said=(Said(HOSTILE, HOSTILE, HOSTILE),), history=(HOSTILE,))
    given = Evaluation(replace(given.ours, records=(first, given.ours.records[1])))
    assert HOSTILE not in to_html(given, questions, [])


def test_the_comparison_shows_before_and_after():
    given, questions = evaluation()
    new = replace(given.ours.records[0], digest="new", said=(Said("Now this.", "a", "a > b"),))
    after = replace(given.ours, records=(new, given.ours.records[1]))
    page = to_html(Evaluation(after), questions, [], compare(after, given.ours, []))
    assert "Before" in page and "Now this." in page
    assert "Answers that changed: 1." in page


def test_the_terminal_form_says_the_split_first():
    given, _ = evaluation("test")
    assert to_text(given, []).startswith("Split test: 2 questions")
    assert "Beside tutorial" in to_text(given, [])


def test_faults_are_named_worst_first():
    assert faults(record("a", must_not=1.0, first_citation_hit=0.0)) == (
        "says what must not be said",
        "first citation wrong",
    )
    assert faults(record("a", key_fact_recall_answered=1.0)) == ()
