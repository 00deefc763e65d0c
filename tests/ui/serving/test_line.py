"""The line: turns by turns, places that come true, an end to it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sci_assistant_ui.serving.line import Line

from sci_assistant.errors import Busy

from .conftest import in_a_loop


def test_everyones_first_question_comes_before_anyones_second():
    line = Line(parallel=1, most_waiting=10)
    running = line.join("x")
    tickets = [line.join(key) for key in "aaab"]
    assert [line.place(ticket) for ticket in tickets] == [1, 3, 4, 2]
    line.leave(running)
    assert tickets[0].called.is_set()
    assert not tickets[1].called.is_set()


def test_a_full_line_says_so_and_a_free_one_is_no_line():
    line = Line(parallel=1, most_waiting=0)
    ticket = line.join("a")
    with pytest.raises(Busy, match="try again in a minute"):
        line.join("b")
    line.leave(ticket)
    assert line.join("b").called.is_set()


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.data())
def test_people_are_called_in_the_order_of_their_places_whoever_leaves(keys, data):
    line = Line(parallel=1, most_waiting=20)
    running = line.join("z")
    tickets = [line.join(key) for key in keys]
    for leaver in data.draw(st.sets(st.sampled_from(tickets), max_size=len(tickets) - 1)):
        line.leave(leaver)
    waiting = sorted((t for t in tickets if line.place(t)), key=line.place)
    assert [line.place(ticket) for ticket in waiting] == list(range(1, len(waiting) + 1))
    for ticket in waiting:
        line.leave(running)
        assert ticket.called.is_set()
        running = ticket
    line.leave(running)
    assert (line.running, line.waiting) == (0, 0)


def test_leaving_twice_gives_no_place_away():
    line = Line(parallel=1, most_waiting=5)
    first, second, third = (line.join(key) for key in "abc")
    line.leave(first)
    line.leave(first)
    assert second.called.is_set()
    assert not third.called.is_set()


def test_a_ticket_can_be_waited_for():
    async def wait() -> bool:
        line = Line(parallel=1, most_waiting=5)
        first, second = line.join("a"), line.join("b")
        asyncio.get_running_loop().call_later(0.01, line.leave, first)
        return await asyncio.wait_for(second.called.wait(), 5)

    assert in_a_loop(wait())
