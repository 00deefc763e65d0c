import gzip
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_assistant.errors import ArticleError, CorpusError
from sci_assistant.ingest import files
from sci_assistant.ingest.parse import (
    is_record,
    list_sources,
    parse_html,
    parse_markdown,
    parse_record,
    parse_text,
    read_articles,
)
from sci_assistant.types import Article

from .articles import BODY, FIXTURE, HEAD, assert_quotable, texts

MARKDOWN = st.text(alphabet=st.sampled_from("ab B.: \n\n#-*1>|`[](<\\&;_\u200b\u202e\t"), max_size=300)


def markdown(body: str) -> Article:
    article = parse_markdown(HEAD + body, path="cold-rims.md")
    assert_quotable(article)
    return article


def test_headings_open_sections_and_stand_in_no_text() -> None:
    article = markdown("Opening.\n\n## A\nText.\n### B\nMore.\n\nC\n-\nEnd.\n")
    assert [section.path for section in article.sections] == [(), ("A",), ("A", "B"), ("C",)]
    assert texts(article) == ["Opening.", "Text.", "More.", "End."]


def test_an_empty_section_is_kept_with_no_width() -> None:
    article = markdown("## Signs\n## Diagnosis\nText.\n## Last\n")
    assert [(each.title, each.end - each.start) for each in article.sections] == [
        ("Signs", 0),
        ("Diagnosis", 5),
        ("Last", 0),
    ]


def test_a_heading_that_repeats_the_title_opens_no_section() -> None:
    assert [section.path for section in markdown("# Cold rims\nText.\n").sections] == [()]


def test_nested_lists_are_one_list_and_each_item_knows_its_introduction() -> None:
    article = markdown("Do this:\n\n1. One.\n   - Nested:\n     - Deep.\n2. Two.\n\n   More of two.\n\n- Other.\n")
    lead = {article.quote(each.start, each.end): each.lead for each in article.sentences}
    assert lead == {"Do this:": None, "One.": 0, "Nested:": 0, "Deep.": 2, "Two.": 0, "More of two.": 0, "Other.": None}
    assert [block.number for block in article.blocks] == [None, 1, None, None, 2, None]
    assert [block.list_id for block in article.blocks] == [None, 0, 0, 0, 0, 1]


def test_a_heading_ends_what_introduces_a_list() -> None:
    article = markdown("Signs:\n\n## Next\n- Item.\n")
    assert article.sentences[1].lead is None


def test_markup_quotes_tables_code_and_images_become_lines_of_text() -> None:
    article = markdown("**Bold** `code` ![alt](a.png)\nline.\n\n> Quote.\n\n|a|b|\n|-|-|\n|1|2|\n\n```\nx  y\n```\n")
    assert texts(article) == ["Bold code alt line.", "Quote.", "a | b", "1 | 2", "x y"]


def test_raw_html_is_text_and_script_targets_are_dropped() -> None:
    article = markdown("<b>Hi</b> [go](javascript:alert(1)) [x](data:text/html,y) [z](java&#x09;script:z).\n")
    assert article.text == "<b>Hi</b> go x z."
    assert article.links == ()


def test_links_keep_article_ids_and_addresses() -> None:
    article = markdown("See [the **skin** page](skin-care.md#top) or [this](https://example.org/a?b=c) or [x](old).\n")
    assert [(article.quote(each.start, each.end), each.target) for each in article.links] == [
        ("the skin page", "skin-care"),
        ("this", "https://example.org/a?b=c"),
        ("x", "old"),
    ]


def test_hidden_characters_and_white_space_are_removed_from_text() -> None:
    assert markdown("Cold\u200b\u202e  ri\u00adms\u00a0 here\U000e0041.\n").text == "Cold rims here."


def test_an_article_without_text_is_an_error() -> None:
    with pytest.raises(ArticleError, match="there is no text"):
        markdown("## Only a heading\n")


@given(MARKDOWN | st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_markdown_parses_to_quotable_text_or_a_corpus_error(body: str) -> None:
    try:
        assert_quotable(parse_markdown(HEAD + body, path="cold-rims.md"))
    except CorpusError:
        assert True


@given(st.text(max_size=200) | MARKDOWN)
@settings(max_examples=200, deadline=None)
def test_any_text_and_record_parse_to_quotable_text_or_a_corpus_error(text: str) -> None:
    for parse in (
        lambda: parse_text(text, path="a.txt"),
        lambda: parse_record({"id": "a", "title": "A", "text": text}, path="a.jsonl", line=1),
        lambda: parse_markdown(text, path="a.md"),
    ):
        try:
            assert_quotable(parse())
        except CorpusError:
            continue


def test_a_page_saved_as_text_gets_its_headings_and_lists_back() -> None:
    article = parse_text(FIXTURE.read_text(encoding="utf-8"), path=FIXTURE)
    assert_quotable(article)
    assert (article.id, article.title) == ("cold-push-rims", "Cold push rims")
    assert [section.title for section in article.sections] == [
        "",
        "What It Is",
        "Signs to Watch For",
        "Diagnosis",
        "Treatment",
        "What Nobody Tells You",
    ]
    empty = article.sections[2]
    assert empty.start == empty.end
    assert [block.kind for block in article.blocks].count("item") == 6


def test_sources_disclaimer_and_footer_are_no_content() -> None:
    article = parse_text(FIXTURE.read_text(encoding="utf-8"), path=FIXTURE)
    assert not any(word in article.text for word in ("handbook", "Sources", "medical advice", "EXAMPLE"))


def test_a_first_line_like_a_heading_is_the_title_and_wrapped_lines_are_joined() -> None:
    raw = (
        "Winter wheels\n\nCold rims chill the hands of people who push outdoors in\nfrost, and a short ride"
        " is enough to do it to bare\nfingers.\n\nWhat to do\nWear liners.\n"
    )
    article = parse_text(raw, path="w.txt")
    assert article.title == "Winter wheels"
    assert texts(article)[0].endswith("to bare fingers.")
    assert [section.title for section in article.sections] == ["", "What to do"]


PAGE = """<!doctype html><html><head><title>Cold rims | Example Clinic</title><script>track()</script></head><body>
<nav><a href="/">Home</a></nav><article><h1>Cold rims</h1>
<p>Cold rims chill the hands of people who push outdoors &amp; in frost, in minutes &lt;b&gt;.</p>
<h2>Signs to watch for</h2><p>Signs include:</p><ul><li>Skin turns <b>pale</b>, see
<a href="https://example.org/skin">skin care</a>.<ul><li>A nested sign.</li></ul></li>
<li><p>First part.</p><p>Second part.</p></li></ul><h3>At night</h3><p>Look again.<br>Twice.</p>
<h2>What to do</h2><ol><li>Go indoors.</li><li>Warm up slowly.</li></ol>
<table><tr><th>Stage</th><th>Meaning</th></tr><tr><td>One</td><td>Pale</td></tr></table>
<h2>Sources</h2><ul><li>The winter handbook</li></ul></article><footer>Copyright</footer></body></html>"""


def test_a_web_page_gives_its_main_content_with_headings_lists_and_links() -> None:
    article = parse_html(PAGE, path="Cold Rims.html")
    assert_quotable(article)
    assert (article.id, article.title) == ("cold-rims", "Cold rims")
    assert [section.path for section in article.sections] == [
        (),
        ("Signs to watch for",),
        ("Signs to watch for", "At night"),
        ("What to do",),
    ]
    assert texts(article)[1:] == [
        "Signs include:",
        "Skin turns pale, see skin care.",
        "A nested sign.",
        "First part. Second part.",
        "Look again. Twice.",
        "Go indoors.",
        "Warm up slowly.",
        "Stage | Meaning",
        "One | Pale",
    ]
    assert [block.number for block in article.blocks][6:8] == [1, 2]
    assert [link.target for link in article.links] == ["https://example.org/skin"]


@pytest.mark.parametrize("page", ["", "<html></html>", "plain", "\x00<p>a"])
def test_a_page_without_content_is_an_error(page: str) -> None:
    with pytest.raises(ArticleError, match="no main content"):
        parse_html(page, path="a.html")


def record(text: str) -> list[tuple[str, str]]:
    article = parse_record({"id": "r1", "title": "A title", "url": "https://example.org", "text": text}, path="r.jsonl")
    assert_quotable(article)
    return [(block.kind, article.quote(block.start, block.end)) for block in article.blocks]


def test_runs_of_spaces_in_a_record_stand_for_paragraphs_and_items() -> None:
    assert record("Call.    Signs include       -  Heat    - Cold  - Rain       Then rest\n    \nnow - or later.") == [
        ("paragraph", "Call."),
        ("paragraph", "Signs include"),
        ("item", "Heat"),
        ("item", "Cold"),
        ("item", "Rain"),
        ("paragraph", "Then rest now - or later."),
    ]


@pytest.mark.parametrize(
    "fields",
    [{}, {"id": "a", "title": "A"}, {"id": 1, "title": "A", "text": "T"}, {"id": "a", "title": "A", "text": " "}],
)
def test_a_record_without_its_fields_is_an_error_with_its_line(fields: dict[str, object]) -> None:
    with pytest.raises(ArticleError, match=r"r\.jsonl:3: "):
        parse_record(fields, path="r.jsonl", line=3)


def test_a_record_never_leads_to_a_script() -> None:
    with pytest.raises(ArticleError, match="url"):
        parse_record({"id": "a", "title": "A", "url": "javascript:x", "text": "T"}, path="r.jsonl", line=1)


def test_a_folder_is_read_in_order_and_a_bad_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "cold-rims.md").write_text(HEAD + BODY, encoding="utf-8")
    (tmp_path / "b" / "latin.txt").write_bytes("Café".encode("latin-1"))
    (tmp_path / "a.jsonl").write_text('{"id": "a", "title": "A", "text": "T."}\n\nnot json\n[1]\n', encoding="utf-8")
    for skipped in ("README.md", "REVIEW.md", ".hidden.md", "facts-x.jsonl", "review-x.jsonl", "note.pdf"):
        (tmp_path / skipped).write_text("x", encoding="utf-8")
    read = dict(read_articles(tmp_path))
    assert list(read) == ["a.jsonl#1", "a.jsonl#3", "a.jsonl#4", "b/latin.txt", "cold-rims.md"]
    assert "byte 3 is 0xe9" in str(read["b/latin.txt"])
    assert [isinstance(item, Article) for item in read.values()] == [True, False, False, False, True]


def test_packed_records_are_read_up_to_where_the_file_is_damaged(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": str(n), "title": "T", "text": f"Text {n}."}) + "\n" for n in range(3000))
    packed = gzip.compress(lines.encode())
    (tmp_path / "whole.jsonl.gz").write_bytes(packed)
    (tmp_path / "torn.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    assert sum(isinstance(item, Article) for _, item in read_articles(tmp_path / "whole.jsonl.gz")) == 3000
    torn = [item for _, item in read_articles(tmp_path / "torn.jsonl.gz")]
    assert isinstance(torn[0], Article) and isinstance(torn[-1], CorpusError)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "secret.txt").write_text("Secret words.", encoding="utf-8")
    (tmp_path / "corpus" / "a.txt").symlink_to(tmp_path / "secret.txt")
    [(name, item)] = read_articles(tmp_path / "corpus")
    assert name == "a.txt" and "leads out of the folder" in str(item)


def test_a_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1024)
    (tmp_path / "a.txt").write_text("word " * 300, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text("{}\n" * 600, encoding="utf-8")
    items = [item for _, item in read_articles(tmp_path)]
    assert "is larger than" in str(items[0]) and "is larger than" in str(items[-1])


@pytest.mark.parametrize("name", ["missing", "a.pdf"])
def test_a_path_that_holds_no_articles_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(CorpusError, match=name):
        list(read_articles(tmp_path / name))


def test_a_megabyte_of_records_parses_in_seconds() -> None:
    text = "Cold is (very) dry. It lasts approx. 5 weeks.    Signs include:    - Heat    - Swelling. " * 20
    started = time.perf_counter()
    for number in range(560):
        parse_record({"id": str(number), "title": "T", "text": text}, path="a.jsonl")
    assert time.perf_counter() - started < 5


def test_a_number_sign_in_a_files_name_does_not_make_it_a_line_of_many(tmp_path: Path) -> None:
    (tmp_path / "cold rims #1.txt").write_text("Cold rims\n\nThey chill the hands.\n", encoding="utf-8")
    (tmp_path / "many #2.jsonl").write_text('{"id": "a", "title": "A", "text": "A text."}\n', encoding="utf-8")
    assert [(source.name, is_record(source.name), source.said_id()) for source in list_sources(tmp_path)] == [
        ("cold rims #1.txt", False, "cold-rims-1"),
        ("many #2.jsonl#1", True, "a"),
    ]
