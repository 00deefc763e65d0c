"""What a person ended stays ended, even where Gradio keeps a step that was on its way when they pressed the button."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sci_assistant_ui.chat import STILL_ANSWERING, Exchanges, Handlers
from sci_assistant_ui.page import AUTHORSHIP_UNKNOWN, NOT_SHOWN, masthead, starters
from sci_assistant_ui.serving.browser import in_line
from sci_assistant_ui.serving.desk import Desk
from sci_assistant_ui.slip import MOST_EARLIER, Slip

from sci_assistant.settings import DISCLAIMER, Settings
from sci_assistant.types import Notice, Turn

from .fake import FakeAssistant

DANGER = "my headache is pounding"
KEY = "0123456789abcdef"


class Broken(FakeAssistant):
    """Everything fails but the rules, as where a model's file is damaged."""

    def ask(self, turn: Turn) -> Any:
        raise RuntimeError("live() failed")

    article_count = authorship = topics = article = property(ask)  # type: ignore[assignment,arg-type]  # raise


class Request:
    client = None
    session_hash = "session"


def _ask(handlers: Handlers, question: str, exchanges: Exchanges = ()) -> tuple[Exchanges, Exchanges]:
    """The conversation while the question waits, and when it is answered."""
    steps = [kept for kept, _ in handlers.send(question, exchanges)]
    return steps[0], steps[-1]


def test_a_question_is_sent_after_a_stop_that_a_late_step_overwrote() -> None:
    handlers = Handlers(FakeAssistant(), Settings())
    late, _ = _ask(handlers, "What is AD?")
    assert handlers.hint("And then?", late) == STILL_ANSWERING
    stopped, _, draft = handlers.stop(late, "")
    assert stopped[-1].stopped
    assert draft == "What is AD?"
    _, answered = _ask(handlers, "What is AD?", late)
    assert [exchange.stopped for exchange in answered] == [True, False]
    assert answered[-1].answer is not None


def test_a_cleared_conversation_does_not_come_back_with_a_late_step() -> None:
    handlers = Handlers(FakeAssistant(), Settings())
    _, first = _ask(handlers, "What is AD?")
    late, _ = _ask(handlers, "How is it prevented?", first)
    assert handlers.clear(late)[0] == ()
    _, answered = _ask(handlers, "What is AD?", late)
    assert [exchange.number for exchange in answered] == [1]
    assert answered[-1].answer is not None
    assert len({exchange.key for exchange in (*late, *answered)}) == 3


def test_an_answer_that_came_before_stop_was_pressed_stays() -> None:
    handlers = Handlers(FakeAssistant(), Settings())
    _, answered = _ask(handlers, "What is AD?")
    assert handlers.stop(answered, "next")[0] == answered
    assert handlers.settled(answered) == answered


def _through_the_line(assistant: FakeAssistant, question: str, slip: str = "", exchanges: Exchanges = ()) -> list[Any]:
    """All steps of a question from the browser."""
    handlers = Handlers(assistant, Settings())
    ask = in_line(Desk(assistant, Settings()), handlers, switch=False)

    async def steps() -> list[Any]:
        return [step async for step in ask(question, exchanges, slip, Request())]

    return _run(steps())


def _run(steps: Coroutine[Any, Any, list[Any]]) -> list[Any]:
    """Run to its end in a thread of its own: a browser test before may have left a loop running in this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, steps).result()


def test_a_notice_is_shown_when_everything_else_fails() -> None:
    steps = _through_the_line(Broken(), DANGER)
    assert all("life-threatening" in html for _, html in steps)
    answer = steps[-1][0][-1].answer
    assert answer.notice is not None
    assert (answer.disclaimer, answer.authorship) == (DISCLAIMER, AUTHORSHIP_UNKNOWN)


def test_a_notice_is_shown_when_the_line_itself_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "steps", lambda *_: (_ for _ in ()).throw(RuntimeError("no threads")))
    exchanges, html = _through_the_line(FakeAssistant(), DANGER)[-1]
    assert exchanges[-1].answer.notice is not None
    assert "life-threatening" in html


def test_an_answer_that_cannot_be_shown_leaves_its_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sci_assistant_ui.page.to_html", lambda *_, **__: 1 / 0)
    _, html = _through_the_line(FakeAssistant(), DANGER)[-1]
    assert "life-threatening" in html
    assert NOT_SHOWN in html


def test_a_failed_notice_takes_no_answer_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeAssistant, "notice", lambda *_: 1 / 0)
    assert _through_the_line(FakeAssistant(), "What is AD?")[-1][0][-1].answer.status == "answered"


def test_the_notice_stands_while_the_answer_is_looked_for() -> None:
    first, _ = _through_the_line(FakeAssistant(), DANGER)[0]
    assert first[-1].pending
    assert isinstance(first[-1].notice, Notice)


def test_the_page_is_there_where_the_articles_cannot_be_described() -> None:
    assert AUTHORSHIP_UNKNOWN in masthead(Broken(), Settings(), None)
    assert starters(Broken()) == ()


def test_a_new_server_goes_on_with_the_questions_that_the_page_brings() -> None:
    assistant = FakeAssistant()
    slip = f'{{"key": "{KEY}", "earlier": [[3, "What is AD?"], [4, "And at night?"]]}}'
    exchanges, html = _through_the_line(assistant, "In children?", slip)[-1]
    assert [(exchange.number, exchange.kept) for exchange in exchanges] == [(3, True), (4, True), (5, False)]
    assert exchanges[-1].key == KEY
    assert assistant.turns[-1].history == ("What is AD?", "And at night?")
    assert 'id="message-3" data-state="kept"' in html


def test_what_was_stopped_before_it_arrived_is_not_asked() -> None:
    assistant = FakeAssistant()
    handlers = Handlers(assistant, Settings())
    slip = f'{{"key": "{KEY}"}}'
    handlers.stop((), "What is AD?", slip)
    ask = in_line(Desk(assistant, Settings()), handlers, switch=False)

    async def steps() -> list[Any]:
        return [step async for step in ask("What is AD?", (), slip, Request())]

    assert [exchanges for exchanges, _ in _run(steps())] == [()]
    assert assistant.turns == []


UNREADABLE = (
    *("", "{", "[]", "null", '{"key": "<b>", "earlier": 3}', "[" * 100_000),
    '{"earlier": [[1], [true, "x"], ["1", "x"], [0, "x"], [2, " "]]}',
)


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: text[:20])
def test_a_slip_that_cannot_be_read_is_empty(text: str) -> None:
    assert Slip.read(text) == Slip()


def test_a_slip_holds_ascending_numbers_and_not_too_many() -> None:
    assert Slip.read('{"earlier": [[2, "b"], [1, "a"], [3, "c"]]}').earlier == ((2, "b"), (3, "c"))
    many = [[number, "x"] for number in range(1, 200)]
    assert len(Slip.read(str({"earlier": many}).replace("'", '"')).earlier) == MOST_EARLIER
