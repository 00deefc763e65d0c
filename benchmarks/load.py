"""Many conversations at once against a real chat process, over its real HTTP interface.

    python benchmarks/load.py --store STORE                     # 1, 10, 50 and 200 conversations at once
    python benchmarks/load.py --store STORE --memory 10000      # one question after the other, memory watched

Every fourth conversation speaks the page's own protocol (its earlier questions are kept by the server), the others
the API (they bring their earlier questions). Each carries a mark of its own in every question and looks for it, and
for anybody else's, in every answer. Writes docs/load.json and docs/load.svg; ends with status 1 where an answer
failed or crossed. Times are from sending to the whole answer, the wait in line included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from sci_assistant_eval.plots import line_chart

DOCS = Path(__file__).parents[1] / "docs"
QUESTIONS = (
    ("What are the signs of autonomic dysreflexia?", "what should I do about it?"),
    ("How can I prevent pressure sores?", "how often should I check my skin?"),
    ("Why are my leg spasms getting worse?", "what helps against them?"),
    ("How is heterotopic ossification treated?", "does it come back?"),
    ("How do I know if I have a bladder infection?", "how is it treated?"),
)
MARK = re.compile(r"reference (\d{5})")
STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#444}.axis,.grid{fill:none;stroke:#999}.grid{stroke:#ddd}"
    ".line{fill:none;stroke-width:2}.s0{stroke:#0b5cad}.s1{stroke:#b4450e}circle.s0{fill:#0b5cad}circle.s1{fill:#b4450e}"
    "svg{background:#fff}</style>"
)


@contextmanager
def chat(store: Path) -> Iterator[str]:
    """The address of a chat process of its own."""
    command = [sys.executable, "-m", "sci_assistant.cli", "chat", "--no-browser", "--port", "0", "--store", str(store)]
    room = {"SCI_ASSISTANT_RATE_LIMIT": "", "SCI_ASSISTANT_LONGEST_WAIT_S": "900"}  # all come from one address here
    process = subprocess.Popen(command, env=os.environ | room, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if " is at " in line)
        yield re.search(r"http://\S+", line).group()  # type: ignore[union-attr]
    finally:
        process.terminate()
        process.wait(timeout=60)


class Failed(Exception):
    """An answer that was none, or not this conversation's."""


def check(number: int, text: str) -> None:
    """Whether a conversation sees its own mark and nobody else's."""
    marks = {int(mark) for mark in MARK.findall(text)}
    if marks != {number}:
        raise Failed(f"conversation {number} sees the marks {sorted(marks)}")


async def ask_api(client: httpx.AsyncClient, number: int, question: str, history: list[str]) -> None:
    got = await client.post("api/v1/ask", json={"question": question, "history": history, "id": str(number)})
    if got.status_code != 200:
        raise Failed(f"status {got.status_code}: {got.text[:200]}")
    answer = got.json()
    check(number, json.dumps([answer["question"], answer["standalone_question"], answer["text"]]))
    if answer["question"] != question or answer["id"] != str(number) or not answer["disclaimer"]:
        raise Failed("the answer is not to this question")


async def ask_page(client: httpx.AsyncClient, number: int, question: str, function: int) -> None:
    session = f"load{number}"
    body = {"fn_index": function, "session_hash": session, "data": [question, None, ""]}
    (await client.post("gradio_api/queue/join", json=body)).raise_for_status()
    async with client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as events:
        async for line in events.aiter_lines():
            event = json.loads(line[5:]) if line.startswith("data:") else {}
            if event.get("msg") != "process_completed":
                continue
            shown = json.dumps(event["output"].get("data"))
            if not event["success"] or "data-state" not in shown or "not medical advice" not in shown:
                raise Failed(f"the page shows {shown[:200]}")
            check(number, shown)
            return
    raise Failed("the page's stream ended without an answer")


async def converse(client: httpx.AsyncClient, number: int, function: int) -> list[float]:
    """The seconds that each answer of a conversation took."""
    history: list[str] = []
    seconds = []
    for asked in QUESTIONS[number % len(QUESTIONS)]:
        question = f"{asked} (reference {number:05d})"
        start = time.perf_counter()
        if number % 4 == 0:
            await ask_page(client, number, question, function)
        else:
            await ask_api(client, number, question, history)
        seconds.append(time.perf_counter() - start)
        history.append(question)
    return seconds


async def level(url: str, users: int, first: int) -> dict[str, object]:
    """So many conversations at once."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=users)
    async with httpx.AsyncClient(base_url=f"{url}/", timeout=900, limits=limits) as client:
        config = (await client.get("config")).json()
        events = config["dependencies"]
        function = next(e["id"] for e in events if [target[1] for target in e["targets"]] == ["submit", "click"])
        start = time.perf_counter()
        talks = (converse(client, first + n, function) for n in range(users))
        done = await asyncio.gather(*talks, return_exceptions=True)
    took = time.perf_counter() - start
    seconds = [each for talk in done if isinstance(talk, list) for each in talk]
    wrong = [f"{type(talk).__name__}: {talk}" for talk in done if isinstance(talk, BaseException)]
    at = statistics.quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else [0.0] * 19
    return {
        "users": users,
        "answers": len(seconds),
        "errors": len(wrong),
        "first_errors": wrong[:3],
        "p50_s": round(statistics.median(seconds), 3) if seconds else None,
        "p95_s": round(at[18], 3),
        "answers_per_s": round(len(seconds) / took, 2),
    }


def resident_mb(url: str) -> float:
    """Memory of the chat process, from its own metrics."""
    text = httpx.get(f"{url}/metrics", timeout=60).text
    return float(text.split("\nprocess_resident_memory_bytes ")[1].split("\n")[0]) / 1e6


async def memory(url: str, questions: int) -> dict[str, object]:
    """Memory while many questions are asked, four at a time; the first tenth is warming up."""
    samples: list[tuple[int, float]] = []
    step = max(10, questions // 40)
    async with httpx.AsyncClient(base_url=f"{url}/", timeout=300) as client:
        for first in range(0, questions, 4):
            talk = range(first, min(first + 4, questions))
            asked = [f"{QUESTIONS[n % len(QUESTIONS)][0]} (reference {n:05d})" for n in talk]
            await asyncio.gather(*(ask_api(client, n, q, []) for n, q in zip(talk, asked, strict=True)))
            if first % step < 4:
                samples.append((first, round(await asyncio.to_thread(resident_mb, url), 1)))
    settled = [mb for at, mb in samples if at >= questions / 10]
    tenth = max(1, len(settled) // 10)
    grown = statistics.mean(settled[-tenth:]) - statistics.mean(settled[:tenth])
    return {"questions": questions, "grown_mb": round(grown, 1), "samples": samples}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--users", type=int, nargs="+", default=[1, 10, 50, 200])
    parser.add_argument("--memory", type=int, default=0, metavar="QUESTIONS")
    parser.add_argument("--out", type=Path, default=DOCS)
    given = parser.parse_args()
    with chat(given.store) as url:
        if given.memory:
            found = asyncio.run(memory(url, given.memory))
            (given.out / "load-memory.json").write_text(json.dumps(found, indent=1) + "\n")
            print(json.dumps({name: value for name, value in found.items() if name != "samples"}))
            return 0
        levels = []
        for users in given.users:
            levels.append(asyncio.run(level(url, users, first=1000 * len(levels))))
            print(json.dumps(levels[-1]), flush=True)
    load = [round(each, 1) for each in os.getloadavg()]
    (given.out / "load.json").write_text(
        json.dumps({"cores": os.cpu_count(), "load": load, "levels": levels}, indent=1)
    )
    series = {
        name: [(each["users"], each[key]) for each in levels] for name, key in (("p50", "p50_s"), ("p95", "p95_s"))
    }
    most = max(each["p95_s"] for each in levels) * 1.1
    chart = line_chart(
        "Seconds from question to answer, by conversations at once",
        series,
        across="conversations at once",
        up="seconds",
        most_across=max(given.users),
        most_up=most,
    )
    opening = chart.index(">") + 1
    picture = chart[:opening] + STYLE + chart[opening:]
    if "xmlns=" not in picture[:opening]:
        picture = picture.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    (given.out / "load.svg").write_text(picture)
    return 1 if any(each["errors"] for each in levels) else 0


if __name__ == "__main__":
    sys.exit(main())
