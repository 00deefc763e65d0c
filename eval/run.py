"""Questions, messages and a system -> a run: its records and figures.

    questions -> System.respond -> Record -> Figure
    messages  -> safety.py      -> Record -> Figure

The assistant is driven through `Assistant.ask` and `Assistant.search`, as the browser drives it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from sci_assistant_eval.questions import Kind, Question, Split, load_questions
from sci_assistant_eval.records import Record, Run, text_digest, without_texts
from sci_assistant_eval.score import compute_figures, make_record
from sci_assistant_eval.vignettes import Vignette, load_vignettes

from sci_assistant.errors import EvaluationError

if TYPE_CHECKING:
    from sci_assistant_eval.systems import System

    from sci_assistant.ask.assistant import Assistant
    from sci_assistant.models import LocalEmbeddings
    from sci_assistant.settings import Settings

_T = TypeVar("_T")
Progress = Callable[[int, int], None]  # done, of


@dataclass(frozen=True, slots=True)
class Choice:
    """Which questions are asked, and whether messages are."""

    split: Split = "dev"
    only: Kind | Literal["safety"] | None = None
    limit: int | None = None
    questions: Path | None = None  # a file, or a folder, its messages in safety/; None for the bundled ones


def choose_questions(choice: Choice) -> tuple[Question, ...]:
    """The questions of a choice, none for messages alone. A limit takes every n-th, so that each kind keeps its share.

    Raises:
        EvaluationError: a question file is not readable as such, or no question is left.
    """
    if choice.only == "safety":
        return ()
    if choice.questions is not None and not choice.questions.exists():
        raise EvaluationError(
            f"{choice.questions} is not there. Name a file of questions, or a folder of *.yaml files."
        )
    found = [q for q in load_questions(choice.questions, split=choice.split) if choice.only in (None, q.kind)]
    if not found:
        kind = f" of kind {choice.only}" if choice.only else ""
        place = choice.questions or "the bundled questions"
        raise EvaluationError(f"No question{kind} of {place} is in the {choice.split} split.")
    return limited(found, choice.limit)


def choose_messages(choice: Choice) -> tuple[Vignette, ...]:
    """The messages of a choice: the bundled ones, or those in the folder `safety` of one's own questions.

    Raises:
        EvaluationError: a file of messages is not readable as such, or messages alone were chosen and none is left.
    """
    if choice.only not in (None, "safety"):
        return ()
    folder = choice.questions / "safety" if choice.questions else None
    one_file = choice.questions is not None and choice.questions.is_file()  # it has no messages
    found = () if one_file else load_vignettes(folder, split=choice.split)
    if choice.only == "safety" and not found:
        raise EvaluationError(f"No message of {folder or 'the bundled ones'} is in the {choice.split} split.")
    return limited(found, choice.limit)


def limited(found: Sequence[_T], limit: int | None) -> tuple[_T, ...]:
    """Every n-th, so that so many are left: the same ones each time."""
    if limit is None or limit >= len(found):
        return tuple(found)
    return tuple(found[i * len(found) // limit] for i in range(limit))


def check_labels(questions: Sequence[Question], assistant: Assistant) -> None:
    """Refuse questions whose labels name articles that are not indexed: their figures would say nothing.

    Raises:
        EvaluationError: names them.
    """
    known = set(assistant.live.articles)
    unknown = sorted({article for q in questions for article in q.articles} - known)
    if unknown:
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise EvaluationError(
            f"The questions name articles that are not indexed: {', '.join(unknown[:5])}{more}. "
            "Index them first: sci-assistant index"
        )


def run_system(
    system: System,
    questions: Sequence[Question],
    assistant: Assistant,
    choice: Choice,
    *,
    keep_texts: bool = True,
    progress: Progress | None = None,
) -> Run:
    """Ask a system every question. Records of the test split never keep texts (records.py)."""
    from sci_assistant.types import Turn

    system.respond(Turn("spinal cord injury"))  # models and index are loaded before anything is timed
    records = []
    for done, question in enumerate(questions, start=1):
        records.append(make_record(question, system.respond(question.turn)))
        if progress is not None:
            progress(done, len(questions))
    build = assistant.live
    return Run(
        system=system.name,
        split=choice.split,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        build=build.manifest.build,
        articles=len(build.articles),
        model=build.manifest.model.name,
        questions_hash=questions_hash(questions),
        figures=compute_figures(records),
        records=tuple(_kept(record, choice, keep_texts=keep_texts) for record in records),
        only=choice.only,
        limit=choice.limit,
    )


def add_messages(
    run: Run,
    messages: Sequence[Vignette],
    assistant: Assistant,
    settings: Settings,
    choice: Choice,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Run:
    """The run with what the assistant shows for messages, behind its questions. `workers` is that of `run_messages`."""
    from sci_assistant_eval.safety import message_figures, run_messages

    records = run_messages(messages, assistant, settings, workers=workers, progress=progress)
    together = hashlib.sha256("".join(m.model_dump_json() for m in messages).encode()).hexdigest()
    return replace(
        run,
        questions_hash=text_digest(run.questions_hash + together) if messages else run.questions_hash,
        figures=(*run.figures, *message_figures(records)),
        records=(*run.records, *(_kept(record, choice, keep_texts=True) for record in records)),
    )


def _kept(record: Record, choice: Choice, *, keep_texts: bool) -> Record:
    bare = record if keep_texts and choice.split == "dev" else without_texts(record)
    return replace(bare, key=text_digest(record.key)) if choice.split == "test" else bare


def questions_hash(questions: Sequence[Question]) -> str:
    """A hash of questions and labels: two runs are of one set where it is equal."""
    return hashlib.sha256("".join(q.model_dump_json() for q in questions).encode()).hexdigest()[:16]


def baselines(
    assistant: Assistant, embeddings: LocalEmbeddings, cache: Path, *, progress: Progress | None = None
) -> Iterator[System]:
    """Keyword search alone, dense search alone, and the tutorials' pipeline, over the articles of the live build.

    Raises:
        EvaluationError: the extra that brings the tutorials' parts is not installed.
    """
    from sci_assistant_eval.systems import Passages

    yield Passages("keyword only", assistant, embeddings, keyword=1.0)
    yield Passages("dense only", assistant, embeddings, keyword=0.0)
    try:
        from sci_assistant_eval.tutorial import Tutorial

        yield Tutorial(tuple(assistant.live.articles.values()), embeddings, cache, progress=progress)
    except ImportError as error:
        raise EvaluationError(f"{error.name} is missing. Run: pip install 'sci-assistant[eval]'") from error


def default_cache(settings: Settings) -> Path:
    """Where vectors of baselines are kept: beside the store."""
    return settings.store.with_name(settings.store.name + "-eval")
