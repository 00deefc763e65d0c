"""Builds on a real Chroma server: readers that share no folder with the indexer see each new one, whole."""

import json
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

from sci_assistant import store as store_module
from sci_assistant.errors import StoreBusy, StoreEmpty, StoreError
from sci_assistant.index import Build
from sci_assistant.ingest.build import build_index
from sci_assistant.shelf import Shelf
from sci_assistant.store import Store
from tests.test_store import write

RUN = "from chromadb.cli.cli import app; app()"


@contextmanager
def serving(folder, port):
    server = subprocess.Popen(
        [sys.executable, "-c", RUN, "run", "--path", str(folder), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/api/v2/heartbeat")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait(timeout=30)


def wait_for(address):
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{address} did not answer")


@pytest.fixture
def corpus(tmp_path):
    for name in ("alpha", "beta", "gamma"):
        write(tmp_path / "corpus", name, f"Opening of {name}.\n\n## Signs\n\nThe sign of {name} is a red mark.\n")
    return tmp_path / "corpus"


@pytest.fixture(autouse=True)
def _polls_often(monkeypatch):
    monkeypatch.setattr(store_module, "POLL_SECONDS", 0.05)


READER = """
import json, sys, time
from pathlib import Path
from sci_assistant import store as store_module
from sci_assistant.models import LocalEmbeddings
store_module.POLL_SECONDS = 0.05
store, embeddings = store_module.Store(Path(sys.argv[1]), chroma_url=sys.argv[2]), LocalEmbeddings()
vector = embeddings.embed(["the sign of beta"])[0]
last, asked, end = None, 0, time.monotonic() + 120
while time.monotonic() < end:
    build = store.live()
    found = build.nearest(vector, len(build.chunks))
    assert {build.chunks[p].article for p in found} == set(build.articles), "a mixture"
    asked += 1
    time.sleep(0.1)
    if build.manifest.build != last:
        last = build.manifest.build
        print(json.dumps(sorted(build.articles)), flush=True)
    if len(build.articles) == 5:
        break
store.close()
print(asked)
"""


def test_readers_elsewhere_take_each_new_build_without_a_shared_folder(corpus, embeddings, tmp_path, free_port):
    with serving(tmp_path / "server", free_port) as url:
        store = Store(tmp_path / "indexer", chroma_url=url)
        with pytest.raises(StoreEmpty):
            store.live()
        build_index(store, [corpus], embeddings)
        readers = [
            subprocess.Popen(
                [sys.executable, "-c", READER, str(tmp_path / f"reader{n}"), url],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for n in range(2)
        ]  # fmt: skip
        seen = [json.loads(reader.stdout.readline()) for reader in readers]
        assert seen == [["alpha", "beta", "gamma"]] * 2
        for name in ("delta", "epsilon"):
            write(corpus, name, f"Opening of {name}.\n")
            build_index(store, [corpus], embeddings)
        done = [reader.communicate(timeout=120) for reader in readers]
        assert [reader.returncode for reader in readers] == [0, 0], done
        assert all("epsilon" in said.splitlines()[-2] and int(said.splitlines()[-1]) > 1 for said, _ in done)
        assert not (store.folder / "segments").exists() and not (store.folder / "CURRENT").exists()
        first, second = store.rollback()
        assert (store.current_name(), "epsilon" in store.live().articles) == (second, False)
        store.close()
        folder = store.build_folder(first)
    with pytest.raises(StoreError, match=url):
        Build(folder, chroma_url=url)


def test_on_a_server_the_second_indexer_says_who_holds_it_and_old_builds_go(corpus, embeddings, tmp_path, free_port):
    with serving(tmp_path / "server", free_port) as url:
        one, two = (Store(tmp_path / name, chroma_url=url) for name in ("one", "two"))
        with one.indexing(), pytest.raises(StoreBusy, match="is indexing on"):
            build_index(two, [corpus], embeddings)
        for name in ("delta", "epsilon", "zeta"):
            write(corpus, name)
            build_index(two, [corpus], embeddings)
        time.sleep(0.1)
        assert set(one.live().articles) == {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"}
        assert len(Shelf(url).builds()) == 2
        assert not build_index(one, [corpus], embeddings).published
        one.close()
        two.close()


def test_a_dead_indexers_hold_on_a_server_ends(tmp_path, free_port, monkeypatch):
    from sci_assistant import shelf as shelf_module

    with serving(tmp_path / "server", free_port) as url:
        shelf = Shelf(url)
        assert shelf.claim("INDEXING", "a") is None
        assert shelf.claim("INDEXING", "b") == "a"
        monkeypatch.setattr(shelf_module, "CLAIM_SECONDS", -1.0)
        assert shelf.claim("INDEXING", "b") is None


def test_a_build_that_came_over_damaged_is_refused(corpus, embeddings, tmp_path, free_port):
    with serving(tmp_path / "server", free_port) as url:
        store = Store(tmp_path / "indexer", chroma_url=url)
        name = build_index(store, [corpus], embeddings).build
        shelf = Shelf(url)
        other = shelf._call("get", ids=[f"{name}/glossary.json/0"], include=["metadatas"])["metadatas"][0]
        key = f"{name}/articles.json/0"
        shelf._call("update", ids=[key], metadatas=[other])
        with pytest.raises(StoreError, match=r"damaged: articles\.json"):
            Store(tmp_path / "reader", chroma_url=url).live()
        store.close()
