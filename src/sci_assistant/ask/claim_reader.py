"""The small reader of claims that ships: a source and a claim -> the log odds that the source bears the claim out.

Networks of reader.py that differ in how they began, fitted by eval/fit_claim_reader.py on claims about development
articles and about sentences that were written for it; the mean of what they say counts, since each errs elsewhere
(Lakshminarayanan et al., 2017, https://arxiv.org/abs/1612.01474). Their weights stand in data/claim_reader.npz.
"""

from __future__ import annotations

from statistics import fmean

from sci_assistant.reader import TextReader, compare, load_networks

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
        said, held = self._texts.look(claim), self._texts.look(premise(title, source))
        return fmean(compare(network, said, held) for network in load_networks(NAME))


def premise(title: str, source: str) -> str:
    """A source as it is read: under its article's title."""
    return f"{title}: {source}"
