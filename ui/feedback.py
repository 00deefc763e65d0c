"""Thumbs up or down -> one JSON line in the operator's file. Used only where the operator named such a file.

Takes the body of a request; gives the line that was added. The question is kept because the operator turned
storing on, and the form says so to the person.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from sci_assistant.gaps import append_line

MAX_FILE_BYTES = 50_000_000  # a stranger must not fill the disk


class Vote(BaseModel):
    """What the page sends. Longer words and questions than these are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    helpful: bool
    word: str = Field(default="", max_length=500)
    question: str = Field(default="", max_length=4000)


def store_vote(vote: Vote, path: Path) -> bool:
    """Append one line; False where the file is full."""
    time = datetime.now(UTC).isoformat(timespec="seconds")
    return append_line(path, {"time": time, **vote.model_dump()}, most_bytes=MAX_FILE_BYTES)
