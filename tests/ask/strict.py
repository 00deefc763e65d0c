"""A strict stand-in for the verifier: every content word and number of a sentence stands in one source sentence or two
neighbours. It tests the path around verification, never verification."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sci_assistant.ask.verify import Source, Verdict
from sci_assistant.words import stems

NEGATIONS = {"not", "no", "never", "avoid", "nobody", "without"}


class StrictVerifier:
    """Passes what is said in the words of one or two neighbouring sentences, no negation added or lost."""

    def check(self, sentence: str, sources: Sequence[Source]) -> Verdict:
        wanted = set(stems(sentence))
        runs = [(source,) for source in sources]
        runs += [(a, b) for a, b in pairwise(sources) if a.article == b.article and b.index == a.index + 1]
        for run in runs:
            text = " ".join(source.text for source in run)
            same_no = NEGATIONS & set(sentence.lower().split()) == NEGATIONS & set(text.lower().split())
            if wanted and wanted <= set(stems(text)) and same_no and _numbers(sentence) <= _numbers(text):
                return Verdict(True, None, run)
        return Verdict(False, "words that its source does not have", ())


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))
