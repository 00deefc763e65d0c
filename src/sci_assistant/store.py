"""Which build is live: a folder of builds, a pointer that is replaced in one step, a lock for indexers.

STORE/CURRENT            the name of the live build, replaced atomically
STORE/LIVED              names of builds that were live, oldest first: where a roll back leads to
STORE/builds/NAME/       one build (index.py)
STORE/vectors.sqlite     vectors by hash of model, form and text: what is unchanged is not embedded again
STORE/indexing.lock      held by the process that indexes
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from sci_assistant.errors import StoreBusy, StoreEmpty, StoreError
from sci_assistant.index import Build, delete_collection
from sci_assistant.models import ModelSpec, Vectors

GRACE_SECONDS = 60.0  # how long questions under way may go on using a build that was replaced
KEPT_BUILDS = 2  # the live one and the one before


class Store:
    """A folder of builds. Readers ask `live` for each question and notice a new build by its pointer."""

    def __init__(self, folder: Path, *, chroma_url: str | None = None) -> None:
        self.folder = folder
        self.chroma_url = chroma_url
        self._guard = threading.Lock()
        self._open: tuple[str, Build] | None = None
        self._retired: list[tuple[float, Build]] = []

    def current_name(self) -> str | None:
        """The name of the live build, None where nothing is indexed."""
        try:
            return (self.folder / "CURRENT").read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"The store {self.folder} cannot be read: {error}. Run: sci-assistant index") from error

    def live(self) -> Build:
        """The live build, opened once and again when the pointer has moved.

        Raises:
            StoreEmpty: nothing is indexed.
            StoreError: the build cannot be read.
        """
        with self._guard:  # read within, so that nobody goes back to the build before
            name = self.current_name()
            if name is None:
                raise StoreEmpty(f"Nothing is indexed in {self.folder}. Run: sci-assistant index")
            if self._open is None or self._open[0] != name:
                fresh = Build(self.build_folder(name), chroma_url=self.chroma_url)
                if self._open is not None:
                    self._retired.append((time.monotonic(), self._open[1]))
                self._open = (name, fresh)
            self._close_retired()
            return self._open[1]

    def _close_retired(self) -> None:
        now = time.monotonic()
        for retired, build in list(self._retired):
            if now - retired > GRACE_SECONDS:
                self._retired.remove((retired, build))
                build.close()

    def close(self) -> None:
        """Close every build that is open."""
        with self._guard:
            builds = [build for _, build in self._retired] + ([self._open[1]] if self._open else [])
            self._retired, self._open = [], None
        for build in builds:
            build.close()

    def build_folder(self, name: str) -> Path:
        return self.folder / "builds" / name

    def publish(self, name: str) -> None:
        """Make a complete build the live one, in one step, and remove builds that nobody needs."""
        self.remember_live()
        _replace(self.folder / "CURRENT", name)
        self._remove_old(keep=name)

    def remember_live(self) -> None:
        """Note the live build as one that a roll back may lead to; a build that was never live is not among them."""
        name = self.current_name()
        if name is not None:
            _replace(self.folder / "LIVED", *[n for n in self._lived() if n != name and self._is_whole(n)], name)

    def previous_name(self) -> str | None:
        """The build that was live before the live one, None where none is kept."""
        live = self.current_name()
        return next((name for name in reversed(self._lived()) if name != live and self._is_whole(name)), None)

    def _lived(self) -> list[str]:
        try:
            return (self.folder / "LIVED").read_text(encoding="ascii").split()
        except (FileNotFoundError, UnicodeDecodeError):
            return []

    def _is_whole(self, name: str) -> bool:
        return (self.build_folder(name) / "manifest.json").exists()

    def rollback(self) -> tuple[str, str]:
        """Make the previous build the live one; names of the build before and after. A second call goes back again.

        Raises:
            StoreEmpty: there is no build to go back to.
            StoreBusy, StoreError: the store is held by another process, or the previous build is damaged.
        """
        with self.indexing():
            live, previous = self.current_name(), self.previous_name()
            if live is None or previous is None:
                raise StoreEmpty(f"No earlier build is kept in {self.folder}: nothing can be rolled back.")
            Build(self.build_folder(previous), chroma_url=self.chroma_url).close()  # never go back to a damaged one
            self.publish(previous)
            return live, previous

    def discard(self, name: str) -> None:
        """Remove a build that did not go live."""
        if name != self.current_name():
            self._remove(self.build_folder(name))

    def _remove_old(self, *, keep: str) -> None:
        builds = sorted((self.folder / "builds").iterdir(), key=lambda folder: folder.name)
        previous = self.previous_name()
        whole = [folder.name for folder in builds if (folder / "manifest.json").exists() and folder.name != keep]
        kept = {keep, *([previous] if previous else whole[-(KEPT_BUILDS - 1) :])}
        for folder in builds:
            if folder.name not in kept:
                self._remove(folder)

    def _remove(self, folder: Path) -> None:
        delete_collection(folder, folder.name, chroma_url=self.chroma_url)
        shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def indexing(self) -> Iterator[None]:
        """Hold the store for writing.

        Raises:
            StoreBusy: another process is indexing.
            StoreError: the folder cannot be written.
        """
        lock = FileLock(self.folder / "indexing.lock", timeout=0)
        try:
            (self.folder / "builds").mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise StoreBusy(f"Another process is indexing {self.folder}. Wait until it is done.") from error
        except OSError as error:
            raise StoreError(f"The store {self.folder} cannot be written: {error}") from error
        try:
            yield
        finally:
            lock.release()


def _replace(file: Path, *lines: str) -> None:
    """Write lines in one step: a reader sees the old ones or these, whatever happens."""
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as stream:
        stream.write("\n".join(lines) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(fresh, file)


class VectorCache:
    """Vectors on disk by the hash of model, form and text. A lost or damaged cache costs time only."""

    def __init__(self, folder: Path, model: ModelSpec) -> None:
        self._path = folder / "vectors.sqlite"
        self._salt = f"{model.revision}|{model.form}|"
        self._dimensions = model.dimensions

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.DatabaseError:  # damaged: it holds nothing that cannot be computed again
            self._path.unlink(missing_ok=True)
            return self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        try:
            connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def _keys(self, texts: Sequence[str]) -> list[bytes]:
        return [hashlib.sha256((self._salt + text).encode()).digest()[:16] for text in texts]

    def get(self, texts: Sequence[str]) -> tuple[Vectors, list[int]]:
        """Vectors of texts, zeros where unknown, and the positions that are unknown."""
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        missing: list[int] = []
        with closing(self._connect()) as connection:
            for position, key in enumerate(self._keys(texts)):
                row = connection.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
                if row is None or len(row[0]) != 4 * self._dimensions:
                    missing.append(position)
                else:
                    vectors[position] = np.frombuffer(row[0], dtype="<f4")
        return vectors, missing

    def put(self, texts: Sequence[str], vectors: Vectors) -> None:
        rows = [(key, row.astype("<f4").tobytes()) for key, row in zip(self._keys(texts), vectors, strict=True)]
        with closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
