"""Shared parts of the suite: no network but loopback, a home of its own, the real model and real indexes."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from sci_assistant.wire import bundled_corpus, make_assistant, silence_telemetry

silence_telemetry()

ROOT = Path(__file__).parents[1]
SEED = ROOT.parent / "shared" / "seed" / "heterotopic-ossification.txt"
VECTORS = ROOT / ".cache" / "vectors.sqlite"
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


# The longest files; of two processes each takes one.
FIRST = ("test_wheel.py", "test_gates.py", "test_kill.py", "test_cli_publish.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that no process waits for one at the end."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection that is not to this machine fails the test that makes it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else address
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(host).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to connect to {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees or touches the user's store or settings."""
    for name in list(os.environ):
        if name.startswith("SCI_ASSISTANT_") and not name.startswith(("SCI_ASSISTANT_TEST", "SCI_ASSISTANT_REQUIRE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="session")
def embeddings():
    """The real embedding model, loaded once."""
    from sci_assistant.models import LocalEmbeddings

    return LocalEmbeddings()


@pytest.fixture(scope="session")
def ho_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of the one article on heterotopic ossification."""
    folder = tmp_path_factory.mktemp("ho") / "corpus"
    folder.mkdir()
    shutil.copy(bundled_corpus() / "heterotopic-ossification.md", folder)
    return folder


@pytest.fixture(scope="session")
def index_folder(embeddings, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Index a corpus into a store of its own and give the store's folder."""
    from sci_assistant.ingest.build import build_index
    from sci_assistant.store import Store

    def index(corpus: Path) -> Path:
        store = Store(tmp_path_factory.mktemp("store"))
        VECTORS.parent.mkdir(exist_ok=True)
        with FileLock(VECTORS.with_suffix(".lock")):  # of two workers one embeds, the other takes its vectors
            if VECTORS.exists():  # vectors of unchanged text are taken from the last run, as a maintainer's store does
                shutil.copy(VECTORS, store.folder / VECTORS.name)
            build_index(store, [corpus], embeddings)
            store.close()
            shutil.copy(store.folder / VECTORS.name, VECTORS)
        return store.folder

    return index


@pytest.fixture(scope="session")
def ho_store(index_folder, ho_corpus) -> Path:
    return index_folder(ho_corpus)


@dataclass(frozen=True)
class Published:
    """An own small corpus that passes every check, with its questions, and the store that it is live in."""

    corpus: Path
    store: Path

    @property
    def article(self) -> Path:
        return self.corpus / "heterotopic-ossification.md"

    def edit(self, was: str, now: str) -> None:
        text = self.article.read_text(encoding="utf-8")
        assert was in text
        self.article.write_text(text.replace(was, now), encoding="utf-8")


@pytest.fixture(scope="session")
def _published(ho_corpus, index_folder, tmp_path_factory) -> Published:
    corpus = tmp_path_factory.mktemp("own") / "corpus"
    shutil.copytree(ho_corpus, corpus)
    article = corpus / "heterotopic-ossification.md"
    text = article.read_text(encoding="utf-8")
    article.write_text(re.sub(r"\[([^]]+)\]\([a-z-]+\.md\)", r"\1", text), encoding="utf-8")  # nothing to link to
    (corpus / "questions").mkdir()
    shutil.copy(bundled_corpus() / "questions" / "heterotopic-ossification.yaml", corpus / "questions")
    return Published(corpus, index_folder(corpus))


@pytest.fixture
def published(_published, tmp_path) -> Published:
    """A copy of it, to be changed."""
    shutil.copytree(_published.corpus, tmp_path / "corpus")
    shutil.copytree(_published.store, tmp_path / "store")
    for manifest in (tmp_path / "store").rglob("manifest.json"):  # a corpus that was moved is another one
        told = manifest.read_text(encoding="utf-8")
        manifest.write_text(told.replace(str(_published.corpus), str(tmp_path / "corpus")), encoding="utf-8")
    return Published(tmp_path / "corpus", tmp_path / "store")


@pytest.fixture(scope="session")
def bundled_store(index_folder) -> Path:
    """The store of the whole bundled corpus; embedded once a session."""
    return index_folder(bundled_corpus())


def _assistant(folder: Path, embeddings: object) -> Iterator[object]:
    from sci_assistant.settings import load_settings
    from sci_assistant.store import Store

    store = Store(folder)
    yield make_assistant(load_settings(store=folder), store=store, embeddings=embeddings)
    store.close()


@pytest.fixture(scope="session")
def ho_assistant(ho_store, embeddings):
    yield from _assistant(ho_store, embeddings)


@pytest.fixture(scope="session")
def assistant(bundled_store, embeddings):
    """The assistant over the whole bundled corpus."""
    yield from _assistant(bundled_store, embeddings)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
