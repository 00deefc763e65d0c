"""Questions that found no answer -> "articles to write next". Only where the operator names a file for them.

Takes what a person asked and got; appends one scrubbed line (scrub.py) with the week, never under a notice. Gives the
kept questions in clusters of one meaning, by the vectors of the embedding model, largest first.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import numpy as np

from sci_assistant.errors import SettingsError
from sci_assistant.models import Vectors
from sci_assistant.scrub import scrub
from sci_assistant.types import Answer

MAX_FILE_BYTES = 20_000_000  # a stranger must not fill the disk
MOST_READ = 5_000  # newest questions that are clustered
SAME = 0.6  # cosine to a cluster's centre from which a question belongs to it
EXAMPLES = 3
_WRITING = Lock()
log = logging.getLogger(__name__)

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Gap:
    """A kept question, and the ISO week in which it was asked."""

    week: str
    question: str


@dataclass(frozen=True, slots=True)
class GapCluster:
    """Questions of one meaning, the most typical first; how often, and from which week to which."""

    questions: tuple[str, ...]
    count: int
    first: str
    last: str


def is_gap(answer: Answer) -> bool:
    """Whether a question was searched for and found no answer, and nothing about danger was said, now or before."""
    searched = bool(answer.related)
    return searched and answer.status == "not_covered" and answer.notice is None and answer.reminder is None


def keep_gap(answer: Answer, path: Path, *, known: Container[str]) -> bool:
    """Append the question of an answer that is a gap. A full disk or file costs the line, never the answer."""
    if not is_gap(answer):
        return False
    question = scrub(answer.standalone_question or answer.question, known=known)
    if question is None:
        return False
    row = {"week": f"{datetime.now(UTC):%G-W%V}", "question": question}
    try:
        return append_line(path, row, most_bytes=MAX_FILE_BYTES)
    except OSError as error:
        log.error("A question without an answer cannot be kept: %s", error.strerror)
        return False


def append_line(path: Path, row: Mapping[str, object], *, most_bytes: int) -> bool:
    """Append a line of JSON; False where the file is full. Only its owner can read a file made here."""
    line = json.dumps(row, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    with _WRITING:
        if path.exists() and path.stat().st_size > most_bytes:
            return False
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(line)
    return True


def read_gaps(path: Path) -> tuple[Gap, ...]:
    """The kept questions, oldest first; lines that are none are left out.

    Raises:
        SettingsError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SettingsError(f"SCI_ASSISTANT_GAPS_FILE {path} cannot be read: {error.strerror}.") from error
    return tuple(gap for line in lines[-MOST_READ:] if (gap := _gap(line)) is not None)


def _gap(line: str) -> Gap | None:
    try:
        raw = json.loads(line)
        return Gap(str(raw["week"]), str(raw["question"]))
    except (ValueError, KeyError, TypeError):
        return None


def cluster_gaps(gaps: Sequence[Gap], embed: Embed) -> tuple[GapCluster, ...]:
    """Kept questions by meaning: each joins the nearest cluster, or opens one; largest first."""
    if not gaps:
        return ()
    vectors = embed([gap.question for gap in gaps])
    members: list[list[int]] = []
    sums: list[Vectors] = []
    for position, vector in enumerate(vectors):
        centres = [float(total @ vector / np.linalg.norm(total)) for total in sums]
        best = int(np.argmax(centres)) if centres else -1
        if best >= 0 and centres[best] >= SAME:
            members[best].append(position)
            sums[best] = sums[best] + vector
        else:
            members.append([position])
            sums.append(vector.copy())
    clusters = [_cluster(gaps, vectors, of, total) for of, total in zip(members, sums, strict=True)]
    return tuple(sorted(clusters, key=lambda cluster: (-cluster.count, cluster.questions)))


def _cluster(gaps: Sequence[Gap], vectors: Vectors, of: Sequence[int], total: Vectors) -> GapCluster:
    typical = sorted(of, key=lambda position: -float(vectors[position] @ total))
    weeks = sorted(gaps[position].week for position in of)
    questions = tuple(dict.fromkeys(gaps[position].question for position in typical))
    return GapCluster(questions[:EXAMPLES], len(of), weeks[0], weeks[-1])


def gaps_to_text(clusters: Sequence[GapCluster]) -> str:
    """Articles to write next, in lines for a terminal."""
    if not clusters:
        return "No question without an answer was kept yet."
    lines = ["Articles to write next (questions that found no answer, most asked first):"]
    for cluster in clusters:
        weeks = cluster.first if cluster.first == cluster.last else f"{cluster.first} to {cluster.last}"
        lines.append(f"{cluster.count:>4}  {cluster.questions[0]}  ({weeks})")
        lines += [f"      {question}" for question in cluster.questions[1:]]
    return "\n".join(lines)
