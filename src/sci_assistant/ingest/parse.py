"""Read articles from files: Markdown, HTML, text as saved from a page, JSON Lines (also gzipped).

Takes a folder or a file; gives for each article its name and an `Article`, or the `CorpusError` that says why
it cannot be read. One bad file or line does not stop the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from sci_assistant.errors import ArticleError, CorpusError
from sci_assistant.ingest.asked import asked_file, read_entries, resolve
from sci_assistant.ingest.blocks import Part, assemble, clean
from sci_assistant.ingest.files import MAX_BYTES, decode, list_files, read_bytes, read_lines
from sci_assistant.ingest.frontmatter import split_front_matter
from sci_assistant.ingest.html import read_html
from sci_assistant.ingest.markdown import read_markdown
from sci_assistant.ingest.plaintext import normalize, read_page, read_record, split_sources
from sci_assistant.ingest.schema import read_front_matter
from sci_assistant.types import Article, Review, Source

__all__ = [
    "MAX_BYTES",
    "parse_body",
    "parse_html",
    "parse_markdown",
    "parse_parts",
    "parse_record",
    "parse_text",
    "read_articles",
]

_RECORD_FIELDS = ("id", "title", "text")
_RECORD_FORM = 'Write: {"id": "…", "title": "…", "url": "https://…", "text": "…"}.'


def read_articles(path: Path) -> Iterator[tuple[str, Article | CorpusError]]:
    """Name and article of each file below a folder, sorted, or of one file; of JSON Lines `file#line`.

    Raises:
        CorpusError: `path` does not exist or is neither a folder nor a file that can hold articles.
    """
    for name, file in list_files(path):
        if isinstance(file, CorpusError):
            yield name, file
        elif file.name.lower().endswith((".jsonl", ".jsonl.gz")):
            yield from _read_records(name, file)
        else:
            yield name, _read_file(name, file)


def _read_file(name: str, file: Path) -> Article | CorpusError:
    try:
        article = _parse_file(decode(read_bytes(file, name=name), name=name), name=name, ending=file.suffix.lower())
        asked, _ = resolve(article, read_entries(asked_file(file, article.id)))
        return replace(article, asked=asked)
    except CorpusError as error:
        return error


@lru_cache(maxsize=2048)  # checking, comparing and building read the same files; a watcher reads them again and again
def _parse_file(raw: str, *, name: str, ending: str) -> Article:
    match ending:
        case ".md":
            return parse_markdown(raw, path=name)
        case ".html" | ".htm":
            return parse_html(raw, path=name)
        case _:
            return parse_text(raw, path=name)


def _read_records(name: str, file: Path) -> Iterator[tuple[str, Article | CorpusError]]:
    import json

    for number, line in read_lines(file, name=name):
        source = f"{name}#{number}"
        if isinstance(line, CorpusError):
            yield source, line
            continue
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ArticleError("the line is not a JSON object.", path=name, line=number, fix=_RECORD_FORM)
            yield source, parse_record(record, path=name, line=number)
        except (ValueError, RecursionError) as error:
            problem = f"the line is not JSON: {error}."
            yield source, ArticleError(problem, path=name, line=number, fix=_RECORD_FORM)
        except CorpusError as error:
            yield source, error


def parse_markdown(raw: str, *, path: Path | str) -> Article:
    """The article in a Markdown file with front matter.

    Raises:
        ArticleError: the front matter is faulty, or there is no text.
    """
    head, content = split_front_matter(normalize(raw), path=path)
    fields = read_front_matter(head, path=path)
    review = fields.reviewed
    article = replace(
        _named(fields.id, fields.title),
        summary=fields.summary,
        topics=fields.topics,
        synonyms=fields.synonyms,
        sources=tuple(Source(each.title, each.publisher, each.url, each.read) for each in fields.sources),
        origin=fields.origin,
        written=fields.written,
        reviewed=Review(review.date, review.reviewer, review.text_hash) if review else None,
        url=fields.url,
    )
    return _filled(article, read_markdown(content), path=path)


def parse_body(raw: str, *, path: Path | str) -> Article:
    """The text of a Markdown file alone, its front matter unread: for telling an editor about a draft.

    Raises:
        ArticleError: the front matter has no beginning or end, or there is no text.
    """
    _, content = split_front_matter(normalize(raw), path=path)
    return _filled(_named(slug(path), _title(path)), read_markdown(content), path=path)


def parse_html(raw: str, *, path: Path | str) -> Article:
    """The main content of a web page; its title is the page's.

    Raises:
        ArticleError: no main content is found.
    """
    page = read_html(raw)
    if page is None:
        problem, fix = "no main content was found in the page.", "Save its text as a .txt file."
        raise ArticleError(problem, path=path, fix=fix)
    content, _ = split_sources(page.parts)
    return _filled(_named(slug(path), page.title or _title(path)), content, path=path)


def parse_text(raw: str, *, path: Path | str) -> Article:
    """A text as extracted from a page: headings without marks, `- ` items, one line for each paragraph.

    Raises:
        ArticleError: there is no text.
    """
    page = read_page(normalize(raw))
    return _filled(_named(slug(path), page.title or _title(path)), page.parts, path=path)


def parse_parts(parts: Sequence[Part], *, title: str, path: Path | str) -> Article:
    """An article from headings and lines that another reader found; without a title it is called after its file.

    Raises:
        ArticleError: there is no text.
    """
    return _filled(_named(slug(path), title or _title(path)), parts, path=path)


def parse_record(record: Mapping[str, object], *, path: Path | str, line: int | None = None) -> Article:
    """An article from a record `{"id", "title", "url" (optional), "text"}`; further fields are ignored.

    Raises:
        ArticleError: a field is missing, or is no text.
    """
    values: dict[str, str] = {}
    for name in _RECORD_FIELDS:
        value = record.get(name)
        if not isinstance(value, str) or not clean(value).strip():
            problem = "is missing or empty." if not value else f"{value!r} is not text."
            raise ArticleError(problem, path=path, line=line, field=name, fix=_RECORD_FORM)
        values[name] = value
    url = record.get("url")
    if url and not (isinstance(url, str) and re.match(r"https?://[^\s/]", url)):
        problem = f"{url!r} does not begin with https:// or http://."
        raise ArticleError(problem, path=path, line=line, field="url", fix=_RECORD_FORM)
    article = _named(clean(values["id"]).strip(), clean(values["title"]).strip())
    article = replace(article, url=str(url) if url else None)
    return _filled(article, read_record(values["text"]), path=path, line=line)


def slug(path: Path | str) -> str:
    """An article id from a file's name: lower case, digits, single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", Path(path).stem.lower()).strip("-") or "article"


def _title(path: Path | str) -> str:
    words = slug(path).replace("-", " ")
    return words[0].upper() + words[1:]


def _named(article_id: str, title: str) -> Article:
    return Article(article_id, title, text="", sections=(), blocks=(), sentences=())


def _filled(article: Article, parts: Sequence[Part], *, path: Path | str, line: int | None = None) -> Article:
    body = assemble(parts, title=article.title)
    if not body.text:
        fix = "Write the article below its title."
        raise ArticleError("there is no text.", path=path, line=line, fix=fix)
    return replace(
        article,
        text=body.text,
        sections=body.sections,
        blocks=body.blocks,
        sentences=body.sentences,
        links=body.links,
    )
