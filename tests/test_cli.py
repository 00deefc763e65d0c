"""The commands, through their real door: exit status, plain words, promised JSON."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sci_assistant.cli import main
from tests.conftest import ROOT, SEED

SHAPED_LIKE_THE_SEED = ROOT / "tests" / "fixtures" / "cold-push-rims.txt"


@pytest.fixture
def run(ho_store):
    def call(*arguments, status=0, store=ho_store):
        options = ["--store", str(store)] if store is not None else []
        result = CliRunner().invoke(main, [*arguments, *options], catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result.stdout

    return call


def test_an_answer_in_the_terminal_has_its_source_and_the_disclaimer(run):
    text = run("ask", "How is HO diagnosed early?")
    assert "bone scan" in text
    assert "[1]" in text
    assert "Heterotopic ossification" in text
    assert "information, not medical advice" in text
    assert "not reviewed by a clinician" in text


def test_an_answer_as_json_has_the_promised_form(run):
    answer = json.loads(run("ask", "Why wait with surgery?", "--json"))
    assert answer["status"] == "answered"
    assert "mature" in answer["text"]
    assert answer["citations"][0]["article"] == "heterotopic-ossification"
    assert answer["mode"] == "quoted"


def test_history_makes_a_follow_up_standalone(run):
    answer = json.loads(run("ask", "how is it treated?", "--history", "What is heterotopic ossification?", "--json"))
    assert answer["standalone_question"] == "how is heterotopic ossification treated?"
    assert answer["citations"][0]["section"] == "Treatment"


def test_what_the_one_article_does_not_hold_is_not_covered(run):
    answer = json.loads(run("ask", "best wheelchair cushion", "--json"))
    assert (answer["status"], answer["citations"]) == ("not_covered", [])
    assert "1 article" in answer["text"]
    assert answer["related"] == [{"article": "heterotopic-ossification", "title": "Heterotopic ossification (HO)"}]


def test_a_warm_swollen_leg_gets_a_notice_and_when_to_call(run):
    answer = json.loads(run("ask", "My leg is warm and swollen, is it a clot?", "--json"))
    assert answer["notice"]["kind"] == "urgent"
    assert any(c["section"] == "When to call your care team" for c in answer["citations"])


def test_a_batch_gives_one_answer_a_line_in_order_even_for_bad_lines(run, tmp_path):
    batch = tmp_path / "questions.jsonl"
    batch.write_text(
        '{"id": "a", "question": "What is HO?"}\nnot json\n{"id": "c", "question": "how is it treated?", '
        '"history": ["What is HO?"]}\n{"id": "d"}\n',
        encoding="utf-8",
    )
    answers = [json.loads(line) for line in run("ask", "--batch", str(batch), status=1).splitlines()]
    assert [a["id"] for a in answers] == ["a", "2", "c", "d"]
    assert [a["status"] for a in answers] == ["answered", "unavailable", "answered", "unavailable"]
    assert all(a["disclaimer"] for a in answers)
    assert "Line 2" in answers[1]["error"]["text"]


def test_search_shows_the_ranked_passages(run):
    found = json.loads(run("search", "bone scan", "-k", "3", "--json"))
    assert [p["rank"] for p in found["passages"]] == [1, 2, 3]
    assert found["passages"][0].keys() == {"rank", "score", "article", "title", "section", "text", "url"}
    assert len(json.loads(run("search", "bone scan", "--by", "article", "--json"))["passages"]) == 1


def test_a_search_for_nothing_is_refused_and_one_for_broken_bytes_is_not(run, tmp_path):
    run("search", "  ", status=2)
    assert json.loads(run("search", "\udcff bone scan", "--json"))["passages"]


def test_a_batch_may_begin_with_a_byte_order_mark_and_have_no_history(run, tmp_path):
    batch = tmp_path / "questions.jsonl"
    batch.write_text('{"id": "a", "question": "bone scan", "history": null}\n{"question": " "}\n', encoding="utf-8-sig")
    first, second = (json.loads(line) for line in run("search", "--batch", str(batch), status=1).splitlines())
    assert (first["id"], bool(first["passages"]), "error" in first) == ("a", True, False)
    assert second["error"]


def test_index_says_what_it_did_and_a_second_run_that_nothing_changed(ho_corpus, tmp_path):
    store = ["--store", str(tmp_path / "store"), "--corpus", str(ho_corpus)]
    first = CliRunner().invoke(main, ["index", *store])
    assert "Added (1): heterotopic-ossification" in first.stdout
    again = json.loads(CliRunner().invoke(main, ["index", *store, "--json"]).stdout)
    assert (again["unchanged"], again["published"]) == (["heterotopic-ossification"], False)


def test_index_lists_what_failed_and_ends_with_one(ho_corpus, tmp_path):
    corpus = tmp_path / "corpus"
    shutil.copytree(ho_corpus, corpus)
    (corpus / "bad.md").write_text("no front matter\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["index", "--store", str(tmp_path / "store"), "--corpus", str(corpus)])
    assert done.exit_code == 1
    assert "Failed (1)" in done.stdout
    assert "bad.md" in done.stdout


def test_an_empty_store_is_said_with_the_command_that_helps(run, tmp_path):
    text = run("ask", "What is HO?", status=1, store=tmp_path / "empty")
    assert "not been indexed" in text
    assert "information, not medical advice" in text


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["ask"], "QUESTION"),
        (["index", "--corpus", "/nowhere/at/all"], "does not exist"),
        (["ask", "x", "--answers", "written"], "Written answers"),
    ],
)
def test_what_cannot_run_ends_with_two_and_says_why(arguments, word, tmp_path):
    done = CliRunner().invoke(main, [*arguments, "--store", str(tmp_path)])
    assert done.exit_code == 2
    assert word in done.stderr


def test_status_says_what_is_live_and_what_changed_since(ho_corpus, tmp_path):
    corpus, store = tmp_path / "corpus", str(tmp_path / "store")
    shutil.copytree(ho_corpus, corpus)
    CliRunner().invoke(main, ["index", "--store", store, "--corpus", str(corpus)])
    text = CliRunner().invoke(main, ["status", "--store", store]).stdout
    assert "all-MiniLM-L6-v2" in text
    assert "differs" not in text
    path = corpus / "heterotopic-ossification.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
    status = json.loads(CliRunner().invoke(main, ["status", "--store", store, "--json"]).stdout)
    assert "1 edited" in status["changed"]
    assert "sci-assistant publish" in status["changed"]


def test_a_roll_back_to_other_articles_says_where_the_next_publication_takes_them_from(ho_corpus, tmp_path):
    one, two, store = tmp_path / "one", tmp_path / "two", ["--store", str(tmp_path / "store")]
    for corpus, line in ((one, "\nOne more sentence.\n"), (two, "\nAnother one.\n")):
        shutil.copytree(ho_corpus, corpus)
        path = corpus / "heterotopic-ossification.md"
        path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
        assert CliRunner().invoke(main, ["index", *store, "--corpus", str(corpus)]).exit_code == 0
    text = CliRunner().invoke(main, ["index", "--rollback", *store]).stdout
    assert f"takes its articles from {one} again" in text
    assert f"sci-assistant publish --corpus {two}" in text
    again = CliRunner().invoke(main, ["index", "--rollback", *store, "--json"])
    assert json.loads(again.stdout)["corpus"] == [str(two)]


@pytest.mark.parametrize(
    "command",
    [[], ["ask"], ["search"], ["index"], ["publish"], ["gaps"], ["chat"], ["status"], ["corpus"], ["corpus", "check"]],
)
def test_every_command_has_help(command):
    done = CliRunner().invoke(main, [*command, "--help"])
    assert done.exit_code == 0
    assert "Usage:" in done.stdout


def _source(kind: str) -> Path:
    if kind == "seed" and not SEED.exists():
        pytest.skip("the publisher's article is not here; the fixture in its shape stands in")
    return SEED if kind == "seed" else SHAPED_LIKE_THE_SEED


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "question", "word"), [
    ("seed", "How is HO diagnosed early?", "bone scan"),
    ("fixture", "why do push rims get cold", "rim"),
])  # fmt: skip
def test_an_extracted_page_is_imported_checked_indexed_and_asked(kind, question, word, tmp_path):
    """The main job on real input, with the real command in a process of its own."""
    source = _source(kind)
    environment = os.environ | {"SCI_ASSISTANT_STORE": str(tmp_path / "store")}

    def command(*arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "sci_assistant.cli", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    command("corpus", "import", str(source), "--to", str(tmp_path / "corpus"))
    findings = command("corpus", "check", str(tmp_path / "corpus"), status=1)
    assert "empty-section" in findings  # the list under a heading was lost in extraction
    command("index", "--corpus", str(source))
    answer = json.loads(command("ask", question, "--json"))
    assert answer["status"] == "answered"
    assert word in answer["text"].lower()
    for citation in answer["citations"]:
        assert citation["quote"]
