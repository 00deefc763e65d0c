"""A real chat process: stopped gently, watched for words that must not stand in its log, and without its Chroma."""

import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from sci_assistant.chroma import ChromaServer
from sci_assistant.cli import main
from sci_assistant.ingest.build import build_index
from sci_assistant.store import Store

from .conftest import Chat, status_of, wait_until
from .test_desk import converse
from .test_mcp import call

CANARY = "purple-otter-4711"
pytestmark = pytest.mark.slow


def ask(url: str, question: str, **more: object) -> httpx.Response:
    return httpx.post(f"{url}/api/v1/ask", json={"question": question, **more}, timeout=250)


def test_no_door_writes_a_question_to_the_log(chat, ho_store, tmp_path):
    """Browser, API, MCP, batch, search and faults: a marked question through each, the log at its most talkative."""
    before = len(chat.lines)
    question = f"What is HO, {CANARY}?"
    converse(f"{chat.url}/", question, "canary")
    call(f"{chat.url}/mcp", ("ask", {"question": question}), ("search", {"question": question, "k": 999}))
    assert ask(chat.url, question).status_code == 200
    httpx.post(f"{chat.url}/api/v1/search", json={"question": question}, timeout=60)
    for body in (
        {"question": {CANARY: 1}},
        {"question": CANARY * 5000},
        {"question": question, "history": [CANARY] * 200},
    ):
        assert httpx.post(f"{chat.url}/api/v1/ask", json=body, timeout=60).status_code == 422
    for path in (f"/articles/{CANARY}", f"/api/v1/articles/{CANARY}", f"/{CANARY}?{CANARY}"):
        assert status_of(chat.url + path) == 404
    httpx.post(f"{chat.url}/mcp", content=f'{{"{CANARY}": ', headers={"content-type": "application/json"}, timeout=60)
    httpx.post(f"{chat.url}/gradio_api/queue/join", json={"data": [CANARY], "fn_index": 999}, timeout=60)
    manifest = ho_store / "builds" / Store(ho_store).current_name() / "manifest.json"
    kept = manifest.read_bytes()
    try:  # a fault on the way, seen by the next chat
        manifest.write_text("{", encoding="utf-8")
        lines = tmp_path / "lines.jsonl"
        lines.write_text(json.dumps({"question": question}) + f'\n{{"{CANARY}\n', encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "sci_assistant.cli",
            "-v",
            "ask",
            "--batch",
            str(lines),
            "--store",
            str(ho_store),
        ]
        batch = subprocess.run(command, capture_output=True, text=True, timeout=250)
    finally:
        manifest.write_bytes(kept)
    assert batch.returncode == 1
    assert "could not be answered" in batch.stderr
    assert ask(chat.url, "the last one").status_code == 200
    answers = [json.loads(line) for line in chat.lines[before:] if '"message": "answer"' in line]
    assert [each["door"] for each in answers][:3] == ["browser", "mcp", "api"]
    assert "otter" not in batch.stderr
    assert not any("otter" in line for line in chat.lines)


def test_told_to_stop_it_finishes_what_it_has_begun(chat):
    long = "why is my hip stiff and what can I do about it? " * 60
    with ThreadPoolExecutor(6) as pool:
        begun = [pool.submit(ask, chat.url, long, history=[long] * 3) for _ in range(6)]
        metrics = f"{chat.url}/metrics"
        assert wait_until(lambda: "sci_answering 4.0" in httpx.get(metrics, timeout=60).text, 60)
        chat.process.send_signal(signal.SIGTERM)
        late = wait_until(lambda: _closing(chat.url), 10)
        statuses = [each.result().status_code for each in begun]
    assert statuses == [200] * 6
    assert late is not None
    assert chat.process.wait(timeout=60) in (0, -signal.SIGTERM)


def _closing(url: str) -> bool:
    try:
        answer = ask(url, "HO")
    except httpx.HTTPError:
        return True
    return answer.status_code == 503 and answer.json()["error"]["code"] == "closing"


def chroma(folder, port: int) -> subprocess.Popen:
    command = [sys.executable, "-c", "from chromadb.cli.cli import app; app()", "run", "--path", str(folder)]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert wait_until(lambda: _listens(port), 60)
    return server


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def maintain(url: str, folder: Path, *command: str, says: str) -> None:
    """A maintainer's command on another machine, which knows the Chroma server alone."""
    done = subprocess.run(
        [sys.executable, "-m", "sci_assistant.cli", *command, "--store", str(folder)],
        env={**os.environ, "SCI_ASSISTANT_CHROMA_URL": url},
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode == 0 and says in done.stdout, done.stdout[-3000:] + done.stderr[-2000:]


def wait_for_text(words: str, *chats: Chat) -> None:
    """Until each of the chats reads and quotes the article with these words."""
    for chat in chats:
        page = f"{chat.url}/api/v1/articles/heterotopic-ossification"
        assert wait_until(lambda p=page: words in httpx.get(p, timeout=60).text, 60)
        assert words in ask(chat.url, "What are the signs of HO?").text


def test_two_chats_say_that_their_chroma_server_is_away_and_recover_by_themselves(
    start_chat, published, embeddings, tmp_path, free_port
):
    url = f"http://127.0.0.1:{free_port}"
    server = chroma(tmp_path / "server", free_port)
    try:
        store = Store(tmp_path / "chats", server=ChromaServer(url))
        build_index(store, [published.corpus], embeddings)
        store.close()
        first = start_chat(tmp_path / "chats", chroma_url=url, rate_limit="")
        assert ask(first.url, "What is HO?").json()["status"] == "answered"
        assert status_of(f"{first.url}/readyz") == 200
        server.kill()
        server.wait(timeout=10)
        second = start_chat(tmp_path / "chats", chroma_url=url, rate_limit="")  # while the server is away
        for chat in (first, second):
            away = ask(chat.url, "What is HO? I can't breathe")
            assert (away.status_code, away.json()["error"]["code"]) == (503, "store")
            assert "cannot be read" in away.json()["text"]
            assert away.json()["notice"]["kind"] == "emergency"
            assert wait_until(lambda c=chat: status_of(f"{c.url}/readyz") == 503, 30)
            assert status_of(f"{chat.url}/healthz") == 200
        server = chroma(tmp_path / "server", free_port)
        for chat in (first, second):
            assert wait_until(lambda c=chat: ask(c.url, "What is HO?").status_code == 200, 60)
            assert wait_until(lambda c=chat: status_of(f"{c.url}/readyz") == 200, 60)
        assert any("Is it running?" in line for line in first.lines)
        published.edit("A joint, most often a hip,", "A hip, or another joint,")
        maintain(
            url, tmp_path / "publisher", "publish", "--corpus", str(published.corpus), "--sample", "0", says="is live"
        )
        wait_for_text("A hip, or another joint,", first, second)
        maintain(url, tmp_path / "publisher", "index", "--rollback", says="is live again")
        wait_for_text("A joint, most often a hip,", first, second)
    finally:
        server.kill()
        server.wait(timeout=10)


def test_without_the_package_the_command_says_what_to_install(monkeypatch):
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "mcp" else found(name, *rest))
    done = CliRunner().invoke(main, ["mcp"])
    assert done.exit_code == 2
    assert "pip install 'sci-assistant[mcp]'" in done.output
