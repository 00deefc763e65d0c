"""PDF and Word files as an editor brings them, and as somebody hostile would."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest

from sci_assistant.errors import CorpusError
from sci_assistant.ingest.extract import extract
from sci_assistant.ingest.importer import import_file
from sci_assistant.ingest.parse import parse_markdown

from .articles import HEAD
from .documents import make_docx, make_pdf

LEAFLET = [
    ["Cold push rims", "Cold rims make hands stiff in winter. Gloves with a rubber palm help", "to keep a good grip."],
    [
        "What helps",
        "- Warm your hands before you go out.",
        "- Dry the rims with a cloth at the next exa-",
        "mple stop.",
    ],
]


def article(file: Path) -> object:
    _, _, body = file.read_text(encoding="utf-8").partition("\n---\n")
    return parse_markdown(HEAD + body, path="cold-rims.md")


def test_a_pdf_becomes_an_article_without_page_numbers_and_running_heads(tmp_path: Path) -> None:
    pages = [
        ["Hospital leaflet", *lines, f"Page {number}"] for number, lines in enumerate([*LEAFLET, ["More text."]], 1)
    ]
    (tmp_path / "leaflet.pdf").write_bytes(make_pdf(pages))
    file = import_file(tmp_path / "leaflet.pdf", folder=tmp_path / "out")
    text = file.read_text(encoding="utf-8")
    assert "Gloves with a rubber palm help to keep a good grip." in text
    assert "## What helps" in text and "- Warm your hands" in text and "example stop" in text
    assert "Page 1" not in text and "Hospital leaflet" not in text
    assert "summary:  # one sentence" in text


def test_a_word_document_keeps_its_headings_and_lists(tmp_path: Path) -> None:
    parts = [("Title", "Cold rims"), ("p", "Cold rims make hands stiff."), ("h2", "What helps"), ("p", "Try these:")]
    parts += [("item", "Warm your hands."), ("item", "Dry the rims <fast> & often.")]
    (tmp_path / "cold-rims.docx").write_bytes(make_docx(parts))
    file = import_file(tmp_path / "cold-rims.docx", folder=tmp_path / "out")
    text = file.read_text(encoding="utf-8")
    assert "title: Cold rims" in text
    assert "## What helps\n\nTry these:\n\n- Warm your hands.\n- Dry the rims \\<fast> & often." in text
    assert [section.title for section in article(file).sections] == ["", "What helps"]


def encrypted() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf(LEAFLET))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def inflating() -> bytes:
    """A PDF whose one stream unpacks to 200 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(200)) + packer.flush()
    head, tail = make_pdf([["x"]]).split(b"<< /Length ", 1)
    rest = tail.split(b"endstream", 1)[1]
    return head + b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed) + packed + b"\nendstream" + rest


@pytest.mark.parametrize(("kind", "raw", "word"), [
    ("pdf", b"%PDF-1.7\n" + b"\x00garbage" * 50, "damaged"),
    ("pdf", b"<html>no</html>", "no PDF"),
    ("pdf", make_pdf([[]]), "no text"),
    ("pdf", encrypted, "encrypted"),
    ("pdf", inflating, "damaged|memory|more than"),
    ("docx", b"PK\x03\x04broken", "damaged"),
    ("docx", b"\xd0\xcf\x11\xe0old", "password"),
    ("docx", make_docx([("p", "x")], {"word/media/bomb.bin": b"0" * (101 << 20)}), "ZIP bomb"),
    ("docx", make_docx([("p", "x")], {"word/document.xml": b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;"}), "damaged"),
    ("docx", make_docx([]), "no text"),
])  # fmt: skip
def test_a_damaged_or_hostile_file_is_refused_with_a_word(kind, raw, word) -> None:
    with pytest.raises(CorpusError, match=word):
        extract(kind, raw() if callable(raw) else raw, name="file")
