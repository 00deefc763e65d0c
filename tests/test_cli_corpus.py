import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sci_assistant.cli import main
from tests.ingest.articles import BODY, FIXTURE, HEAD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cold-rims.md").write_text(HEAD + BODY, encoding="utf-8")
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["corpus", *map(str, words)])


def test_check_passes_with_status_0_and_lists_the_grade(folder: Path) -> None:
    result = run("check", folder)
    assert result.exit_code == 0
    assert "cold-rims.md: 11 words, grade " in result.output


def test_check_fails_with_status_1_and_says_what_to_do(folder: Path) -> None:
    (folder / "cold-rims.md").write_text(HEAD.replace("title: Cold rims", "title:") + BODY, encoding="utf-8")
    result = run("check", folder)
    assert result.exit_code == 1
    assert "error [front-matter] line 3: title: is empty." in result.output


def test_check_as_json_holds_articles_and_findings(folder: Path) -> None:
    report = json.loads(run("check", folder, FIXTURE, "--json").output)
    assert report["passed"] is False
    assert [article["id"] for article in report["articles"]] == ["cold-rims", "cold-push-rims"]
    assert all(isinstance(article["grade"], float) for article in report["articles"])
    assert ("error", "empty-section") in {(each["severity"], each["rule"]) for each in report["findings"]}


def test_a_missing_path_ends_with_status_2(tmp_path: Path) -> None:
    result = run("check", tmp_path / "none")
    assert result.exit_code == 2
    assert "there is no such folder or file" in result.output


def test_list_names_articles_and_what_cannot_be_read(folder: Path) -> None:
    (folder / "bad.md").write_text("no front matter", encoding="utf-8")
    result = run("list", folder)
    assert result.exit_code == 1
    assert "cold-rims: Cold rims (winter; not reviewed)" in result.output
    assert "bad.md:1: there is no front matter." in result.output


def test_the_bundled_articles_are_listed_without_a_path() -> None:
    rows = json.loads(run("list", "--json").output)
    assert "heterotopic-ossification" in {row["id"] for row in rows}


def test_import_writes_an_article_and_lists_what_it_could_not(folder: Path) -> None:
    result = run("import", FIXTURE, folder / "none.txt", "--to", folder / "new")
    assert result.exit_code == 1
    assert (folder / "new" / "cold-push-rims.md").is_file()
    assert "none.txt: cannot be opened" in result.output


def test_review_is_written_and_shown(folder: Path) -> None:
    result = run("review", "cold-rims", "--reviewer", "N. O., nurse", "--date", "2026-11-24", "--corpus", folder)
    assert result.exit_code == 0
    assert "reviewed 2026-11-24 by N. O., nurse" in run("list", folder).output


def test_a_review_is_looked_for_where_the_articles_of_the_store_are(folder: Path) -> None:
    words = ("review", "cold-rims", "--reviewer", "N. O., nurse", "--store", folder / "store")
    corpus = folder / "own"
    corpus.mkdir()
    (folder / "cold-rims.md").rename(corpus / "cold-rims.md")
    main_run = CliRunner().invoke(main, ["index", "--store", str(folder / "store"), "--corpus", str(corpus)])
    assert main_run.exit_code == 0, main_run.output
    result = run(*words)
    assert result.exit_code == 0 and "sci-assistant publish" in result.output
    assert "N. O., nurse" in (corpus / "cold-rims.md").read_text(encoding="utf-8")


def test_a_bundled_article_is_never_reviewed_unasked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("sci_assistant.wire.bundled_corpus", "sci_assistant.cli_corpus._bundled"):
        monkeypatch.setattr(place, lambda: folder)
    words = ("review", "cold-rims", "--reviewer", "N. O., nurse", "--store", folder / "store")
    result = run(*words)
    assert result.exit_code == 2 and f"--corpus {folder}" in result.output
    assert (folder / "cold-rims.md").read_text(encoding="utf-8") == HEAD + BODY
    assert run(*words, "--corpus", folder).exit_code == 0
