"""PDF and DOCX -> what is written in them, in a process of its own with limits of time and memory.

A hostile or damaged file can at most cost that process: it is ended, and the file is refused with a word. Takes the
file's bytes; gives a title (may be empty) and text: lines of a PDF's pages, simple HTML of a DOCX.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sci_assistant.errors import CorpusError

LIMIT_SECONDS = 60
LIMIT_MEMORY_BYTES = 1 << 30
MOST_PAGES = 500
MOST_CHARS = 5_000_000
MOST_UNPACKED_BYTES = 100 << 20  # of a DOCX, which is a ZIP archive
MOST_RATIO = 200  # unpacked to packed, beyond which an archive is a bomb
MOST_PARTS = 5_000  # files in the archive
_OLE = b"\xd0\xcf\x11\xe0"  # old Office files, and new ones under a password
_DIVIDED = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_PAGE_NUMBER = re.compile(r"(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?", re.IGNORECASE)
_REPEATED = 0.6  # of the pages: a line on more of them is a running head


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a file holds."""

    title: str
    content: str


class _Refused(Exception):
    """Why a file is not read, in words."""


def extract(kind: str, raw: bytes, *, name: str) -> Extracted:
    """The title and text of a file of the kind "pdf" or "docx".

    Raises:
        CorpusError: the file is damaged, encrypted, a bomb, has no text, or takes too long.
    """
    command = [sys.executable, "-m", "sci_assistant.ingest.extract", kind]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=LIMIT_SECONDS, check=False)
        found = json.loads(done.stdout) if done.returncode == 0 else {}
    except subprocess.TimeoutExpired as error:
        raise CorpusError(f"{name}: reading it takes over {LIMIT_SECONDS} s. Save it anew, or as text.") from error
    except ValueError:
        found = {}
    if "content" in found:
        return Extracted(found["title"], found["content"])
    problem = found.get("refused", "is damaged, or needs too much memory. Save it anew, or as text.")
    raise CorpusError(f"{name}: {problem}")


def read_pdf(raw: bytes) -> Extracted:
    """The text of a PDF, a line for each of its lines."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    if not raw[:1024].lstrip().startswith(b"%PDF-"):
        raise _Refused("is no PDF. Name a PDF, or save the document as one.")
    reader = PdfReader(io.BytesIO(raw))
    if reader.is_encrypted:
        raise _Refused("is encrypted. Save it without a password.")
    if len(reader.pages) > MOST_PAGES:
        raise _Refused(f"has {len(reader.pages):,} pages, at most {MOST_PAGES} are read. Split it.")
    pages: list[str] = []
    for page in reader.pages:
        pages.append(page.extract_text())
        if sum(map(len, pages)) > MOST_CHARS:
            raise _Refused(f"holds more than {MOST_CHARS:,} characters. Split it.")
    text = _joined(pages)
    if not text.strip():
        raise _Refused("holds no text: it may be a scan. Have its text recognised first.")
    title = reader.metadata.title if reader.metadata else None
    return Extracted(title if isinstance(title, str) else "", text)


def _joined(pages: Sequence[str]) -> str:
    """Pages one after the other, without page numbers and running heads; words divided at a line's end are whole."""
    lines = [[line.strip() for line in page.splitlines()] for page in pages]
    often = Counter(line for page in lines for line in set(page))
    heads = {line for line, count in often.items() if len(pages) > 2 and count > _REPEATED * len(pages)} - {""}
    kept = [[line for line in page if line not in heads and not _PAGE_NUMBER.fullmatch(line)] for page in lines]
    return _DIVIDED.sub("", "\n".join("\n".join(page) for page in kept))


def read_docx(raw: bytes) -> Extracted:
    """The text of a DOCX as simple HTML: headings, paragraphs, lists, links, tables. Pictures are left out."""
    if raw.startswith(_OLE):
        raise _Refused("is an old .doc file or has a password. Save it as .docx without a password.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _refuse_bomb(archive, len(raw))
            if "word/document.xml" not in archive.namelist():
                raise _Refused("is no Word document. Name a .docx file.")
    except zipfile.BadZipFile as error:
        raise _Refused("is damaged, or no .docx file. Save it anew.") from error
    import mammoth

    styles = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
    pictures = mammoth.images.img_element(lambda _picture: {})
    html = mammoth.convert_to_html(io.BytesIO(raw), style_map=styles, convert_image=pictures).value
    if len(html) > MOST_CHARS:
        raise _Refused(f"holds more than {MOST_CHARS:,} characters. Split it.")
    if not re.sub(r"<[^>]*>|\s", "", html):
        raise _Refused("holds no text.")
    return Extracted("", html)


def _refuse_bomb(archive: zipfile.ZipFile, packed: int) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED_BYTES or unpacked > MOST_RATIO * max(packed, 1):
        size = f"{unpacked / (1 << 20):,.0f} MB in {len(parts):,} parts"
        raise _Refused(f"unpacks to {size}, which no article is: it may be a ZIP bomb. Save it anew, or as text.")
    if any(part.flag_bits & 0x1 for part in parts):
        raise _Refused("is encrypted. Save it without a password.")


def _limit() -> None:
    """Limits of this process, where the system knows such."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (LIMIT_MEMORY_BYTES, LIMIT_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS))


def _main() -> None:
    """A file on standard input -> JSON on standard output."""
    _limit()
    try:
        found = (read_pdf if sys.argv[1] == "pdf" else read_docx)(sys.stdin.buffer.read())
        told = {"title": found.title, "content": found.content.encode("utf-8", "replace").decode()}
    except _Refused as error:
        told = {"refused": str(error)}
    except Exception:  # noqa: BLE001  # the outermost edge: whatever a hostile file makes a parser raise
        told = {"refused": "is damaged and cannot be read. Save it anew, or as text."}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    _main()
