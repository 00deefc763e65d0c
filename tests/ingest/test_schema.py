import pytest

from sci_assistant.errors import ArticleError
from sci_assistant.ingest.parse import parse_markdown

from .articles import BODY, HEAD


def parsed(old: str = "", new: str = ""):
    assert old in HEAD
    return parse_markdown(HEAD.replace(old, new, 1) + BODY, path="cold-rims.md")


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ("title: Cold rims", "title: Rims: a guide", "Rims: a guide"),
        ("title: Cold rims", "title: “Rims: a guide”", "Rims: a guide"),
        ("title: Cold rims", "title: ‘Cold rims’  # working title", "Cold rims"),
        ("title: Cold rims", 'title: "Cold" rims: why', '"Cold" rims: why'),
        ("title: Cold rims", "title: *Cold* rims", "*Cold* rims"),
        ("title: Cold rims", "title: 911", "911"),
        ("    publisher: Example Wheelers Club", "    publisher: Club: Wheelers", "Cold rims"),
    ],
)
def test_colons_smart_quotes_and_bare_numbers_are_read_as_meant(old: str, new: str, title: str) -> None:
    assert parsed(old, new).title == title


def test_crlf_and_a_byte_order_mark_change_nothing() -> None:
    raw = HEAD + BODY
    windows = "\ufeff" + raw.replace("\n", "\r\n")
    assert parse_markdown(windows, path="cold-rims.md") == parse_markdown(raw, path="cold-rims.md")


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "fix"),
    [
        ("id: cold-rims", "id: Cold Rims", 2, "id", "`id: cold-rims`"),
        ("id: cold-rims", "id: other", 2, "id", "`id: cold-rims`"),
        ("title: Cold rims", "title:", 3, "title", "`title: "),
        ("origin: Written for a test\n", "", 14, "origin", "`origin: "),
        ("origin: Written", "orgin: Written", 12, "orgin", "`origin: Written for a test`"),
        ("written: 2026-11-23", "written: in November", 13, "written", "`written: 2026-11-23`"),
        ("topics: [winter]", "topics: winter", 5, "topics", "`topics: [winter]`"),
        ("topics: [winter]", "topics: [winter", 5, None, "`topics: [winter]`"),
        ("origin: Written", 'origin: "Written', 12, None, '`origin: "Written for a test"`'),
        ("origin: Written", "\torigin: Written", 12, None, "`origin: Written for a test`"),
        ("synonyms: [icy wheels]", "synonyms: [icy: wheels]", 6, "synonyms 1", '`"icy: wheels"`'),
        ("    url: https://example.org/winter", "    url: example.org", 10, "sources 1 > url", "`url: https://"),
        ("    url: https://example.org/winter\n", "", 8, "sources 1 > url", "`url: https://"),
        ("    read: 2026-11-23", "    read:", 11, "sources 1 > read", "`read: 2026-11-23`"),
        ("summary: Metal", "summary: Cold. Metal", 4, "summary", "`summary: "),
        ("reviewed: null", "reviewed: yes", 14, "reviewed", "`reviewed: null`"),
        ("reviewed: null", "reviewed: null\nid: again", 15, "id", "Remove one"),
        ("topics: [winter]", "topics: [*winter]", 5, None, "Write"),
        ("reviewed: null\n---", "reviewed: null", 1, None, "`---`"),
        ("---\nid", "id", 1, None, "`---`"),
    ],
)
def test_an_error_names_line_and_field_and_shows_the_line_as_it_should_read(
    old: str, new: str, line: int, field: str | None, fix: str
) -> None:
    with pytest.raises(ArticleError) as caught:
        parsed(old, new)
    error = caught.value
    assert (error.line, error.field) == (line, field), str(error)
    assert fix in error.fix
    assert str(error).startswith(f"cold-rims.md:{line}: ")


def test_all_faults_of_a_front_matter_are_known_at_once() -> None:
    with pytest.raises(ArticleError) as caught:
        parse_markdown(HEAD.replace("Cold rims", "").replace("[winter]", "") + BODY, path="cold-rims.md")
    assert [error.field for error in (caught.value, *caught.value.others)] == ["title", "topics"]
