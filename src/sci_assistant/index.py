"""The one adapter to Chroma, and what a build of the index is.

A build is a folder that is written once and never changed: the parsed articles, their chunks, a Chroma
collection of chunk vectors (embedded, or on a server by setting), a keyword index, vectors of sentences and of
the questions that articles answer, the vocabulary, and a manifest that is written last. `store.py` decides which
build is live.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from sci_assistant.asked import AskedIndex
from sci_assistant.errors import StoreError, StoreMismatch
from sci_assistant.ingest.chunk import CHUNKING_VERSION
from sci_assistant.keyword import KeywordIndex, vocabulary
from sci_assistant.models import ModelSpec, Vectors
from sci_assistant.types import Article, Chunk, Term
from sci_assistant.words import STOPWORDS, stem, tokenize

FORMAT_VERSION = 2
REBUILD = "Run: sci-assistant index --rebuild"
# Measured: at Chroma's defaults recall@10 fell to 0.86 at 10,000 vectors.
HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}

_ARTICLES = TypeAdapter(tuple[Article, ...])
_CHUNKS = TypeAdapter(tuple[Chunk, ...])
_TERMS = TypeAdapter(tuple[Term, ...])


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Where an article came from, and the hash of what was accepted from there."""

    article: str
    source: str
    content_hash: str
    failed: str | None = None  # why its newest version was not accepted; the last accepted one is live


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build is made of. It is written last: a folder without one is no build."""

    build: str
    created: str  # ISO 8601, UTC
    format_version: int
    chunking_version: str
    model: ModelSpec
    corpus: tuple[str, ...]
    records: tuple[SourceRecord, ...]
    chunks: int
    sentences: int
    glossary_hash: str = ""


_MANIFEST = TypeAdapter(Manifest)


def _client(folder: Path, chroma_url: str | None) -> Any:
    import chromadb
    from chromadb.config import Settings as ChromaSettings
    from chromadb.errors import ChromaError

    quiet = ChromaSettings(anonymized_telemetry=False)
    try:
        if chroma_url is None:
            return chromadb.PersistentClient(path=str(folder / "chroma"), settings=quiet)
        from urllib.parse import urlsplit

        url = urlsplit(chroma_url)
        ssl = url.scheme == "https"
        return chromadb.HttpClient(
            host=url.hostname or "localhost", port=url.port or (443 if ssl else 8000), ssl=ssl, settings=quiet
        )
    except (ChromaError, ValueError, OSError) as error:
        place = f"the Chroma server at {chroma_url}" if chroma_url else f"the Chroma folder {folder / 'chroma'}"
        raise StoreError(f"Cannot open {place}: {error} Is it running? {REBUILD}") from error


@contextmanager
def _answering() -> Iterator[None]:
    """Map what goes wrong while Chroma is asked, a server that is away included."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, httpx.HTTPError) as error:
        raise StoreError(f"Chroma did not answer: {error} Is it running? {REBUILD}") from error


def _collection_name(build: str) -> str:
    return f"build-{build}"


def write_build(
    folder: Path,
    manifest: Manifest,
    *,
    articles: Sequence[Article],
    chunks: Sequence[Chunk],
    chunk_vectors: Vectors,
    sentence_vectors: Vectors,
    asked_vectors: Vectors,
    foil_vectors: Vectors,
    glossary: Sequence[Term] = (),
    chroma_url: str | None = None,
) -> None:
    """Write a whole build; its manifest last, so that a build that was broken off is never taken for one."""
    folder.mkdir(parents=True)
    (folder / "articles.json").write_bytes(_ARTICLES.dump_json(tuple(articles)))
    (folder / "chunks.json").write_bytes(_CHUNKS.dump_json(tuple(chunks)))
    (folder / "glossary.json").write_bytes(_TERMS.dump_json(tuple(glossary)))
    np.save(folder / "sentences.npy", sentence_vectors.astype(np.float16))
    np.save(folder / "asked.npy", asked_vectors.astype(np.float16))
    np.save(folder / "foils.npy", foil_vectors.astype(np.float16))
    (folder / "vocabulary.json").write_text(
        json.dumps(vocabulary(articles, glossary), ensure_ascii=False), encoding="utf-8"
    )
    KeywordIndex.build(chunks, {a.id: a for a in articles}).save(folder / "keyword")
    _write_collection(folder, manifest.build, chunks=chunks, vectors=chunk_vectors, chroma_url=chroma_url)
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")


def _write_collection(
    folder: Path, build: str, *, chunks: Sequence[Chunk], vectors: Vectors, chroma_url: str | None
) -> None:
    client = _client(folder, chroma_url)
    try:
        collection = client.create_collection(
            _collection_name(build), configuration={"hnsw": HNSW}, embedding_function=None
        )
        step = min(1000, client.get_max_batch_size())
        for start in range(0, len(chunks), step):
            batch = chunks[start : start + step]
            collection.add(
                ids=[chunk.id for chunk in batch],
                embeddings=vectors[start : start + step],
                documents=[chunk.text for chunk in batch],
                metadatas=[{"article": chunk.article, "position": start + i} for i, chunk in enumerate(batch)],
            )
        if collection.count() != len(chunks):
            raise StoreError(f"Chroma holds {collection.count()} of {len(chunks)} chunks of build {build}. {REBUILD}")
    finally:
        client.close()


def delete_collection(folder: Path, build: str, *, chroma_url: str | None) -> None:
    """Remove a build's vectors from a Chroma server; an embedded collection goes with its folder."""
    if chroma_url is None:
        return
    from chromadb.errors import ChromaError

    client = _client(folder, chroma_url)
    try:
        client.delete_collection(_collection_name(build))
    except (ChromaError, ValueError):
        return  # it is gone already
    finally:
        client.close()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a build.

    Raises:
        StoreError: it is missing or damaged.
        StoreMismatch: the build has another format.
    """
    path = folder / "manifest.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format_version"] != FORMAT_VERSION:
            raise StoreMismatch(f"{folder} has format {raw['format_version']}, wanted {FORMAT_VERSION}. {REBUILD}")
        return _MANIFEST.validate_python(raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} cannot be read: {error} {REBUILD}") from error


class Build:
    """An opened build, read only. Safe for many threads; `close` when no question uses it any more."""

    def __init__(self, folder: Path, *, chroma_url: str | None = None) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        try:
            self.articles: Mapping[str, Article] = {
                article.id: article for article in _ARTICLES.validate_json((folder / "articles.json").read_bytes())
            }
            self.chunks = _CHUNKS.validate_json((folder / "chunks.json").read_bytes())
            self.glossary = _TERMS.validate_json((folder / "glossary.json").read_bytes())
            self.keyword = KeywordIndex.load(folder / "keyword", len(self.chunks))
            self.vocabulary: Mapping[str, int] = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
            self._sentence_vectors = np.load(folder / "sentences.npy", mmap_mode="r")
            self.asked = AskedIndex(
                tuple(self.articles.values()), np.load(folder / "asked.npy"), np.load(folder / "foils.npy")
            )
        except (OSError, ValueError) as error:
            raise StoreError(f"The build {folder} is damaged: {error} {REBUILD}") from error
        self.chunks_of = _chunks_of(self.chunks)
        self.position = {chunk.id: i for i, chunk in enumerate(self.chunks)}
        self._first_sentence = self._sentence_offsets()
        self._chroma = _client(folder, chroma_url)
        self._collection = self._open_collection()

    def _sentence_offsets(self) -> dict[str, int]:
        offsets, total = {}, 0
        for article in self.articles.values():
            offsets[article.id] = total
            total += len(article.sentences)
        if total != len(self._sentence_vectors) or len(self.chunks) != self.manifest.chunks:
            raise StoreError(f"The build {self.folder} is damaged: its parts do not fit together. {REBUILD}")
        return offsets

    def _open_collection(self) -> Any:
        import httpx
        from chromadb.errors import ChromaError

        try:
            collection = self._chroma.get_collection(_collection_name(self.manifest.build), embedding_function=None)
        except httpx.HTTPError as error:
            raise StoreError(f"Chroma did not answer: {error} Is it running?") from error
        except (ChromaError, ValueError) as error:
            raise StoreError(f"Chroma has no vectors of the build {self.folder}: {error} {REBUILD}") from error
        space = collection.configuration["hnsw"]["space"]
        if space != HNSW["space"] or collection.count() != len(self.chunks):
            raise StoreError(f"Chroma's vectors of the build {self.folder} are damaged ({space=}). {REBUILD}")
        return collection

    def check(self, model: ModelSpec) -> None:
        """Refuse a build that was made with another model or chunking.

        Raises:
            StoreMismatch: says which, and the command that mends it.
        """
        if self.manifest.model != model:
            raise StoreMismatch(f"The store was made with {self.manifest.model}, the setting is {model}. {REBUILD}")
        if self.manifest.chunking_version != CHUNKING_VERSION:
            raise StoreMismatch(
                f"The store has chunking {self.manifest.chunking_version}, wanted {CHUNKING_VERSION}. {REBUILD}"
            )

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
        """Cosine of the chunks nearest to a unit vector, by chunk position."""
        count = min(count, len(self.chunks))
        if count == 0:
            return {}
        with _answering():
            found = self._collection.query(
                query_embeddings=vector.reshape(1, -1), n_results=count, include=["distances"]
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return {self.position[chunk_id]: 1.0 - float(distance) for chunk_id, distance in pairs}

    def cosines(self, positions: Sequence[int], vector: Vectors) -> dict[int, float]:
        """Exact cosine of given chunks to a unit vector, by chunk position."""
        if not positions:
            return {}
        with _answering():
            got = self._collection.get(ids=[self.chunks[p].id for p in positions], include=["embeddings"])
        scores = np.asarray(got["embeddings"], dtype=np.float32) @ vector
        return {self.position[chunk_id]: float(s) for chunk_id, s in zip(got["ids"], scores, strict=True)}

    def chunk_vectors(self) -> Vectors:
        """Unit vectors of all chunks, shape (chunks, dimensions): for fitting and reports, not for answering."""
        got = self._collection.get(include=["embeddings"])
        vectors = np.zeros((len(self.chunks), self.manifest.model.dimensions), dtype=np.float32)
        vectors[[self.position[chunk_id] for chunk_id in got["ids"]]] = got["embeddings"]
        return vectors

    def sentence_vectors(self, article: Article) -> NDArray[np.float32]:
        """Unit vectors of an article's sentences, shape (sentences, dimensions)."""
        first = self._first_sentence[article.id]
        return np.asarray(self._sentence_vectors[first : first + len(article.sentences)], dtype=np.float32)

    def close(self) -> None:
        self._chroma.close()


def _chunks_of(chunks: Sequence[Chunk]) -> Mapping[tuple[str, int], tuple[int, ...]]:
    """Positions of the chunks that hold a sentence, by article id and sentence index."""
    found: dict[tuple[str, int], tuple[int, ...]] = {}
    for position, chunk in enumerate(chunks):
        for sentence in chunk.sentences:
            key = (chunk.article, sentence)
            found[key] = (*found.get(key, ()), position)
    return found


def glossary_hash(glossary: Sequence[Term]) -> str:
    """SHA-256 of a glossary."""
    return hashlib.sha256(_TERMS.dump_json(tuple(glossary))).hexdigest()


def title_names(title: str) -> tuple[str, ...]:
    """A title's names: "Heterotopic ossification (HO)" is called so, and "Heterotopic ossification", and "HO"."""
    if title.endswith(")") and " (" in title:
        name, _, short = title[:-1].partition(" (")
        return (title, name, short)
    return (title,)
