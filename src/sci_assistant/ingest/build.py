"""Corpus paths -> a new live build, and an account of what changed.

Unchanged articles are not embedded again; where nothing changed no build is made. An article whose new
version cannot be accepted keeps its last accepted one. Files that cannot be read are listed; the rest is indexed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from sci_assistant.asked import foil_texts, unanswered
from sci_assistant.errors import CorpusError, RemovalsRefused, StoreError
from sci_assistant.index import FORMAT_VERSION, Build, Manifest, SourceRecord, glossary_hash, write_build
from sci_assistant.ingest.chunk import CHUNKING_VERSION, Budget, chunk_articles, embedded_sentences
from sci_assistant.ingest.glossary import read_glossary
from sci_assistant.ingest.parse import read_articles
from sci_assistant.models import LocalEmbeddings, Vectors
from sci_assistant.store import Store, VectorCache
from sci_assistant.types import Article, Term

MOST_REMOVALS = 0.1  # of the articles, without --allow-removals
EMBED_STEP = 256  # texts between two steps of the progress bar

_ARTICLE = TypeAdapter(Article)

Progress = Callable[[int, int], None]  # done, of
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


@dataclass(frozen=True, slots=True)
class _Plan:
    articles: tuple[Article, ...]
    records: tuple[SourceRecord, ...]
    failures: tuple[Failure, ...]
    glossary: tuple[Term, ...]

    def is_live(self, old: Build | None) -> bool:
        """Whether a build holds just this."""
        if old is None:
            return False
        known = old.manifest
        return set(known.records) == set(self.records) and known.glossary_hash == glossary_hash(self.glossary)


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
) -> IndexReport:
    """Bring the store in line with the corpus. A new build that `accept` refuses is removed; nothing changes then.

    Raises:
        CorpusError: a path does not exist, or nothing in it can be read.
        RemovalsRefused: more than a tenth of the articles would go.
        StoreMismatch: the live build was made with another model or chunking, and `rebuild` is False.
        StoreBusy, StoreError: the store is held by another process, damaged or not writable.
    """
    with store.indexing():
        old = _live(store, anyhow=rebuild)
        if old is not None and not rebuild:
            old.check(embeddings.spec)
        plan = _read(corpus, old)
        report = _compare(plan, old)
        _refuse_removals(report, old, allow_removals=allow_removals)
        if dry_run or (plan.is_live(old) and not rebuild):
            return report
        name, embedded, chunks = _write(store, plan, corpus, embeddings, progress)
        if accept is not None and not _accepted(store, name, accept):
            return report
        store.publish(name)
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


def _accepted(store: Store, name: str, accept: Accept) -> bool:
    """Ask `accept` about a build; one that is refused, or broken off, is removed."""
    accepted = False
    try:
        fresh = Build(store.build_folder(name), chroma_url=store.chroma_url)
        try:
            accepted = accept(fresh)
        finally:
            fresh.close()
    finally:
        if not accepted:
            store.discard(name)
    return accepted


def _live(store: Store, *, anyhow: bool) -> Build | None:
    """The live build, None where there is none; with `anyhow`, None too where it cannot be read any more."""
    if store.current_name() is None:
        return None
    try:
        return store.live()
    except StoreError:
        if anyhow:
            return None
        raise


def compare_corpus(corpus: Sequence[Path], live: Build) -> IndexReport:
    """How a corpus differs from a live build; nothing is embedded or written.

    Raises:
        CorpusError: a path does not exist, or nothing in it can be read.
    """
    return _compare(_read(corpus, live), live)


def _read(corpus: Sequence[Path], old: Build | None) -> _Plan:
    """Every article of the corpus; the last accepted version where the new one cannot be read.

    What can be read is taken first, so that a broken file never holds back a newer version of its article.
    """
    articles: dict[str, Article] = {}
    records: dict[str, SourceRecord] = {}
    failures: list[Failure] = []
    broken: list[tuple[str, str]] = []
    for source, item in _sources(corpus):
        if isinstance(item, CorpusError):
            broken.append((source, str(item)))
        elif item.id in articles:
            first = records[item.id].source
            problem = f"{source}: the id {item.id!r} stands in {first} already. Give one of the two another id."
            failures.append(Failure(source, problem))
        else:
            articles[item.id] = item
            records[item.id] = SourceRecord(item.id, source, content_hash(item))
    known = {record.source: record for record in old.manifest.records if not _is_record(record.source)} if old else {}
    for source, problem in broken:
        kept = known.get(source)
        if kept is not None and old is not None and kept.article not in articles:
            articles[kept.article] = old.articles[kept.article]
            records[kept.article] = SourceRecord(kept.article, source, kept.content_hash, failed=problem)
            failures.append(Failure(source, problem, kept.article))
        else:
            failures.append(Failure(source, problem))
    if not articles and failures:
        raise CorpusError(f"No article of {len(failures)} files can be read. The first: {failures[0].reason}")
    order = sorted(articles)
    glossary = tuple(term for path in corpus for term in read_glossary(path))
    return _Plan(tuple(articles[i] for i in order), tuple(records[i] for i in order), tuple(failures), glossary)


def _is_record(source: str) -> bool:
    """Whether a source is a line of a JSON Lines file: lines move, so a broken one stands for no known article."""
    return "#" in source.rsplit("/", 1)[-1]


def _sources(corpus: Sequence[Path]) -> Iterable[tuple[str, Article | CorpusError]]:
    for path in corpus:
        if not path.exists():
            raise CorpusError(f"{path} does not exist. Name a folder or file of articles with --corpus.")
        place = path.resolve()  # the same source has the same name wherever the command is run
        for name, item in read_articles(path):
            yield f"{place if path.is_dir() else place.parent}/{name}", item


def content_hash(article: Article) -> str:
    """SHA-256 of everything that is known of an article."""
    return hashlib.sha256(_ARTICLE.dump_json(article)).hexdigest()


def _compare(plan: _Plan, old: Build | None) -> IndexReport:
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


def _refuse_removals(report: IndexReport, old: Build | None, *, allow_removals: bool) -> None:
    if old is None or allow_removals:
        return
    if len(report.removed) > MOST_REMOVALS * len(old.articles):
        listed = ", ".join(report.removed[:5]) + (" ..." if len(report.removed) > 5 else "")
        raise RemovalsRefused(
            f"{len(report.removed)} of {len(old.articles)} articles would be removed ({listed}). "
            "If that is meant, run again with --allow-removals."
        )


def _write(
    store: Store, plan: _Plan, corpus: Sequence[Path], embeddings: LocalEmbeddings, progress: Progress | None
) -> tuple[str, int, int]:
    spec = embeddings.spec
    chunks = chunk_articles(plan.articles, budget=Budget(spec.max_tokens), count_tokens=embeddings.count_tokens)
    sentences = [text for article in plan.articles for text in embedded_sentences(article)]
    asked = [phrasing for article in plan.articles for each in article.asked for phrasing in each.phrasings]
    foils = foil_texts() if asked else ()  # without listed questions there is nothing to weigh them against
    texts = [chunk.embedded for chunk in chunks] + sentences + asked + list(foils)
    vectors, embedded = _embed(texts, embeddings, VectorCache(store.folder, spec), progress)
    ends = np.cumsum([len(chunks), len(sentences), len(asked)])
    of_chunks, of_sentences, of_asked, of_foils = np.split(vectors, ends)
    created = datetime.now(UTC)
    digest = hashlib.sha256("".join(record.content_hash for record in plan.records).encode()).hexdigest()[:8]
    name = f"{created:%Y%m%dT%H%M%S%f}-{digest}"
    manifest = Manifest(
        build=name,
        created=created.isoformat(timespec="seconds"),
        format_version=FORMAT_VERSION,
        chunking_version=CHUNKING_VERSION,
        model=spec,
        corpus=tuple(str(path.resolve()) for path in corpus),
        records=plan.records,
        chunks=len(chunks),
        sentences=len(sentences),
        glossary_hash=glossary_hash(plan.glossary),
    )
    write_build(
        store.build_folder(name),
        manifest,
        articles=plan.articles,
        chunks=chunks,
        chunk_vectors=of_chunks,
        sentence_vectors=of_sentences,
        asked_vectors=of_asked,
        foil_vectors=unanswered(of_foils, of_chunks),
        glossary=plan.glossary,
        chroma_url=store.chroma_url,
    )
    return name, embedded, len(chunks)


def _embed(
    texts: Sequence[str], embeddings: LocalEmbeddings, cache: VectorCache, progress: Progress | None
) -> tuple[Vectors, int]:
    """Vectors of all texts, and how many of them the cache did not have. Longest texts first: less padding."""
    vectors, missing = cache.get(texts)
    missing.sort(key=lambda position: -len(texts[position]))
    for start in range(0, len(missing), EMBED_STEP):
        step = missing[start : start + EMBED_STEP]
        fresh = embeddings.embed([texts[position] for position in step])
        vectors[np.asarray(step)] = fresh
        cache.put([texts[position] for position in step], fresh)
        if progress is not None:
            progress(min(start + EMBED_STEP, len(missing)), len(missing))
    return vectors, len(missing)
