"""Numbers and where they come from: the rows of `facts*.jsonl`.

Takes the folder of a corpus and its articles; gives `Finding`s: a number without a row, a row whose sentence
or source is not in its article, a number that rests on one source alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sci_assistant.errors import ArticleError, CorpusError
from sci_assistant.ingest.files import read_lines
from sci_assistant.ingest.findings import Finding, Severity
from sci_assistant.types import Article

# What is a number but states no fact: telephone numbers, and names such as GLP-1 or COVID-19.
_EXEMPT = re.compile(r"(?<![\d.,])(?:911|999|112|000|988|111|116 ?123|13 ?11 ?14)(?![\d%]|[.,]\d)|\b[A-Z]{2,}-\d+\b")
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|half|percent|per cent|twice|dozens?)\b",
    re.IGNORECASE,
)
_FORM = '{"article": id, "sentence": verbatim, "sources": [{"title", "place", "read"}, …]}'


@dataclass(frozen=True, slots=True)
class FactRow:
    """A sentence that states a number, and the titles of the sources that back it."""

    article: str
    sentence: str
    sources: tuple[str, ...]
    file: str
    line: int


def read_facts(folder: Path) -> tuple[tuple[FactRow, ...], tuple[Finding, ...]] | None:
    """The rows of a corpus and the rows that cannot be read; None where no file of facts is kept."""
    files = sorted(folder.glob("facts*.jsonl"))
    if not files:
        return None
    rows: list[FactRow] = []
    faults: list[Finding] = []
    for file in files:
        for number, line in read_lines(file, name=file.name):
            try:
                rows.append(_row(line, file.name, number))
            except CorpusError as error:
                faults.append(Finding("error", "fact-unreadable", file.name, str(error), line=number))
    return tuple(rows), tuple(faults)


def _row(line: str | CorpusError, file: str, number: int) -> FactRow:
    if isinstance(line, CorpusError):
        raise line
    try:
        row = json.loads(line)
        titles = tuple(str(source["title"]) for source in row["sources"])
        return FactRow(str(row["article"]), str(row["sentence"]).strip(), titles, file, number)
    except (ValueError, KeyError, TypeError) as error:
        raise ArticleError(f"cannot be read ({error!r}).", path=file, line=number, fix=f"Write: {_FORM}.") from error


def check_numbers(article: Article, rows: Sequence[FactRow], *, source: str) -> Iterator[Finding]:
    """Sentences of an article that state a number which no row backs."""
    backed = {row.sentence for row in rows if row.article == article.id}
    for sentence in article.sentences:
        text = article.quote(sentence.start, sentence.end)
        if text not in backed and _states_number(text):
            message = f"add a row to facts.jsonl, or leave the number out: {text!r}"
            section = article.sections[sentence.section].title
            yield Finding("error", "number-without-source", source, message, article.id, section)


@lru_cache(maxsize=20_000)
def _states_number(text: str) -> bool:
    return _NUMBER.search(_EXEMPT.sub("", text)) is not None


def check_rows(
    rows: Sequence[FactRow], articles: Mapping[str, Article], *, known_ids: frozenset[str]
) -> Iterator[Finding]:
    """Rows that do not agree with their article. Rows of articles that could not be read are passed over."""
    for row in rows:
        article = articles.get(row.article)
        if article is None:
            if row.article not in known_ids:
                yield _row_finding("error", "fact-article", row, f"there is no article {row.article!r}.")
            continue
        sentences = {article.quote(sentence.start, sentence.end) for sentence in article.sentences}
        if row.sentence not in sentences:
            message = f"no sentence of {row.article} reads: {row.sentence!r}"
            yield _row_finding("error", "fact-sentence", row, message)
        listed = {source.title: source.publisher for source in article.sources}
        for title in row.sources:
            if title not in listed:
                message = f"{title!r} is not a source of {row.article}. Write its title as in the front matter."
                yield _row_finding("error", "fact-source", row, message)
        if not _rests(row, [listed.get(title, "") for title in row.sources]):
            message = f"name a second source, or the guideline in the sentence: {row.sentence!r}"
            yield _row_finding("warning", "fact-single-source", row, message)


def _rests(row: FactRow, publishers: Sequence[str]) -> bool:
    """Whether a row has two sources, or one that its sentence names."""
    if len(set(row.sources)) > 1:
        return True
    named = row.sentence.casefold()
    return bool(re.search(r"\bguid(?:e|eline|ance)s?\b", named)) or any(
        publisher and publisher.casefold() in named for publisher in publishers
    )


def _row_finding(severity: Severity, rule: str, row: FactRow, message: str) -> Finding:
    return Finding(severity, rule, row.file, message, row.article, line=row.line)
