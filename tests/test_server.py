"""Builds on a real Chroma server: readers that share no folder with the indexer see each new one, whole."""

import json
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import certifi
import pytest
import trustme
from filelock import FileLock

from sci_assistant import store as store_module
from sci_assistant.chroma import ChromaServer
from sci_assistant.errors import StoreBusy, StoreEmpty, StoreError
from sci_assistant.index import Build
from sci_assistant.ingest.build import build_index
from sci_assistant.settings import load_settings
from sci_assistant.shelf import Shelf
from sci_assistant.store import Store
from sci_assistant.wire import make_store
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
from sci_assistant.chroma import ChromaServer
from sci_assistant.models import LocalEmbeddings
store_module.POLL_SECONDS = 0.05
store, embeddings = store_module.Store(Path(sys.argv[1]), server=ChromaServer(sys.argv[2])), LocalEmbeddings()
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
        store = Store(tmp_path / "indexer", server=ChromaServer(url))
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
        Build(folder, server=ChromaServer(url))


def test_on_a_server_the_second_indexer_says_who_holds_it_and_old_builds_go(corpus, embeddings, tmp_path, free_port):
    with serving(tmp_path / "server", free_port) as url:
        one, two = (Store(tmp_path / name, server=ChromaServer(url)) for name in ("one", "two"))
        with one.indexing(), pytest.raises(StoreBusy, match="is indexing on"):
            build_index(two, [corpus], embeddings)
        for name in ("delta", "epsilon", "zeta"):
            write(corpus, name)
            build_index(two, [corpus], embeddings)
        time.sleep(0.1)
        assert set(one.live().articles) == {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"}
        assert len(Shelf(ChromaServer(url)).builds()) == 2
        assert not build_index(one, [corpus], embeddings).published
        one.close()
        two.close()


def test_a_dead_indexers_hold_on_a_server_ends(tmp_path, free_port, monkeypatch):
    from sci_assistant import shelf as shelf_module

    with serving(tmp_path / "server", free_port) as url:
        shelf = Shelf(ChromaServer(url))
        assert shelf.claim("INDEXING", "a") is None
        assert shelf.claim("INDEXING", "b") == "a"
        monkeypatch.setattr(shelf_module, "CLAIM_SECONDS", -1.0)
        assert shelf.claim("INDEXING", "b") is None
        shelf.release("INDEXING", "a")  # the one that was taken for dead ends: the hold is not its own any more
        shelf.renew("INDEXING", "a")
        monkeypatch.setattr(shelf_module, "CLAIM_SECONDS", 60.0)
        assert shelf.claim("INDEXING", "c") == "b"
        shelf.release("INDEXING", "b")
        shelf.write("INDEXING", "by hand")  # an odd note is nobody's for long
        assert shelf.claim("INDEXING", "c") is None


def test_an_indexer_that_takes_long_says_that_it_lives(tmp_path, free_port, monkeypatch):
    from sci_assistant import shelf as shelf_module

    monkeypatch.setattr(store_module, "RENEW_SECONDS", 0.2)
    monkeypatch.setattr(shelf_module, "CLAIM_SECONDS", 3.0)
    with serving(tmp_path / "server", free_port) as url:
        store, shelf = Store(tmp_path / "indexer", server=ChromaServer(url)), Shelf(ChromaServer(url))
        with store.indexing():
            time.sleep(5)
            assert shelf.claim("INDEXING", "b") is not None
        assert shelf.claim("INDEXING", "b") is None
        store.close()


def test_a_reader_on_a_server_removes_copies_that_the_server_has_no_more(
    corpus, embeddings, tmp_path, free_port, monkeypatch
):
    with serving(tmp_path / "server", free_port) as url:
        indexer, reader = (Store(tmp_path / name, server=ChromaServer(url)) for name in ("indexer", "reader"))
        monkeypatch.setattr(store_module, "GRACE_SECONDS", -1.0)
        copies = tmp_path / "reader" / "builds"
        for name in ("delta", "epsilon", "zeta"):
            write(corpus, name, f"Opening of {name}.\n")
            build_index(indexer, [corpus], embeddings)
            time.sleep(0.1)
            reader.live()
        assert {each.name for each in copies.iterdir()} == Shelf(ChromaServer(url)).builds()
        (copies / "being-written").mkdir()
        with FileLock(tmp_path / "reader" / "indexing.lock"):  # an indexer that shares the folder
            reader._remove_copies()
        assert (copies / "being-written").exists()
        reader._remove_copies()
        assert not (copies / "being-written").exists()
        reader.close()
        indexer.close()


def test_a_build_that_came_over_damaged_is_refused(corpus, embeddings, tmp_path, free_port):
    with serving(tmp_path / "server", free_port) as url:
        store = Store(tmp_path / "indexer", server=ChromaServer(url))
        name = build_index(store, [corpus], embeddings).build
        shelf = Shelf(ChromaServer(url))
        other = shelf._call("get", ids=[f"{name}/glossary.json/0"], include=["metadatas"])["metadatas"][0]
        key = f"{name}/articles.json/0"
        shelf._call("update", ids=[key], metadatas=[other])
        with pytest.raises(StoreError, match=r"damaged: articles\.json"):
            Store(tmp_path / "reader", server=ChromaServer(url)).live()
        store.close()


class _Gate(BaseHTTPRequestHandler):
    """The proxy that an operator puts before Chroma, which has no login: passes on what brings the token."""

    target = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        told = self.headers.get("Authorization"), self.headers.get("X-Chroma-Token")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if told != ("Bearer a-secret-token", "a-secret-token"):
            self._reply(401, b'{"error": "Unauthenticated", "message": "no token"}', "application/json")
            return
        passed = {key: value for key, value in self.headers.items() if key.lower() in ("content-type", "accept")}
        request = urllib.request.Request(self.target + self.path, body or None, passed, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=30) as found:
                self._reply(found.status, found.read(), found.headers["Content-Type"])
        except urllib.error.HTTPError as error:
            self._reply(error.code, error.read(), error.headers["Content-Type"] or "text/plain")

    do_POST = do_PUT = do_DELETE = do_GET

    def _reply(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_told: object) -> None:
        return


@pytest.fixture
def gated(tmp_path, free_port, monkeypatch):
    """A Chroma server behind a proxy with TLS that wants a token."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(tmp_path / "server", free_port) as url:
        gate = ThreadingHTTPServer(("127.0.0.1", 0), type("Gate", (_Gate,), {"target": url}))
        gate.daemon_threads = True
        gate.socket = context.wrap_socket(gate.socket, server_side=True)
        threading.Thread(target=gate.serve_forever, daemon=True).start()
        yield url, f"https://127.0.0.1:{gate.server_port}"
        gate.shutdown()
        gate.server_close()


def test_tls_and_a_token_before_the_server(gated, corpus, embeddings, tmp_path, monkeypatch):
    _, url = gated
    monkeypatch.setenv("SCI_ASSISTANT_CHROMA_TOKEN", "a-secret-token")
    store = make_store(load_settings(store=tmp_path / "a", chroma_url=url))
    build_index(store, [corpus], embeddings)
    assert set(store.live().articles) == {"alpha", "beta", "gamma"}
    store.close()
    monkeypatch.setenv("SCI_ASSISTANT_CHROMA_TOKEN", "a-wrong-token-x")
    with pytest.raises(StoreError, match=r"127\.0\.0\.1") as refused:
        make_store(load_settings(store=tmp_path / "b", chroma_url=url)).live()
    assert "token-x" not in str(refused.value)
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    with pytest.raises(StoreError, match="certificate"):
        make_store(load_settings(store=tmp_path / "c", chroma_url=url)).live()


def test_databases_of_one_server_hold_different_corpora(corpus, embeddings, tmp_path, free_port):
    import chromadb

    with serving(tmp_path / "server", free_port) as url:
        admin = chromadb.AdminClient(chromadb.Settings(
            chroma_api_impl="chromadb.api.fastapi.FastAPI", chroma_server_host="127.0.0.1",
            chroma_server_http_port=free_port, anonymized_telemetry=False,
        ))  # fmt: skip
        admin.create_tenant("clinic")
        admin.create_database("patients", tenant="clinic")
        ours = ChromaServer(url, tenant="clinic", database="patients")
        store = Store(tmp_path / "ours", server=ours)
        build_index(store, [corpus], embeddings)
        write(corpus, "delta")
        other = Store(tmp_path / "other", server=ChromaServer(url))
        build_index(other, [corpus], embeddings)
        assert (len(store.live().articles), len(other.live().articles)) == (3, 4)
        with pytest.raises(StoreError, match="Tenant"):
            Store(tmp_path / "none", server=ChromaServer(url, tenant="nobody")).live()
        store.close()
        other.close()
