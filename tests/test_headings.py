"""Headings that ask are matched as questions; a corpus without lists is searched by the question as embedded."""

import json
from dataclasses import replace

import numpy as np
import pytest

from sci_assistant.ask.search import HybridSearch, Shares
from sci_assistant.headings import HeadingIndex, asking_headings
from sci_assistant.ingest.build import build_index
from sci_assistant.models import LocalEmbeddings
from sci_assistant.store import Store
from sci_assistant.types import Article, Section

PAGES = {
    "fox-1": ("What does a fox eat?", "Mice, berries and beetles make up most of its food. It hunts at night."),
    "fox-2": ("Where does a fox sleep?", "In an earth that it digs, or under a shed. Cubs stay there for some weeks."),
    "fox-3": ("Foxes in town", "Where does it sleep and what does it eat are what visitors ask. Most live in gardens."),
}


@pytest.fixture
def build(tmp_path, embeddings: LocalEmbeddings):
    source = tmp_path / "pages.jsonl"
    source.write_text(
        "".join(
            json.dumps({"id": name, "title": title, "text": text, "url": f"https://example.org/{name}"}) + "\n"
            for name, (title, text) in PAGES.items()
        )
    )
    store = Store(tmp_path / "store")
    build_index(store, [source], embeddings)
    yield store
    store.close()


def article(title: str, *paths: tuple[str, ...]) -> Article:
    return Article("one", title, "", tuple(Section(path, 0, 0) for path in ((), *paths)), (), ())


def test_a_heading_asks_where_it_ends_with_a_question_mark():
    asking = article("Swelling", ("What causes it?",), ("What causes it?", "In the heat"), ("What to do",))
    assert asking_headings(asking) == ("Swelling: What causes it?",)
    assert asking_headings(article("What is AD ?", ("First steps",))) == ("What is AD ?",)
    assert asking_headings(article("When to call", ("What it is",))) == ()


def test_the_page_whose_title_asks_the_same_comes_first(build, embeddings):
    search = HybridSearch(embeddings, build.live)
    found = search.search("what do foxes like to eat")
    assert found.passages[0].article.id == "fox-1"
    plain = replace(search, shares=Shares(heading=0.0)).search("what do foxes like to eat")
    assert found.passages[0].score != plain.passages[0].score
    assert search.search("where do foxes sleep at night").passages[0].article.id == "fox-2"


def test_a_chunk_below_no_such_heading_is_neither_raised_nor_lowered(build, embeddings):
    live = build.live()
    places = {live.chunks[p].article: p for p in range(len(live.chunks))}
    cosines = live.headings.cosines(places.values(), embeddings.embed(["what does a fox eat?"])[0])
    assert places["fox-3"] not in cosines
    assert cosines[places["fox-1"]] > 0.9 > cosines[places["fox-2"]]


def test_headings_of_unchanged_pages_are_not_embedded_again(build, embeddings, tmp_path):
    before = build.live().files.heading_vectors.copy()
    source = tmp_path / "pages.jsonl"
    source.write_text(source.read_text().replace("digs", "makes"))
    report = build_index(build, [source], embeddings)
    assert report.updated == ("fox-2",)
    assert np.array_equal(build.live().files.heading_vectors, before)


def test_without_lists_the_question_is_searched_as_it_is_embedded(build, assistant, embeddings):
    found = HybridSearch(embeddings, build.live).search("where do foxes sleep")
    assert np.array_equal(found.vector, found.plain)
    listed = assistant.hybrid.search("where do foxes sleep")
    assert not np.array_equal(listed.vector, listed.plain)


def test_more_vectors_than_headings_are_refused():
    with pytest.raises(ValueError, match="2 vectors for 1 headings"):
        HeadingIndex({"one": article("What is AD?")}, (), np.zeros((2, 3)))
