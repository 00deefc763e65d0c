from datetime import date
from pathlib import Path

import pytest

from sci_assistant.errors import CorpusError
from sci_assistant.ingest.parse import parse_markdown
from sci_assistant.ingest.review import find_article, find_file, record_review

from .articles import BODY, HEAD

ON = date(2026, 11, 24)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cold-rims.md"
    path.write_bytes((HEAD + BODY).encode())
    return path


def test_a_review_is_recorded_with_date_reviewer_and_the_hash_of_the_text(file: Path) -> None:
    article = record_review(file, reviewer="Dr. N: O, physician", on=ON)
    assert article.reviewed is not None
    assert (article.reviewed.date, article.reviewed.reviewer) == (ON, "Dr. N: O, physician")
    assert article.reviewed.text_hash == article.text_hash
    assert parse_markdown(file.read_text(encoding="utf-8"), path=file) == article


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + BODY,
        "\ufeff" + (HEAD + BODY).replace("\n", "\r\n"),
        HEAD.replace("reviewed: null", "reviewed: # by the command\nurl: https://example.org") + BODY,
        HEAD.replace(
            "reviewed: null\n", "reviewed:\n  date: 2025-01-01\n  reviewer: N\n  text_hash: " + "0" * 64 + "\n"
        )
        + BODY,
    ],
)
def test_no_other_byte_changes(file: Path, raw: str) -> None:
    file.write_bytes(raw.encode())
    record_review(file, reviewer="N, nurse", on=ON)
    before, after = raw.encode().splitlines(keepends=True), file.read_bytes().splitlines(keepends=True)
    start = next(place for place, line in enumerate(before) if line.startswith(b"reviewed"))
    end = next(place for place, line in enumerate(before) if place > start and not line.startswith(b" "))
    assert after[:start] == before[:start]
    assert after[start + 4 :] == before[end:]
    ends = {line.rstrip(b"\r\n") and line[len(line.rstrip(b"\r\n")) :] for line in after}
    assert len(ends) == 1


def test_an_edit_after_the_review_is_noticed(file: Path) -> None:
    record_review(file, reviewer="N, nurse", on=ON)
    file.write_bytes(file.read_bytes().replace(b"chill", b"freeze"))
    assert parse_markdown(file.read_text(encoding="utf-8"), path=file).review_changed


@pytest.mark.parametrize(
    ("raw", "reviewer"),
    [(HEAD.replace("title", "tilte") + BODY, "N, nurse"), (HEAD + BODY, " "), (HEAD + BODY, "x"), (HEAD + BODY, "N,")],
)
def test_a_faulty_article_or_nameless_review_is_refused_and_changes_nothing(
    file: Path, raw: str, reviewer: str
) -> None:
    file.write_bytes(raw.encode())
    with pytest.raises(CorpusError):
        record_review(file, reviewer=reviewer, on=ON)
    assert file.read_bytes() == raw.encode()


def test_an_article_is_found_by_id_or_by_path(file: Path) -> None:
    assert find_article("cold-rims", [file.parent]) == find_article("cold-rims", [file]) == find_file(str(file)) == file
    assert find_file("cold-rims") is None
    with pytest.raises(CorpusError, match="no article 'gone'"):
        find_article("gone", [file.parent])
