"""What a maintainer's buttons do: check, publish, roll back, one at a time, in a thread of their own.

Takes the store that the chat answers from; gives the state of the newest job and what is live. The page shows it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sci_assistant import wire
from sci_assistant.errors import AssistantError
from sci_assistant.gaps import GapCluster, cluster_gaps, read_gaps
from sci_assistant.manifest import Manifest, read_manifest
from sci_assistant.models import LocalEmbeddings
from sci_assistant.publication import Publication
from sci_assistant.publish import AnswerCheck, PublishOptions, publish
from sci_assistant.settings import Settings
from sci_assistant.store import Store

Kind = Literal["check", "publish", "rollback"]
MOST_COMPARED = 2_000  # articles that are compared with their files each time the page is shown
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One press of a button. `of` is 0 where it cannot be counted."""

    number: int
    kind: Kind
    started: datetime
    what: str = "Starting"
    done: int = 0
    of: int = 0
    finished: datetime | None = None
    publication: Publication | None = None
    said: str = ""  # what a roll back did, or why a job could not run
    failed: bool = False


class Maintenance:
    """The jobs of the maintainers' page. Safe for many threads."""

    def __init__(self, settings: Settings, store: Store, embeddings: LocalEmbeddings, answers: AnswerCheck) -> None:
        self._settings, self._store, self._embeddings, self._answers = settings, store, embeddings, answers
        self._guard = threading.Lock()
        self._job: Job | None = None
        self._gaps: tuple[object, tuple[GapCluster, ...]] | None = None

    @property
    def job(self) -> Job | None:
        """The newest job, running or finished."""
        return self._job

    @property
    def corpus(self) -> tuple[Path, ...]:
        return wire.corpus_paths(self._settings, self._store)

    def start(self, kind: Kind, *, allow_removals: bool = False) -> bool:
        """Start a job; False where one is running."""
        with self._guard:
            if self._job is not None and self._job.finished is None:
                return False
            number = self._job.number + 1 if self._job else 1
            self._job = Job(number, kind, datetime.now(UTC))
        work = self._roll_back if kind == "rollback" else self._publish
        options = PublishOptions(kind == "check", allow_removals, self._settings.review_max_age_days)
        threading.Thread(target=self._run, args=(work, options), name=f"maintenance-{kind}", daemon=True).start()
        return True

    def _run(self, work: Callable[[PublishOptions], None], options: PublishOptions) -> None:
        try:
            work(options)
        except AssistantError as error:
            self._set(said=str(error), failed=True)
        except Exception:  # the outermost edge of a job
            log.exception("A job of the maintainers' page failed")
            self._set(said="Something went wrong. The log of this program says what. What is live stays.", failed=True)
        self._set(finished=datetime.now(UTC))

    def _set(self, **changes: object) -> None:
        with self._guard:
            if self._job is not None:
                self._job = replace(self._job, **changes)  # type: ignore[arg-type]  # fields of Job, named by callers

    def _publish(self, options: PublishOptions) -> None:
        def step(what: str, done: int, of: int) -> None:
            self._set(what=what, done=done, of=of)

        done = publish(self._store, self.corpus, self._embeddings, answers=self._answers, options=options, step=step)
        self._set(publication=done)

    def _roll_back(self, _options: PublishOptions) -> None:
        before, after = self._store.rollback()
        words = f"Rolled back: build {after} is live again, {before} is kept."
        self._set(said=f"{words} The article files are as they were: mend them before you publish again.")

    def live(self) -> Manifest | None:
        """What is live; None where nothing is, or it cannot be read."""
        name = self._store.current_name()
        try:
            return read_manifest(self._store.build_folder(name)) if name else None
        except AssistantError:
            return None

    def previous(self) -> str | None:
        """What a roll back leads to."""
        return self._store.previous_name()

    def pending(self) -> str | None:
        """How the article files differ from what is live, in a line; None where they do not, or are too many."""
        live = self.live()
        if live is None or len(live.records) > MOST_COMPARED:
            return None
        notice = wire.corpus_notice(self._settings, self._store)
        return notice.removesuffix(f" {wire.PUBLISH}") if notice else None

    def gaps(self) -> tuple[GapCluster, ...] | None:
        """Articles to write next; None where no questions are kept."""
        path = self._settings.gaps_file
        if path is None:
            return None
        state = path.stat().st_mtime_ns if path.exists() else 0
        known = self._gaps
        if known is None or known[0] != state:
            known = self._gaps = (state, cluster_gaps(read_gaps(path), self._embeddings.embed))
        return known[1]
