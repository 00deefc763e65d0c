"""questions/<id>.yaml: what holds, what is reported, and what stays live."""

from datetime import date

import pytest

from sci_assistant.errors import ArticleError
from sci_assistant.ingest.asked import parse_entries
from sci_assistant.ingest.build import build_index
from sci_assistant.ingest.check import check_corpus
from sci_assistant.ingest.parse import read_articles
from sci_assistant.store import Store
from tests.ingest.articles import BODY, HEAD

LIST = f"- asked: [why are my hands cold, cold hands]\n  answers:\n    - {BODY.strip()}\n"


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "questions").mkdir(parents=True)
    (folder / "cold-rims.md").write_text(HEAD + BODY, encoding="utf-8")
    (folder / "questions" / "cold-rims.yaml").write_text(LIST, encoding="utf-8")
    return folder


def missing(corpus):
    found = check_corpus([corpus], today=date(2026, 11, 23)).findings
    return [finding.message for finding in found if finding.rule == "answer-missing"]


def test_a_listed_question_points_at_its_sentence(corpus):
    ((_, article),) = read_articles(corpus)
    (asked,) = article.asked
    assert asked.phrasings == ("why are my hands cold", "cold hands")
    assert [article.quote(article.sentences[i].start, article.sentences[i].end) for i in asked.sentences] == [
        BODY.strip()
    ]
    assert missing(corpus) == []


def test_an_edited_sentence_is_reported_and_its_question_left_out(corpus):
    (corpus / "cold-rims.md").write_text(HEAD + "Cold rims chill your hands.\n", encoding="utf-8")
    ((_, article),) = read_articles(corpus)
    assert article.asked == ()
    (message,) = missing(corpus)
    assert BODY.strip() in message and "Copy the sentence" in message


def test_a_list_without_an_article_is_reported(corpus):
    (corpus / "questions" / "warm-rims.yaml").write_text(LIST, encoding="utf-8")
    (message,) = missing(corpus)
    assert "'warm-rims'" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [("- asked: [open", "is not YAML"), ("- asked: [x]\n", "answers"), ("- asked: []\n  answers: [x]\n", "asked")],
)
def test_a_broken_list_is_an_error_that_names_file_and_form(corpus, text, said):
    file = corpus / "questions" / "cold-rims.yaml"
    with pytest.raises(ArticleError, match=r"questions/cold-rims\.yaml") as error:
        parse_entries(file, text.encode())
    assert said in str(error.value) and "- asked:" in str(error.value)


def test_a_broken_list_keeps_the_last_accepted_version(corpus, embeddings, tmp_path):
    store = Store(tmp_path / "store")
    build_index(store, [corpus], embeddings)
    (corpus / "questions" / "cold-rims.yaml").write_text("- asked: [open", encoding="utf-8")
    report = build_index(store, [corpus], embeddings)
    assert [failure.kept for failure in report.failed] == ["cold-rims"]
    assert len(store.live().asked) == 1
    store.close()


def test_other_foils_make_another_build(corpus, embeddings, tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    build_index(store, [corpus], embeddings)
    assert not build_index(store, [corpus], embeddings).published
    monkeypatch.setattr("sci_assistant.ingest.build.foils_hash", lambda: "of other foils")
    assert build_index(store, [corpus], embeddings).published
    store.close()
