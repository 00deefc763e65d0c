"""Record that a person has reviewed an article.

Takes a Markdown article and who read it; writes `reviewed:` with the date, the reviewer and the hash of the
text that was read into its front matter, and changes no other byte of the file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sci_assistant.errors import ArticleError, CorpusError
from sci_assistant.ingest.files import decode, read_bytes
from sci_assistant.ingest.parse import parse_markdown
from sci_assistant.types import Article

_END = re.compile(rb"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_FIELD = re.compile(rb"^reviewed[ \t]*:(?P<value>[^\r\n]*)(?P<under>(?:\r?\n[ \t]+[^\r\n]*)*)", re.MULTILINE)
_COMMENT = re.compile(rb"\s+#.*")


def record_review(file: Path, *, reviewer: str, on: date) -> Article:
    """Write the review into the article's file; the article as it then reads.

    Raises:
        CorpusError: the article cannot be read, or no reviewer with a role is named. The file is unchanged.
    """
    name, _, role = reviewer.partition(",")
    if not (name.strip() and role.strip()):
        raise CorpusError(f'{reviewer!r} does not say who read it and as what. Write: --reviewer "Name, role".')
    raw = read_bytes(file, name=file.name)
    article = parse_markdown(decode(raw, name=file.name), path=file.name)
    written = _with_review(raw, article, reviewer.strip(), on, file.name)
    reviewed = parse_markdown(decode(written, name=file.name), path=file.name)
    if reviewed.reviewed is None or reviewed.review_changed or reviewed.text != article.text:
        raise ArticleError(
            "the field cannot be written.", path=file.name, field="reviewed", fix="Write: `reviewed: null`."
        )
    _replace(file, written)
    return reviewed


def find_file(name: str) -> Path | None:
    """The Markdown file that `name` is the path of, None where it is no such path but an article's id."""
    return Path(name) if name.endswith(".md") and Path(name).is_file() else None


def find_article(name: str, corpus: Sequence[Path]) -> Path:
    """The Markdown file of an article id in a corpus, of folders or files.

    Raises:
        CorpusError: there is none, or more than one.
    """
    files = [file for path in corpus for file in (path.rglob("*.md") if path.is_dir() else (path,))]
    found = sorted({file for file in files if file.stem == name and file.suffix == ".md"})
    if len(found) != 1:
        count = "no article" if not found else f"{len(found)} articles"
        places = ", ".join(map(str, corpus))
        raise CorpusError(f"there is {count} {name!r} in {places}. `sci-assistant corpus list FOLDER` shows them.")
    return found[0]


def _with_review(raw: bytes, article: Article, reviewer: str, on: date, name: str) -> bytes:
    opening = raw.index(b"\n") + 1
    closing = _END.search(raw, opening)
    field = _FIELD.search(raw, opening, closing.start() if closing else len(raw))
    if field is None:
        raise ArticleError("is missing.", path=name, field="reviewed", fix="Write: `reviewed: null`.")
    comment = _COMMENT.search(field["value"])
    newline = "\r\n" if raw[opening - 2 : opening - 1] == b"\r" else "\n"
    lines = [
        "",
        f"  date: {on.isoformat()}",
        f"  reviewer: {json.dumps(reviewer, ensure_ascii=False)}",
        f"  text_hash: {article.text_hash}",
    ]
    value = (comment.group() if comment else b"") + newline.join(lines).encode()
    return raw[: field.start("value")] + value + raw[field.end() :]


def _replace(file: Path, content: bytes) -> None:
    """Write next to the file and move into place, so that a crash leaves the old or the new one."""
    target = file.resolve()
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".md")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except OSError as error:
        raise CorpusError(f"{file}: cannot be written: {error.strerror}.") from error
