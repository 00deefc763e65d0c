"""Judged questions, and which sentences a reader of the articles would quote for each: needed.jsonl.gz -> values.

A reader (an AI) saw the 24 sentences that were most likely to be quoted for each question of judged.yaml that the
articles answer, and named those that an answer needs, the most needed first, at most about 110 words of them, and those
that are of use besides. A sentence is named by its article and a hash of its words, so that one that is edited is no
longer named rather than named wrongly.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from sci_assistant.errors import EvaluationError
from sci_assistant.types import Article

NAME = "needed.jsonl.gz"
HASHED = 10  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class Needed:
    """A question and the sentences that were judged for it, by their names."""

    question: str
    needed: tuple[str, ...]  # most needed first; none where a reader found that nothing answers it
    useful: frozenset[str]
    off: frozenset[str]  # neither


def load_needed(path: Path | None = None) -> tuple[Needed, ...]:
    """All judged questions, in the order of the file.

    Raises:
        EvaluationError: the file cannot be read, or a line of it is none of these.
    """
    path = path or Path(__file__).parent / NAME
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return tuple(_read(json.loads(line)) for line in lines)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{path} holds no judged sentences: {error!r}") from error


def _read(row: dict[str, object]) -> Needed:
    names = (row["needed"], row["useful"], row["off"])
    needed, useful, off = (tuple(str(name) for name in each) for each in names if isinstance(each, list))
    return Needed(str(row["question"]), needed, frozenset(useful), frozenset(off))


@lru_cache(maxsize=20_000)
def sentence_name(article: Article, index: int) -> str:
    """What a sentence is called in the file."""
    return f"{article.id}:{sha256(article.sentence_text(index).encode()).hexdigest()[:HASHED]}"


def share_chosen(needed: Sequence[str], chosen: Collection[str]) -> float:
    """Share of the needed sentences, at least one, that were chosen."""
    return sum(name in chosen for name in needed) / len(needed)
