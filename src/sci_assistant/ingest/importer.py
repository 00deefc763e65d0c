"""Turn a web page, a text file, a PDF or a Word document into a Markdown article for an editor to finish.

Takes a file or a web address; gives Markdown whose headings, lists and links are those of the page, under a front
matter in which everything unknown is left empty with a comment that says what to write. Parsing the finished
article gives the text that parsing the page gives.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from sci_assistant.errors import CorpusError
from sci_assistant.ingest.blocks import clean
from sci_assistant.ingest.extract import extract
from sci_assistant.ingest.fetch import fetch
from sci_assistant.ingest.files import decode, read_bytes
from sci_assistant.ingest.html import read_html, read_simple_html
from sci_assistant.ingest.parse import parse_html, parse_parts, parse_text, slug
from sci_assistant.ingest.plaintext import normalize, read_page, split_sources
from sci_assistant.types import Article, Block, Section

KINDS = {".html": "html", ".htm": "html", ".txt": "txt", ".pdf": "pdf", ".docx": "docx"}
_SPECIAL = re.compile(r"[\\`*\[\]<]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)")
_LINE_START = re.compile(r"#{1,6}(?=\s|$)|[-+](?=\s|$|-)|>|~(?=~~)")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_PLAIN_VALUE = re.compile(r"[A-Za-z(][\w ,.()/’–—-]*")
_ADDRESS = re.compile(r"https?:|mailto:|tel:", re.IGNORECASE)
_EMPTY = {
    "summary": "one sentence: what the article is about",
    "topics": "one or more, for example [bones and joints]",
    "synonyms": "words that people really type, for example [HO, extra bone]",
    "origin": "who wrote the article",
    "written": "the day it was written, for example 2026-11-23",
}
_NO_SOURCE = {"title": "the source's title", "publisher": "who publishes it"}
_SOURCE = {"url": "its address", "read": "the day it was read, for example 2026-11-23"}


@dataclass(frozen=True, slots=True)
class _Origin:
    """The page that an article was taken from, and the day."""

    title: str
    url: str
    read: date


def import_file(file: Path, *, folder: Path, force: bool = False) -> Path:
    """Write the article of `file` into `folder`; the file that was written.

    Raises:
        CorpusError: `file` cannot be read, or its article exists and `force` is False.
    """
    return _write(to_markdown(file), slug(file), folder=folder, force=force)


def import_url(
    url: str,
    *,
    folder: Path,
    today: date,
    force: bool = False,
    allow_private: bool = False,
) -> Path:
    """Write the article at a web address into `folder`; the file that was written. Its source is the address.

    Raises:
        CorpusError: the address is refused or cannot be read, or its article exists and `force` is False.
    """
    found = fetch(url, allow_private=allow_private)
    named = Path(urlsplit(found.url).path.rstrip("/")).name
    name = named if slug(named) not in ("article", "index") else urlsplit(found.url).hostname or "article"
    article, sources = _read(found.kind, found.raw, Path(name), charset=found.charset)
    origin = _Origin(article.title, found.url, today)
    return _write(
        _front_matter(article, sources, origin) + render_body(article), article.id, folder=folder, force=force
    )


def to_markdown(file: Path) -> str:
    """The Markdown of a web page, text file, PDF or Word document.

    Raises:
        CorpusError: the file is of another kind, or cannot be read.
    """
    kind = KINDS.get(file.suffix.lower())
    if kind is None:
        raise CorpusError(f"{file}: files that end in {', '.join(KINDS)} can be imported.")
    article, sources = _read(kind, read_bytes(file, name=str(file)), file)
    return _front_matter(article, sources) + render_body(article)


def _write(text: str, name: str, *, folder: Path, force: bool) -> Path:
    target = folder / f"{name}.md"
    try:
        if target.exists() and not force:
            raise CorpusError(f"{target}: exists already. Give --force to replace it, or another folder with --to.")
        folder.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CorpusError(f"{target}: cannot be written: {error.strerror}. Name another folder with --to.") from error
    return target


def _read(kind: str, raw: bytes, file: Path, *, charset: str | None = None) -> tuple[Article, tuple[str, ...]]:
    """The article in a document, and the sources that it lists."""
    if kind == "docx":
        page = read_simple_html(extract("docx", raw, name=str(file)).content)
        content, sources = split_sources(page.parts)
        return parse_parts(content, title=page.title, path=file), tuple(sources)
    if kind == "html":
        text = _decoded(raw, charset, file)
        web = read_html(text)
        return parse_html(text, path=file), tuple(split_sources(web.parts)[1]) if web else ()
    found = extract("pdf", raw, name=str(file)) if kind == "pdf" else None
    text = found.content if found else _decoded(raw, charset, file)
    article = parse_text(text, path=file)
    title = clean(found.title).strip() if found else ""
    return replace(article, title=title or article.title), read_page(normalize(text)).sources


def _decoded(raw: bytes, charset: str | None, file: Path) -> str:
    try:
        return raw.decode(charset) if charset else decode(raw, name=str(file))
    except (LookupError, UnicodeDecodeError) as error:
        raise CorpusError(f"{file}: is not text in {charset}: {error}. Save the page as UTF-8.") from error


def render_body(article: Article) -> str:
    """An article's text as Markdown: headings from `##` down, lists, links."""
    pieces: list[str] = []
    for index, section in enumerate(article.sections):
        if section.path:
            pieces.append(_heading(section))
        blocks = [block for block in article.blocks if block.section == index]
        for before, block in zip([None, *blocks], blocks, strict=False):
            tight = before is not None and before.kind == block.kind == "item"
            if tight and before is not None and before.list_id == block.list_id:
                pieces[-1] += f"\n{_line(article, block)}"
            else:
                pieces.append(_line(article, block))
    return "\n\n".join(pieces) + "\n"


def _heading(section: Section) -> str:
    text = re.sub(r"#(?=#*$)", r"\\#", _escape(section.path[-1]))
    return f"{'#' * min(6, len(section.path) + 1)} {text}"


def _line(article: Article, block: Block) -> str:
    text, at = "", block.start
    for link in article.links:
        address = link.target.replace("<", "%3C").replace(">", "%3E")
        if block.start <= link.start and link.end <= block.end and _ADDRESS.match(address):
            words = _escape(article.text[link.start : link.end])
            text += f"{_escape(article.text[at : link.start])}[{words}](<{address}>)"
            at = link.end
    text = _escape_start(text + _escape(article.text[at : block.end]))
    if block.kind == "paragraph":
        return text
    return f"{block.number}. {text}" if block.number is not None else f"- {text}"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _escape_start(line: str) -> str:
    """A line that Markdown would take for a heading, list, quote or fence, as a paragraph."""
    line = _NUMBERED.sub(r"\1\\\2", line, count=1) if _NUMBERED.match(line) else line
    return f"\\{line}" if _LINE_START.match(line) else line


def _front_matter(article: Article, sources: tuple[str, ...], origin: _Origin | None = None) -> str:
    lines = ["---", f"id: {article.id}", f"title: {_value(article.title)}"]
    lines += [_empty(name, _EMPTY[name]) for name in ("summary", "topics", "synonyms")]
    given = [_origin_lines(origin)] if origin else []
    given += [_source_lines(source) for source in sources or (() if origin else ("",))]
    lines += ["sources:", *(line for source in given for line in source)]
    lines += [_empty(name, _EMPTY[name]) for name in ("origin", "written")]
    return "\n".join([*lines, "reviewed: null", "---", ""])


def _source_lines(source: str) -> list[str]:
    """A source as the page lists it, "title — publisher", with what is missing left empty."""
    title, _, publisher = source.partition(" — ")
    given = {"title": title.strip(), "publisher": publisher.strip()}
    fields = [f"{name}: {_value(text)}" if text else _empty(name, _NO_SOURCE[name]) for name, text in given.items()]
    fields += [_empty(name, what) for name, what in _SOURCE.items()]
    return [f"  {'- ' if place == 0 else '  '}{line}" for place, line in enumerate(fields)]


def _origin_lines(origin: _Origin) -> list[str]:
    """The page that an article was taken from, as its source."""
    fields = [f"title: {_value(origin.title)}", _empty("publisher", _NO_SOURCE["publisher"])]
    fields += [f"url: {json.dumps(origin.url)}", f"read: {origin.read.isoformat()}"]
    return [f"  {'- ' if place == 0 else '  '}{line}" for place, line in enumerate(fields)]


def _empty(name: str, what: str) -> str:
    return f"{name}:  # {what}"


def _value(text: str) -> str:
    return text if _PLAIN_VALUE.fullmatch(text) else json.dumps(text, ensure_ascii=False)
