"""Record what a language model writes for questions, so that verification can be replayed without the model.

    SCI_ASSISTANT_MODEL=gguf:PATH python -m sci_assistant_eval.record_written --split dev --most 60 --to FILE.jsonl.gz

A line holds the question's id, the excerpts by article and sentence numbers with a hash of their text, the model's raw
output, why it ended and the seconds. No question's text. A run that was ended is taken up where it stopped; the
questions are a fixed sample, spread over kinds and files. replay_written.py reads the lines.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sci_assistant_eval.questions import Question, load_questions

from sci_assistant import wire
from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.prompts import WRITING_START
from sci_assistant.ask.write import Task, build_messages
from sci_assistant.chat_models import ChatModel
from sci_assistant.errors import ChatModelError, EvaluationError
from sci_assistant.settings import load_settings


@dataclass(frozen=True, slots=True)
class Recording:
    """What one model wrote for one question."""

    question: str  # id
    split: str
    model: str
    prompt: str  # hash of the fixed part
    excerpts: tuple[tuple[str, tuple[int, ...]], ...]  # article, sentence numbers
    excerpts_hash: str
    raw: str
    ended: str  # "stop", or a reason of prompts.FALLBACKS
    first_s: float  # until the first words
    sentence_s: float  # until the first sentence could be checked
    total_s: float


def prompt_hash() -> str:
    """A hash of the part of the prompt that never changes."""
    return hashlib.sha256(repr(WRITING_START).encode()).hexdigest()[:12]


def excerpts_hash(task: Task) -> str:
    """A hash of the excerpts' text: another text makes a recording worthless."""
    return hashlib.sha256("\n".join(excerpt.text for excerpt in task.excerpts).encode()).hexdigest()[:12]


def sample(questions: Sequence[Question], most: int) -> tuple[Question, ...]:
    """A fixed sample of what the articles answer: ordered by a hash of the id, so that more only adds."""
    covered = [question for question in questions if question.kind != "uncovered"]
    return tuple(sorted(covered, key=lambda q: hashlib.sha256(q.id.encode()).hexdigest())[:most])


def load_recordings(path: Path) -> tuple[Recording, ...]:
    """The recordings of a file.

    Raises:
        EvaluationError: it cannot be read as such.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        return tuple(Recording(**row | {"excerpts": tuple((a, tuple(i)) for a, i in row["excerpts"])}) for row in rows)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EvaluationError(f"{path} holds no recordings: {error}. Make it with record_written.") from error


def record(model: ChatModel, question: Question, assistant: Assistant) -> Recording | None:
    """Ask the model once; None where no model would be asked."""
    _, task = assistant.quoted_with_task(question.turn)
    if task is None:
        return None
    began, first, sentence, raw, ended = time.monotonic(), 0.0, 0.0, "", "stop"
    try:
        for piece in model.stream(build_messages(task)):
            raw += piece
            if raw and not first:
                first = time.monotonic() - began
            if not sentence and len(raw) > 20 and piece.rstrip().endswith((".", "!", "?")):
                sentence = time.monotonic() - began
    except ChatModelError as error:
        ended = error.reason
    return Recording(
        question=question.id,
        split=question.split,
        model=model.label,
        prompt=prompt_hash(),
        excerpts=tuple((e.article.id, e.sentences) for e in task.excerpts),
        excerpts_hash=excerpts_hash(task),
        raw=raw,
        ended=ended,
        first_s=round(first, 2),
        sentence_s=round(sentence, 2),
        total_s=round(time.monotonic() - began, 2),
    )


def _record_all(model: ChatModel, chosen: Sequence[Question], assistant: Assistant, path: Path) -> Iterator[Recording]:
    done = {r.question for r in load_recordings(path)} if path.exists() else set()
    for question in chosen:
        if question.id in done:
            continue
        made = record(model, question, assistant)
        if made is not None:
            yield made


def main(arguments: Sequence[str] | None = None) -> int:
    """Record, a line for each question as it is answered."""
    parser = argparse.ArgumentParser(description="Record a model's raw written answers.")
    parser.add_argument("--split", choices=["dev", "test"], default="dev")
    parser.add_argument("--most", type=int, default=60, help="questions of the sample")
    parser.add_argument("--to", type=Path, required=True, help="a .jsonl.gz file; lines are added")
    given = parser.parse_args(arguments)
    settings = load_settings()
    model = ChatModel.from_settings(settings)
    if model is None:
        raise EvaluationError("Set SCI_ASSISTANT_MODEL, for example to gguf:/models/qwen.gguf.")
    assistant = wire.make_assistant(
        settings.model_copy(update={"model": None, "answers": "quoted", "answers_switch": False})
    )  # quoted: nothing is written there
    chosen = sample(load_questions(split=given.split), given.most)
    given.to.parent.mkdir(parents=True, exist_ok=True)
    try:
        for count, made in enumerate(_record_all(model, chosen, assistant, given.to), start=1):
            with gzip.open(given.to, "at", encoding="utf-8") as lines:  # a member a line: an end in between loses none
                lines.write(json.dumps(asdict(made), ensure_ascii=False) + "\n")
            print(f"{count}: {made.total_s:.0f} s, {made.ended}", file=sys.stderr, flush=True)  # noqa: T201
    finally:
        model.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
