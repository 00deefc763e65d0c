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

from sci_assistant.chroma import Step
from sci_assistant.index import BuildFiles
from sci_assistant.ingest.chunk import Budget, chunk_article
from sci_assistant.manifest import SegmentRecord
from sci_assistant.models import Form, LocalEmbeddings, Vectors
from sci_assistant.store import VectorCache
from sci_assistant.types import Article, Chunk

EMBED_STEP = 256  # texts between two steps of the progress bar

Progress = Callable[[int, int], None]  # done, of
Kind = Literal["chunks", "sentences", "asked"]
ArticleTexts = Sequence[tuple[str, Sequence[str]]]  # article id and its texts


class Embedder:
    """Embeds groups of texts in turn, each text once, and only those not in the cache, which `side` writes."""

    def __init__(self, embeddings: LocalEmbeddings, form: Form, cache: VectorCache, side: Executor) -> None:
        self._embeddings, self._form, self._cache, self._side = embeddings, form, cache, side
        self.embedded = 0

    def vectors(self, groups: Sequence[Sequence[str]], *, progress: Progress, step: Step) -> Iterator[Vectors]:
        """For each group the unit vectors of its texts, shape (len(group), dimensions)."""
        number = {text: n for n, text in enumerate(dict.fromkeys(text for group in groups for text in group))}
        once = list(number)
        found, missing = self._cache.get(once)
        left = set(missing)
        written: list[Future[None]] = []
        for group in groups:
            rows = [number[text] for text in group]
            todo = sorted(left.intersection(rows), key=lambda row: (-len(once[row]), row))
            left.difference_update(todo)
            for start in range(0, len(todo), EMBED_STEP):
                part = todo[start : start + EMBED_STEP]
                texts = [once[row] for row in part]
                found[np.asarray(part)] = fresh = self._embeddings.embed_passages(texts, self._form)
                written.append(self._side.submit(self._cache.put, texts, fresh))
                self.embedded += len(part)
                progress(self.embedded, len(missing))
                step(f"{self.embedded} of {len(missing)} texts embedded")
            yield found[np.asarray(rows, dtype=np.int64)]
        for each in written:
            each.result()


@dataclass(frozen=True, slots=True)
class Cut:
    """The chunks of all articles in their order, and the row that each had in the build before, -1 for none."""

    chunks: tuple[Chunk, ...]
    rows: NDArray[np.int64]

    @property
    def new(self) -> NDArray[np.int64]:
        """Positions of the chunks that the build before did not have."""
        return np.flatnonzero(self.rows < 0)


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
        """For chunks, sentences and phrasings the rows of each article."""
        found: dict[Kind, dict[str, range]] = {"chunks": {}, "sentences": {}, "asked": {}}
        if self._files is None:
            return found
        lengths = dict.fromkeys(self._files.articles, 0)
        for chunk in self._files.chunks:
            lengths[chunk.article] += 1
        ends = dict.fromkeys(found, 0)
        for article in self._files.articles.values():
            phrasings = sum(len(asked.phrasings) for asked in article.asked)
            counts: dict[Kind, int] = {
                "chunks": lengths[article.id],
                "sentences": len(article.sentences),
                "asked": phrasings,
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

    def chunk_vectors(self, cut: Cut, fresh: Vectors) -> Vectors:
        """Vectors of all chunks, from those of the chunks that had none before."""
        if self._files is None:
            return fresh
        vectors = np.empty((len(cut.chunks), fresh.shape[1]), dtype=np.float32)
        old = np.flatnonzero(cut.rows >= 0)
        vectors[old] = self._files.chunk_vectors[cut.rows[old]]
        vectors[cut.new] = fresh
        return vectors

    def segments(self, cut: Cut) -> NDArray[np.int16]:
        """The segment that held each chunk's vector, -1 for none."""
        none = np.full(len(cut.rows), -1, dtype=np.int16)
        if self._files is None or not len(self._files.segment_of):
            return none
        return np.where(cut.rows >= 0, self._files.segment_of[cut.rows], none)

    def new_texts(self, kind: Kind, texts: ArticleTexts, same: frozenset[str]) -> list[str]:
        """Those texts whose vectors the build before did not have."""
        return [text for article, each in texts if not self._has(kind, article, same) for text in each]

    def text_vectors(
        self, kind: Kind, texts: ArticleTexts, same: frozenset[str], fresh: Vectors
    ) -> NDArray[np.float16]:
        """float16 vectors of all texts, from those of the new ones."""
        if self._files is None:
            return fresh.astype(np.float16)
        before = self._files.sentence_vectors if kind == "sentences" else self._files.asked_vectors
        vectors = np.empty((sum(len(each) for _, each in texts), fresh.shape[1]), dtype=np.float16)
        at = used = 0
        for article, each in texts:
            part = slice(at, at + len(each))
            if self._has(kind, article, same):
                rows = self._rows[kind][article]
                vectors[part] = before[rows.start : rows.stop]
            else:
                vectors[part] = fresh[used : used + len(each)]
                used += len(each)
            at += len(each)
        return vectors

    def _has(self, kind: Kind, article: str, same: frozenset[str]) -> bool:
        return article in same and article in self._rows[kind]
