"""What the page's script sends along with a question, in a field that nobody sees: JSON -> `Slip`.

Takes text that anybody could have made; gives the name of this asking, by which Stop ends it even where it arrives
later, and the questions that stand on the page already, for a server that does not have them (after a reload, a lost
line or a restart). What cannot be read is left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

MOST_SLIP_CHARS = 200_000
MOST_EARLIER = 50  # questions; earlier ones are left out
_KEY = re.compile(r"[0-9a-f]{16,64}")


@dataclass(frozen=True, slots=True)
class Slip:
    """`earlier` are pairs of a message's number and its question, in ascending order."""

    key: str = ""
    earlier: tuple[tuple[int, str], ...] = ()

    @classmethod
    def read(cls, text: str | None) -> Slip:
        """The slip, or an empty one."""
        try:
            given = json.loads((text or "")[:MOST_SLIP_CHARS])
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(given, dict):
            return cls()
        key, earlier = given.get("key"), given.get("earlier")
        name = key if isinstance(key, str) and _KEY.fullmatch(key) else ""
        return cls(name, _ascending(earlier if isinstance(earlier, list) else []))


def _ascending(given: list[object]) -> tuple[tuple[int, str], ...]:
    kept: list[tuple[int, str]] = []
    for pair in given[-MOST_EARLIER:]:
        match pair:
            case [bool(), _]:
                continue
            case [int(number), str(question)] if question.strip() and (kept[-1][0] if kept else 0) < number < 10**6:
                kept.append((number, question))
    return tuple(kept)
