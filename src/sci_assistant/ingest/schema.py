"""The fields of an article's front matter, and how a faulty one should read.

Takes the YAML text at the head of an article; gives a `FrontMatter`, or raises an `ArticleError` that names
file, line and field and shows the line as it should read.
"""

from __future__ import annotations

import difflib
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    TypeAdapter,
    ValidationError,
)

from sci_assistant.errors import ArticleError
from sci_assistant.ingest.blocks import clean
from sci_assistant.ingest.frontmatter import Location, load_values
from sci_assistant.ingest.sentences import split_sentences

SLUG_PATTERN = r"[a-z0-9]+(?:-[a-z0-9]+)*"
EXAMPLES = {
    "id": "heterotopic-ossification",
    "title": "Heterotopic ossification (HO)",
    "summary": "Abnormal bone that grows in the soft tissue around a joint.",
    "topics": "[bones and joints]",
    "synonyms": "[HO, extra bone]",
    "publisher": "SCIRE Project",
    "url": "https://example.org/page",
    "read": "2026-11-23",
    "origin": "Written by the staff of Example Hospital",
    "written": "2026-11-23",
    "reviewed": "null",
    "date": "2026-11-23",
    "reviewer": "Name, role",
}
_SOURCES_FORM = "Write under `sources:` for each `- title: …`, `publisher: …`, `url: https://…`, `read: DATE`."


def _visible(value: str) -> str:
    value = clean(value).strip()
    if not value:
        raise ValueError("is empty")
    return value


def _address(value: str) -> str:
    try:
        TypeAdapter(HttpUrl).validate_python(value)
    except ValidationError:
        raise ValueError("is not an address that begins with https:// or http://") from None
    return value


def _one_sentence(value: str) -> str:
    if len(split_sentences(value)) > 1:
        raise ValueError("has more than one sentence")
    return value


def _day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("is not a date")  # "20261123" would be read as seconds since 1970
    return value


Text = Annotated[str, AfterValidator(_visible)]
Day = Annotated[date, BeforeValidator(_day)]
Address = Annotated[Text, AfterValidator(_address)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceFields(_Fields):
    """A source that was opened while writing, and the day it was read."""

    title: Text
    publisher: Text
    url: Address
    read: Day


class ReviewFields(_Fields):
    """Who reviewed the text, when, and the hash of that text."""

    date: Day
    reviewer: Text
    text_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class FrontMatter(_Fields):
    """What an article says of itself."""

    id: Annotated[str, Field(pattern=f"^{SLUG_PATTERN}$")]
    title: Text
    summary: Annotated[Text, AfterValidator(_one_sentence)]
    topics: Annotated[tuple[Text, ...], Field(min_length=1)]
    synonyms: tuple[Text, ...]
    sources: Annotated[tuple[SourceFields, ...], Field(min_length=1)]
    origin: Text
    written: Day
    reviewed: ReviewFields | None
    url: Address | None = None


def read_front_matter(text: str, *, path: Path | str) -> FrontMatter:
    """The checked fields of a front matter that begins in line 2 of its file.

    Raises:
        ArticleError: the first fault; its `others` are the rest.
    """
    values, lines = load_values(text, path=path)
    faults: list[ArticleError] = []
    try:
        fields = FrontMatter.model_validate(values)
    except ValidationError as error:
        last = text.count("\n") + 2
        found = [dict(fault) for fault in error.errors() if fault["type"] != "too_short" or not fault["input"]]
        faults = [_fault(fault, lines, path, last) for fault in found]
        faults.sort(key=lambda fault: fault.line or 0)
        raise faults[0].with_others(faults[1:]) from error
    if fields.id != Path(path).stem:
        problem = f"{fields.id!r} is not the file's name."
        fix = f"Write: `id: {Path(path).stem}`, or name the file {fields.id}.md."
        raise ArticleError(problem, path=path, line=lines[("id",)], field="id", fix=fix)
    return fields


def _fault(fault: dict[str, Any], lines: dict[Location, int], path: Path | str, last: int) -> ArticleError:
    """A fault that pydantic found, as a person can mend it."""
    at: Location = tuple(fault["loc"])
    line = next((lines[at[:size]] for size in range(len(at), 0, -1) if at[:size] in lines), last)
    problem, fix = _wording(fault, at, stem=Path(path).stem)
    return ArticleError(problem, path=path, line=line, field=_name(at), fix=fix)


def _wording(fault: dict[str, Any], at: Location, *, stem: str) -> tuple[str, str]:
    """What is wrong with a field, and how its line should read."""
    key = next((str(step) for step in reversed(at) if isinstance(step, str)), "")
    given, kind = fault["input"], fault["type"]
    example = f"Write for example: `{key}: {EXAMPLES[key]}`." if key in EXAMPLES else _SOURCES_FORM
    if key == "id":
        example = f"Write: `id: {stem}`."
    elif at[0] == "reviewed":
        example = "Write: `reviewed: null`. `sci-assistant corpus review` fills it in."
    if kind == "missing":
        return "is missing.", example
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(key, [*EXAMPLES, "sources"], n=1)
        return "is not a known field.", f"Write: `{near[0]}: {given}`." if near else "Remove the line."
    if given in (None, "", []) or kind == "too_short":
        return "is empty.", example
    if kind == "tuple_type" and isinstance(given, str) and key in EXAMPLES:
        return f"{given!r} is not a list.", f"Write: `{key}: [{given}]`."
    if kind == "string_type" and isinstance(given, dict):
        pairs = "; ".join(f"{name}: {value}" for name, value in given.items())
        return f"{pairs!r} is not a word or phrase.", f'Write it in quotation marks: `"{pairs}"`.'
    if kind == "value_error":
        return f"{given!r} {fault['ctx']['error']}.", example
    if kind.startswith("date"):
        return f"{given!r} is not a date.", example
    if key == "id":
        return f"{given!r} may hold lower-case letters, digits and single hyphens only.", example
    return f"{given!r} cannot be used: {fault['msg']}.", example


def _name(at: Location) -> str:
    """A location as an editor counts: sources 2 > url."""
    words = [f" {step + 1}" if isinstance(step, int) else f" > {step}" for step in at]
    return "".join(words).removeprefix(" > ")
