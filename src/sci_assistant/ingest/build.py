"""Corpus paths -> a new live build, and an account of what changed.

Unchanged articles are not embedded again; where nothing changed no build is made. An article whose new
version cannot be accepted keeps its last accepted one. Files that cannot be read are listed; the rest is indexed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from sci_assistant.asked import foil_texts, foils_hash, phrasings_of, unanswered
from sci_assistant.assemble import plan_segments, seal, verify, write_arrays, write_new_segment, write_texts
from sci_assistant.chroma import Step
from sci_assistant.errors import CorpusError, RemovalsRefused, StoreError
from sci_assistant.headings import asking_headings
from sci_assistant.index import Build, BuildFiles, check_model, glossary_hash
from sci_assistant.ingest.chunk import CHUNKING_VERSION
from sci_assistant.ingest.embed import Before, Cut, Embedder, Progress
from sci_assistant.ingest.glossary import read_glossary
from sci_assistant.ingest.parse import Sources, Unread, is_record, list_sources, reading_version
from sci_assistant.manifest import FORMAT_VERSION, Manifest, SegmentRecord, SourceRecord
from sci_assistant.models import LocalEmbeddings
from sci_assistant.pooling import Passage
from sci_assistant.store import Store, VectorCache
from sci_assistant.types import Article, Term

MOST_REMOVALS = 0.1  # of the articles, without --allow-removals

_ARTICLE = TypeAdapter(Article)

Accept = Callable[[Build], bool]  # a new build, complete beside the live one -> whether it goes live


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be accepted, and why."""

    source: str
    reason: str
    kept: str | None = None  # the article whose last accepted version stays live


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What indexing did, by article id."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Failure, ...]
    build: str | None  # the live build afterwards; None when nothing is live
    published: bool  # whether a new build went live
    embedded: int  # texts that were embedded; the rest came from the cache
    chunks: int


@dataclass(frozen=True)
class _Plan:
    fresh: Mapping[str, Article]  # by id: those that were parsed
    old: BuildFiles | None  # which has the others
    records: tuple[SourceRecord, ...]
    failures: tuple[Failure, ...]
    glossary: tuple[Term, ...]

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """The articles of the records, in their order."""
        before = self.old.articles if self.old is not None and len(self.fresh) < len(self.records) else {}
        return tuple(self.fresh[r.article] if r.article in self.fresh else before[r.article] for r in self.records)

    def is_live(self, old: BuildFiles | None) -> bool:
        """Whether a build holds just this."""
        if old is None:
            return False
        known = old.manifest
        shared = (glossary_hash(self.glossary), foils_hash())
        return _held(known.records) == _held(self.records) and (known.glossary_hash, known.foils_hash) == shared


def _held(records: Iterable[SourceRecord]) -> set[tuple[str, str, str, str | None]]:
    """What readers get from the sources of records."""
    return {(record.article, record.source, record.content_hash, record.failed) for record in records}


def build_index(
    store: Store,
    corpus: Sequence[Path],
    embeddings: LocalEmbeddings,
    *,
    rebuild: bool = False,
    dry_run: bool = False,
    allow_removals: bool = False,
    progress: Progress | None = None,
    accept: Accept | None = None,
    step: Step = lambda _what: None,
    sources: Sources = list_sources,
) -> IndexReport:
    """Bring the store in line with the corpus. A new build that `accept` refuses is removed; nothing changes then.

    `sources` are those of a path: of one who has looked at them before, what was looked at then.

    `step` is called after each thing that is done, from two threads: for tests that break off there.

    Raises:
        CorpusError: a path does not exist, or nothing in it can be read.
        RemovalsRefused: more than a tenth of the articles would go.
        StoreMismatch: the live build was made with another model or chunking, and `rebuild` is False.
        StoreBusy, StoreError: the store is held by another process, damaged or not writable.
    """
    with store.indexing():
        old = _live(store, anyhow=rebuild)
        if old is not None and not rebuild:
            check_model(old, embeddings.spec)
        plan = _read(corpus, old, anew=rebuild, sources=sources)
        report = _compare(plan, old)
        _refuse_removals(report, old, corpus, allow_removals=allow_removals)
        if dry_run or (plan.is_live(old) and not rebuild):
            return report
        before = None if rebuild else old  # what may be damaged is not taken over
        name, embedded, chunks = _write(store, plan, corpus, embeddings, old=before, progress=progress, step=step)
        fresh = _accepted(store, name, accept)
        if fresh is None:
            return report
        step("verified")
        try:
            store.publish(name, step=step)
        except BaseException:
            fresh.close()
            raise
        store.adopt(name, fresh)
        return IndexReport(
            report.added,
            report.updated,
            report.unchanged,
            report.removed,
            report.failed,
            name,
            True,
            embedded,
            chunks,
        )


def _accepted(store: Store, name: str, accept: Accept | None) -> Build | None:
    """Verify a build and ask `accept` about it; one that is refused, or broken off, is closed and removed."""
    accepted: Build | None = None
    try:
        fresh = Build(store.build_folder(name), server=store.server)
        try:
            verify(fresh)
            accepted = fresh if accept is None or accept(fresh) else None
        finally:
            if accepted is None:
                fresh.close()
    finally:
        if accepted is None:
            store.discard(name)
    return accepted


def _live(store: Store, *, anyhow: bool) -> BuildFiles | None:
    """The live build, None where there is none; with `anyhow`, None too where it cannot be read any more."""
    if store.current_name() is None:
        return None
    try:
        return store.live_files()
    except StoreError:
        if anyhow:
            return None
        raise


def compare_corpus(corpus: Sequence[Path], live: BuildFiles) -> IndexReport:
    """How a corpus differs from a live build; nothing is embedded or written.

    Raises:
        CorpusError: a path does not exist, or nothing in it can be read.
    """
    return _compare(_read(corpus, live), live)


def _read(
    corpus: Sequence[Path], old: BuildFiles | None, *, anew: bool = False, sources: Sources = list_sources
) -> _Plan:
    """Every article of the corpus; the last accepted version where the new one cannot be read.

    What stands in its source as it did when the live build was made is not parsed again, but for `anew`.

    What can be read is taken first, so that a broken file never holds back a newer version of its article.
    """
    fresh: dict[str, Article] = {}
    records: dict[str, SourceRecord] = {}
    failures: list[Failure] = []
    broken: list[tuple[str, Unread, str]] = []
    known = _Known.of(old)
    for source, unread in _sources(corpus, sources):
        record = None if anew else known.same(source, unread)
        item = unread.read() if record is None else None
        if isinstance(item, CorpusError):
            broken.append((source, unread, str(item)))
            continue
        if item is not None:
            record = SourceRecord(item.id, source, content_hash(item), digest=unread.digest(item.id))
        assert record is not None
        if record.article in records:
            first = records[record.article].source
            problem = f"{source}: the id {record.article!r} stands in {first} already. Give one of the two another id."
            failures.append(Failure(source, problem))
            continue
        records[record.article] = record
        if item is not None:
            fresh[item.id] = item
    for source, unread, problem in broken:
        kept = known.last_of(source, unread)
        if kept is not None and kept.article not in records:
            records[kept.article] = SourceRecord(kept.article, source, kept.content_hash, failed=problem)
            failures.append(Failure(source, problem, kept.article))
        else:
            failures.append(Failure(source, problem))
    if not records and failures:
        raise CorpusError(f"No article of {len(failures)} files can be read. The first: {failures[0].reason}")
    glossary = tuple(term for path in corpus for term in read_glossary(path))
    return _Plan(fresh, old, tuple(records[i] for i in sorted(records)), tuple(failures), glossary)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a build knows of its sources."""

    by_source: Mapping[str, SourceRecord]  # files alone: lines move, so a broken one stands for no known article
    by_digest: Mapping[str, SourceRecord]  # of what was read as it would be read now
    by_article: Mapping[str, SourceRecord]

    @classmethod
    def of(cls, old: BuildFiles | None) -> _Known:
        records = old.manifest.records if old is not None else ()
        as_now = old is not None and old.manifest.reading_version == reading_version()
        return cls(
            {record.source: record for record in records if not is_record(record.source)},
            {record.digest: record for record in records if as_now and record.digest and record.failed is None},
            {record.article: record for record in records},
        )

    def last_of(self, source: str, unread: Unread) -> SourceRecord | None:
        """The record of the article that a source which cannot be read held last, or, where it stands elsewhere now
        (another folder, another line), that it says to hold."""
        return self.by_source.get(source) or self.by_article.get(unread.said_id() or "")

    def same(self, source: str, unread: Unread) -> SourceRecord | None:
        """The record of a source that holds what it held before, so that it need not be parsed."""
        at = self.by_source.get(source)
        if not self.by_digest or (at is None and not is_record(source)):
            return None
        found = self.by_digest.get(unread.digest(at.article if at is not None else ""))
        return replace(found, source=source) if found is not None else None


def _sources(corpus: Sequence[Path], sources: Sources) -> Iterator[tuple[str, Unread]]:
    for path in corpus:
        if not path.exists():
            raise CorpusError(f"{path} does not exist. Name a folder or file of articles with --corpus.")
        place = path.resolve()  # the same source has the same name wherever the command is run
        for unread in sources(path):
            yield f"{place if path.is_dir() else place.parent}/{unread.name}", unread


def content_hash(article: Article) -> str:
    """SHA-256 of everything that is known of an article."""
    return hashlib.sha256(_ARTICLE.dump_json(article)).hexdigest()


def _compare(plan: _Plan, old: BuildFiles | None) -> IndexReport:
    before = {r.article: r.content_hash for r in old.manifest.records} if old else {}
    now = {r.article: r.content_hash for r in plan.records}
    return IndexReport(
        added=tuple(i for i in now if i not in before),
        updated=tuple(i for i in now if i in before and before[i] != now[i]),
        unchanged=tuple(i for i in now if before.get(i) == now[i]),
        removed=tuple(i for i in before if i not in now),
        failed=plan.failures,
        build=old.manifest.build if old else None,
        published=False,
        embedded=0,
        chunks=old.manifest.chunks if old else 0,
    )


def _refuse_removals(
    report: IndexReport, old: BuildFiles | None, corpus: Sequence[Path], *, allow_removals: bool
) -> None:
    if old is None or allow_removals:
        return
    if len(report.removed) > MOST_REMOVALS * len(old.manifest.records):
        listed = ", ".join(report.removed[:5]) + (" ..." if len(report.removed) > 5 else "")
        raise RemovalsRefused(
            f"{len(report.removed)} of {len(old.manifest.records)} articles would be removed ({listed}). "
            f"If that is meant, run again with --allow-removals.{_left_out(old, corpus)}"
        )


def _left_out(old: BuildFiles, corpus: Sequence[Path]) -> str:
    """The folders that the articles were in and that were not named this time: to add articles, all are named."""
    named = {str(path.resolve()) for path in corpus}
    missing = [path for path in old.manifest.corpus if path not in named]
    return f" To keep them, name their place too: {' '.join(f'--corpus {path}' for path in missing)}" if missing else ""


def _write(
    store: Store,
    plan: _Plan,
    corpus: Sequence[Path],
    embeddings: LocalEmbeddings,
    *,
    old: BuildFiles | None,
    progress: Progress | None,
    step: Step,
) -> tuple[str, int, int]:
    """Write a whole build beside the live one: its name, how many texts were embedded, how many chunks it has."""
    created = datetime.now(UTC)
    digest = hashlib.sha256("".join(record.content_hash for record in plan.records).encode()).hexdigest()[:8]
    name = f"{created:%Y%m%dT%H%M%S%f}-{digest}"
    form = embeddings.passage_form(_characters(plan), before=old.manifest.model.form if old else None)
    spec = replace(embeddings.spec, form=form)
    before = Before(old if old is not None and old.manifest.model == spec else None)
    known = {r.article: r.content_hash for r in old.manifest.records} if old else {}
    same = frozenset(r.article for r in plan.records if known.get(r.article) == r.content_hash)
    folder = store.build_folder(name)
    try:
        folder.mkdir(parents=True)
        step("folder made")
        cut = before.cut(plan.articles, same, embeddings)
        step("articles cut")
        with ThreadPoolExecutor(max_workers=1) as side:
            embedder = Embedder(embeddings, spec.form, VectorCache(store.folder, spec), side)
            read = partial(write_texts, folder, articles=plan.articles, chunks=cut.chunks, glossary=plan.glossary)
            texts = side.submit(read, step=step)
            segments = _write_vectors(
                store, folder, plan, cut, before, same, embedder, side, progress=progress or _silent, step=step
            )
            texts.result()
        manifest = Manifest(
            build=name,
            created=created.isoformat(timespec="seconds"),
            format_version=FORMAT_VERSION,
            chunking_version=CHUNKING_VERSION,
            model=spec,
            corpus=tuple(str(path.resolve()) for path in corpus),
            records=plan.records,
            chunks=len(cut.chunks),
            sentences=sum(len(article.sentences) for article in plan.articles),
            segments=segments,
            files=(),
            glossary_hash=glossary_hash(plan.glossary),
            foils_hash=foils_hash(),
            reading_version=reading_version(),
        )
        seal(folder, manifest, store.place, step=step)
    except OSError as error:
        store.discard(name)
        raise StoreError(f"The store {store.folder} cannot be written: {error}") from error
    except BaseException:
        store.discard(name)
        raise
    return name, embedder.embedded, len(cut.chunks)


def _characters(plan: _Plan) -> int:
    """How many characters are embedded, about: each article as chunks and as sentences, and the questions it lists."""
    return sum(
        2 * len(article.text) + sum(len(phrasing) for phrasing in phrasings_of(article)) for article in plan.articles
    )


def _silent(_done: int, _of: int) -> None:
    return


def _write_vectors(
    store: Store,
    folder: Path,
    plan: _Plan,
    cut: Cut,
    before: Before,
    same: frozenset[str],
    embedder: Embedder,
    side: Executor,
    *,
    progress: Progress,
    step: Step,
) -> tuple[SegmentRecord, ...]:
    """Embed what is new, chunks and their sentences first: Chroma takes them in while the questions are embedded."""
    sentences = [(a.id, len(a.sentences)) for a in plan.articles]
    asked = [(a.id, len(phrasings_of(a))) for a in plan.articles]
    headings = [(a.id, len(asking_headings(a))) for a in plan.articles]
    listed = any(count for _, count in asked)  # without lists nothing is weighed against foils
    known = before.foil_vectors() if listed else None
    foils = foil_texts() if listed and known is None else ()
    edited = before.edited(cut, plan.articles, same)
    groups = (
        edited.passages,
        before.new_questions("asked", plan.articles, same),
        before.new_questions("headings", plan.articles, same),
        [Passage(text) for text in foils],
    )
    found = embedder.vectors(groups, progress=progress, step=step)
    of_edited, of_sentences = edited.split(next(found))
    of_chunks = before.chunk_vectors(cut, edited, of_edited)
    laid = plan_segments(before.records, before.segments(cut))
    segments = side.submit(write_new_segment, store.place, folder.name, cut.chunks, of_chunks, laid, step=step)
    of_asked, of_headings, of_foils = found
    of_foils = of_foils if known is None else known
    arrays: dict[str, NDArray[Any]] = {
        "chunks": of_chunks,
        "segment_of": laid.segment_of,
        "sentences": before.text_vectors("sentences", sentences, same, of_sentences),
        "asked": before.text_vectors("asked", asked, same, of_asked),
        "headings": before.text_vectors("headings", headings, same, of_headings),
        "foils": of_foils.astype(np.float16),
        "foils_used": unanswered(of_foils, of_chunks),
    }
    write_arrays(folder, arrays, step=step)
    return segments.result()
