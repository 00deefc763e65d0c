"""Builds on a Chroma server: their files and the pointer to the live one as records of the collection `builds`.

A reader on another machine needs no shared folder: it polls the pointer, fetches the files of a new build into its
own folder, and asks the server for vectors. Records carry no text to be searched; a file is cut into pieces.

    CURRENT, LIVED, INDEXING     notes (store.py)
    NAME/FILE/NUMBER             a piece of a build's file; those of the manifest are written last
"""

from __future__ import annotations

import base64
import shutil
import time
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from sci_assistant.chroma import ChromaServer, Place, Step, chroma_errors, open_client
from sci_assistant.errors import StoreError
from sci_assistant.manifest import MANIFEST, FileRecord, check_files, read_manifest

COLLECTION = "builds"
PIECE_BYTES = 256 * 1024  # of a file, before it is packed: a request stays small
PIECES_AT_ONCE = 16
CLAIM_SECONDS = 6 * 3600.0  # after which an indexer that says nothing more is taken for dead


class Shelf:
    """The records of one server. Safe for many threads."""

    def __init__(self, server: ChromaServer) -> None:
        self.server = server
        self._place = Place(Path(), server)

    @cached_property
    def _client(self) -> Any:
        return open_client(self._place)

    @cached_property
    def _collection(self) -> Any:
        try:
            return self._client.get_or_create_collection(COLLECTION, embedding_function=None)
        except chroma_errors() as error:
            raise self._silent(error) from error

    def close(self) -> None:
        """Let go of the server; the next call connects again."""
        for name in ("_collection", "_client"):
            held = self.__dict__.pop(name, None)
            if name == "_client" and held is not None:
                held.close()

    def _silent(self, error: Exception) -> StoreError:
        return StoreError(f"The Chroma server at {self.server.url} did not answer: {error} Is it running?")

    def _call(self, name: str, **given: Any) -> Any:
        try:
            return getattr(self._collection, name)(**given)
        except chroma_errors() as error:
            raise self._silent(error) from error

    def read(self, key: str) -> str | None:
        """A note, None where there is none."""
        found = self._call("get", ids=[key], include=["metadatas"])["metadatas"]
        return str(found[0]["content"]) if found else None

    def write(self, key: str, text: str) -> None:
        """Replace a note in one step."""
        self._call("upsert", ids=[key], embeddings=[[1.0]], metadatas=[{"content": text}])

    def claim(self, key: str, owner: str) -> str | None:
        """Hold a note that nobody else holds; else say who does. Adding a record that is there does nothing."""
        self._call("add", ids=[key], embeddings=[[1.0]], metadatas=[_hold(owner)])
        found = self.read(key) or ""
        holder, _, since = found.rpartition(" ")
        if holder != owner and time.time() - _seconds(since) > CLAIM_SECONDS:
            self._call("delete", ids=[key], where={"content": found})  # of two who see this, nobody ends the other's
            return self.claim(key, owner)
        return None if holder == owner else holder

    def renew(self, key: str, owner: str) -> None:
        """Say that the owner of a note lives; nothing where it is another's by now."""
        if (self.read(key) or "").rpartition(" ")[0] == owner:
            self._call("update", ids=[key], metadatas=[_hold(owner)])

    def release(self, key: str, owner: str) -> None:
        """Let go of a note; one that another holds by now stays."""
        self._call("delete", ids=[key], where={"owner": owner})

    def put(self, folder: Path, *, step: Step) -> None:
        """Store a sealed build; its manifest last."""
        manifest = read_manifest(folder)
        for record in manifest.files:
            self._put_file(folder, record.name)
            step(f"{record.name} on the server")
        self._put_file(folder, MANIFEST)
        step("manifest on the server")

    def _put_file(self, folder: Path, name: str) -> None:
        keys = [(f"{folder.name}/{name}/{n}", part) for n, part in enumerate(_pieces(folder / name))]
        for start in range(0, len(keys), PIECES_AT_ONCE):
            part = keys[start : start + PIECES_AT_ONCE]
            self._call(
                "upsert",
                ids=[key for key, _ in part],
                embeddings=[[1.0]] * len(part),
                metadatas=[{"build": folder.name, "content": content} for _, content in part],
            )

    def fetch(self, folder: Path) -> None:
        """Bring a build's files into a folder; the folder is there when all of them are, and are what was stored.

        Raises:
            StoreError: the build is not on the server, or came over damaged.
        """
        fresh = folder.with_name(f"{folder.name}.fetching-{time.monotonic_ns()}")
        fresh.mkdir(parents=True)
        try:
            self._fetch_file(folder.name, MANIFEST, fresh)
            manifest = read_manifest(fresh)
            for record in manifest.files:
                self._fetch_file(folder.name, record.name, fresh, record)
            check_files(fresh, manifest.files, whole=True)
            if not folder.exists():
                fresh.rename(folder)
        except OSError as error:
            raise StoreError(f"The build {folder.name} cannot be kept in {folder.parent}: {error}") from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _fetch_file(self, build: str, name: str, folder: Path, record: FileRecord | None = None) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        count = None if record is None else max(1, -(-record.size // PIECE_BYTES))
        with path.open("wb") as stream:
            number = 0
            while count is None or number < count:
                most = PIECES_AT_ONCE if count is None else min(PIECES_AT_ONCE, count - number)
                keys = [f"{build}/{name}/{number + i}" for i in range(most)]
                found = self._call("get", ids=keys, include=["metadatas"])
                content = dict(zip(found["ids"], found["metadatas"], strict=True))
                for key in keys:
                    if key in content:
                        stream.write(_unpacked(str(content[key]["content"])))
                    elif count is not None or key.endswith("/0"):
                        raise StoreError(
                            f"The Chroma server at {self.server.url} has no {key}. Run: sci-assistant index"
                        )
                number += most
                if count is None and len(content) < most:
                    return

    def remove(self, build: str) -> None:
        """Remove a build's files."""
        self._call("delete", where={"build": build})

    def builds(self) -> set[str]:
        """Names of the builds that have a manifest on the server."""
        found = self._call("get", where={"build": {"$ne": ""}}, include=[])
        ending = f"/{MANIFEST}/0"
        return {key.removesuffix(ending) for key in found["ids"] if key.endswith(ending)}


def _hold(owner: str) -> dict[str, str]:
    return {"content": f"{owner} {time.time():.0f}", "owner": owner}


def _seconds(text: str) -> float:
    """A time in a note; the beginning of time where none can be read."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _pieces(path: Path) -> Iterator[str]:
    """A file's content in pieces, packed as text; one empty piece for an empty file."""
    with path.open("rb") as stream:
        first = True
        while (content := stream.read(PIECE_BYTES)) or first:
            first = False
            yield base64.b85encode(zlib.compress(content, 1)).decode("ascii")


def _unpacked(text: str) -> bytes:
    try:
        return zlib.decompress(base64.b85decode(text))
    except (ValueError, zlib.error) as error:
        raise StoreError(f"A piece of a build on the Chroma server is damaged: {error}") from error
