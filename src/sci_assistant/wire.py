"""Settings -> objects. The one place that decides which parts are put together."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.claim_reader import ClaimReader
from sci_assistant.ask.search import HybridSearch
from sci_assistant.ask.triage import Triage
from sci_assistant.ask.verify import Judge, Source, Verdict, Verifier
from sci_assistant.ask.write import Writer
from sci_assistant.chroma import ChromaServer
from sci_assistant.errors import CorpusError, SettingsError, StoreEmpty, StoreError
from sci_assistant.index import Build
from sci_assistant.models import LocalEmbeddings
from sci_assistant.settings import Settings
from sci_assistant.store import Store
from sci_assistant.types import Answer

# Nothing that a person asks leaves the machine: switched off before any library reads them.
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}


PUBLISH = "To publish it run: sci-assistant publish"


def silence_telemetry() -> None:
    """Switch off the telemetry and tracing of every library that has any."""
    os.environ.update(QUIET)


def bundled_corpus() -> Path:
    """The folder of the bundled articles."""
    return Path(str(files("sci_assistant_corpus")))


def make_store(settings: Settings, *, brief: bool = False) -> Store:
    return Store(settings.store, server=_chroma_server(settings), brief=brief)


def _chroma_server(settings: Settings) -> ChromaServer | None:
    if settings.chroma_url is None:
        return None
    token = settings.chroma_token.get_secret_value() if settings.chroma_token else None
    return ChromaServer(settings.chroma_url, token, settings.chroma_tenant, settings.chroma_database)


def make_embeddings(settings: Settings) -> LocalEmbeddings:
    return LocalEmbeddings(settings.embedding_model)


def corpus_paths(settings: Settings, store: Store) -> tuple[Path, ...]:
    """The corpus that was set, else the one that the store remembers, else, where nothing is indexed, the bundled one.

    Raises:
        CorpusError: what the store remembers is not there. Other articles never take its place unasked.
        StoreError: what the store remembers cannot be read.
    """
    if settings.corpus:
        return settings.corpus
    remembered = store.remembered_corpus() or (bundled_corpus(),)
    missing = [str(path) for path in remembered if not os.path.exists(path)]  # or not to be looked at
    if missing:
        raise CorpusError(
            f"The articles of this store were at {', '.join(missing)}, which is not there. Mount it or bring it back, "
            "or name where they are now with --corpus (SCI_ASSISTANT_CORPUS)."
        )
    return remembered


class BuildVerifier:
    """The verifier that ships, with the glossary of the live build; made when the first sentence is checked."""

    def __init__(self, live: Callable[[], Build], *, judge: Judge | None = None) -> None:
        self._live, self._judge = live, judge
        self._reader = ClaimReader()  # loaded once, whatever the build
        self._made: tuple[str, Verifier] | None = None

    def check(self, sentence: str, sources: Sequence[Source]) -> Verdict:
        from sci_assistant.ask.rule_verifier import make_verifier

        build = self._live()
        name = build.manifest.build
        made = self._made
        if made is None or made[0] != name:
            made = self._made = (name, make_verifier(terms=build.glossary, reader=self._reader, judge=self._judge))
        return made[1].check(sentence, sources)


def make_writer(settings: Settings, live: Callable[[], Build]) -> Writer | None:
    """What writes answers with the model that was set; None where none is. Nothing is contacted.

    Raises:
        SettingsError: written answers are wanted and no model is set, or the setting cannot be read.
    """
    from sci_assistant.chat_models import ChatModel
    from sci_assistant.judges import NliJudge

    model = ChatModel.from_settings(settings)
    if model is not None:
        return Writer(model, BuildVerifier(live, judge=NliJudge(settings.judge) if settings.judge else None))
    if settings.answers == "written" or settings.answers_switch:
        raise SettingsError(
            "Written answers need a language model. Set SCI_ASSISTANT_MODEL, for example to ollama:qwen3:4b or "
            "gguf:/models/qwen.gguf, or use SCI_ASSISTANT_ANSWERS=quoted (--answers quoted)."
        )
    return None


def make_assistant(
    settings: Settings,
    *,
    store: Store | None = None,
    embeddings: LocalEmbeddings | None = None,
) -> Assistant:
    """An assistant over a store. Nothing is opened or loaded until the first question."""
    silence_telemetry()
    store = store or make_store(settings)
    embeddings = embeddings or make_embeddings(settings)
    store.require(lambda build: build.check(embeddings.spec))
    hybrid = HybridSearch(embeddings=embeddings, live=store.live, k=settings.passages)
    return Assistant(hybrid, Triage(), settings, writer=make_writer(settings, store.live))


def corpus_notice(settings: Settings, store: Store) -> str | None:
    """How the corpus differs from what is live, and the command that publishes it; None where it does not."""
    from sci_assistant.ingest.build import compare_corpus

    try:
        report = compare_corpus(corpus_paths(settings, store), store.live_files())
    except (CorpusError, StoreError) as error:
        return f"The corpus cannot be compared with what is live: {error}"
    counts = (
        (len(report.added), "added"),
        (len(report.updated), "edited"),
        (len(report.removed), "removed"),
        (len(report.failed), "unreadable"),
    )
    changed = ", ".join(f"{count} {word}" for count, word in counts if count)
    return f"{changed} since it was indexed. {PUBLISH}" if changed else None


def read_status(settings: Settings, store: Store) -> dict[str, Any]:
    """What is indexed, with which model, how old, and the settings that hold."""
    status: dict[str, Any] = {
        "store": str(settings.store),
        "build": None,
        "problem": None,
        "changed": None,
        "settings": {f"SCI_ASSISTANT_{name.upper()}": str(value) for name, value in settings.model_dump().items()},
    }
    if store.current_name() is None:
        return status
    try:
        manifest = store.live_files().manifest
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
    """Load the models and open the build, so that the first question is as quick as the next.

    A chat model on another machine, or in another program, is not asked anything.

    Raises:
        AssistantError: the store or the model cannot be used.
    """
    from sci_assistant.ask.prompts import NOT_IN_SOURCES, WRITING_START
    from sci_assistant.chat_models import ChatModel
    from sci_assistant.types import Turn

    try:
        assistant.search(Turn("spinal cord injury"), k=1)
    except StoreEmpty:
        return
    assistant.ask(Turn("What is a spinal cord injury?"))  # rules and word lists are read once too
    model = assistant.model
    if isinstance(model, ChatModel) and model.in_process:
        for _ in model.stream((*WRITING_START, ("human", NOT_IN_SOURCES))):  # reads what never changes, once
            break


def make_assistant_over(build: Build, settings: Settings, embeddings: LocalEmbeddings) -> Assistant:
    """An assistant over one opened build, live or not."""
    hybrid = HybridSearch(embeddings=embeddings, live=lambda: build, k=settings.passages)
    return Assistant(hybrid, Triage(), settings)


def make_gap_keeper(settings: Settings, store: Store) -> Callable[[Answer], None] | None:
    """What keeps a question that found no answer; None where the operator named no file for them."""
    path = settings.gaps_file
    if path is None:
        return None

    def keep(answer: Answer) -> None:
        from sci_assistant.gaps import is_gap, keep_gap

        if is_gap(answer):
            keep_gap(answer, path, known=store.live().vocabulary)

    return keep
