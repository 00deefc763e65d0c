"""Claims about the bundled articles, true and false -> checked values, each in a fixed split.

A claim was written by an AI model from one or two sentences of an article: a true paraphrase, or false in one named
way. The split is a hash of the article's id, so that no article is in both halves, nor a source sentence but the few on
whom to call that articles repeat. Nothing is ever tuned on `test`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sci_assistant_eval.questions import Split, questions_folder

from sci_assistant.ask.verify import Source, source_at
from sci_assistant.errors import EvaluationError
from sci_assistant.types import Article

ClaimType = Literal[
    "paraphrase", "number", "unit", "negation", "antonym", "entity", "hedge", "merged", "order", "invented"
]
FALSE_TYPES: tuple[ClaimType, ...] = (
    "number", "unit", "negation", "antonym", "entity", "hedge", "merged", "order", "invented",
)  # fmt: skip
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


class Claim(BaseModel):
    """A sentence, whether its article bears it out, and the sentences it was written from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=3)
    type: ClaimType
    holds: bool
    section: str  # heading under which the first source stands, "" for the opening
    source: tuple[str, ...] = Field(min_length=1, max_length=2)  # as in the file, with links
    claim: str = Field(min_length=10)
    article: str = ""  # id; the file's name

    @model_validator(mode="after")
    def _only_paraphrases_hold(self) -> Claim:
        if self.holds != (self.type == "paraphrase"):
            raise ValueError(f"a claim of type {self.type!r} cannot have holds: {self.holds}".lower())
        return self

    @property
    def split(self) -> Split:
        return split_of(self.article)

    @property
    def written_from(self) -> tuple[str, ...]:
        """The source sentences as an article's text shows them, without link targets."""
        return tuple(_LINK.sub(r"\1", sentence) for sentence in self.source)


def split_of(article: str) -> Split:
    """The half to which all claims about an article belong."""
    return "dev" if hashlib.sha256(article.encode()).digest()[0] % 2 == 0 else "test"


def claims_folder() -> Path:
    """The folder of the bundled claims."""
    return questions_folder().parent / "claims"


def load_claims(folder: Path | None = None, *, split: Split | None = None) -> tuple[Claim, ...]:
    """All claims of claims/*.yaml, in the order of files and lines.

    Raises:
        EvaluationError: a file is no list of claims, or two have one id.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Claim] = {}
    for path in sorted((folder or claims_folder()).glob("*.yaml")):
        if split is not None and split_of(path.stem) != split:
            continue
        try:
            rows: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
            claims = [Claim.model_validate({**row, "article": path.stem}) for row in rows]
        except (UnicodeDecodeError, yaml.YAMLError, TypeError) as error:
            raise EvaluationError(f"{path} is no YAML list of claims: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "claim"
            raise EvaluationError(f"{path}: {place}: {first['msg']}.") from error
        for claim in claims:
            if claim.id in found:
                raise EvaluationError(f"{path}: the id {claim.id!r} stands twice.")
            found[claim.id] = claim
    return tuple(found.values())


def sources_of(article: Article) -> tuple[Source, ...]:
    """All sentences of an article, as a written answer's check is given those of its passages."""
    return tuple(source_at(article, index) for index in range(len(article.sentences)))


def sources_by_article(articles: Iterable[Article]) -> Mapping[str, tuple[Source, ...]]:
    return {article.id: sources_of(article) for article in articles}
