"""What a build of the index is made of: values, and the file that is written last.

A folder without a manifest is no build. The manifest names every file with its size and SHA-256, and the segments of
vectors (chroma.py), so that damage is seen when a build is opened, and two builds may share what is the same in both.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from sci_assistant.chroma import REBUILD
from sci_assistant.errors import StoreError, StoreMismatch
from sci_assistant.models import ModelSpec

FORMAT_VERSION = 5
MANIFEST = "manifest.json"
# Files of a build are hashed when it is opened where they have so many bytes together; beyond that their sizes are
# looked at: hashing is to stay below a tenth of a second.
HASHED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Where an article came from, and the hash of what was accepted from there."""

    article: str
    source: str
    content_hash: str
    failed: str | None = None  # why its newest version was not accepted; the last accepted one is live
    digest: str = ""  # of what was read there (ingest/parse.py), "" where it is to be read again


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A segment whose vectors a build uses, and how many it holds, used or not."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a build, as it was written."""

    name: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build is made of."""

    build: str
    created: str  # ISO 8601, UTC
    format_version: int
    chunking_version: str
    model: ModelSpec
    corpus: tuple[str, ...]
    records: tuple[SourceRecord, ...]
    chunks: int
    sentences: int
    segments: tuple[SegmentRecord, ...]
    files: tuple[FileRecord, ...]
    glossary_hash: str = ""
    foils_hash: str = ""
    reading_version: str = ""  # with what the sources were read


_MANIFEST = TypeAdapter(Manifest)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a build.

    Raises:
        StoreError: it is missing or damaged.
        StoreMismatch: the build has another format.
    """
    path = folder / MANIFEST
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format_version"] != FORMAT_VERSION:
            raise StoreMismatch(f"{folder} has format {raw['format_version']}, wanted {FORMAT_VERSION}. {REBUILD}")
        return _MANIFEST.validate_python(raw)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} cannot be read: {error} {REBUILD}") from error


def read_corpus(folder: Path) -> tuple[str, ...]:
    """The corpus paths in the manifest of a build, whatever its format: what it was made from outlives how.

    Raises:
        StoreError: it is missing or damaged.
    """
    path = folder / MANIFEST
    try:
        return tuple(str(each) for each in json.loads(path.read_text(encoding="utf-8"))["corpus"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} cannot be read: {error}.") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest in one step, when everything that it names is on the disk."""
    path = folder / MANIFEST
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as stream:
        stream.write(_MANIFEST.dump_json(manifest, indent=1))
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(fresh, path)
    sync_folder(folder)


def file_records(folder: Path) -> tuple[FileRecord, ...]:
    """Every file of a build's folder but the manifest, by name relative to it."""
    return tuple(
        FileRecord(path.relative_to(folder).as_posix(), path.stat().st_size, _sha256(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    )


def check_files(folder: Path, records: Sequence[FileRecord], *, whole: bool = False) -> None:
    """Compare a build's files with what was written; `whole` hashes them however large they are.

    Raises:
        StoreError: names the first file that is missing or another one.
    """
    hashed = whole or sum(record.size for record in records) <= HASHED_BYTES
    for record in records:
        path = folder / record.name
        try:
            same = path.stat().st_size == record.size and (not hashed or _sha256(path) == record.sha256)
        except OSError as error:
            raise StoreError(f"The build {folder} is damaged: {record.name}: {error.strerror}. {REBUILD}") from error
        if not same:
            raise StoreError(f"The build {folder} is damaged: {record.name} is not what was written. {REBUILD}")


def sync_tree(folder: Path) -> None:
    """Have every file below a folder, and every folder, on the disk."""
    for place, _, names in os.walk(folder):
        for name in names:
            with (Path(place) / name).open("rb") as stream:
                os.fsync(stream.fileno())
        sync_folder(Path(place))


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; systems that do not open folders do it themselves."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
