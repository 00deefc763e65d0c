"""`glossary.yaml` beside the articles -> terms in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sci_assistant.errors import CorpusError
from sci_assistant.ingest.files import decode, read_bytes
from sci_assistant.types import Term

NAME = "glossary.yaml"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    term: str = Field(min_length=1)
    meaning: str = Field(min_length=1)
    synonyms: tuple[str, ...] = ()
    article: str | None = None


_ENTRIES = TypeAdapter(list[_Entry])


def read_glossary(path: Path) -> tuple[Term, ...]:
    """The terms of the glossary in a corpus folder, or beside an article file; () where there is none.

    Raises:
        CorpusError: the file is no list of `{term, meaning, synonyms, article}`.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    file = (path if path.is_dir() else path.parent) / NAME
    if not file.is_file():
        return ()
    try:
        entries = _ENTRIES.validate_python(
            yaml.load(decode(read_bytes(file, name=NAME), name=NAME), Loader=loader) or []
        )
    except yaml.YAMLError as error:
        raise CorpusError(f"{file} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "entry"
        number = first["loc"][0] if first["loc"] else 0
        problem = f"{file}, entry {number}: {place}: {first['msg']}."
        raise CorpusError(f"{problem} Write `- term: …`, `meaning: …`, `synonyms: […]`, `article: …`.") from error
    return tuple(Term(e.term, e.meaning, e.synonyms, e.article) for e in entries)


def term_names(terms: Iterable[Term]) -> tuple[str, ...]:
    """Terms and synonyms."""
    return tuple(name for term in terms for name in (term.term, *term.synonyms))
