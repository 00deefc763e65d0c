"""What a person ended stays ended, even where Gradio keeps a step that was on its way when they pressed the button."""

from __future__ import annotations

from sci_assistant_ui.chat import STILL_ANSWERING, Exchanges, Handlers

from sci_assistant.settings import Settings

from .fake import FakeAssistant


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
