"""Question files -> checked questions, each in a fixed split. Nothing is ever tuned on `test`.

The split is a hash of the question's id, so that it never moves; a whole conversation is one question.
"""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sci_assistant.errors import EvaluationError
from sci_assistant.types import Turn

Split = Literal["dev", "test"]
Kind = Literal["answerable", "follow_up", "uncovered"]


class KeyFact(BaseModel):
    """A short statement that a good answer holds, and patterns of which one must match its text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fact: str = Field(min_length=5)
    any: tuple[str, ...] = Field(min_length=1)  # regular expressions, case-insensitive

    @field_validator("any")
    @classmethod
    def _patterns_compile(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _compiled(value)


def _compiled(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return patterns


class Question(BaseModel):
    """One question of the test set. `articles` are those that may rightly answer it, best first."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str = Field(min_length=3)
    kind: Kind
    style: Literal["short", "long", "fragment", "typos", "worried", "third_person", "british", "abbreviation", "plain"]
    question: str = Field(min_length=1)
    history: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()  # what the question's writer, who had not seen the articles, would expect
    sections: tuple[str, ...] = ()  # headings that may rightly answer it, as "article-id > Heading"
    key_facts: tuple[KeyFact, ...] = ()  # by a labeller who read the articles
    must_not: tuple[str, ...] = ()  # patterns that no answer may hold
    uncovered_class: str | None = Field(default=None, alias="class")
    premise: str | None = None
    topic_change: bool | None = None
    lay: bool = False  # the most typical lay question of its first article

    @field_validator("must_not")
    @classmethod
    def _patterns_compile(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _compiled(value)

    @property
    def split(self) -> Split:
        """dev for tuning, test for reporting only. The lay questions, which articles are mended for, are dev."""
        if self.lay:
            return "dev"
        return "dev" if hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0 else "test"

    @property
    def turn(self) -> Turn:
        return Turn(self.question, self.history, self.id)


def questions_folder() -> Path:
    """The folder of the bundled question files."""
    return Path(str(files("sci_assistant_eval"))) / "questions"


def load_questions(place: Path | None = None, *, split: Split | None = None) -> tuple[Question, ...]:
    """All questions of a file, or of a folder's *.yaml files, in the order of files and lines.

    Raises:
        EvaluationError: a file is no list of questions, or two questions have one id.
    """
    import yaml

    found: dict[str, Question] = {}
    place = place or questions_folder()
    for path in (place,) if place.is_file() else sorted(place.glob("*.yaml")):
        try:
            rows: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise EvaluationError(f"{path} cannot be read as YAML: {error}") from error
        if not isinstance(rows, list):
            raise EvaluationError(f"{path} must be a YAML list of questions.")
        for number, row in enumerate(rows, start=1):
            question = _question(row, path=path, number=number)
            if question.id in found:
                raise EvaluationError(f"{path}, question {number}: the id {question.id!r} stands twice.")
            found[question.id] = question
    return tuple(q for q in found.values() if split is None or q.split == split)


def _question(row: object, *, path: Path, number: int) -> Question:
    try:
        return Question.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise EvaluationError(f"{path}, question {number}: {field}: {first['msg']}.") from error
