"""A folder of judged documents -> a checked collection, and an index of it in a store of its own.

answers.jsonl.gz   {"id", "title", "url", "text"} a line
queries.jsonl      {"qid", "question" (as the person wrote it), "summary" (a short question by an editor)} a line
qrels.txt          TREC judgements: qid 0 document grade
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sci_assistant.errors import EvaluationError
from sci_assistant.models import LocalEmbeddings
from sci_assistant.store import Store

SEED = 1  # of the sample

Progress = Callable[[int, int], None]  # done, of


@dataclass(frozen=True, slots=True)
class Query:
    """A judged question in its two forms."""

    id: str
    question: str
    summary: str


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents (still in their file), questions, and grades by question and document."""

    documents: Path
    queries: tuple[Query, ...]
    grades: dict[str, dict[str, int]]

    @property
    def judged(self) -> frozenset[str]:
        """Every document that is judged for any question."""
        return frozenset(document for grades in self.grades.values() for document in grades)


def read_collection(folder: Path) -> Collection:
    """The collection of a folder; questions without a judgement are left out.

    Raises:
        EvaluationError: a file is missing or a line has another form.
    """
    documents = folder / "answers.jsonl.gz"
    if not documents.is_file():
        raise EvaluationError(f"{documents} is missing. --data takes a folder with it, queries.jsonl and qrels.txt.")
    grades: dict[str, dict[str, int]] = {}
    for number, line in _lines(folder / "qrels.txt"):
        parts = line.split()
        if len(parts) != 4 or not parts[3].lstrip("-").isdigit():
            raise EvaluationError(f"{folder / 'qrels.txt'}:{number}: write: question 0 document grade. It is {line!r}.")
        grades.setdefault(parts[0], {})[parts[2]] = int(parts[3])
    queries = [_query(folder / "queries.jsonl", number, line) for number, line in _lines(folder / "queries.jsonl")]
    judged = tuple(query for query in queries if query.id in grades)
    if not judged:
        raise EvaluationError(f"No question of {folder / 'queries.jsonl'} is judged in qrels.txt.")
    return Collection(documents, judged, grades)


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read: {error}") from error
    return [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _query(path: Path, number: int, line: str) -> Query:
    try:
        raw: Any = json.loads(line)
        return Query(str(raw["qid"]), str(raw["question"]), str(raw["summary"]))
    except (ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f'{path}:{number}: write {{"qid", "question", "summary"}}: {error!r}') from error


def collection_store(collection: Collection, beside: Path, sample: int | None) -> Path:
    """The folder of a collection's own index, beside the store of the articles."""
    stat = collection.documents.stat()
    what = f"{collection.documents.resolve()} {stat.st_size} {sample}"
    digest = hashlib.sha256(what.encode()).hexdigest()[:12]
    return beside.with_name(f"{beside.name}-eval") / f"{collection.documents.parent.name}-{digest}"


def index_collection(
    collection: Collection,
    store: Store,
    embeddings: LocalEmbeddings,
    *,
    sample: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Index a collection; nothing is embedded again the next time.

    Args:
        sample: index all judged documents and so many others only, drawn by a fixed seed.

    Raises:
        StoreError, CorpusError: as for any index.
        EvaluationError: a judged document cannot be indexed.
    """
    from sci_assistant.ingest.build import build_index

    source = collection.documents
    if sample is not None:
        source = _write_sample(collection, store.folder, sample)
    build_index(store, [source], embeddings, allow_removals=True, progress=progress)
    missing = sorted(collection.judged - set(store.live().articles))
    if missing:
        raise EvaluationError(f"{len(missing)} judged documents are not in the index, the first: {missing[0]}.")


def _write_sample(collection: Collection, folder: Path, sample: int) -> Path:
    with gzip.open(collection.documents, "rt", encoding="utf-8") as stream:
        lines = {str(json.loads(line)["id"]): line for line in stream if line.strip()}
    others = [document for document in lines if document not in collection.judged]
    drawn = set(random.Random(SEED).sample(others, min(sample, len(others))))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "sample.jsonl"
    kept = (line for document, line in lines.items() if document in drawn or document in collection.judged)
    path.write_text("".join(kept), encoding="utf-8")
    return path
