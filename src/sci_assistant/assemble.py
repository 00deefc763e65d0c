"""A build is written: its files, its segment of new vectors, everything on the disk, the manifest last; then looked at.

Nothing here touches a build that is live. What is broken off has no manifest, is never opened, and is removed when
the next build goes live.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sci_assistant.chroma import REBUILD, Place, Step, write_segment
from sci_assistant.errors import StoreError
from sci_assistant.index import ARTICLES, CHUNKS, TERMS, Build
from sci_assistant.keyword import vocabulary, write_keywords
from sci_assistant.manifest import Manifest, SegmentRecord, file_records, sync_folder, sync_tree, write_manifest
from sci_assistant.models import Vectors
from sci_assistant.types import Article, Chunk, Term
from sci_assistant.words import stems

SAMPLES = 8  # chunks that a new build must find by their own vectors and words
LEAST_COSINE = 0.999  # of a chunk found by its own vector
MOST_SEGMENTS = 3  # each costs a search of its own for every question
LEAST_USED = 0.75  # of a segment's vectors, or it is written anew


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """Which segments of the build before go on being used, and which chunks a new one takes."""

    kept: tuple[SegmentRecord, ...]
    segment_of: NDArray[np.int16]  # for each chunk an index into `kept`, or len(kept) for the new one
    fresh: NDArray[np.int64]  # positions of the chunks of the new one


def plan_segments(old: Sequence[SegmentRecord], before: NDArray[np.int16]) -> SegmentPlan:
    """Lay out vectors: `before` gives for each chunk its segment in `old`, -1 where its vector is new."""
    where = before
    used = [int((where == i).sum()) for i in range(len(old))]
    kept = [i for i, record in enumerate(old) if used[i] and used[i] >= LEAST_USED * record.size]
    if len(kept) >= MOST_SEGMENTS:
        kept = [max(kept, key=lambda i: used[i])]
    if used and max(used) < len(where) / 2:
        kept = []
    new_number = np.full(len(old) + 1, len(kept), dtype=np.int16)  # the last entry is that of -1
    new_number[kept] = np.arange(len(kept), dtype=np.int16)
    segment_of = new_number[where]
    return SegmentPlan(tuple(old[i] for i in kept), segment_of, np.flatnonzero(segment_of == len(kept)))


def write_texts(
    folder: Path, *, articles: Sequence[Article], chunks: Sequence[Chunk], glossary: Sequence[Term], step: Step
) -> None:
    """Write what is read: articles, chunks, glossary, vocabulary and the keyword index."""
    words = json.dumps(vocabulary(articles, glossary), ensure_ascii=False).encode()
    parts = {
        "articles.json": ARTICLES.dump_json(tuple(articles)),
        "chunks.json": CHUNKS.dump_json(tuple(chunks)),
        "glossary.json": TERMS.dump_json(tuple(glossary)),
        "vocabulary.json": words,
    }
    for name, content in parts.items():
        (folder / name).write_bytes(content)
        step(f"{name} written")
    write_keywords(chunks, {a.id: a for a in articles}, folder / "keyword")
    step("keyword index written")


def write_arrays(folder: Path, arrays: Mapping[str, NDArray[Any]], *, step: Step) -> None:
    """Write arrays as NAME.npy."""
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
        step(f"{name}.npy written")


def write_new_segment(
    place: Place, name: str, chunks: Sequence[Chunk], vectors: Vectors, plan: SegmentPlan, *, step: Step
) -> tuple[SegmentRecord, ...]:
    """Write the vectors that no kept segment holds; all segments of the build."""
    if not len(plan.fresh):
        return plan.kept
    taken = [chunks[i] for i in plan.fresh]
    write_segment(
        place,
        name,
        ids=[chunk.id for chunk in taken],
        articles=[chunk.article for chunk in taken],
        texts=[chunk.text for chunk in taken],
        vectors=vectors[plan.fresh],
        step=step,
    )
    return (*plan.kept, SegmentRecord(name, len(taken)))


def seal(folder: Path, manifest: Manifest, place: Place, *, step: Step) -> Manifest:
    """Have all parts on the disk, then write the manifest that makes them a build."""
    sync_tree(folder)
    step("files on the disk")
    if place.server is None and place.segment_folder(manifest.build).is_dir():
        sync_tree(place.segment_folder(manifest.build))
        sync_folder(place.folder / "segments")
        step("vectors on the disk")
    whole = replace(manifest, files=file_records(folder))
    write_manifest(folder, whole)
    sync_folder(folder.parent)
    step("manifest written")
    return whole


def _problem(build: Build, position: int, chunk: Chunk) -> str | None:
    """What is wrong with a chunk of a new build."""
    vector = np.asarray(build.files.chunk_vectors[position])
    if max(build.nearest(vector, 3).values(), default=0.0) < LEAST_COSINE:
        return "is not found by its own vector"
    words = stems(chunk.text)
    if words and build.keyword.scores(words)[position] <= 0:
        return "is not found by its own words"
    article = build.articles[chunk.article]
    said = " ".join(article.sentence_text(i) for i in chunk.sentences)
    return None if chunk.text in said else "is not in its article"


def verify(build: Build) -> None:
    """Ask a new build for some of its own chunks, by vector and by words.

    Raises:
        StoreError: names the chunk that it does not find.
    """
    count = len(build.chunks)
    for position in sorted({round(i * (count - 1) / (SAMPLES - 1)) for i in range(SAMPLES)} if count else ()):
        chunk = build.chunks[position]
        problem = _problem(build, position, chunk)
        if problem is None:
            continue
        raise StoreError(f"The new build was not published: chunk {chunk.id} of {chunk.article} {problem}. {REBUILD}")
