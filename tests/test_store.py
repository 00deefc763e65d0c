"""Builds: indexed twice nothing changes, edits replace, a half-built or damaged one is never served."""

import gc
import json
import shutil
import sqlite3
import threading
import time
import weakref
from pathlib import Path

import numpy as np
import pytest

from sci_assistant import store as store_module
from sci_assistant.chroma import HNSW
from sci_assistant.errors import CorpusError, RemovalsRefused, StoreBusy, StoreEmpty, StoreError, StoreMismatch
from sci_assistant.index import Build
from sci_assistant.ingest import build as build_module
from sci_assistant.ingest import embed as embed_module
from sci_assistant.ingest import parse as parse_module
from sci_assistant.ingest.build import build_index
from sci_assistant.store import Store, VectorCache
from sci_assistant.wire import bundled_corpus

FRONT = """---
id: {id}
title: {title}
summary: About it.
topics: [testing]
synonyms: [{id} words]
sources:
  - {{title: T, publisher: P, url: "https://example.org/", read: 2026-01-01}}
origin: written for the tests
written: 2026-01-01
reviewed: null
---
"""


def write(folder, name, body="Opening sentence here.\n\n## What it is\n\nSpasms are sudden muscle movements.\n"):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(FRONT.format(id=name, title=name.title()) + body, encoding="utf-8")


@pytest.fixture
def corpus(tmp_path):
    for name in ("alpha", "beta", "gamma"):
        write(tmp_path / "corpus", name, f"Opening of {name}.\n\n## Signs\n\nThe sign of {name} is a red mark.\n")
    return tmp_path / "corpus"


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
    yield store
    store.close()


def test_nothing_indexed_says_which_command_helps(store):
    with pytest.raises(StoreEmpty, match="sci-assistant index"):
        store.live()


def test_indexing_twice_changes_nothing(store, corpus, embeddings):
    first = build_index(store, [corpus], embeddings)
    again = build_index(store, [corpus], embeddings)
    assert first.added == ("alpha", "beta", "gamma")
    assert (again.published, again.embedded, again.unchanged) == (False, 0, first.added)
    assert again.build == first.build


def test_an_edited_article_is_replaced_and_only_it_is_embedded(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    write(corpus, "beta", "Opening of beta.\n\n## Signs\n\nThe sign of beta is a blue mark.\n")
    report = build_index(store, [corpus], embeddings)
    assert (report.updated, report.unchanged) == (("beta",), ("alpha", "gamma"))
    assert report.embedded == 2  # the edited chunk and its one new sentence
    assert "blue" in store.live().articles["beta"].text
    assert not any("red mark" in c.text for c in store.live().chunks if c.article == "beta")


def test_a_removed_article_is_gone(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    (corpus / "gamma.md").unlink()
    report = build_index(store, [corpus], embeddings, allow_removals=True)
    assert report.removed == ("gamma",)
    assert "gamma" not in store.live().articles


def test_removing_more_than_a_tenth_needs_a_word(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    (corpus / "gamma.md").unlink()
    with pytest.raises(RemovalsRefused, match=r"1 of 3.*gamma.*--allow-removals"):
        build_index(store, [corpus], embeddings)
    assert "gamma" in store.live().articles


def test_articles_beside_those_of_the_store_are_added_by_naming_both(store, corpus, embeddings, tmp_path):
    build_index(store, [corpus], embeddings)
    write(tmp_path / "own", "delta")
    with pytest.raises(RemovalsRefused, match=rf"name their place too: --corpus {corpus}$"):
        build_index(store, [tmp_path / "own"], embeddings)
    assert build_index(store, [corpus, tmp_path / "own"], embeddings).added == ("delta",)


def test_an_article_whose_new_version_fails_keeps_its_last_accepted_one(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    (corpus / "beta.md").write_text("---\nid: beta\n---\nNo title.\n", encoding="utf-8")
    report = build_index(store, [corpus], embeddings)
    assert [(f.kept, "title" in f.reason) for f in report.failed] == [("beta", True)]
    assert "sign of beta" in store.live().articles["beta"].text
    assert [r.article for r in store.live().manifest.records if r.failed] == ["beta"]


def test_a_file_that_cannot_be_read_is_listed_and_the_rest_is_indexed(store, corpus, embeddings):
    (corpus / "broken.md").write_bytes(b"\xff\xfe broken \xff")
    report = build_index(store, [corpus], embeddings)
    assert len(report.failed) == 1
    assert "broken.md" in report.failed[0].source
    assert set(store.live().articles) == {"alpha", "beta", "gamma"}


def test_two_files_with_one_id_are_a_failure_of_the_second(store, corpus, embeddings, tmp_path):
    (tmp_path / "other").mkdir()
    shutil.copy(corpus / "alpha.md", tmp_path / "other" / "alpha.md")
    report = build_index(store, [corpus, tmp_path / "other"], embeddings)
    assert len(report.failed) == 1
    assert "stands in" in report.failed[0].reason


def test_a_path_that_does_not_exist_is_named(store, embeddings, tmp_path):
    with pytest.raises(CorpusError, match=r"nowhere.*--corpus"):
        build_index(store, [tmp_path / "nowhere"], embeddings)


def test_dry_run_writes_nothing(store, corpus, embeddings):
    report = build_index(store, [corpus], embeddings, dry_run=True)
    assert report.added == ("alpha", "beta", "gamma")
    assert store.current_name() is None


def test_the_collection_is_made_as_asked(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    hnsw = store.live().segments[0].configuration
    assert {key: hnsw[key] for key in HNSW} == HNSW


def test_nearest_agrees_with_exact_search(assistant, embeddings):
    build = assistant.live
    vector = embeddings.embed(["why does my hip not bend any more"])[0]
    exact = build.cosines(range(len(build.chunks)), vector)
    wanted = sorted(exact, key=lambda p: -exact[p])[:10]
    found = build.nearest(vector, 10)
    assert set(wanted) == set(found)
    assert np.allclose([found[p] for p in wanted], [exact[p] for p in wanted], atol=1e-4)


@pytest.mark.parametrize("field", ["model", "chunking"])
def test_a_store_of_another_model_or_chunking_is_refused_with_the_command(store, corpus, embeddings, field):
    build_index(store, [corpus], embeddings)
    store.close()  # another process has nothing open yet
    path = store.build_folder(store.current_name()) / "manifest.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    if field == "model":
        raw["model"]["revision"] = "another"
    else:
        raw["chunking_version"] = "another"
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(StoreMismatch, match="sci-assistant index --rebuild"):
        store.live().check(embeddings.spec)
    with pytest.raises(StoreMismatch, match="another"):
        build_index(store, [corpus], embeddings)
    assert build_index(store, [corpus], embeddings, rebuild=True).published


def test_a_store_of_an_older_format_is_refused_with_the_command(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    store.close()  # another process has nothing open yet
    path = store.build_folder(store.current_name()) / "manifest.json"
    raw = json.loads(path.read_text(encoding="utf-8")) | {"format_version": 1}
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(StoreMismatch, match=r"format 1, wanted 5.*sci-assistant index --rebuild"):
        store.live()
    assert build_index(store, [corpus], embeddings, rebuild=True).published


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "articles.json",
        "chunks.json",
        "vocabulary.json",
        "chunks.npy",
        "sentences.npy",
        "asked.npy",
        "headings.npy",
        "keyword/vocab.index.json",
    ],
)
def test_a_damaged_file_is_said_plainly_and_rebuild_mends_it(store, corpus, embeddings, name):
    build_index(store, [corpus], embeddings)
    store.close()  # another process has nothing open yet
    path = store.build_folder(store.current_name()) / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(StoreError, match="sci-assistant index --rebuild"):
        store.live()
    assert build_index(store, [corpus], embeddings, rebuild=True).published
    assert len(store.live().articles) == 3


@pytest.mark.parametrize("damage", ["cut short", "overwritten", "gone"])
def test_damaged_vectors_are_said_plainly_and_rebuild_mends_them(store, corpus, embeddings, damage):
    build_index(store, [corpus], embeddings)
    store.close()  # another process has nothing open yet
    database = store.place.segment_folder(store.current_name()) / "chroma.sqlite3"
    if damage == "gone":
        shutil.rmtree(database.parent)
    else:
        size = database.stat().st_size
        database.write_bytes(database.read_bytes()[: size // 3] if damage == "cut short" else b"\x55" * size)
    with pytest.raises(StoreError, match="sci-assistant index --rebuild"):
        store.live()
    assert build_index(store, [corpus], embeddings, rebuild=True).published
    assert len(store.live().nearest(embeddings.embed(["the sign of beta"])[0], 3)) == 3


def test_a_build_that_was_broken_off_is_never_served(store, corpus, embeddings, monkeypatch):
    first = build_index(store, [corpus], embeddings)
    write(corpus, "delta")

    def broken_off(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "publish", broken_off)
        with pytest.raises(KeyboardInterrupt):
            build_index(store, [corpus], embeddings)
    assert store.current_name() == first.build
    assert "delta" not in store.live().articles
    assert build_index(store, [corpus], embeddings).added == ("delta",)


def test_readers_see_the_old_build_until_the_new_one_is_complete(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            build = store.live()
            vector = embeddings.embed(["the sign of beta"])[0]
            found = {build.chunks[p].article for p in build.nearest(vector, len(build.chunks))}
            seen.append((found == set(build.articles), len(build.articles)))

    reader = threading.Thread(target=read)
    reader.start()
    for name in ("delta", "epsilon", "zeta"):
        write(corpus, name, f"Opening of {name}.\n")
        build_index(store, [corpus], embeddings)
    time.sleep(0.2)
    stop.set()
    reader.join()
    assert all(whole for whole, _ in seen)
    assert seen[-1][1] == 6


def test_an_indexer_answers_from_the_build_that_it_made_and_closes_those_before(store, corpus, embeddings, monkeypatch):
    """A watcher runs for weeks: what it has opened must not pile up."""
    monkeypatch.setattr("sci_assistant.store.GRACE_SECONDS", 0.0)
    closed: list[str] = []
    close = Build.close
    monkeypatch.setattr(Build, "close", lambda build: (closed.append(build.manifest.build), close(build)))
    names = []
    for name in ("delta", "epsilon", "zeta"):
        write(corpus, name)
        names.append(build_index(store, [corpus], embeddings).build)
        opened = store.live()
        assert (opened.manifest.build, store.live_files()) == (names[-1], opened.files)
    assert closed == names[:-1]


def spoil(store: Store, **changes: object) -> Path:
    """Another program made a build that this one cannot use, and its pointer moved. The manifest of it."""
    name = store.current_name() or ""
    shutil.copytree(store.build_folder(name), store.build_folder("another"))
    path = store.build_folder("another") / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    (store.folder / "CURRENT").write_text("another\n")
    return path


def test_a_new_build_that_cannot_be_opened_leaves_the_one_before_answering(
    store, corpus, embeddings, monkeypatch, caplog
):
    build_index(store, [corpus], embeddings)
    reader = Store(store.folder)
    before = reader.live()
    good = (store.build_folder(before.manifest.build) / "manifest.json").read_text()
    path = spoil(store, format_version=99)
    assert [reader.live() for _ in range(3)] == [before] * 3
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert isinstance(reader.problem, StoreMismatch) and "99" in str(reader.problem)
    path.write_text(good)
    assert reader.live() is before  # not yet: it is tried again after a pause
    monkeypatch.setattr(store_module, "RETRY_SECONDS", 0.0)
    assert reader.live() is not before and reader.problem is None
    with pytest.raises(StoreMismatch):
        spoil_and_open(store)
    reader.close()


def spoil_and_open(store: Store) -> Build:
    shutil.rmtree(store.build_folder("another"))
    (store.folder / "CURRENT").write_text(next((store.folder / "builds").iterdir()).name)
    spoil(store, format_version=99)
    return Store(store.folder).live()


def test_a_pointer_that_cannot_be_read_and_a_build_that_is_refused_leave_the_one_before_answering(
    store, corpus, embeddings
):
    def refuse(build: Build) -> None:
        if build.folder.name == "another":
            raise StoreMismatch("another model")

    build_index(store, [corpus], embeddings)
    reader = Store(store.folder)
    reader.require(refuse)
    before = reader.live()
    spoil(store)
    assert reader.live() is before and str(reader.problem) == "another model"
    (store.folder / "CURRENT").write_bytes(b"\xff")
    assert reader.live() is before and "cannot be read" in str(reader.problem)
    reader.close()


def test_a_build_that_was_replaced_is_let_go_without_another_publication(store, corpus, embeddings, monkeypatch):
    build_index(store, [corpus], embeddings)
    reader = Store(store.folder)
    closed = []
    monkeypatch.setattr(Build, "close", lambda build: closed.append(build.folder.name))
    first = reader.live().folder.name
    write(corpus, "delta")
    build_index(store, [corpus], embeddings)
    reader.live()
    monkeypatch.setattr(store_module, "GRACE_SECONDS", -1.0)
    assert first not in closed
    reader.live()
    assert first in closed


def test_a_vector_in_the_cache_takes_little_more_than_its_own_bytes(store, embeddings):
    cache = VectorCache(store.folder, embeddings.spec)
    store.folder.mkdir()
    vectors = np.random.default_rng(0).normal(size=(2000, 384)).astype(np.float32)
    cache.put([str(n) for n in range(2000)], vectors)
    assert (store.folder / "vectors.sqlite").stat().st_size < 2 * vectors.nbytes
    assert np.array_equal(cache.get(["7"])[0][0], vectors[7])


def test_two_indexers_at_once_the_second_says_who_holds_it(store, corpus, embeddings):
    with store.indexing(), pytest.raises(StoreBusy, match="Another process"):
        build_index(store, [corpus], embeddings)


def test_old_builds_are_removed_but_the_one_before(store, corpus, embeddings):
    for name in ("delta", "epsilon", "zeta"):
        write(corpus, name)
        build_index(store, [corpus], embeddings)
    assert len(list((store.folder / "builds").iterdir())) == 2


def test_a_lost_vector_cache_costs_time_only(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    with sqlite3.connect(store.folder / "vectors.sqlite") as connection:
        connection.execute("DELETE FROM vectors")
    connection.close()
    write(corpus, "delta")
    assert build_index(store, [corpus], embeddings).published


def test_a_store_remembers_its_corpus(store, corpus, embeddings):
    from sci_assistant.settings import load_settings
    from sci_assistant.wire import corpus_paths

    settings = load_settings(store=store.folder)
    assert corpus_paths(settings, store) == (bundled_corpus(),)
    build_index(store, [corpus], embeddings)
    assert corpus_paths(settings, store) == (corpus.resolve(),)


def test_where_the_remembered_corpus_is_not_there_no_other_takes_its_place(store, corpus, embeddings):
    from sci_assistant.settings import load_settings
    from sci_assistant.wire import corpus_notice, corpus_paths

    settings = load_settings(store=store.folder)
    build_index(store, [corpus], embeddings)
    corpus.rename(corpus.with_name("moved"))
    with pytest.raises(CorpusError, match=r"were at .*corpus, which is not there.*--corpus"):
        corpus_paths(settings, store)
    assert "which is not there" in (corpus_notice(settings, store) or "")
    moved = load_settings(store=store.folder, corpus=(corpus.with_name("moved"),))
    assert corpus_paths(moved, store) == (corpus.with_name("moved"),)


def test_a_store_of_another_format_still_knows_its_corpus_and_a_damaged_one_wants_it_named(store, corpus, embeddings):
    from sci_assistant.settings import load_settings
    from sci_assistant.wire import corpus_paths

    settings = load_settings(store=store.folder)
    build_index(store, [corpus], embeddings)
    path = store.build_folder(store.current_name()) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 1}))
    assert corpus_paths(settings, Store(store.folder)) == (corpus.resolve(),)
    path.write_text("{")
    with pytest.raises(StoreError, match="name them with --corpus"):
        corpus_paths(settings, Store(store.folder))


def test_embedding_shows_its_progress(store, corpus, embeddings, monkeypatch):
    monkeypatch.setattr(embed_module, "EMBED_STEP", 4)
    steps = []
    build_index(store, [corpus], embeddings, progress=lambda done, total: steps.append((done, total)))
    assert len(steps) > 1
    assert steps[-1][0] == steps[-1][1]


def test_the_same_corpus_by_another_path_changes_nothing(store, corpus, embeddings, monkeypatch):
    build_index(store, [corpus], embeddings)
    monkeypatch.chdir(corpus.parent)
    assert not build_index(store, [Path("corpus")], embeddings).published


def test_a_broken_line_never_holds_back_a_newer_version(store, embeddings, tmp_path):
    path = tmp_path / "articles.jsonl"
    line = '{{"id": "{0}", "title": "{0}", "url": "https://example.org/{0}", "text": "The {0} {1}."}}\n'
    path.write_text(line.format("a", "was old") + line.format("b", "stays"), encoding="utf-8")
    build_index(store, [path], embeddings)
    path.write_text("broken\n" + line.format("a", "is new") + line.format("b", "stays"), encoding="utf-8")
    report = build_index(store, [path], embeddings)
    assert len(report.failed) == 1
    assert "is new" in store.live().articles["a"].text


def test_a_broken_article_in_another_folder_keeps_its_last_accepted_version(store, corpus, embeddings):
    """A checkout that was moved, or a build rolled back to one of other folders."""
    build_index(store, [corpus], embeddings)
    moved = corpus.rename(corpus.with_name("moved"))
    (moved / "beta.md").write_text("---\nid: beta\n---\nNo title.\n", encoding="utf-8")
    (moved / "gamma.md").rename(moved / "third.md")
    text = (moved / "third.md").read_text(encoding="utf-8").replace("origin:", "orgin:")
    (moved / "third.md").write_text(text, encoding="utf-8")
    report = build_index(store, [moved], embeddings)
    assert ([f.kept for f in report.failed], report.removed) == (["beta", "gamma"], ())
    assert "sign of gamma" in store.live().articles["gamma"].text


def test_a_line_that_names_its_article_keeps_the_last_accepted_version_wherever_it_stands(store, embeddings, tmp_path):
    path = tmp_path / "articles.jsonl"
    line = '{{"id": "{0}", "title": "{0}", "text": "The sign of {0}."}}\n'
    path.write_text(line.format("a") + line.format("b"), encoding="utf-8")
    build_index(store, [path], embeddings)
    path.write_text(line.format("b") + '{"id": "a", "text": "No title."}\n', encoding="utf-8")
    report = build_index(store, [path], embeddings)
    assert ([f.kept for f in report.failed], report.removed) == (["a"], ())


def test_rebuilding_does_not_remove_articles_unasked(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    (corpus / "gamma.md").unlink()
    with pytest.raises(RemovalsRefused):
        build_index(store, [corpus], embeddings, rebuild=True)


def test_a_damaged_vector_cache_is_made_anew(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    (store.folder / "vectors.sqlite").write_bytes(b"no database at all" * 100)
    write(corpus, "delta")
    assert build_index(store, [corpus], embeddings).published


@pytest.fixture
def parsed(monkeypatch):
    """Names of the sources that were parsed."""
    names: list[str] = []
    for place, reader in ((parse_module._FileSource, "read"), (parse_module, "_read_line")):
        read = getattr(place, reader)
        monkeypatch.setattr(
            place, reader, lambda of, *rest, _read=read: (names.append(getattr(of, "name", of)), _read(of, *rest))[1]
        )
    return names


def test_an_edit_that_is_saved_while_its_article_is_read_is_taken_up_by_the_next_run(
    store, corpus, embeddings, monkeypatch
):
    build_index(store, [corpus], embeddings)
    write(corpus, "beta", "Opening of beta.\n\n## Signs\n\nThe sign of beta is a blue mark.\n")
    read = parse_module._FileSource.read

    def slow(source):
        article = read(source)
        write(corpus, "beta", "Opening of beta.\n\n## Signs\n\nThe sign of beta is a green mark.\n")
        return article

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(parse_module._FileSource, "read", slow)
        build_index(store, [corpus], embeddings)
    assert "blue" in store.live().articles["beta"].text
    assert build_index(store, [corpus], embeddings).updated == ("beta",)
    assert "green" in store.live().articles["beta"].text


def test_what_stands_as_it_did_is_not_parsed_again(store, corpus, embeddings, parsed):
    records = [{"id": f"r{n}", "title": f"Record {n}", "text": f"The sign of r{n} is a cough."} for n in range(3)]
    lines = corpus / "more.jsonl"
    lines.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    first = build_index(store, [corpus], embeddings)
    assert len(parsed) == 6
    parsed.clear()
    assert not build_index(store, [corpus], embeddings).published and not parsed
    write(corpus, "beta", "Opening of beta.\n\n## Signs\n\nThe sign of beta is a blue mark.\n")
    lines.write_text("\n" + lines.read_text(encoding="utf-8"), encoding="utf-8")  # every line moves
    report = build_index(store, [corpus], embeddings)
    assert parsed == ["beta.md"] and report.updated == ("beta",)
    assert (len(report.unchanged), report.chunks) == (5, first.chunks)
    assert [store.live().articles[a].title for a in ("alpha", "r1")] == ["Alpha", "Record 1"]


def test_a_list_of_questions_beside_an_article_is_part_of_what_it_is_made_of(store, corpus, embeddings, parsed):
    build_index(store, [corpus], embeddings)
    parsed.clear()
    (corpus / "questions").mkdir()
    entry = '- asked: ["what shows gamma?"]\n  answers: ["The sign of gamma is a red mark."]\n'
    (corpus / "questions" / "gamma.yaml").write_text(entry, encoding="utf-8")
    assert build_index(store, [corpus], embeddings).updated == ("gamma",)
    assert parsed == ["gamma.md"]


def test_everything_is_parsed_anew_by_other_code_and_for_a_rebuild(store, corpus, embeddings, parsed, monkeypatch):
    build_index(store, [corpus], embeddings)
    parsed.clear()
    build_index(store, [corpus], embeddings, rebuild=True)
    assert len(parsed) == 3
    monkeypatch.setattr(build_module, "reading_version", lambda: "another")
    assert not build_index(store, [corpus], embeddings).published
    assert len(parsed) == 6


def test_a_build_that_is_closed_is_freed_without_the_garbage_collector(store, corpus, embeddings):
    build_index(store, [corpus], embeddings)
    folder = store.folder / "builds" / store.current_name()
    build = Build(folder, brief=True)
    article = next(iter(build.articles.values()))
    assert not build.sentence_vectors(article).flags.writeable
    assert build.sentence_vectors(article) is build.sentence_vectors(article)
    assert build.asked_stems(article) == frozenset()
    freed = weakref.ref(build)
    gc.disable()
    try:
        build.close()
        del build
        assert freed() is None
    finally:
        gc.enable()
