"""Settings -> objects. The one place that decides which parts are put together."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

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


def make_assistant(
    settings: Settings, *, store: Store | None = None, embeddings: LocalEmbeddings | None = None
) -> Assistant:
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


def corpus_notice(settings: Settings, store: Store) -> str | None:
    """How the corpus differs from what is live, and the command that publishes it; None where it does not."""
    from sci_assistant.errors import CorpusError
    from sci_assistant.ingest.build import compare_corpus

    try:
        report = compare_corpus(corpus_paths(settings, store), store.live())
    except (CorpusError, StoreError) as error:
        return f"The corpus cannot be compared with what is live: {error}"
    counts = (
        (len(report.added), "added"),
        (len(report.updated), "edited"),
        (len(report.removed), "removed"),
        (len(report.failed), "unreadable"),
    )
    changed = ", ".join(f"{count} {word}" for count, word in counts if count)
    return f"{changed} since it was indexed. To publish it run: sci-assistant index" if changed else None


def read_status(settings: Settings, store: Store) -> dict[str, Any]:
    """What is indexed, with which model, how old, and the settings that hold."""
    status: dict[str, Any] = {
        "store": str(settings.store),
        "build": None,
        "problem": None,
        "changed": None,
        "settings": {f"SCI_ASSISTANT_{name.upper()}": str(value) for name, value in settings.model_dump().items()},
    }
    name = store.current_name()
    if name is None:
        return status
    try:
        manifest = read_manifest(store.build_folder(name))
    except StoreError as error:
        return status | {"problem": str(error)}
    age = datetime.now(UTC) - datetime.fromisoformat(manifest.created)
    status["build"] = {
        "name": manifest.build,
        "created": manifest.created,
        "age_days": age.days,
        "articles": len(manifest.records),
        "chunks": manifest.chunks,
        "sentences": manifest.sentences,
        "model": manifest.model.name,
        "revision": manifest.model.revision,
        "form": manifest.model.form,
        "corpus": list(manifest.corpus),
        "failed": [f"{record.article}: {record.failed}" for record in manifest.records if record.failed],
    }
    status["changed"] = corpus_notice(settings, store)
    return status


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
    assistant.ask(Turn("What is a spinal cord injury?"))  # rules and word lists are read once too
