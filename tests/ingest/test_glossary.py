"""The glossary: read with the articles, kept in the build, changed with it."""

import pytest

from sci_assistant.errors import CorpusError
from sci_assistant.ingest.build import build_index
from sci_assistant.ingest.glossary import read_glossary
from sci_assistant.store import Store
from sci_assistant.types import Term
from sci_assistant.wire import bundled_corpus
from tests.test_store import write

ENTRY = "- term: Spasm\n  meaning: A sudden tightening of a muscle.\n  synonyms: [jumping legs]\n  article: alpha\n"


def test_a_glossary_is_terms_with_plain_meanings(tmp_path):
    (tmp_path / "glossary.yaml").write_text(ENTRY, encoding="utf-8")
    assert read_glossary(tmp_path) == (Term("Spasm", "A sudden tightening of a muscle.", ("jumping legs",), "alpha"),)


def test_a_corpus_without_one_has_no_terms(tmp_path):
    assert read_glossary(tmp_path) == ()


@pytest.mark.parametrize("text", ["- term: Spasm\n", "just words\n", "- [1, 2]\n", "a: [b\n"])
def test_a_glossary_that_is_none_is_a_clear_error(tmp_path, text):
    (tmp_path / "glossary.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"glossary\.yaml"):
        read_glossary(tmp_path)


def test_a_changed_glossary_makes_a_new_build(tmp_path, embeddings):
    corpus, store = tmp_path / "corpus", Store(tmp_path / "store")
    write(corpus, "alpha")
    build_index(store, [corpus], embeddings)
    (corpus / "glossary.yaml").write_text(ENTRY, encoding="utf-8")
    report = build_index(store, [corpus], embeddings)
    assert (report.published, report.embedded) == (True, 0)
    assert store.live().terms["jumping legs"].term == "Spasm"
    assert not build_index(store, [corpus], embeddings).published
    store.close()


def test_the_bundled_glossary_is_in_the_live_build(assistant):
    assert assistant.glossary == read_glossary(bundled_corpus())
    assert len(assistant.glossary) >= 100
