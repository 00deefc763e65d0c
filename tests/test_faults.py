"""What can go wrong with a disk: full, read only. The live corpus stays, and the message says what to do."""

import resource
import stat
import subprocess
import sys
from contextlib import contextmanager

import pytest

from sci_assistant.errors import StoreError
from sci_assistant.ingest.build import build_index
from tests.test_store import corpus, store, write  # noqa: F401 - fixtures


@contextmanager
def files_of_at_most(size):
    """A disk on which no file grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 5_000, 40_000, 150_000])
def test_a_full_disk_leaves_what_is_live_and_is_said_plainly(store, corpus, embeddings, size):  # noqa: F811
    first = build_index(store, [corpus], embeddings)
    write(corpus, "delta")
    with files_of_at_most(size), pytest.raises(StoreError, match=r"written|hold|full|large"):
        build_index(store, [corpus], embeddings)
    assert store.current_name() == first.build
    assert set(store.live().articles) == {"alpha", "beta", "gamma"}
    assert len(list((store.folder / "builds").iterdir())) == 1
    assert build_index(store, [corpus], embeddings).added == ("delta",)
    assert len(list((store.folder / "segments").iterdir())) <= 2


# Root writes whatever the modes say, until it gives up CAP_DAC_OVERRIDE (capset(2), version 3 of its header).
READ = """
import ctypes, os, sys
if os.getuid() == 0:
    libc, header, sets = ctypes.CDLL(None), (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0
    sets[0] &= ~2
    sets[1] &= ~2
    assert libc.capset(header, sets) == 0
from pathlib import Path
from sci_assistant.errors import StoreError
from sci_assistant.ingest.build import build_index
from sci_assistant.models import LocalEmbeddings
from sci_assistant.store import Store
store, embeddings = Store(Path(sys.argv[1])), LocalEmbeddings()
build = store.live()
found = build.nearest(embeddings.embed(["the sign of beta"])[0], 2)
print(build.chunks[max(found, key=found.get)].article)
try:
    build_index(store, [Path(sys.argv[2])], embeddings)
except StoreError as error:
    print(error)
"""


def test_a_read_only_store_answers_and_says_that_it_cannot_be_written(store, corpus, embeddings):  # noqa: F811
    build_index(store, [corpus], embeddings)
    store.close()
    places = [store.folder, *store.folder.rglob("*")]
    modes = {place: stat.S_IMODE(place.stat().st_mode) for place in places}
    try:
        for place in places:
            place.chmod(0o555 if place.is_dir() else 0o444)
        done = subprocess.run(
            [sys.executable, "-c", READ, str(store.folder), str(corpus)],
            capture_output=True,
            text=True,
        )
    finally:
        for place, mode in modes.items():
            place.chmod(mode)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0] == "beta"
    assert str(store.folder) in said[1] and "cannot be written" in said[1]
