"""The one adapter to Chroma: segments of vectors that are written once, embedded in a folder or on a server.

A segment is a collection that no build ever changes once it is written. A build names the segments that hold its
chunks' vectors, so that an edit writes a small one beside those that stand (index.py). On a server the parts of a
build and the pointer to the live one are records of a collection, too (shelf.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from sci_assistant.errors import StoreError

# Measured: at Chroma's defaults recall@10 fell to 0.86 at 10,000 vectors.
HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
REBUILD = "Run: sci-assistant index --rebuild"
BATCH = 1000  # vectors that are added at once

Vectors = NDArray[np.float32]
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A Chroma server, a distributed deployment behind one address, or Chroma Cloud.

    Chroma itself has no login: a token is for the proxy before it (`Authorization`) or for Chroma Cloud
    (`X-Chroma-Token`). Tenant and database are Chroma's defaults where None is given.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    tenant: str | None = None
    database: str | None = None

    def open(self, settings: Any) -> Any:
        """Chroma's own client. Errors: those of `chroma_errors`."""
        import chromadb
        from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT

        url = urlsplit(self.url)
        ssl = url.scheme == "https"
        return chromadb.HttpClient(
            host=url.hostname or "localhost",
            port=url.port or (443 if ssl else 8000),
            ssl=ssl,
            headers={"Authorization": f"Bearer {self.token}", "X-Chroma-Token": self.token} if self.token else None,
            settings=settings,
            tenant=self.tenant or DEFAULT_TENANT,
            database=self.database or DEFAULT_DATABASE,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where segments are: under a store's folder, or on a Chroma server."""

    folder: Path
    server: ChromaServer | None = None

    def segment_folder(self, name: str) -> Path:
        return self.folder / "segments" / name

    def describe(self, name: str = "") -> str:
        if self.server is not None:
            return f"the Chroma server at {self.server.url}"
        return f"the Chroma folder {self.segment_folder(name)}"


def collection_name(segment: str) -> str:
    return f"build-{segment}"


def chroma_errors() -> tuple[type[Exception], ...]:
    """What Chroma raises where it cannot be reached or does not know a name."""
    import httpx
    from chromadb.errors import ChromaError

    return (ChromaError, ValueError, OSError, httpx.HTTPError)


def open_client(place: Place, name: str = "") -> Any:
    """A client of the server, or of a segment's own folder.

    Raises:
        StoreError: it cannot be opened.
    """
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    quiet = ChromaSettings(anonymized_telemetry=False)
    try:
        if place.server is not None:
            return place.server.open(quiet)
        return chromadb.PersistentClient(path=str(place.segment_folder(name)), settings=quiet)
    except chroma_errors() as error:
        advice = "Is it running?" if place.server else REBUILD
        raise StoreError(f"Cannot open {place.describe(name)}: {_with_cause(error)} {advice}") from error


def _with_cause(error: BaseException) -> str:
    """What went wrong, with what lies under it: Chroma says of a refused certificate only that it could not connect."""
    root = error
    while root.__context__ is not None:
        root = root.__context__
    return str(error) if root is error or str(root) in str(error) else f"{error} ({root})"


@contextmanager
def client_of(place: Place, name: str = "") -> Iterator[Any]:
    """A client that is closed afterwards."""
    client = open_client(place, name)
    try:
        yield client
    finally:
        client.close()


def write_segment(
    place: Place,
    name: str,
    *,
    ids: Sequence[str],
    articles: Sequence[str],
    texts: Sequence[str],
    vectors: Vectors,
    step: Step,
) -> None:
    """Write a whole segment.

    Raises:
        StoreError: Chroma cannot take it, or holds another number of vectors afterwards.
    """
    if place.server is None:
        place.segment_folder(name).mkdir(parents=True)
    with client_of(place, name) as client:
        try:
            collection = client.create_collection(
                collection_name(name), configuration={"hnsw": HNSW}, embedding_function=None
            )
            step(f"segment {name} made")
            most = min(BATCH, client.get_max_batch_size())
            for start in range(0, len(ids), most):
                part = slice(start, start + most)
                collection.add(
                    ids=list(ids[part]),
                    embeddings=vectors[part],
                    documents=list(texts[part]),
                    metadatas=[{"article": article} for article in articles[part]],
                )
                step(f"vectors {start} to {min(start + most, len(ids))} added")
            held = collection.count()
        except chroma_errors() as error:
            raise StoreError(f"Chroma cannot hold the vectors of {name}: {error}") from error
    if held != len(ids):
        raise StoreError(f"Chroma holds {held} of {len(ids)} chunks of {name}. {REBUILD}")


def delete_segment(place: Place, name: str) -> None:
    """Remove a segment; one that is gone already is no fault."""
    if place.server is None:
        shutil.rmtree(place.segment_folder(name), ignore_errors=True)
        return
    with client_of(place) as client:
        try:
            client.delete_collection(collection_name(name))
        except chroma_errors():
            return


def list_segments(place: Place) -> set[str]:
    """Names of all segments of a place."""
    if place.server is None:
        folder = place.folder / "segments"
        return {each.name for each in folder.iterdir()} if folder.is_dir() else set()
    prefix = collection_name("")
    with client_of(place) as client:
        try:
            names = [collection.name for collection in client.list_collections(limit=10_000)]
        except chroma_errors() as error:
            raise StoreError(f"{place.describe('')} does not list its collections: {error}") from error
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


class Segment:
    """An opened segment, read only. Safe for many threads."""

    def __init__(self, place: Place, name: str, *, size: int) -> None:
        """Raises StoreError: the segment is missing or damaged."""
        self.name = name
        self.size = size
        if place.server is None and not place.segment_folder(name).is_dir():
            raise StoreError(f"{place.describe(name)} is missing. {REBUILD}")
        self._client = open_client(place, name)
        try:
            self._collection = self._open(place)
        except BaseException:
            self._client.close()
            raise

    def _open(self, place: Place) -> Any:
        try:
            collection = self._client.get_collection(collection_name(self.name), embedding_function=None)
            space, held = collection.configuration["hnsw"]["space"], collection.count()
        except chroma_errors() as error:
            problem = f"There are no vectors of {self.name} in {place.describe(self.name)}: {error} {REBUILD}"
            raise StoreError(problem) from error
        if space != HNSW["space"] or held != self.size:
            raise StoreError(
                f"The vectors of {self.name} in {place.describe(self.name)} are damaged "
                f"({held} of {self.size}, {space}). {REBUILD}"
            )
        return collection

    @property
    def configuration(self) -> dict[str, Any]:
        """How Chroma says that it indexes the vectors."""
        return dict(self._collection.configuration["hnsw"])

    def nearest(self, vector: Vectors, count: int) -> list[tuple[str, float]]:
        """Ids and cosines of the chunks nearest to a unit vector, best first."""
        if not min(count, self.size):
            return []
        try:
            found = self._collection.query(
                query_embeddings=vector.reshape(1, -1), n_results=min(count, self.size), include=["distances"]
            )
        except chroma_errors() as error:
            raise StoreError(f"Chroma did not answer: {error} {REBUILD}") from error
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(chunk_id, 1.0 - float(distance)) for chunk_id, distance in pairs]

    def close(self) -> None:
        self._client.close()
