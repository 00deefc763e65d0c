"""Real models' recorded output, through verification again: what is shown is borne out by what is quoted."""

from __future__ import annotations

import gzip
import json
from dataclasses import fields
from pathlib import Path

import pytest
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.record_written import Recording, load_recordings, sample
from sci_assistant_eval.replay_written import figures, replay, sheet_rows

from sci_assistant.errors import EvaluationError
from sci_assistant.wire import BuildVerifier

FILES = sorted((Path(__file__).parents[2] / "eval" / "recordings").glob("*.jsonl.gz"))


@pytest.fixture(scope="module", params=FILES, ids=lambda p: p.name.partition(".")[0])
def replayed(request, assistant):
    verifier = BuildVerifier(lambda: assistant.live)
    questions = {question.id: question for question in load_questions()}
    return replay(load_recordings(request.param), questions, assistant, verifier), verifier


def test_every_written_sentence_is_borne_out_by_what_it_quotes(replayed, assistant):
    found, verifier = replayed
    made = figures(found, assistant, verifier)
    assert made["questions"] > 0
    if made["sentences_shown"]:
        assert made["citation_recall"] == 1.0
    for pair in found.pairs:
        for citation in pair.written.citations:
            article = assistant.article(citation.article)
            assert article.quote(citation.start, citation.end) == citation.quote
        written = [s for s in pair.written.sentences if s.mode == "written"]
        assert pair.written.fallback or (written and len(pair.written.sentences) >= 2)


def test_the_sheet_for_a_reader_has_every_sentence_and_what_it_quotes(replayed):
    found, _ = replayed
    rows = list(sheet_rows(found))
    assert len(rows) == sum(s.mode == "written" for p in found.pairs for s in p.written.sentences)
    assert all("\t" not in field and field for row in rows for field in row)


def test_nothing_is_shown_that_must_not_be_said(replayed, assistant):
    found, verifier = replayed
    made = figures(found, assistant, verifier)
    assert made["must_not"] <= made["must_not_quoted"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name.partition(".")[0])
def test_a_recording_holds_what_was_written_and_no_question(path):
    texts = [question.question for question in load_questions()]
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            assert set(row) == {field.name for field in fields(Recording)}
            assert not any(text in str(row | {"raw": ""}) for text in texts if len(text) > 12)


def test_a_larger_sample_only_adds():
    questions = load_questions(split="dev")
    assert sample(questions, 40)[:20] == sample(questions, 20)


def test_a_file_that_holds_none_is_refused(tmp_path):
    (tmp_path / "x.jsonl.gz").write_bytes(b"none")
    with pytest.raises(EvaluationError, match="record_written"):
        load_recordings(tmp_path / "x.jsonl.gz")
