"""Which build is live: a folder of builds, a pointer that is replaced in one step, a lock for indexers.

STORE/CURRENT            the name of the live build, replaced atomically
STORE/LIVED              names of builds that were live, oldest first: where a roll back leads to
STORE/builds/NAME/       one build (index.py)
STORE/segments/NAME/     vectors in embedded Chroma, used by one build or several (chroma.py)
STORE/vectors.sqlite     vectors by hash of model, form and text: what is unchanged is not embedded again
STORE/indexing.lock      held by the process that indexes

With a Chroma server CURRENT, LIVED, the builds and a lock are records there (shelf.py), and the folder keeps copies.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import socket
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from sci_assistant.chroma import ChromaServer, Place, Step, delete_segment, list_segments
from sci_assistant.errors import StoreBusy, StoreEmpty, StoreError
from sci_assistant.index import Build, BuildFiles
from sci_assistant.manifest import MANIFEST, read_corpus, read_manifest, sync_folder
from sci_assistant.models import ModelSpec, Vectors
from sci_assistant.shelf import Shelf

GRACE_SECONDS = 60.0  # how long questions under way may go on using a build that was replaced
POLL_SECONDS = 2.0  # between two looks at a server's pointer
RETRY_SECONDS = 15.0  # until a live build that could not be opened is tried again, where another is open
RENEW_SECONDS = 1800.0  # between two signs of life of an indexer on a server
KEPT_BUILDS = 2  # the live one and the one before
LOOKED_UP_AT_ONCE = 500  # keys in one query of the vector cache: SQLite's own limit is 999 in old versions

log = logging.getLogger(__name__)


def _no_step(_what: str) -> None:
    return


def _unchecked(_build: Build) -> None:
    return


class Store:
    """A folder of builds. Readers ask `live` for each question and notice a new build by its pointer."""

    def __init__(self, folder: Path, *, server: ChromaServer | None = None, brief: bool = False) -> None:
        """`brief`: builds are opened as for a process that answers one question (index.py)."""
        self.folder = folder
        self.server = server
        self._brief = brief
        self.place = Place(folder, server)
        self._shelf = Shelf(server) if server else None
        self._polled: tuple[float, str | None] | None = None
        self._guard = threading.Lock()
        self._opening = threading.Lock()
        self._open: tuple[str, Build] | None = None
        self._retired: list[tuple[float, Build]] = []
        self._check: Callable[[Build], None] = _unchecked
        self._behind: tuple[str, float, StoreError] | None = None  # what could not be opened, when, and why

    def require(self, check: Callable[[Build], None]) -> None:
        """Answer from builds alone that `check` does not refuse by a StoreError."""
        self._check = check

    @property
    def problem(self) -> StoreError | None:
        """Why questions are answered from another build than the live one; None where they are not."""
        behind = self._behind
        return behind[2] if behind is not None else None

    def current_name(self) -> str | None:
        """The name of the live build, None where nothing is indexed. A server is asked every POLL_SECONDS."""
        if self._shelf is None:
            return self._note("CURRENT")
        polled = self._polled
        if polled is None or time.monotonic() - polled[0] > POLL_SECONDS:
            polled = self._polled = (time.monotonic(), self._note("CURRENT"))
        return polled[1]

    def _note(self, name: str) -> str | None:
        """What stands in CURRENT or LIVED, None where nothing does."""
        if self._shelf is not None:
            return self._shelf.read(name)
        try:
            return (self.folder / name).read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"The store {self.folder} cannot be read: {error}. Run: sci-assistant index") from error

    def _write_note(self, name: str, *lines: str) -> None:
        if self._shelf is not None:
            self._shelf.write(name, "\n".join(lines))
        else:
            _replace(self.folder / name, *lines)

    def live(self) -> Build:
        """The live build, opened once and again when the pointer has moved.

        One question opens the new build; others that come meanwhile are answered from the one before. So are all where
        the new one cannot be opened: `problem` says so, the log once, and it is tried again after a pause.

        Raises:
            StoreEmpty: nothing is indexed.
            StoreError: the build cannot be read, and none is open.
        """
        self._close_retired()
        opened, name = self._open, "CURRENT"
        try:
            name = self._live_name()
            if opened is None or not (opened[0] == name or self._waits_for(name)):
                return self._open_one(opened)
        except StoreEmpty:
            raise
        except StoreError as error:
            if opened is None:
                raise
            self._fall_behind(name, error)
        else:
            if opened[0] == name:
                self._behind = None
        return opened[1]

    def _open_one(self, opened: tuple[str, Build] | None) -> Build:
        if not self._opening.acquire(blocking=opened is None):
            assert opened is not None
            return opened[1]
        try:
            return self._reopen()
        finally:
            self._opening.release()

    def _waits_for(self, name: str) -> bool:
        """Whether a build could not be opened a moment ago."""
        behind = self._behind
        return behind is not None and behind[0] == name and time.monotonic() - behind[1] < RETRY_SECONDS

    def _fall_behind(self, name: str, error: StoreError) -> None:
        if self._behind is None or self._behind[0] != name:
            log.error("The live build cannot be opened: %s Questions are answered from the one before.", error)
        self._behind = (name, time.monotonic(), error)

    def _live_name(self) -> str:
        name = self.current_name()
        if name is None:
            where = self.server.url if self.server else self.folder
            raise StoreEmpty(f"Nothing is indexed in {where}. Run: sci-assistant index")
        return name

    def _reopen(self) -> Build:
        """Open what is live now, where it is not open yet. One thread at a time, so that nobody goes back."""
        name = self._live_name()
        if self._open is None or self._open[0] != name:
            build = Build(self._local(name), server=self.server, brief=self._brief)
            try:
                self._check(build)
            except BaseException:
                build.close()
                raise
            self.adopt(name, build)
            self._remove_copies()
        assert self._open is not None
        return self._open[1]

    def adopt(self, name: str, build: Build) -> None:
        """Answer from a build that is open already. The one before is closed when no question uses it any more."""
        with self._guard:
            if self._open is not None:
                self._retired.append((time.monotonic(), self._open[1]))
            self._open = (name, build)
            self._behind = None
        self._close_retired()

    def live_files(self) -> BuildFiles:
        """The files of the live build, without its vectors in Chroma.

        Raises:
            StoreEmpty: nothing is indexed.
            StoreError: the build cannot be read.
        """
        name, opened = self._live_name(), self._open
        return opened[1].files if opened is not None and opened[0] == name else BuildFiles(self._local(name))

    def remembered_corpus(self) -> tuple[Path, ...] | None:
        """The corpus paths that the live build was made from, None where nothing is indexed.

        Raises:
            StoreError: they cannot be read; nobody may guess them then.
        """
        name = self.current_name()
        try:
            return None if name is None else tuple(Path(path) for path in read_corpus(self._local(name)))
        except StoreError as error:
            raise StoreError(f"{error} So nobody knows which articles it had: name them with --corpus.") from error

    def _local(self, name: str) -> Path:
        """The folder of a build, fetched from the server where it is not here yet."""
        folder = self.build_folder(name)
        if self._shelf is not None and not (folder / MANIFEST).exists():
            self._shelf.fetch(folder)
        return folder

    def _close_retired(self) -> None:
        if not self._retired:
            return
        now = time.monotonic()
        with self._guard:
            done = [(retired, build) for retired, build in self._retired if now - retired > GRACE_SECONDS]
            self._retired = [each for each in self._retired if each not in done]
        for _, build in done:
            build.close()
        if done:
            self._remove_copies()

    def _remove_copies(self) -> None:
        """Remove copies of builds that the server has no more and that nobody here reads.

        An indexer that shares this folder holds its lock: what it writes is not on the server yet.
        """
        if self._shelf is None:
            return
        with contextlib.suppress(StoreError, OSError), FileLock(self.folder / "indexing.lock", timeout=0):
            kept = self._shelf.builds()
            with self._guard:
                kept |= {build.folder.name for _, build in self._retired}
                kept |= {self._open[0]} if self._open else set()
            for copy in (self.folder / "builds").iterdir():
                if copy.name not in kept and ".fetching-" not in copy.name:
                    shutil.rmtree(copy, ignore_errors=True)

    def close(self) -> None:
        """Close every build that is open."""
        with self._guard:
            builds = [build for _, build in self._retired] + ([self._open[1]] if self._open else [])
            self._retired, self._open = [], None
        for build in builds:
            build.close()
        if self._shelf is not None:
            self._shelf.close()

    def build_folder(self, name: str) -> Path:
        return self.folder / "builds" / name

    def publish(self, name: str, *, step: Step = _no_step) -> None:
        """Make a complete build the live one, in one step, and remove builds that nobody needs."""
        if self._shelf is not None and name not in self._shelf.builds():
            self._shelf.put(self.build_folder(name), step=step)
        self.remember_live()
        step("live build remembered")
        self._write_note("CURRENT", name)
        self._polled = None
        step("pointer moved")
        self._remove_old(keep=name, step=step)

    def remember_live(self) -> None:
        """Note the live build as one that a roll back may lead to; a build that was never live is not among them."""
        name = self.current_name()
        if name is not None:
            self._write_note("LIVED", *[n for n in self._lived() if n != name and self._is_whole(n)], name)

    def previous_name(self) -> str | None:
        """The build that was live before the live one, None where none is kept."""
        live = self.current_name()
        return next((name for name in reversed(self._lived()) if name != live and self._is_whole(name)), None)

    def _lived(self) -> list[str]:
        try:
            return (self._note("LIVED") or "").split()
        except StoreError:
            return []

    def _is_whole(self, name: str) -> bool:
        if self._shelf is not None:
            return name in self._shelf.builds()
        return (self.build_folder(name) / MANIFEST).exists()

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
            Build(self._local(previous), server=self.server).close()  # never go back to a damaged one
            self.publish(previous)
            return live, previous

    def discard(self, name: str) -> None:
        """Remove a build that did not go live."""
        if name != self.current_name():
            self._remove(name)
            delete_segment(self.place, name)

    def _remove_old(self, *, keep: str, step: Step = _no_step) -> None:
        """Remove all builds but the live one and the one before, and segments that neither uses."""
        folder = self.folder / "builds"
        found = {each.name for each in folder.iterdir()} if folder.is_dir() else set()
        names = sorted(found | (self._shelf.builds() if self._shelf is not None else set()))
        previous = self.previous_name()
        whole = [name for name in names if self._is_whole(name) and name != keep]
        kept = {keep, *([previous] if previous else whole[-(KEPT_BUILDS - 1) :])}
        for name in names:
            if name not in kept:
                self._remove(name)
                step(f"build {name} removed")
        for segment in list_segments(self.place) - self._used_segments(kept):
            delete_segment(self.place, segment)
            step(f"segment {segment} removed")

    def _used_segments(self, builds: set[str]) -> set[str]:
        """The segments of builds; of one that cannot be read, that of its own name."""
        used = set(builds)
        for name in builds:
            try:
                used.update(segment.name for segment in read_manifest(self._local(name)).segments)
            except StoreError:
                continue
        return used

    def _remove(self, name: str) -> None:
        if self._shelf is not None:
            self._shelf.remove(name)
        shutil.rmtree(self.build_folder(name), ignore_errors=True)

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
        self._polled = None
        try:
            with self._claimed():
                yield
        finally:
            lock.release()

    @contextmanager
    def _claimed(self) -> Iterator[None]:
        """Hold the server for writing, where there is one."""
        if self._shelf is None:
            yield
            return
        owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        holder = self._shelf.claim("INDEXING", owner)
        if holder is not None:
            raise StoreBusy(
                f"{holder} is indexing on {self.place.describe()}. Wait until it is done; the hold of an indexer that "
                "broke off ends after six hours."
            )
        done = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(owner, done), name="indexing-hold", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()
            self._shelf.release("INDEXING", owner)

    def _renew(self, owner: str, done: threading.Event) -> None:
        """Say every now and then that the indexer lives, until it is done."""
        assert self._shelf is not None
        while not done.wait(RENEW_SECONDS):
            try:
                self._shelf.renew("INDEXING", owner)
            except StoreError as error:
                log.warning("The hold on the server was not renewed: %s It is tried again.", error)


def _replace(file: Path, *lines: str) -> None:
    """Write lines in one step: a reader sees the old ones or these, whatever happens."""
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as stream:
        stream.write("\n".join(lines) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(fresh, file)
    sync_folder(file.parent)


class VectorCache:
    """Vectors on disk by the hash of model, form and text. A lost or damaged cache costs time only."""

    def __init__(self, folder: Path, model: ModelSpec) -> None:
        self._path = folder / "vectors.sqlite"
        self._salt = f"{model.revision}|{model.form}|"
        self._dimensions = model.dimensions

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.OperationalError as error:  # a full disk or a folder that cannot be written
            raise StoreError(f"{self._path} cannot be opened: {error}") from error
        except sqlite3.DatabaseError:  # damaged: it holds nothing that cannot be computed again
            self._path.unlink(missing_ok=True)
            return self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        try:
            connection.execute("PRAGMA page_size = 16384")  # of a new file: in a smaller one a vector is alone
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
        keys = self._keys(texts)
        with closing(self._connect()) as connection:
            for start in range(0, len(keys), LOOKED_UP_AT_ONCE):
                part = keys[start : start + LOOKED_UP_AT_ONCE]
                marks = ",".join("?" * len(part))
                found = dict(connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part))
                for position, key in enumerate(part, start=start):
                    row = found.get(key)
                    if row is None or len(row) != 4 * self._dimensions:
                        missing.append(position)
                    else:
                        vectors[position] = np.frombuffer(row, dtype="<f4")
        return vectors, missing

    def put(self, texts: Sequence[str], vectors: Vectors) -> None:
        rows = [(key, row.astype("<f4").tobytes()) for key, row in zip(self._keys(texts), vectors, strict=True)]
        try:
            with closing(self._connect()) as connection, connection:
                connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be written: {error}") from error
