from dataclasses import replace

import pytest
from sci_assistant_eval.records import Evaluation, load, save, without_texts

from sci_assistant.errors import EvaluationError
from tests.eval.cases import record, run


def test_an_evaluation_is_read_as_it_was_written(tmp_path):
    evaluation = Evaluation(run([record("a", words=3.0)]), (run([record("a", words=9.0)], system="other"),))
    save(evaluation, tmp_path / "report" / "run.json")
    assert load(tmp_path / "report" / "run.json") == evaluation


def test_a_run_of_the_first_format_is_read_as_a_baseline(tmp_path):
    save(Evaluation(replace(run([record("a", words=3.0)]), format=1)), tmp_path / "run.json")
    assert load(tmp_path / "run.json").ours.format == 1


def test_a_run_of_an_unknown_format_is_refused(tmp_path):
    save(Evaluation(replace(run([]), format=99)), tmp_path / "run.json")
    with pytest.raises(EvaluationError, match="format 99"):
        load(tmp_path / "run.json")


def test_a_bare_record_holds_no_text():
    bare = without_texts(record("a", words=3.0))
    assert (bare.topic, bare.question, bare.shown, bare.said, bare.articles) == ("", "", "", (), ())
    assert bare.values == {"words": 3.0}


@pytest.mark.parametrize("content", ["", "{}", '{"ours": {"format": 1}}', "[1]"])
def test_a_file_that_is_no_run_is_refused_with_its_name(tmp_path, content):
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(EvaluationError, match=r"run\.json is not"):
        load(path)


def test_a_missing_baseline_says_what_to_name(tmp_path):
    with pytest.raises(EvaluationError, match=r"Name the run\.json"):
        load(tmp_path / "none.json")
