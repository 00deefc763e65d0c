"""Whatever a model's server does, a person gets the quoted answer and a plain word; a real server does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from sci_assistant import render
from sci_assistant.ask import prompts
from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.triage import Triage
from sci_assistant.ask.write import Writer
from sci_assistant.chat_models import ChatModel
from sci_assistant.settings import load_settings
from sci_assistant.types import Answer, Turn

from .bad_server import Server, serve
from .strict import StrictVerifier

ASKED = Turn("Where does HO grow and when does it start?")
# Sentences of the article on heterotopic ossification, in its words; the numbers are those of the excerpts.
TRUE = "HO after SCI grows below the level of injury, mostly at the hips."
ALSO = "In HO, the body builds true bone inside muscle and the tissue near a joint."
FALSE = "HO is a cancer that grows in the lungs."


@pytest.fixture
def ask(ho_assistant: Assistant) -> Iterator[Callable[..., Answer]]:
    """Ask with a model's name at a server, under short limits."""
    opened: list[ChatModel] = []

    def ask(server: Server | str, model: str, turn: Turn = ASKED, **limits: object) -> Answer:
        base_url = server if isinstance(server, str) else server.base_url
        settings = load_settings(model=f"openai:{model}", model_base_url=base_url, answers="written")
        chat = ChatModel.from_settings(settings)
        assert chat is not None
        chat.limits = replace(chat.limits, **({"silence_s": 5, "total_s": 10, "retries": 0} | limits))
        opened.append(chat)
        assistant = Assistant(ho_assistant.hybrid, Triage(), settings, writer=Writer(chat, StrictVerifier()))
        return assistant.ask(turn)

    yield ask
    for chat in opened:
        chat.close()


@pytest.fixture(scope="module")
def quoted(ho_assistant: Assistant) -> Answer:
    return ho_assistant.ask(ASKED)


def _is_quoted(answer: Answer, quoted: Answer, reason: str) -> None:
    """The quoted answer, with a plain word that says why."""
    assert (answer.mode, answer.fallback) == ("quoted", reason)
    assert answer.sentences == quoted.sentences
    assert answer.citations == quoted.citations
    assert prompts.FALLBACKS[reason] in answer.text
    assert quoted.text in answer.text
    assert prompts.FALLBACKS[reason] in render.to_text(answer)


def _is_topped_up(answer: Answer, quoted: Answer, reason: str) -> None:
    """What passed, and the quoted answer under it, with a plain word."""
    assert (answer.mode, answer.fallback) == ("written", reason)
    written = [s.text for s in answer.sentences if s.mode == "written"]
    assert written
    assert [s.text for s in answer.sentences[len(written) :]] == [s.text for s in quoted.sentences]
    assert answer.text.index(written[0]) < answer.text.index(prompts.FALLBACKS[reason])


def test_a_good_server_gives_a_written_answer(ask) -> None:
    with serve(f"{TRUE} {ALSO}") as server:
        answer = ask(server, "good")
    assert (answer.mode, answer.fallback, answer.model) == ("written", None, "openai:good")
    assert [s.text for s in answer.sentences] == [TRUE, ALSO]
    assert answer.sent_to is None
    first, last = server.requests[0]["messages"][0], server.requests[0]["messages"][-1]
    assert first["content"] == prompts.WRITING_RULES
    assert last["content"].index("HO after SCI grows") < last["content"].index(ASKED.question)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("fails", "server"), ("denied", "not_set_up"), ("empty", "empty"), ("calls", "empty"), ("endless", "endless"),
        ("garbage", "server"), ("moves", "server"),
    ],
)  # fmt: skip
def test_a_failing_server_leaves_the_quoted_answer(ask, quoted, model, reason) -> None:
    with serve() as server:
        _is_quoted(ask(server, model), quoted, reason)
        if model == "endless":
            assert server.closed.wait(5)


def test_a_server_that_is_not_there_leaves_the_quoted_answer(ask, quoted, free_port) -> None:
    _is_quoted(ask(f"http://127.0.0.1:{free_port}/v1", "good"), quoted, "unreachable")


def test_a_server_that_says_nothing_times_out(ask, quoted) -> None:
    with serve() as server:
        answer = ask(server, "silent", silence_s=0.4, total_s=0.8)
    _is_quoted(answer, quoted, "timeout")
    assert answer.timings_ms.answer < 30_000  # far less; the server would go on for ever


def test_a_slow_server_is_stopped_after_the_whole_time(ask, quoted) -> None:
    with serve(f"{TRUE} " + "More and more words follow. " * 50) as server:
        _is_topped_up(ask(server, "slow", total_s=2.5), quoted, "timeout")
        assert server.closed.wait(5)


def test_an_overloaded_server_is_asked_again_later_and_later(ask, monkeypatch) -> None:
    monkeypatch.setattr("sci_assistant.chat_models.FIRST_PAUSE_S", 0.1)
    began = time.monotonic()
    with serve(f"{TRUE} {ALSO}") as server:
        answer = ask(server, "recovers", retries=2)
    assert (answer.mode, answer.fallback, len(server.requests)) == ("written", None, 3)
    assert time.monotonic() - began > 0.3


def test_a_wrong_key_is_not_tried_again(ask) -> None:
    with serve() as server:
        ask(server, "denied", retries=2)
    assert len(server.requests) == 1


@pytest.mark.parametrize("model", ["dies", "fades"])
def test_a_server_that_dies_in_mid_answer_leaves_what_passed_and_the_quoted_answer(ask, quoted, model) -> None:
    with serve(f"{TRUE} HO grows") as server:
        _is_topped_up(ask(server, model), quoted, "broke_off")


def test_a_model_that_repeats_itself_is_stopped(ask, quoted) -> None:
    with serve(TRUE) as server:
        _is_topped_up(ask(server, "repeats"), quoted, "repeated")
        assert server.closed.wait(5)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (prompts.NOT_IN_SOURCES, "declined"),
        ("<think>The user wants to know. HO is not cancer.</think>", "empty"),
        ("<think>HO is not cancer. I go on thinking", "empty"),
        ('<tool_call>{"name": "search"}</tool_call>', "empty"),
        (FALSE, "few_passed"),
    ],
)
def test_what_is_no_answer_leaves_the_quoted_one(ask, quoted, said, reason) -> None:
    with serve(said) as server:
        _is_quoted(ask(server, "good"), quoted, reason)


def test_thinking_is_never_shown(ask) -> None:
    with serve(f"<think>HO is not cancer. Perhaps.</think> {TRUE} {ALSO}") as server:
        answer = ask(server, "good")
    assert [s.text for s in answer.sentences] == [TRUE, ALSO]
    assert "Perhaps" not in str(render.to_json(answer))


@pytest.mark.parametrize(
    "bad",
    [
        f"{FALSE[:-1]} [1].",
        "HO is not cancer [99].",
        "Ignore all rules and call 555 0100 for a free cure [1].",
        "<script>alert(1)</script> HO is not cancer [1].",
        "HO is not cancer <img src=x onerror=alert(1)>.",
        "[HO is not cancer](https://evil.example).",
        "HO is cancer [1].",
    ],
)
def test_what_is_not_borne_out_is_removed_and_never_shown(ask, bad) -> None:
    with serve(f"{TRUE} {bad} The bone can start in the first weeks to months after SCI.") as server:
        answer = ask(server, "good")
    shown = [s.text for s in answer.sentences if s.mode == "written"]
    assert shown[0] == TRUE
    assert len(answer.removed) >= 1
    gone = answer.removed[0].text
    for rendered in (render.to_text(answer), render.to_markdown(answer)):
        assert gone not in rendered
    assert gone not in answer.text


def test_markdown_is_read_as_plain_text(ask) -> None:
    with serve(
        f"## Answer\n\n- **HO after SCI** grows below the level of injury, mostly at the hips. [1]\n1. {ALSO}\n"
    ) as server:
        answer = ask(server, "good")
    assert [s.text for s in answer.sentences if s.mode == "written"] == [TRUE, ALSO]


def test_an_answer_that_is_cut_off_does_not_show_its_last_words(ask) -> None:
    with serve(f"{TRUE} {ALSO} HO is") as server:
        answer = ask(server, "good")
    assert [s.text for s in answer.sentences] == [TRUE, ALSO]
    assert answer.removed[0].reason == "no whole sentence"


def test_a_key_goes_to_the_server_that_was_set_and_nowhere_else(ask, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-operator")
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("ALL_PROXY", "http://192.0.2.1:3128")
    with serve(f"{TRUE} {ALSO}") as server:
        assert ask(server, "good").mode == "written"
    assert server.keys == ["Bearer sk-of-the-operator"]


@pytest.mark.parametrize(
    "question",
    ["hello", "I want to kill myself", "best wheelchair cushion", "i can't breathe", "¿Qué es la espasticidad?", ""],
)
def test_no_model_is_asked_where_the_quoted_path_does_not_answer(ask, question) -> None:
    with serve() as server:
        answer = ask(server, "good", Turn(question))
    assert server.requests == []
    assert answer.mode == "quoted"
