"""Find and read the files that can hold articles, never more of one than `MAX_BYTES`.

Takes a folder or a file; gives names relative to the folder with a path, bytes or text, or the `CorpusError`
that says why not. Hidden files are skipped, and links that lead out of the folder refused.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from sci_assistant.errors import ArticleError, CorpusError

MAX_BYTES = 50 * 1024 * 1024  # of one file, unpacked
ENDINGS = (".md", ".html", ".htm", ".txt", ".jsonl", ".jsonl.gz")
_NO_ARTICLES = frozenset({"readme.md", "review.md"})
_RECORDS = re.compile(r"(?:facts|review)(?:-.*)?\.jsonl(?:\.gz)?")  # what a corpus keeps about its articles


def list_files(path: Path) -> Iterator[tuple[str, Path | CorpusError]]:
    """Name and path of each file that can hold articles, sorted by name.

    Raises:
        CorpusError: `path` is missing, or a file with an unknown ending.
    """
    if path.is_file():
        if not path.name.lower().endswith(ENDINGS):
            raise CorpusError(f"{path}: articles are files that end in {', '.join(ENDINGS)}.")
        return iter([(path.name, path)])
    if not path.is_dir():
        raise CorpusError(f"{path}: there is no such folder or file. Give the path of a corpus.")
    return _walk(path)


def _walk(folder: Path) -> Iterator[tuple[str, Path | CorpusError]]:
    root = folder.resolve()
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        found += [Path(place) / name for name in [*names, *links] if not name.startswith(".")]
    for file in sorted(found, key=lambda file: file.relative_to(folder).as_posix()):
        name = file.relative_to(folder).as_posix()
        if file.is_symlink() and not file.resolve().is_relative_to(root):
            yield name, CorpusError(f"{name}: the link leads out of the folder. Copy the file instead.")
        elif file.is_file() and _holds_articles(file.name.lower()):
            yield name, file


def _holds_articles(name: str) -> bool:
    return name.endswith(ENDINGS) and name not in _NO_ARTICLES and not _RECORDS.fullmatch(name)


def read_bytes(file: Path, *, name: str) -> bytes:
    """The file's content.

    Raises:
        CorpusError: it cannot be opened, or is too large.
    """
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise CorpusError(f"{name}: cannot be opened: {error.strerror}.") from error
    if len(raw) > MAX_BYTES:
        raise _too_large(name)
    return raw


def decode(raw: bytes, *, name: str, line: int | None = None, offset: int = 0) -> str:
    """UTF-8 as text, without a byte-order mark. `offset` is where `raw` begins in its file.

    Raises:
        ArticleError: names the first byte that is not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = raw.index(error.object[error.start : error.end], error.start) if error.object else 0
        problem = f"byte {at + offset} is {raw[at]:#04x}, which is not UTF-8."
        raise ArticleError(problem, path=name, line=line, fix="Save the file as UTF-8.") from error


def read_lines(file: Path, *, name: str) -> Iterator[tuple[int, str | CorpusError]]:
    """Number and text of each line that is not blank. What ends the reading early is the last value."""
    number = size = 0
    try:
        with gzip.open(file, "rb") if file.suffix.lower() == ".gz" else file.open("rb") as stream:
            while raw := stream.readline(MAX_BYTES + 1 - size):
                number += 1
                if size + len(raw) > MAX_BYTES:
                    yield number, _too_large(name)
                    return
                if raw.strip():
                    yield number, _decoded(raw, name, number, size)
                size += len(raw)
    except (OSError, EOFError, zlib.error) as error:
        yield number + 1, CorpusError(f"{name}: cannot be read beyond line {number}: {error}.")


def _decoded(raw: bytes, name: str, line: int, offset: int) -> str | CorpusError:
    try:
        return decode(raw, name=name, line=line, offset=offset)
    except CorpusError as error:
        return error


def _too_large(name: str) -> CorpusError:
    return CorpusError(f"{name}: is larger than {MAX_BYTES // 1024 // 1024} MB. Split it into several files.")
