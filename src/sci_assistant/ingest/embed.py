"""Texts -> vectors, from the build before, from the cache, or from the model; and the chunks they belong to.

What an article that did not change had in the build before is taken from there: its chunks, and every vector. The
rest is looked up in the cache by hash; what is left is embedded, texts of like length together, while another thread
writes what is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sci_assistant.asked import foil_texts, foils_hash, phrasings_of
from sci_assistant.chroma import Step
from sci_assistant.headings import asking_headings
from sci_assistant.index import BuildFiles
from sci_assistant.ingest.chunk import Budget, Embedded, chunk_article, embedded_of
from sci_assistant.manifest import SegmentRecord
from sci_assistant.models import Form, LocalEmbeddings, Vectors
from sci_assistant.pooling import Passage
from sci_assistant.store import VectorCache
from sci_assistant.types import Article, Chunk

EMBED_STEP = 256  # texts between two steps of the progress bar

Progress = Callable[[int, int], None]  # done, of
Kind = Literal["chunks", "sentences", "asked", "headings"]
# A question is compared with all listed ones, which are read as they lie on the disk, but with few sentences.
NUMBERS: dict[Kind, type[np.floating]] = {"sentences": np.float16, "asked": np.float32, "headings": np.float16}
# Of each article, what is embedded beside its text.
QUESTIONS: dict[Kind, Callable[[Article], tuple[str, ...]]] = {"asked": phrasings_of, "headings": asking_headings}


class Embedder:
    """Embeds groups of passages in turn, each once, and only those not in the cache, which `side` writes."""

    def __init__(self, embeddings: LocalEmbeddings, form: Form, cache: VectorCache, side: Executor) -> None:
        self._embeddings, self._form, self._cache, self._side = embeddings, form, cache, side
        self.embedded = 0

    def vectors(self, groups: Sequence[Sequence[Passage]], *, progress: Progress, step: Step) -> Iterator[Vectors]:
        """For each group the unit vectors of its passages, each followed by those of its sentences."""
        if not self._embeddings.pools(self._form):
            groups = [[each for passage in group for each in passage.apart] for group in groups]
        once = list(dict.fromkeys(key for group in groups for passage in group for key in passage.keys))
        number = {key: row for row, key in enumerate(once)}
        found, missing = self._cache.get(once)
        left = {once[row] for row in missing}
        todo = [self._unknown(group, left) for group in groups]
        count = sum(len(each) for each in todo)
        written: list[Future[None]] = []
        for group, unknown in zip(groups, todo, strict=True):
            for start in range(0, len(unknown), EMBED_STEP):
                part = unknown[start : start + EMBED_STEP]
                keys = [key for passage in part for key in passage.keys]
                fresh = self._embed(part)
                found[[number[key] for key in keys]] = fresh
                written.append(self._side.submit(self._cache.put, keys, fresh))
                self.embedded += len(part)
                progress(self.embedded, count)
                step(f"{self.embedded} of {count} texts embedded")
            rows = [number[key] for passage in group for key in passage.keys]
            yield found[np.asarray(rows, dtype=np.int64)]
        for each in written:
            each.result()

    def _embed(self, passages: Sequence[Passage]) -> Vectors:
        if any(passage.spans for passage in passages):
            return self._embeddings.embed_with_sentences(passages)
        return self._embeddings.embed_passages([passage.text for passage in passages], self._form)

    @staticmethod
    def _unknown(group: Sequence[Passage], left: set[str]) -> list[Passage]:
        """Those of which a vector is `left` to be made, once, the longest first; it is no longer left then."""
        unknown = []
        for passage in group:
            if not left.isdisjoint(passage.keys):
                unknown.append(passage)
                left.difference_update(passage.keys)
        return sorted(unknown, key=lambda passage: -len(passage.text))


@dataclass(frozen=True, slots=True)
class Cut:
    """The chunks of all articles in their order, and the row that each had in the build before, -1 for none."""

    chunks: tuple[Chunk, ...]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edited:
    """Chunks of articles that are new or have changed: their positions, and article by article what is embedded."""

    positions: NDArray[np.int64]
    embedded: Sequence[Sequence[Embedded]]

    @property
    def passages(self) -> list[Passage]:
        return [one.passage for article in self.embedded for one in article]

    def split(self, vectors: Vectors) -> tuple[Vectors, Vectors]:
        """The chunks' vectors, and those of the articles' sentences in their order, from those of `passages`."""
        chunks = np.empty((len(self.positions), vectors.shape[1]), dtype=np.float32)
        sentences = [vectors[:0]]
        row = at = 0
        for article in self.embedded:
            own = np.empty((sum(len(one.sentences) for one in article), vectors.shape[1]), dtype=np.float32)
            for one in article:
                chunks[at] = vectors[row]
                own[list(one.sentences)] = vectors[row + 1 : row + 1 + len(one.sentences)]
                row += 1 + len(one.sentences)
                at += 1
            sentences.append(own)
        return chunks, np.concatenate(sentences)


class Before:
    """What articles had in the build before. Without one, or with vectors of another model or form, nothing."""

    def __init__(self, files: BuildFiles | None) -> None:
        self._files = files

    @property
    def records(self) -> tuple[SegmentRecord, ...]:
        """Its segments."""
        return self._files.manifest.segments if self._files else ()

    @cached_property
    def _rows(self) -> dict[Kind, dict[str, range]]:
        """For chunks, sentences, phrasings and headings the rows of each article."""
        found: dict[Kind, dict[str, range]] = {"chunks": {}, "sentences": {}, "asked": {}, "headings": {}}
        if self._files is None:
            return found
        lengths = dict.fromkeys(self._files.articles, 0)
        for chunk in self._files.chunks:
            lengths[chunk.article] += 1
        ends = dict.fromkeys(found, 0)
        for article in self._files.articles.values():
            counts: dict[Kind, int] = {
                "chunks": lengths[article.id],
                "sentences": len(article.sentences),
                "asked": len(phrasings_of(article)),
                "headings": len(asking_headings(article)),
            }
            for kind, count in counts.items():
                found[kind][article.id] = range(ends[kind], ends[kind] + count)
                ends[kind] += count
        return found

    def cut(self, articles: Sequence[Article], same: frozenset[str], embeddings: LocalEmbeddings) -> Cut:
        """Chunk the articles; those that are the `same` as before keep their chunks."""
        budget = Budget(embeddings.spec.max_tokens)
        chunks: list[Chunk] = []
        rows: list[int] = []
        for article in articles:
            known = self._rows["chunks"].get(article.id, range(0))
            before = self._files.chunks[known.start : known.stop] if self._files else ()
            if article.id in same and self._files:
                now, places = before, list(known)
            else:
                now = chunk_article(article, budget=budget, count_tokens=embeddings.count_tokens)
                place_of = {(c.id, c.embedded): row for c, row in zip(before, known, strict=True)}
                places = [place_of.get((c.id, c.embedded), -1) for c in now]
            chunks += now
            rows += places
        return Cut(tuple(chunks), np.asarray(rows, dtype=np.int64))

    def edited(self, cut: Cut, articles: Sequence[Article], same: frozenset[str]) -> Edited:
        """What is embedded of those articles whose sentences had no vectors before."""
        by_article: dict[str, list[int]] = {}
        for position, chunk in enumerate(cut.chunks):
            by_article.setdefault(chunk.article, []).append(position)
        positions: list[int] = []
        embedded: list[list[Embedded]] = []
        for article in articles:
            if not self._has("sentences", article.id, same):
                here = by_article.get(article.id, [])
                positions += here
                embedded.append(embedded_of(article, [cut.chunks[position] for position in here]))
        return Edited(np.asarray(positions, dtype=np.int64), embedded)

    def chunk_vectors(self, cut: Cut, edited: Edited, fresh: Vectors) -> Vectors:
        """Vectors of all chunks, from those of the edited articles' chunks."""
        if self._files is None:
            return fresh
        vectors = np.empty((len(cut.chunks), fresh.shape[1]), dtype=np.float32)
        kept = np.setdiff1d(np.arange(len(cut.chunks)), edited.positions)
        vectors[kept] = self._files.chunk_vectors[cut.rows[kept]]
        vectors[edited.positions] = fresh
        return vectors

    def segments(self, cut: Cut) -> NDArray[np.int16]:
        """The segment that held each chunk's vector, -1 for none."""
        none = np.full(len(cut.rows), -1, dtype=np.int16)
        if self._files is None or not len(self._files.segment_of):
            return none
        return np.where(cut.rows >= 0, self._files.segment_of[cut.rows], none)

    def new_questions(self, kind: Kind, articles: Sequence[Article], same: frozenset[str]) -> list[Passage]:
        """The listed questions, or the headings that ask, whose vectors the build before did not have."""
        new = [article for article in articles if not self._has(kind, article.id, same)]
        return [Passage(text) for article in new for text in QUESTIONS[kind](article)]

    def foil_vectors(self) -> Vectors | None:
        """Vectors of the foils, None where it had none, or others."""
        known = self._files is not None and self._files.manifest.foils_hash == foils_hash()
        if self._files is None or not known or len(self._files.foil_vectors) != len(foil_texts()):
            return None
        return np.asarray(self._files.foil_vectors, dtype=np.float32)

    def text_vectors(
        self, kind: Kind, counts: Sequence[tuple[str, int]], same: frozenset[str], fresh: Vectors
    ) -> NDArray[np.floating]:
        """Vectors of all texts, so many of each article, from those of the new ones; NUMBERS says in which numbers."""
        kept = NUMBERS[kind]
        if self._files is None:
            return fresh.astype(kept)
        files = self._files
        before: dict[Kind, NDArray[np.floating]] = {
            "sentences": files.sentence_vectors,
            "asked": files.asked_vectors,
            "headings": files.heading_vectors,
        }
        vectors = np.empty((sum(count for _, count in counts), fresh.shape[1]), dtype=kept)
        at = used = 0
        for article, count in counts:
            part = slice(at, at + count)
            if self._has(kind, article, same):
                rows = self._rows[kind][article]
                vectors[part] = before[kind][rows.start : rows.stop]
            else:
                vectors[part] = fresh[used : used + count]
                used += count
            at += count
        return vectors

    def _has(self, kind: Kind, article: str, same: frozenset[str]) -> bool:
        return article in same and article in self._rows[kind]
