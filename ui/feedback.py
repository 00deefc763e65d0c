"""Thumbs up or down -> one JSON line in the operator's file. Used only where the operator named such a file.

Takes the body of a request; gives the line that was added. The question is kept because the operator turned
storing on, and the form says so to the person.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from pydantic import BaseModel, ConfigDict, Field

MAX_FILE_BYTES = 50_000_000  # a stranger must not fill the disk
_WRITING = Lock()


class Vote(BaseModel):
    """What the page sends. Longer words and questions than these are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    helpful: bool
    word: str = Field(default="", max_length=500)
    question: str = Field(default="", max_length=4000)


def store_vote(vote: Vote, path: Path) -> bool:
    """Append one line; False where the file is full. Only its owner can read a file made here."""
    time = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps({"time": time, **vote.model_dump()}, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    with _WRITING:
        if path.exists() and path.stat().st_size > MAX_FILE_BYTES:
            return False
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(line)
    return True
