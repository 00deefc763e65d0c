"""Messages that test notices and cautions -> checked values, each in a fixed split. Nothing is ever tuned on `test`.

The split is a hash of the id as for questions; messages marked `dev` were written for developing and are never test.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sci_assistant_eval.questions import Split, questions_folder

from sci_assistant.errors import EvaluationError
from sci_assistant.types import Turn


class Vignette(BaseModel):
    """What a person writes, in turns, and what must be shown at the latest after the last one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=3)
    kind: str
    style: str = "plain"
    turns: tuple[str, ...] = Field(min_length=1)
    expect: Literal["emergency", "crisis", "none"] | None = None  # a notice
    caution: bool | None = None  # that the care team decides
    must_not: tuple[str, ...] = ()  # strings that no answer may hold
    notice: bool | None = None  # hostile input that is an emergency all the same
    dev: bool = False

    @property
    def split(self) -> Split:
        if self.dev:
            return "dev"
        return "dev" if hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0 else "test"

    @property
    def turn(self) -> Turn:
        return Turn(self.turns[-1], self.turns[:-1], self.id)


def load_vignettes(
    folder: Path | None = None, *, split: Split | None = None, training: bool = False
) -> tuple[Vignette, ...]:
    """All messages of questions/safety/*.yaml, in the order of files and lines.

    Args:
        training: with those of questions/training, too, which are `dev`: for the fits, too many to be asked in a run.

    Raises:
        EvaluationError: a file is no list of messages, or two have one id.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Vignette] = {}
    paths = sorted((folder or questions_folder() / "safety").glob("*.yaml"))
    for path in [*paths, *(sorted((questions_folder() / "training").glob("*.yaml")) if training else ())]:
        try:
            rows: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
            vignettes = [Vignette.model_validate(row) for row in rows]
        except (UnicodeDecodeError, yaml.YAMLError, TypeError) as error:
            raise EvaluationError(f"{path} is no YAML list of messages: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise EvaluationError(f"{path}: {place}: {first['msg']}.") from error
        for vignette in vignettes:
            if vignette.id in found:
                raise EvaluationError(f"{path}: the id {vignette.id!r} stands twice.")
            found[vignette.id] = vignette
    return tuple(v for v in found.values() if split is None or v.split == split)
