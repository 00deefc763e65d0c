"""`questions/<id>.yaml` beside an article -> the questions that it answers, each with the sentences that do.

An editor writes there how people ask, in their words, and which sentences a good nurse would read out first. A
sentence that an edit took out of the article is left out here, and `corpus check` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sci_assistant.errors import ArticleError
from sci_assistant.ingest.files import decode, read_bytes
from sci_assistant.types import Article, Asked

FOLDER = "questions"
KEPT = 512  # lists that are kept: checking, comparing and building read the same ones, and a watcher again and again
_FORM = "Write for each `- asked: [how people ask, …]` and `answers: [a sentence of the article, …]`."


class AskedEntry(BaseModel):
    """Phrasings of one question, and sentences of the article, the most direct answer first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asked: tuple[str, ...] = Field(min_length=1)
    answers: tuple[str, ...] = Field(min_length=1)


_ENTRIES = TypeAdapter(tuple[AskedEntry, ...])


def asked_file(article_file: Path, article_id: str) -> Path:
    """Where the questions of an article are written."""
    return article_file.parent / FOLDER / f"{article_id}.yaml"


def read_list(file: Path) -> bytes:
    """The bytes of a file of questions, none where there is no file.

    Raises:
        CorpusError: the file cannot be read.
    """
    return read_bytes(file, name=_name(file)) if file.is_file() else b""


def parse_entries(file: Path, raw: bytes) -> tuple[AskedEntry, ...]:
    """The questions that the bytes of a file hold.

    Raises:
        ArticleError: they have another form.
    """
    return _parse_entries(decode(raw, name=_name(file)), _name(file)) if raw else ()


def _name(file: Path) -> str:
    return f"{FOLDER}/{file.name}"


@lru_cache(maxsize=KEPT)
def _parse_entries(text: str, name: str) -> tuple[AskedEntry, ...]:
    import yaml

    try:
        raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _ENTRIES.validate_python(raw or ())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = f"is not YAML: {getattr(error, 'problem', error)}."
        raise ArticleError(problem, path=name, line=mark.line + 1 if mark else None, fix=_FORM) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = " > ".join(str(part + 1) if isinstance(part, int) else str(part) for part in first["loc"])
        raise ArticleError(f"entry {place}: {first['msg']}.", path=name, fix=_FORM) from error


@lru_cache(maxsize=KEPT)
def resolve(article: Article, entries: tuple[AskedEntry, ...]) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
    """The questions with their sentences as indices, and the sentences that the article does not hold."""
    index = _sentences(article)
    resolved: list[Asked] = []
    missing: list[str] = []
    for entry in entries:
        found = [index.get(_plain(answer)) for answer in entry.answers]
        missing += [answer for answer, at in zip(entry.answers, found, strict=True) if at is None]
        kept = tuple(dict.fromkeys(at for at in found if at is not None))
        if kept:
            resolved.append(Asked(tuple(_plain(phrasing) for phrasing in entry.asked), kept))
    return tuple(resolved), tuple(missing)


def _sentences(article: Article) -> Mapping[str, int]:
    """Index of each sentence by its text; the first of equal ones."""
    texts = [_plain(article.quote(sentence.start, sentence.end)) for sentence in article.sentences]
    return {text: position for position, text in reversed(list(enumerate(texts)))}


def _plain(text: str) -> str:
    return " ".join(text.split())
