"""What one question did, and a whole run, as frozen values; a run -> JSON -> a run.

A record of the test split is kept without texts and under a hash of its id: its figures can be compared, and
nothing of it can be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from sci_assistant_eval.questions import Kind, Split

from sci_assistant.errors import EvaluationError
from sci_assistant.types import AnswerStatus

FORMAT = 2  # 2: messages stand among the records, with their groups
READABLE = (1, 2)
MESSAGE: Literal["message"] = "message"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that was shown, and the place in the articles that it is from."""

    text: str
    article: str
    section: str  # as in a question's label: "article-id > Heading"


@dataclass(frozen=True, slots=True)
class Record:
    """One question or message and what a system did with it. `values` holds its metrics, by name."""

    key: str  # the question's id; a hash of it on the test split
    kind: Kind | Literal["message"]
    style: str
    uncovered_class: str | None
    topic: str  # its best acceptable article, empty where there is none
    topic_change: bool
    status: AnswerStatus
    digest: str  # of what was shown: two runs gave one answer where it is equal
    values: Mapping[str, float]
    question: str = ""
    history: tuple[str, ...] = ()
    shown: str = ""
    said: tuple[Said, ...] = ()
    notice: str | None = None
    articles: tuple[str, ...] = ()  # as ranked, best first
    sections: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # of a message; a question's follow from the rest
    rules: tuple[str, ...] = ()  # that raised the notice of a message


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over a group of questions, with its 95% interval."""

    group: str
    metric: str
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that one run of one system gave."""

    system: str
    split: Split
    made: str  # ISO 8601, UTC
    build: str  # the live build of the index
    articles: int
    model: str
    questions_hash: str
    figures: tuple[Figure, ...]
    records: tuple[Record, ...]
    only: str | None = None
    limit: int | None = None
    format: int = FORMAT

    def figure(self, group: str, metric: str) -> Figure | None:
        """The figure of a group and metric, None where no question had it."""
        return next((f for f in self.figures if f.group == group and f.metric == metric), None)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A run of the assistant, and of the systems it is compared with."""

    ours: Run
    others: tuple[Run, ...] = field(default=())


_EVALUATION = TypeAdapter(Evaluation)


def text_digest(text: str) -> str:
    """A short hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def without_texts(record: Record) -> Record:
    """A record of which only figures are left."""
    return replace(
        record,
        topic="",
        question="",
        history=(),
        shown="",
        said=(),
        articles=(),
        sections=(),
        rules=(),
    )


def save(evaluation: Evaluation, path: Path) -> None:
    """Write an evaluation as JSON.

    Raises:
        EvaluationError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_EVALUATION.dump_json(evaluation, indent=1) + b"\n")
    except OSError as error:
        raise EvaluationError(f"The report cannot be written: {error}. Name a folder with --report.") from error


def load(path: Path) -> Evaluation:
    """Read an evaluation that `save` wrote.

    Raises:
        EvaluationError: there is none, or it has another form.
    """
    try:
        found = _EVALUATION.validate_json(path.read_bytes())
    except OSError as error:
        raise EvaluationError(f"The baseline cannot be read: {error}. Name the run.json of an earlier run.") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise EvaluationError(
            f"{path} is not the run.json of an evaluation: {'.'.join(map(str, first['loc']))}: {first['msg']}."
        ) from error
    if found.ours.format not in READABLE:
        raise EvaluationError(
            f"{path} has format {found.ours.format}, this version reads {READABLE}. Run the baseline again."
        )
    return found
