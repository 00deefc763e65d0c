"""Text that no editor would write on purpose: orders to a language model, scripts, hidden characters.

Takes a raw text; gives what was found with its line. Nothing here is a defence: the page escapes what it
shows, and a model's output is not trusted. It tells an editor that a file was tampered with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from sci_assistant.ingest.blocks import HIDDEN

KEPT = 2048  # texts: a watcher reads them again and again
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+|these\s+)*"
    r"(?:previous|prior|above|earlier|preceding|system)\s+(?:\w+\s+)?(?:instructions?|prompts?|messages?|rules)\b"
    r"|\bas\s+an\s+AI\b|\bsystem\s+prompt\b|\byou\s+are\s+(?:now\s+)?an?\s+(?:AI|LLM|chatbot|language\s+model)\b"
    r"|<\|\w+\|>|\[/?INST\]",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|form|style|meta|link|svg|base)\b|\bon(?:error|load|click)\s*=",
    re.IGNORECASE,
)
_TARGETS = re.compile(r"\b(?:javascript|vbscript)\s*:(?=\S)|\bdata\s*:\s*text/html", re.IGNORECASE)


def find_suspicious(text: str) -> Iterator[tuple[int, str]]:
    """Line number and description of each suspicious place."""
    yield from _found(text)


@lru_cache(maxsize=KEPT)
def _found(text: str) -> tuple[tuple[int, str], ...]:
    return tuple(_look(text))


def _look(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        for pattern, what in (
            (_ORDERS, "words addressed to a language model"),
            (_MARKUP, "active markup"),
            (_TARGETS, "a script address"),
        ):
            if found := pattern.search(line):
                yield number, f"{what}: {found.group()!r}"
        if hidden := HIDDEN.search(line.replace("\u00ad", "")):
            yield number, f"a hidden character: U+{ord(hidden.group()):04X}"
