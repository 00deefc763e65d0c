"""Places in line, a full line, those who leave: through the real application with answers that are held back."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
from sci_assistant_ui.app import create_app

from sci_assistant.settings import load_settings

from .conftest import NARROW, in_a_loop, wait_until


def converse(url: str, question: str, session: str) -> list[str]:
    """What the page would show, step by step, for a question typed into it."""
    config = httpx.get(f"{url}config", timeout=60).json()
    events = {tuple(target[1] for target in each["targets"]): each["id"] for each in config["dependencies"]}
    body = {"fn_index": events["submit", "click"], "session_hash": session, "data": [question, None, ""]}
    httpx.post(f"{url}gradio_api/queue/join", json=body, timeout=60).raise_for_status()
    shown: list[str] = []
    with httpx.stream("GET", f"{url}gradio_api/queue/data?session_hash={session}", timeout=60) as events:
        for line in events.iter_lines():
            event = json.loads(line[5:]) if line.startswith("data:") else {}
            data = event.get("output", {}).get("data")
            shown += [line] if data else []
            if event.get("msg") == "process_completed":
                return shown
    return shown


def hold(pool: ThreadPoolExecutor, url: str, app, count: int) -> list:
    """Slow questions until the line has `count` places taken."""
    asked = []
    for number in range(count):
        body = {"question": f"slow {number}"}
        asked.append(pool.submit(httpx.post, f"{url}api/v1/ask", json=body, timeout=60))
        assert wait_until(lambda n=number: app.desk.line.running + app.desk.line.waiting == n + 1, 30)
    return asked


def test_beyond_its_bound_the_line_says_busy_and_the_notice_is_shown(narrow):
    url, app = narrow
    with ThreadPoolExecutor(4) as pool:
        held = hold(pool, url, app, 2)
        plain = httpx.post(f"{url}api/v1/ask", json={"question": "signs"}, timeout=60)
        urgent = httpx.post(f"{url}api/v1/ask", json={"question": "a pounding headache"}, timeout=60)
        page = converse(url, "a pounding headache", "full")
        app.desk.assistant.release.set()
        assert [each.result().status_code for each in held] == [200, 200]
    assert (plain.status_code, plain.json()["error"]["code"]) == (503, "busy")
    assert "try again in a minute" in plain.json()["text"]
    assert plain.headers["retry-after"] == "60"
    assert (urgent.status_code, urgent.json()["notice"]["kind"]) == (503, "emergency")
    assert "Sit up and lower your legs." in page[-1]
    assert "try again in a minute" in page[-1]


def test_in_line_the_page_shows_the_place_and_the_notice_at_once(narrow):
    url, app = narrow
    with ThreadPoolExecutor(4) as pool:
        held = hold(pool, url, app, 1)
        waiting = pool.submit(converse, url, "a pounding headache", "waits")
        assert wait_until(lambda: app.desk.line.waiting == 1, 30)
        threading.Event().wait(1.5)
        app.desk.assistant.release.set()
        shown = waiting.result(60)
        assert held[0].result().status_code == 200
    assert "You are number 1 in line." in shown[0]
    assert "Sit up and lower your legs." in shown[0]
    assert "data-state=" in shown[-1] and "pending" not in shown[-1]


def test_a_place_stays_taken_until_the_work_of_one_who_left_is_done(fake):
    async def leave() -> tuple[int, int]:
        desk = create_app(fake, load_settings(**NARROW)).desk
        asking = asyncio.create_task(desk.ask(_slow(), client="a", door="api"))
        while not fake.turns:
            await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.sleep(0.05)
        before = desk.line.running
        fake.release.set()
        while desk.line.running:
            await asyncio.sleep(0.01)
        return before, desk.line.running

    assert in_a_loop(leave()) == (1, 0)


def test_one_who_waits_too_long_is_told_so(fake):
    async def wait():
        desk = create_app(fake, load_settings(**NARROW, longest_wait_s=0.05)).desk
        first = asyncio.create_task(desk.ask(_slow(), client="a", door="api"))
        while not fake.turns:
            await asyncio.sleep(0.01)
        late = await desk.ask(_slow(), client="b", door="api")
        fake.release.set()
        return late, await first, desk.line.waiting

    late, first, waiting = in_a_loop(wait())
    assert (late.error.code, first.status, waiting) == ("busy", "answered", 0)


def _slow():
    from sci_assistant.types import Turn

    return Turn("slow")
