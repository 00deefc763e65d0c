"""Corpus -> check -> a build beside the live one -> what changes -> answers and gates -> live, or nothing changed.

One step for a maintainer. Whatever is found wrong is in the `Publication`; the live build is swapped last, and only
when all of it passed. Asking questions is not done here: `AnswerCheck` is handed in (eval/publish.py is one).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from sci_assistant.errors import CorpusError, RemovalsRefused
from sci_assistant.index import Build
from sci_assistant.ingest.build import build_index
from sci_assistant.ingest.check import REVIEW_MAX_AGE_DAYS, check_corpus
from sci_assistant.ingest.diff import compare_articles
from sci_assistant.ingest.findings import Finding
from sci_assistant.ingest.parse import ReadOnce, Sources
from sci_assistant.models import LocalEmbeddings
from sci_assistant.publication import AnswerReport, Publication, counted
from sci_assistant.store import Store

Step = Callable[[str, int, int], None]  # what is being done, done, of; of is 0 where it cannot be counted


class AnswerCheck(Protocol):
    """Asks both builds and looks at the gates. `changed` are ids of articles that differ."""

    def __call__(self, live: Build | None, fresh: Build, changed: frozenset[str], step: Step) -> AnswerReport: ...


@dataclass(frozen=True, slots=True)
class PublishOptions:
    """How to publish."""

    dry_run: bool = False
    allow_removals: bool = False
    review_max_age_days: int = REVIEW_MAX_AGE_DAYS


def _silent(_what: str, _done: int, _of: int) -> None:
    return


def publish(
    store: Store,
    corpus: Sequence[Path],
    embeddings: LocalEmbeddings,
    *,
    answers: AnswerCheck | None = None,
    options: PublishOptions | None = None,
    step: Step = _silent,
) -> Publication:
    """Bring what is live in line with the corpus, or say why not.

    Raises:
        CorpusError: a path does not exist.
        StoreBusy, StoreMismatch, StoreError: the store is held, made with another model, damaged or not writable.
    """
    options = options or PublishOptions()
    start = time.perf_counter()
    step("Checking the articles", 0, 0)
    sources = ReadOnce()  # an edit that is saved while this runs is for the next publication
    report = check_corpus(corpus, today=date.today(), review_max_age_days=options.review_max_age_days, sources=sources)
    findings = tuple(dict.fromkeys(finding for finding in report.findings if finding.severity != "note"))
    done = _publish(store, corpus, embeddings, findings, answers, options, step, sources)
    return replace(
        done,
        build=store.current_name(),
        previous=store.previous_name(),
        seconds=time.perf_counter() - start,
    )


def _publish(
    store: Store,
    corpus: Sequence[Path],
    embeddings: LocalEmbeddings,
    findings: tuple[Finding, ...],
    answers: AnswerCheck | None,
    options: PublishOptions,
    step: Step,
    sources: Sources,
) -> Publication:
    errors = sum(finding.severity == "error" for finding in findings)
    if errors:
        mend = f"{counted(errors, 'error')} of the check {'is' if errors == 1 else 'are'} listed above."
        return Publication("refused", (f"{mend} Mend the articles, then publish again.",), findings=findings)
    looked = _Look(store, findings, answers, dry_run=options.dry_run, step=step)
    step("Comparing with what is live", 0, 0)
    try:
        indexed = build_index(
            store,
            corpus,
            embeddings,
            allow_removals=options.allow_removals,
            progress=lambda done, of: step("Embedding", done, of),
            accept=looked,
            sources=sources,
        )
    except RemovalsRefused as error:
        return Publication("refused", (str(error),), findings=findings)
    except CorpusError as error:
        return Publication("refused", (str(error),), findings=findings)
    if looked.found is None:
        return Publication("unchanged", unchanged=len(indexed.unchanged), findings=findings)
    return looked.found


class _Look:
    """Looks at a build that is complete beside the live one, and says whether it goes live."""

    def __init__(
        self, store: Store, findings: tuple[Finding, ...], answers: AnswerCheck | None, *, dry_run: bool, step: Step
    ) -> None:
        self._store, self._findings, self._answers, self._step = store, findings, answers, step
        self._dry_run = dry_run
        self.found: Publication | None = None

    def __call__(self, fresh: Build) -> bool:
        live = self._store.live() if self._store.current_name() is not None else None
        changes = compare_articles(live.articles if live else {}, fresh.articles)
        changed = frozenset(change.article for change in changes)
        answers = self._answers(live, fresh, changed, self._step) if self._answers else None
        reasons = _gate_reasons(answers)
        self.found = Publication(
            outcome="refused" if reasons else "tried" if self._dry_run else "live",
            reasons=reasons,
            changes=changes,
            glossary=live is not None and live.glossary != fresh.glossary,
            unchanged=len(set(fresh.articles) - changed),
            findings=self._findings,
            answers=answers,
        )
        if self.found.outcome == "live":
            self._step("Going live", 0, 0)
        return self.found.outcome == "live"


def _gate_reasons(answers: AnswerReport | None) -> tuple[str, ...]:
    if answers is None or not answers.failed:
        return ()
    return (
        f"{counted(len(answers.failed), 'gate')} did not hold:",
        *(f"  {line}" for line in answers.failed),
        "Read the changed answers above. Mend the article or its list of questions, then publish again. Where the new "
        "answers are right and the test questions are not, mend the test questions (docs/evaluation.md).",
    )
