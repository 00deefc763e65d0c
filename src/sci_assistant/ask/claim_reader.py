"""The small reader of claims that ships: a source and a claim -> the log odds that the source bears the claim out.

A network of reader.py, fitted by eval/fit_claim_reader.py on claims about development articles and about sentences
that were written for it; its weights stand in data/claim_reader.npz.
"""

from __future__ import annotations

from sci_assistant.reader import TextReader, compare, load_network

NAME = "claim_reader.npz"


class ClaimReader:
    """Reads claims against sources; loaded at first use, safe for many threads."""

    def __init__(self) -> None:
        self._texts = TextReader()

    def read(self, title: str, source: str, claim: str) -> float:
        """Log odds that a source, of an article of that title, bears a claim out.

        Raises:
            ModelError: the bundled weights are missing or damaged.
        """
        return compare(load_network(NAME), self._texts.look(claim), self._texts.look(premise(title, source)))


def premise(title: str, source: str) -> str:
    """A source as it is read: under its article's title."""
    return f"{title}: {source}"
