"""Chunks: never across sections, never cut off, list items with what introduces them, offsets that hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_assistant.ingest.chunk import SPECIAL_TOKENS, Budget, chunk_article, chunk_articles
from sci_assistant.ingest.parse import parse_markdown, read_articles
from sci_assistant.wire import bundled_corpus

FRONT = """---
id: x
title: Spasms
summary: About spasms.
topics: [muscles]
synonyms: [spasms]
sources:
  - {title: T, publisher: P, url: "https://example.org/", read: 2026-01-01}
origin: us
written: 2026-01-01
reviewed: null
---
"""


def words(texts):
    return [len(text.split()) for text in texts]


def article(body):
    return parse_markdown(FRONT + body, path="x.md")


@pytest.fixture(scope="module")
def bundled():
    return tuple(item for _, item in read_articles(bundled_corpus()) if not isinstance(item, Exception))


def test_no_chunk_of_the_corpus_is_longer_than_the_model_reads(bundled, embeddings):
    limit = embeddings.spec.max_tokens
    chunks = chunk_articles(bundled, budget=Budget(limit), count_tokens=embeddings.count_tokens)
    assert max(embeddings.count_tokens([c.embedded for c in chunks])) + SPECIAL_TOKENS <= limit


def test_every_sentence_of_the_corpus_stands_in_a_chunk(bundled):
    for one in bundled:
        chunks = chunk_article(one, budget=Budget(256), count_tokens=words)
        assert {i for c in chunks for i in c.sentences} == set(range(len(one.sentences)))


def test_a_chunk_never_crosses_a_section(bundled):
    for one in bundled:
        for chunk in chunk_article(one, budget=Budget(256), count_tokens=words):
            assert {one.sentences[i].section for i in chunk.sentences} == {chunk.section}


def test_a_long_list_repeats_its_introduction_in_every_part():
    items = "\n".join(f"- Item number {i} says something of eight words." for i in range(40))
    chunks = chunk_article(
        article(f"Opening.\n\n## Signs\n\nThe signs are:\n\n{items}\n"), budget=Budget(80, 60), count_tokens=words
    )
    parts = [c for c in chunks if "Item number" in c.text]
    assert len(parts) > 3
    assert all(c.text.startswith("The signs are:") for c in parts)


def test_an_introduction_never_ends_a_chunk():
    filler = " ".join(f"Sentence {i} has five words." for i in range(11))
    body = f"## Signs\n\n{filler} The signs are:\n\n- One sign of many words stands here today.\n"
    for chunk in chunk_article(article(body), budget=Budget(80, 62), count_tokens=words):
        assert not chunk.text.endswith(":")


def test_what_is_embedded_carries_title_and_path_and_what_is_shown_does_not():
    chunk = chunk_article(
        article("## Signs\n\n### At night\n\nLegs may jump.\n"), budget=Budget(80), count_tokens=words
    )[-1]
    assert chunk.embedded == "Spasms Signs At night\nLegs may jump."
    assert chunk.text == "Legs may jump."


def test_ids_are_stable_and_unique_even_for_repeated_text():
    body = "## A\n\nSame words.\n\n## B\n\nSame words.\n"
    ids = [c.id for c in chunk_article(article(body), budget=Budget(80), count_tokens=words)]
    assert len(set(ids)) == len(ids)
    assert ids == [c.id for c in chunk_article(article(body), budget=Budget(80), count_tokens=words)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab .:!?", min_size=1, max_size=200), min_size=1, max_size=12))
def test_no_text_is_lost_or_cut_off_whatever_its_shape(paragraphs):
    body = "## S\n\n" + "\n\n".join(f"x{p}" for p in paragraphs) + "\n"
    one = article(body)
    chunks = chunk_article(one, budget=Budget(20, 12), count_tokens=words)
    assert all(words([c.embedded])[0] + SPECIAL_TOKENS <= 20 for c in chunks)
    assert "".join("".join(c.text.split()) for c in chunks) == "".join(one.text.split())
