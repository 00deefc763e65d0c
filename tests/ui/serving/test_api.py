"""The HTTP API over the real index: the promised forms, one form of error, limits, a fuzzed interface."""

import json
import subprocess
import sys

import httpx
import pytest
from sci_assistant_ui.serving.forms import AnswerForm, ArticleForm, FoundForm

from sci_assistant.render import to_json
from sci_assistant.settings import DISCLAIMER
from sci_assistant.types import Turn


@pytest.fixture
def api(served) -> httpx.Client:
    with httpx.Client(base_url=f"{served}api/v1/", timeout=60) as client:
        yield client


def timeless(form: dict) -> dict:
    return {key: value for key, value in form.items() if key != "timings_ms"}


@pytest.mark.parametrize("question", ["How is HO diagnosed early?", "best wheelchair cushion", "i can't breathe"])
def test_an_answer_is_exactly_the_one_of_the_terminal(api, ho_assistant, question):
    got = api.post("ask", json={"question": question, "history": ["What is HO?"], "id": "7"})
    wanted = to_json(ho_assistant.ask(Turn(question, ("What is HO?",), "7")))
    assert got.status_code == 200
    assert timeless(got.json()) == timeless(json.loads(json.dumps(wanted)))


@pytest.mark.parametrize("question", ["How is HO diagnosed early?", "best wheelchair cushion", "i can't breathe", ""])
def test_the_description_holds_for_every_answer(ho_assistant, question):
    form = json.loads(json.dumps(to_json(ho_assistant.ask(Turn(question)))))
    assert AnswerForm.model_validate(form).model_dump(mode="json") == form


def test_a_search_has_its_notice_and_disclaimer(api):
    found = api.post("search", json={"question": "my hip is swollen and i can't breathe", "k": 3}).json()
    FoundForm.model_validate(found)
    assert next(iter(found)) == "notice"
    assert found["notice"]["kind"] == "emergency"
    assert [passage["rank"] for passage in found["passages"]] == [1, 2, 3]
    assert found["disclaimer"] == DISCLAIMER
    assert "not reviewed by a clinician" in found["authorship"]


def test_a_citation_stands_in_the_article_that_can_be_read(api):
    (entry,) = api.get("articles").json()["articles"]
    article = api.get(f"articles/{entry['article']}").json()
    ArticleForm.model_validate(article)
    citation = api.post("ask", json={"question": "How is HO diagnosed early?"}).json()["citations"][0]
    assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert (article["disclaimer"], article["review"]) == (DISCLAIMER, "Not yet reviewed by a clinician")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"question": "x" * 4001}, 422, "question"),
        ({"question": ""}, 422, "question"),
        ({"question": "x" * 20_001}, 422, "request"),
        ({"question": "HO", "history": ["x"] * 101}, 422, "request"),
        ({"question": "HO", "history": "x"}, 422, "request"),
        ({"question": "HO", "extra": 1}, 422, "request"),
        ({"question": "HO", "answers": "written"}, 422, "not_offered"),
        ({}, 422, "request"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_form_with_the_disclaimer(api, body, status, code):
    got = api.post("ask", json=body)
    assert (got.status_code, got.json()["error"]["code"]) == (status, code)
    assert got.json()["error"]["text"]
    assert got.json()["disclaimer"] == DISCLAIMER


def test_an_error_never_repeats_what_was_typed(api):
    got = api.post("ask", json={"question": "HO", "history": [{"canary": "purple-otter"}]})
    assert got.status_code == 422
    assert "otter" not in got.text


def test_a_question_that_is_too_long_still_gets_its_notice(api):
    got = api.post("ask", json={"question": "i can't breathe. " + "my hip is stiff. " * 300})
    assert got.status_code == 422
    assert got.json()["notice"]["kind"] == "emergency"


def test_an_article_that_is_not_there_is_said_in_the_same_form(api):
    got = api.get("articles/nothing")
    assert (got.status_code, got.json()["error"]["code"]) == (404, "no_article")


def test_what_is_refused_at_the_door_has_the_same_form(api):
    for got in (api.get("articles/a%0Ab"), api.post("ask", json={"question": "a" * 300_000})):
        assert got.status_code in (404, 413)
        assert got.json()["error"]["text"] and "not medical advice" in got.json()["disclaimer"]


def test_schemathesis_finds_no_request_that_the_description_does_not_hold_for(served, tmp_path):
    """The command of schemathesis against the real server: no 500, only described statuses and forms."""
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    command = ["from schemathesis.cli import schemathesis; schemathesis()", "run", f"{served}api/v1/openapi.json"]
    options = ["--checks", checks, "--max-examples", "5", "--phases", "examples,fuzzing", "--seed", "7"]
    options += ["--max-time", "25", "--request-timeout", "30", "--generation-database", "none"]
    done = subprocess.run(
        [sys.executable, "-c", *command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "Tested: 4" in done.stdout, done.stdout[-3000:]
