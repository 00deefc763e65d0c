"""Read articles from files: Markdown, HTML, text as saved from a page, JSON Lines (also gzipped).

Takes a folder or a file; gives for each article its name and an `Article`, or the `CorpusError` that says why
it cannot be read. One bad file or line does not stop the rest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from sci_assistant.errors import ArticleError, CorpusError
from sci_assistant.ingest.asked import KEPT, AskedEntry, asked_file, parse_entries, read_list, resolve
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
    "ReadOnce",
    "Sources",
    "Unread",
    "is_record",
    "list_sources",
    "parse_body",
    "parse_html",
    "parse_markdown",
    "parse_parts",
    "parse_record",
    "parse_text",
    "read_articles",
    "reading_version",
]

_ID_LINE = re.compile(rb"^id:[ \t]*[\"']?([A-Za-z0-9-]+)", re.MULTILINE)
_RECORD_NAME = re.compile(r"\.jsonl(?:\.gz)?#\d+$", re.IGNORECASE)
_RECORD_FIELDS = ("id", "title", "text")
_RECORD_FORM = 'Write: {"id": "…", "title": "…", "url": "https://…", "text": "…"}.'


class Unread:
    """A source of an article, not parsed yet. What it is read with is `reading_version`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self) -> Article | CorpusError:
        """The article, or why it cannot be read."""
        raise NotImplementedError

    def digest(self, article_id: str) -> str:  # noqa: ARG002  # of a source that cannot be read
        """SHA-256 of all that the article is made of, "" where that cannot be read. It asks for the article's id, since
        a file beside the article is named after it."""
        return ""

    def said_id(self) -> str | None:
        """The id of the article that this is meant to be, also where it cannot be read; None where nothing tells."""
        return None

    def raw(self) -> bytes:
        """What stands in the file; nothing for a line of a file of many.

        Raises:
            CorpusError: it cannot be read.
        """
        return b""

    def listed(self, article_id: str) -> bytes:  # noqa: ARG002  # a line of a file of many has none
        """What stands in the list of questions beside it.

        Raises:
            CorpusError: it cannot be read.
        """
        return b""


Sources = Callable[[Path], Iterable[Unread]]  # `list_sources`, or what stands for it


class ReadOnce:
    """`list_sources` that looks at each path once, so that of a corpus that is being edited everybody sees the same."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[Unread, ...]] = {}

    def __call__(self, path: Path) -> tuple[Unread, ...]:
        if path not in self._seen:
            self._seen[path] = tuple(list_sources(path))
        return self._seen[path]


def read_articles(path: Path) -> Iterator[tuple[str, Article | CorpusError]]:
    """Name and article of each file below a folder, sorted, or of one file; of JSON Lines `file#line`.

    Raises:
        CorpusError: `path` does not exist or is neither a folder nor a file that can hold articles.
    """
    return ((source.name, source.read()) for source in list_sources(path))


def list_sources(path: Path) -> Iterator[Unread]:
    """What `read_articles` would read.

    Raises:
        CorpusError: `path` does not exist or is neither a folder nor a file that can hold articles.
    """
    for name, file in list_files(path):
        if isinstance(file, CorpusError):
            yield _Broken(name, file, slug(name))
        elif file.name.lower().endswith((".jsonl", ".jsonl.gz")):
            yield from _list_records(name, file)
        else:
            yield _FileSource(name, file)


@cache
def reading_version() -> str:
    """SHA-256 of the code that parses, and of the versions of the libraries that it asks: the same bytes read by
    the same code are the same article."""
    digest = hashlib.sha256()
    for name in ("markdown-it-py", "trafilatura", "PyYAML", "pydantic"):
        digest.update(f"{name} {version(name)}\n".encode())
    code = files("sci_assistant")
    for place in (code / "types.py", *sorted((code / "ingest").iterdir(), key=lambda file: file.name)):
        if place.name.endswith(".py"):
            digest.update(place.read_bytes())
    return digest.hexdigest()


class _Broken(Unread):
    def __init__(self, name: str, problem: CorpusError, said_id: str | None = None) -> None:
        super().__init__(name)
        self._problem, self._said_id = problem, said_id

    def read(self) -> CorpusError:
        return self._problem

    def said_id(self) -> str | None:
        return self._said_id


class _FileSource(Unread):
    """A file of one article and the questions beside it. Their bytes are read once, so that an editor who saves
    meanwhile never gets the digest of one version with the article of another."""

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(name)
        self._file = file
        self._lists: dict[str, bytes] = {}

    @cached_property
    def _raw(self) -> bytes:
        return read_bytes(self._file, name=self.name)

    def raw(self) -> bytes:
        return self._raw

    def listed(self, article_id: str) -> bytes:
        if article_id not in self._lists:
            self._lists[article_id] = read_list(asked_file(self._file, article_id))
        return self._lists[article_id]

    def digest(self, article_id: str) -> str:
        digest = hashlib.sha256(self.name.encode())
        try:
            for part in (self._raw, self.listed(article_id)):
                digest.update(hashlib.sha256(part).digest())
        except CorpusError:
            return ""
        return digest.hexdigest()

    def read(self) -> Article | CorpusError:
        name, ending = self.name, self._file.suffix.lower()
        try:
            article = _parse_file(decode(self._raw, name=name), name=name, ending=ending)
            return _with_questions(article, parse_entries(asked_file(self._file, article.id), self.listed(article.id)))
        except CorpusError as error:
            return error

    def said_id(self) -> str | None:
        try:
            found = _ID_LINE.search(self._raw) if self._file.suffix.lower() == ".md" else None
        except CorpusError:
            found = None
        return found[1].decode("ascii") if found else slug(self.name)


@lru_cache(maxsize=KEPT)
def _with_questions(article: Article, entries: tuple[AskedEntry, ...]) -> Article:
    return replace(article, asked=resolve(article, entries)[0])


@lru_cache(maxsize=2048)  # checking, comparing and building read the same files; a watcher reads them again and again
def _parse_file(raw: str, *, name: str, ending: str) -> Article:
    match ending:
        case ".md":
            return parse_markdown(raw, path=name)
        case ".html" | ".htm":
            return parse_html(raw, path=name)
        case _:
            return parse_text(raw, path=name)


def _list_records(name: str, file: Path) -> Iterator[Unread]:
    for number, line in read_lines(file, name=name):
        source = f"{name}#{number}"
        if isinstance(line, CorpusError):
            yield _Broken(source, line)
        else:
            yield _Line(source, name, number, line)


def is_record(source: str) -> bool:
    """Whether the name of a source is that of a line of a JSON Lines file."""
    return _RECORD_NAME.search(source) is not None


class _Line(Unread):
    """A line of a JSON Lines file."""

    def __init__(self, source: str, file: str, number: int, line: str) -> None:
        super().__init__(source)
        self._file, self._number, self._line = file, number, line

    def read(self) -> Article | CorpusError:
        return _read_line(self._file, self._number, self._line)

    def digest(self, article_id: str) -> str:  # noqa: ARG002  # no file stands beside a line
        return hashlib.sha256(self._line.strip().encode()).hexdigest()

    def said_id(self) -> str | None:
        try:
            record = json.loads(self._line)
            return clean(record["id"]).strip()
        except (ValueError, KeyError, TypeError, RecursionError):
            return None


def _read_line(name: str, number: int, line: str) -> Article | CorpusError:
    try:
        record = json.loads(line)
        if not isinstance(record, dict):
            raise ArticleError("the line is not a JSON object.", path=name, line=number, fix=_RECORD_FORM)
        return parse_record(record, path=name, line=number)
    except (ValueError, RecursionError) as error:
        return ArticleError(f"the line is not JSON: {error}.", path=name, line=number, fix=_RECORD_FORM)
    except CorpusError as error:
        return error


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
