"""An opened build of the index, read only: articles, chunks, keyword index, vectors, and the search over them.

A build is a folder that is written once and never changed (assemble.py), and the segments of vectors in Chroma that
its manifest names (chroma.py). `store.py` decides which build is live.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from sci_assistant.asked import AskedIndex, phrasings_of
from sci_assistant.chroma import REBUILD, ChromaServer, Place, Segment
from sci_assistant.errors import StoreError, StoreMismatch
from sci_assistant.headings import HeadingIndex
from sci_assistant.ingest.chunk import CHUNKING_VERSION
from sci_assistant.keyword import KeywordIndex
from sci_assistant.manifest import check_files, read_manifest
from sci_assistant.models import ModelSpec, Vectors
from sci_assistant.types import Article, Chunk, Term
from sci_assistant.words import STOPWORDS, Vocabulary, stem, stems, tokenize

ARTICLES_READ = 64  # whose sentences' vectors in float32, and words of listed questions, are kept

ARTICLES = TypeAdapter(tuple[Article, ...])
CHUNKS = TypeAdapter(tuple[Chunk, ...])
TERMS = TypeAdapter(tuple[Term, ...])


class BuildFiles:
    """The files of a build, each read when it is first asked for.

    Raises:
        StoreError: on making one or on reading, where a file is missing or damaged.
        StoreMismatch: the build has another format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        check_files(folder, self.manifest.files)

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise self._damaged(error) from error

    def _array(self, name: str) -> NDArray[Any]:
        try:
            array: NDArray[Any] = np.load(self.folder / name, mmap_mode="r")
        except (OSError, ValueError) as error:
            raise self._damaged(error) from error
        return array

    def _damaged(self, problem: object) -> StoreError:
        return StoreError(f"The build {self.folder} is damaged: {problem} {REBUILD}")

    @cached_property
    def articles(self) -> Mapping[str, Article]:
        """Articles by id, in the order of their ids."""
        try:
            return {article.id: article for article in ARTICLES.validate_json(self._bytes("articles.json"))}
        except ValueError as error:
            raise self._damaged(error) from error

    @cached_property
    def chunks(self) -> tuple[Chunk, ...]:
        try:
            return CHUNKS.validate_json(self._bytes("chunks.json"))
        except ValueError as error:
            raise self._damaged(error) from error

    @cached_property
    def glossary(self) -> tuple[Term, ...]:
        try:
            return TERMS.validate_json(self._bytes("glossary.json"))
        except ValueError as error:
            raise self._damaged(error) from error

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """How often each word stands in the corpus."""
        try:
            return Vocabulary(json.loads(self._bytes("vocabulary.json")))
        except ValueError as error:
            raise self._damaged(error) from error

    @cached_property
    def chunk_vectors(self) -> NDArray[np.float32]:
        """Unit vectors of all chunks, shape (chunks, dimensions)."""
        return self._array("chunks.npy")

    @cached_property
    def segment_of(self) -> NDArray[np.int16]:
        """For each chunk the segment that holds its vector, as an index into the manifest's segments."""
        return np.asarray(self._array("segment_of.npy"))

    @cached_property
    def sentence_vectors(self) -> NDArray[np.float16]:
        """Unit vectors of the sentences of all articles, in their order."""
        return self._array("sentences.npy")

    @cached_property
    def asked_vectors(self) -> NDArray[np.float32]:
        """Unit vectors of the phrasings that all articles list, in their order; read as they lie on the disk."""
        return self._array("asked.npy")

    @cached_property
    def heading_vectors(self) -> NDArray[np.float16]:
        """Unit vectors of the headings that ask, of all articles, in their order."""
        return self._array("headings.npy")

    @cached_property
    def foil_vectors(self) -> NDArray[np.float16]:
        """Unit vectors of all foils; none where no article lists questions."""
        return self._array("foils.npy")

    @cached_property
    def foils_used(self) -> NDArray[np.bool_]:
        """Which of them no passage answers."""
        return np.asarray(self._array("foils_used.npy"))


class Build:
    """An opened build. Safe for many threads; `close` when no question uses it any more."""

    def __init__(self, folder: Path, *, server: ChromaServer | None = None, brief: bool = False) -> None:
        """Open a build.

        Args:
            server: the Chroma server that holds its segments, None for embedded Chroma.
            brief: leave Chroma closed and look at every vector: to load Chroma takes longer than one question does.

        Raises:
            StoreError: a part is missing or damaged.
            StoreMismatch: the build has another format.
        """
        self.folder = folder
        self.files = BuildFiles(folder)
        self.manifest = self.files.manifest
        self.articles = self.files.articles
        self.chunks = self.files.chunks
        self.glossary = self.files.glossary
        self.vocabulary = self.files.vocabulary
        try:
            self.keyword = KeywordIndex(folder / "keyword", len(self.chunks))
            foils = self.files.foil_vectors[self.files.foils_used]
            self.asked = AskedIndex(tuple(self.articles.values()), self.files.asked_vectors, foils)
            self.headings = HeadingIndex(self.articles, self.chunks, self.files.heading_vectors)
        except (OSError, ValueError, IndexError) as error:
            raise StoreError(f"The build {folder} is damaged: {error} {REBUILD}") from error
        self.position = {chunk.id: i for i, chunk in enumerate(self.chunks)}
        self._first_sentence = self._sentence_offsets()
        self._sentence_vectors = _vectors_of(self.files, self._first_sentence)
        self._asked_stems = _stems_of(self.files)
        self.segments = () if brief else self._open_segments(Place(folder.parents[1], server))

    def _sentence_offsets(self) -> dict[str, int]:
        offsets, total = {}, 0
        for article in self.articles.values():
            offsets[article.id] = total
            total += len(article.sentences)
        fits = len(self.chunks) == self.manifest.chunks == len(self.files.chunk_vectors) == len(self.files.segment_of)
        if total != len(self.files.sentence_vectors) or not fits:
            raise StoreError(f"The build {self.folder} is damaged: its parts do not fit together. {REBUILD}")
        return offsets

    def _open_segments(self, place: Place) -> tuple[Segment, ...]:
        """The segments; none where embedded Chroma could not open them, since it wants to write: then every vector
        is looked at (`_nearest_exactly`)."""
        folders = [place.segment_folder(record.name) for record in self.manifest.segments]
        if place.server is None and any(each.is_dir() and not os.access(each, os.W_OK) for each in folders):
            return ()
        with ExitStack() as closing:  # those that are open are closed where one cannot be opened
            opened = tuple(
                closing.enter_context(contextlib.closing(Segment(place, record.name, size=record.size)))
                for record in self.manifest.segments
            )
            closing.pop_all()
        return opened

    def check(self, model: ModelSpec) -> None:
        """Refuse a build that was made with another model or chunking.

        Raises:
            StoreMismatch: says which, and the command that mends it.
        """
        check_model(self.files, model)

    @cached_property
    def chunks_of(self) -> Mapping[tuple[str, int], tuple[int, ...]]:
        """Positions of the chunks that hold a sentence, by article id and sentence index."""
        found: dict[tuple[str, int], tuple[int, ...]] = {}
        for position, chunk in enumerate(self.chunks):
            for sentence in chunk.sentences:
                key = (chunk.article, sentence)
                found[key] = (*found.get(key, ()), position)
        return found

    @cached_property
    def topics(self) -> Mapping[str, str]:
        """Article id by title or synonym, as lower-case words with single spaces."""
        return {
            " ".join(tokenize(phrase)): article.id
            for article in self.articles.values()
            for phrase in (*title_names(article.title), *article.synonyms)
        }

    @cached_property
    def terms(self) -> Mapping[str, Term]:
        """Term of the glossary by each of its synonyms, as lower-case words with single spaces."""
        return {
            name: term
            for term in self.glossary
            for synonym in term.synonyms
            if (name := " ".join(tokenize(synonym))) and name not in STOPWORDS
        }

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of every word of the articles."""
        return frozenset(stem(word) for word in self.vocabulary)

    def nearest(self, vector: Vectors, count: int) -> dict[int, float]:
        """Cosine of the chunks nearest to a unit vector, by chunk position.

        Raises:
            StoreError: Chroma does not answer.
        """
        if len(self.segments) != len(self.manifest.segments):
            return self._nearest_exactly(vector, count)
        found: list[tuple[int, float]] = []
        for number, segment in enumerate(self.segments):
            found += self._nearest_in(number, segment, vector, count)
        found.sort(key=lambda pair: -pair[1])
        return dict(found[:count])

    def _nearest_exactly(self, vector: Vectors, count: int) -> dict[int, float]:
        scores = self.files.chunk_vectors @ vector
        return {int(position): float(scores[position]) for position in np.argsort(-scores, kind="stable")[:count]}

    def _nearest_in(self, number: int, segment: Segment, vector: Vectors, count: int) -> list[tuple[int, float]]:
        """The nearest chunks of one segment that this build uses; an edit leaves some in it that are used no more."""
        used = self._used[number]
        wanted = min(count, used)
        asked = wanted + min(segment.size - used, 20)
        while True:
            pairs = [
                (position, cosine)
                for chunk_id, cosine in segment.nearest(vector, asked)
                if (position := self.position.get(chunk_id)) is not None and self.files.segment_of[position] == number
            ]
            if len(pairs) >= wanted or asked >= segment.size:
                return pairs[:wanted]
            asked *= 2

    @cached_property
    def _used(self) -> list[int]:
        """How many chunks of this build each segment holds."""
        return [int(n) for n in np.bincount(self.files.segment_of, minlength=len(self.segments))]

    def cosines(self, positions: Sequence[int], vector: Vectors) -> dict[int, float]:
        """Exact cosine of given chunks to a unit vector, by chunk position."""
        if not positions:
            return {}
        scores = self.files.chunk_vectors[list(positions)] @ vector
        return {position: float(score) for position, score in zip(positions, scores, strict=True)}

    def chunk_vectors(self) -> Vectors:
        """Unit vectors of all chunks, shape (chunks, dimensions): for fitting and reports, not for answering."""
        return np.array(self.files.chunk_vectors)

    def sentence_vectors(self, article: Article) -> NDArray[np.float32]:
        """Unit vectors of an article's sentences, shape (sentences, dimensions)."""
        return self._sentence_vectors(article.id)

    def asked_stems(self, article: Article) -> frozenset[str]:
        """Stems of the words of the questions that an article lists."""
        return self._asked_stems(article.id)

    def close(self) -> None:
        for segment in self.segments:
            segment.close()


def _vectors_of(files: BuildFiles, first: Mapping[str, int]) -> Callable[[str], NDArray[np.float32]]:
    """The vectors of an article's sentences by its id, those of the last articles kept. It knows the files and not the
    build, so that a build that was replaced is freed at once."""

    @lru_cache(maxsize=ARTICLES_READ)
    def read(article_id: str) -> NDArray[np.float32]:
        rows = slice(first[article_id], first[article_id] + len(files.articles[article_id].sentences))
        vectors = np.array(files.sentence_vectors[rows], dtype=np.float32)
        vectors.setflags(write=False)
        return vectors

    return read


def _stems_of(files: BuildFiles) -> Callable[[str], frozenset[str]]:
    """The stems of what an article lists by its id, those of the last articles kept."""

    @lru_cache(maxsize=ARTICLES_READ)
    def read(article_id: str) -> frozenset[str]:
        return frozenset(found for text in phrasings_of(files.articles[article_id]) for found in stems(text))

    return read


def check_model(files: BuildFiles, model: ModelSpec) -> None:
    """Refuse a build that was made with another model or chunking.

    Raises:
        StoreMismatch: says which, and the command that mends it.
    """
    known = files.manifest
    if not model.finds(known.model):
        raise StoreMismatch(f"The store was made with {known.model}, the setting is {model}. {REBUILD}")
    if known.chunking_version != CHUNKING_VERSION:
        raise StoreMismatch(f"The store has chunking {known.chunking_version}, wanted {CHUNKING_VERSION}. {REBUILD}")


def glossary_hash(glossary: Sequence[Term]) -> str:
    """SHA-256 of a glossary."""
    return hashlib.sha256(TERMS.dump_json(tuple(glossary))).hexdigest()


def title_names(title: str) -> tuple[str, ...]:
    """A title's names: "Heterotopic ossification (HO)" is called so, and "Heterotopic ossification", and "HO"."""
    if title.endswith(")") and " (" in title:
        name, _, short = title[:-1].partition(" (")
        return (title, name, short)
    return (title,)
