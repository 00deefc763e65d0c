"""The application without a browser: headers, limits, prefixes, the port."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sci_assistant_ui.app import create_app, serve

from sci_assistant.errors import SettingsError
from sci_assistant.settings import Settings

from .fake import ARTICLES, FakeAssistant


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(FakeAssistant(), Settings())) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/healthz", "/page/chat.js", "/articles/autonomic-dysreflexia", "/articles/x"])
def test_every_response_keeps_the_page_to_itself(client: TestClient, path: str) -> None:
    headers = client.get(path, headers={"accept-encoding": "br, gzip"}).headers
    policy = headers["content-security-policy"]
    assert "unsafe-inline" not in policy.split("script-src", 1)[1]
    assert "unsafe-eval" not in policy
    for part in ("default-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "object-src 'none'"):
        assert part in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "articles": len(ARTICLES)}


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/runs", "/gradio_api/call/send"]
)
def test_what_the_chat_does_not_need_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, content=b"{}").status_code == 404


def test_no_interface_description_is_offered(client: TestClient) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/openapi.json").status_code == 404
    config = client.get("/config").json()
    assert {event["api_visibility"] for event in config["dependencies"]} == {"private"}


def test_a_huge_request_is_refused(client: TestClient) -> None:
    huge = client.post("/gradio_api/queue/join", content=b"x" * 300_000)
    assert huge.status_code == 413

    def stream() -> Iterator[bytes]:
        yield b"x"

    assert client.post("/gradio_api/queue/join", content=stream()).status_code == 411


def test_votes_are_not_taken_unless_the_operator_named_a_file(client: TestClient) -> None:
    assert client.post("/feedback", json={"helpful": True}).status_code in (404, 405)
    assert "data-helpful" not in client.get("/").text


def test_votes_are_checked_and_appended(tmp_path: Path) -> None:
    file = tmp_path / "new" / "votes.jsonl"
    with TestClient(create_app(FakeAssistant(), Settings(feedback_file=file))) as client:
        assert client.post("/feedback", json={"helpful": True, "question": "é"}).json() == {"stored": True}
        assert client.post("/feedback", json={"helpful": True, "word": "x" * 501}).status_code == 422
        assert client.post("/feedback", json={"helpful": True, "other": 1}).status_code == 422
        assert client.post("/feedback", content=b"helpful=1").status_code == 422
    (line,) = file.read_text(encoding="utf-8").splitlines()
    vote = json.loads(line)
    assert (vote["helpful"], vote["word"], vote["question"]) == (True, "", "é")
    assert set(vote) == {"time", "helpful", "word", "question"}
    assert file.stat().st_mode & 0o077 == 0


def test_an_article_is_a_fragment_or_a_page(client: TestClient) -> None:
    article = ARTICLES["autonomic-dysreflexia"]
    fragment = client.get(f"/articles/{article.id}?start=0&end=9&fragment=1").text
    assert fragment.startswith("<article")
    assert '<mark id="quote" tabindex="-1">Autonomic</mark>' in fragment
    assert client.get(f"/articles/{article.id}").text.startswith('<!doctype html><html lang="en">')


@pytest.mark.parametrize("place", ["start=5&end=2", "start=-1&end=4", "start=a&end=b", "start=0&end=99999999999", ""])
def test_a_place_that_is_not_in_the_article_highlights_nothing(client: TestClient, place: str) -> None:
    response = client.get(f"/articles/autonomic-dysreflexia?{place}")
    assert response.status_code == 200
    assert "<mark" not in response.text


def test_only_our_own_files_are_served(client: TestClient) -> None:
    assert client.get("/page/chat.css").headers["content-type"].startswith("text/css")
    for name in ("nothing.js", "..%2Fapp.py", "%2e%2e/app.py"):
        assert client.get(f"/page/{name}").status_code == 404


def test_a_port_in_use_is_named_with_the_option() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"{port}.*--port"):
            serve(FastAPI(), host="127.0.0.1", port=port, open_browser=False)


def test_a_foreign_address_is_named_with_the_option() -> None:
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1.*--host"):
        serve(FastAPI(), host="192.0.2.1", port=0, open_browser=False)
