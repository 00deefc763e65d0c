"""An edit shares what did not change, and what it leaves is what a build from nothing would be."""

import random

import numpy as np
import pytest

from sci_assistant import assemble
from sci_assistant.assemble import plan_segments, verify
from sci_assistant.errors import StoreError
from sci_assistant.ingest.build import build_index
from sci_assistant.manifest import SegmentRecord
from sci_assistant.store import Store
from tests.test_store import store, write  # noqa: F401 - a fixture

OLD = (SegmentRecord("a", 10), SegmentRecord("b", 4))


def plan(*before):
    found = plan_segments(OLD, np.array(before, dtype=np.int16))
    return [record.name for record in found.kept], found.segment_of.tolist(), found.fresh.tolist()


def test_new_chunks_go_into_a_segment_of_their_own():
    assert plan(*[0] * 10, *[1] * 4, -1, -1) == (["a", "b"], [0] * 10 + [1] * 4 + [2] * 2, [14, 15])


def test_a_segment_that_is_hardly_used_is_written_anew():
    assert plan(*[0] * 10, 1, 1) == (["a"], [0] * 10 + [1] * 2, [10, 11])


def test_where_most_is_new_everything_is_written_anew():
    assert plan(*[1] * 4, *[-1] * 20) == ([], [0] * 24, list(range(24)))


def test_three_segments_become_two():
    old = (SegmentRecord("a", 20), SegmentRecord("b", 5), SegmentRecord("c", 5))
    found = plan_segments(old, np.array([0] * 20 + [1] * 5 + [2] * 5 + [-1], dtype=np.int16))
    assert (found.kept, len(found.fresh)) == (old[:1], 11)


def test_one_edit_writes_one_segment_and_keeps_the_other(store, embeddings, tmp_path):  # noqa: F811
    corpus = tmp_path / "corpus"
    for n in range(12):
        write(corpus, f"topic{n}", f"Opening of topic {n}.\n")
    build_index(store, [corpus], embeddings)
    first = store.live().manifest.segments
    write(corpus, "topic3", "Something else of topic three.\n")
    build_index(store, [corpus], embeddings)
    assert store.live().manifest.segments == (first[0], SegmentRecord(store.current_name(), 1))


def test_after_many_edits_a_build_is_what_one_from_nothing_would_be(store, embeddings, tmp_path):  # noqa: F811
    corpus, draw = tmp_path / "corpus", random.Random(5)
    for n in range(14):
        write(corpus, f"topic{n:02}", f"Opening of topic {n}.\n\n## Signs\n\nThe sign of {n} is red.\n")
    build_index(store, [corpus], embeddings)
    for turn in range(6):
        n = draw.randrange(14)
        if turn == 3:
            (corpus / "topic13.md").unlink()
        write(corpus, f"topic{n:02}", f"Opening of topic {n}.\n\n## Signs\n\nThe sign of {n} is number {turn}.\n")
        build_index(store, [corpus], embeddings, allow_removals=True)
    edited = store.live()
    other = Store(tmp_path / "other")
    build_index(other, [corpus], embeddings)
    fresh = other.live()
    assert len(edited.manifest.segments) > 1
    assert edited.chunks == fresh.chunks and edited.articles == fresh.articles
    assert np.array_equal(edited.files.chunk_vectors, fresh.files.chunk_vectors)
    assert np.array_equal(edited.files.sentence_vectors, fresh.files.sentence_vectors)
    for words in ("sign of four", "opening", "number two"):
        vector = embeddings.embed([words])[0]
        found, wanted = (build.nearest(vector, 8) for build in (edited, fresh))
        assert np.allclose(sorted(found.values()), sorted(wanted.values()), atol=1e-5)
    other.close()


def test_a_build_that_does_not_find_its_own_chunks_is_not_published(store, embeddings, tmp_path, monkeypatch):  # noqa: F811
    write(tmp_path / "corpus", "alpha")
    first = build_index(store, [tmp_path / "corpus"], embeddings)
    write(tmp_path / "corpus", "beta")
    write_arrays = assemble.write_arrays

    def turned(folder, arrays, *, step):
        write_arrays(folder, arrays | {"chunks": -arrays["chunks"]}, step=step)

    monkeypatch.setattr("sci_assistant.ingest.build.write_arrays", turned)
    with pytest.raises(StoreError, match=r"not published.*by its own vector"):
        build_index(store, [tmp_path / "corpus"], embeddings)
    assert store.current_name() == first.build
    verify(store.live())
