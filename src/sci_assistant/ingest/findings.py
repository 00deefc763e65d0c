"""What a check of articles reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: where, which rule, and what to do. `source` is the file as its reader names it."""

    severity: Severity
    rule: str
    source: str
    message: str
    article: str = ""
    section: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        """The line or section, as a reader is told."""
        return f"line {self.line}" if self.line else f"“{self.section}”" if self.section else ""
