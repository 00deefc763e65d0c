"""Settings -> objects. The one place that decides which parts are put together."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.retrieve import HybridRetriever
from sci_assistant.ask.triage import Triage
from sci_assistant.errors import StoreEmpty, StoreError
from sci_assistant.index import Build, read_manifest
from sci_assistant.models import LocalEmbeddings
from sci_assistant.settings import Settings
from sci_assistant.store import Store

# Nothing that a person asks leaves the machine: switched off before any library reads them.
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}


def silence_telemetry() -> None:
    """Switch off the telemetry and tracing of every library that has any."""
    os.environ.update(QUIET)


def bundled_corpus() -> Path:
    """The folder of the bundled articles."""
    return Path(str(files("sci_assistant_corpus")))


def make_store(settings: Settings) -> Store:
    return Store(settings.store, chroma_url=settings.chroma_url)


def make_embeddings(settings: Settings) -> LocalEmbeddings:
    return LocalEmbeddings(settings.embedding_model)


def corpus_paths(settings: Settings, store: Store) -> tuple[Path, ...]:
    """The corpus that was set, else the one that the store remembers, else the bundled one."""
    if settings.corpus:
        return settings.corpus
    name = store.current_name()
    if name is not None:
        try:
            remembered = tuple(Path(path) for path in read_manifest(store.build_folder(name)).corpus)
        except StoreError:
            remembered = ()
        if remembered and all(path.exists() for path in remembered):
            return remembered
    return (bundled_corpus(),)


def make_assistant(settings: Settings, *, store: Store | None = None, embeddings: LocalEmbeddings | None = None) -> Assistant:
    """An assistant over a store. Nothing is opened or loaded until the first question."""
    silence_telemetry()
    store = store or make_store(settings)
    embeddings = embeddings or make_embeddings(settings)
    checked: set[str] = set()

    def live() -> Build:
        build = store.live()
        if build.manifest.build not in checked:
            build.check(embeddings.spec)
            checked.add(build.manifest.build)
        return build

    retriever = HybridRetriever(embeddings=embeddings, live=live, k=settings.passages)
    return Assistant(retriever, Triage(), settings)


def warm_up(assistant: Assistant) -> None:
    """Load the model and open the build, so that the first question is as quick as the next.

    Raises:
        AssistantError: the store or the model cannot be used.
    """
    from sci_assistant.types import Turn

    try:
        assistant.search(Turn("spinal cord injury"), k=1)
    except StoreEmpty:
        return
