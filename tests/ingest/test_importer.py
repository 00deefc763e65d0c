from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_assistant.errors import CorpusError
from sci_assistant.ingest.blocks import Heading, Line, assemble, clean
from sci_assistant.ingest.check import check_corpus
from sci_assistant.ingest.importer import import_file, render_body, to_markdown
from sci_assistant.ingest.parse import parse_markdown, parse_text
from sci_assistant.types import Article

from .articles import FIXTURE, HEAD

LINE = st.text(alphabet=st.sampled_from("aB.:# -+*1)>|`[](!<\\&;_~="), min_size=1, max_size=30) | st.text(max_size=30)


def filled(markdown: str) -> str:
    """An imported article as an editor leaves it."""
    _, _, body = markdown.partition("\n---\n")
    return HEAD.replace("cold-rims", "cold-push-rims") + body


def test_an_imported_page_keeps_its_text_headings_and_lists() -> None:
    page = parse_text(FIXTURE.read_text(encoding="utf-8"), path=FIXTURE)
    article = parse_markdown(filled(to_markdown(FIXTURE)), path="cold-push-rims.md")
    assert (article.text, article.sections, article.sentences) == (page.text, page.sections, page.sentences)


def test_an_imported_article_fails_the_check_until_it_is_finished(tmp_path: Path) -> None:
    file = import_file(FIXTURE, folder=tmp_path)
    found = check_corpus([tmp_path], today=date(2026, 11, 23)).findings
    assert [finding.message.split(":")[0] for finding in found if finding.rule == "front-matter"][:3] == [
        "summary",
        "topics",
        "synonyms",
    ]
    assert [finding.section for finding in found if finding.rule == "empty-section"] == ["Signs to Watch For"]
    file.write_text(filled(file.read_text(encoding="utf-8")), encoding="utf-8")
    errors = [each for each in check_corpus([tmp_path], today=date(2026, 11, 23)).findings if each.severity == "error"]
    assert [(each.rule, each.section) for each in errors] == [("empty-section", "Signs to Watch For")]


def test_the_sources_of_a_page_are_proposed_for_the_front_matter() -> None:
    text = to_markdown(FIXTURE)
    assert "  - title: Hands in Winter\n    publisher: Example Foundation\n    url:  # its address\n" in text


def test_an_existing_article_is_replaced_only_by_force(tmp_path: Path) -> None:
    file = import_file(FIXTURE, folder=tmp_path)
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(CorpusError, match="--force"):
        import_file(FIXTURE, folder=tmp_path)
    assert file.read_text(encoding="utf-8") == "mine"
    import_file(FIXTURE, folder=tmp_path, force=True)
    assert file.read_text(encoding="utf-8").startswith("---\nid: cold-push-rims\n")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CorpusError, match=r"cannot be written: .*--to"):
        import_file(FIXTURE, folder=tmp_path / "file")


def test_other_files_cannot_be_imported(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"PNG")
    with pytest.raises(CorpusError, match=r"\.docx can be imported"):
        to_markdown(tmp_path / "a.png")


@given(st.lists(st.tuples(st.sampled_from(["heading", "paragraph", "item"]), LINE), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_text_survives_being_written_as_markdown(parts: list[tuple[str, str]]) -> None:
    lines = [(kind, clean(text).strip()) for kind, text in parts]
    body = assemble(
        Heading(2, text) if kind == "heading" else Line(text, kind, None, 0 if kind == "item" else None)
        for kind, text in lines
        if text
    )
    if body.text:
        article = Article("a", "A", body.text, body.sections, body.blocks, body.sentences)
        again = parse_markdown(HEAD + render_body(article), path="cold-rims.md")
        assert again.text == article.text
        assert again.sections == article.sections
