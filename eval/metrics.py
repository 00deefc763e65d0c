"""The formulas of the evaluation: rankings, labels and texts in, one number for one question out.

Pure functions. Each names its source; tests/eval/test_metrics.py checks them by hand-worked cases and, where
ir-measures has the measure, against that. Means, intervals and curves over questions are in intervals.py and
selective.py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")


def recall_at(k: int, ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Share of the relevant that stands among the first k (Manning, Raghavan and Schütze, Introduction to
    Information Retrieval, 2008, ch. 8). `ranked` has no repeats; `relevant` is not empty."""
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant))


def success_at(k: int, ranked: Sequence[str], relevant: Collection[str]) -> float:
    """1.0 where any of the relevant stands among the first k, else 0.0 (trec_eval's success)."""
    return float(not set(ranked[:k]).isdisjoint(relevant))


def reciprocal_rank_at(k: int, ranked: Sequence[str], relevant: Collection[str]) -> float:
    """1 over the rank of the first relevant one, 0.0 where none is among the first k.

    Voorhees, The TREC-8 Question Answering Track Report, 1999.
    """
    wanted = set(relevant)
    return next((1.0 / rank for rank, item in enumerate(ranked[:k], start=1) if item in wanted), 0.0)


def ndcg_at(k: int, ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Normalised discounted cumulated gain with gains of 0 and 1 and the discount log2(rank + 1).

    Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20(4), 2002,
    https://doi.org/10.1145/582415.582418
    """
    wanted = set(relevant)
    gained = sum(_discount(rank) for rank, item in enumerate(ranked[:k], start=1) if item in wanted)
    return gained / sum(_discount(rank) for rank in range(1, min(k, len(wanted)) + 1))


def _discount(rank: int) -> float:
    return 1.0 / math.log2(rank + 1)


def distinct(items: Iterable[str]) -> tuple[str, ...]:
    """Items without repeats, in the order of their first place."""
    return tuple(dict.fromkeys(items))


def matches(pattern: str, text: str) -> bool:
    """Whether a label's pattern stands in a text; case and the form of apostrophes do not matter."""
    return re.search(_plain(pattern), _plain(text), re.IGNORECASE) is not None


def _plain(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'")


def fact_recall(text: str, facts: Sequence[Sequence[str]]) -> float:
    """Share of the key facts that a text states; a fact is stated where one of its patterns matches.

    Nugget recall (Voorhees, Overview of the TREC 2003 Question Answering Track), all nuggets vital and judged by
    pattern. `facts` is not empty.
    """
    return sum(any(matches(pattern, text) for pattern in patterns) for patterns in facts) / len(facts)


def first_words(text: str, count: int) -> str:
    """The first words of a text: what is read of a longer one in the same time."""
    return " ".join(text.split()[:count])


def serving_share(serves: Sequence[bool]) -> float:
    """Answer precision: the share of an answer's sentences that serve the question. Not empty."""
    return sum(serves) / len(serves)


def supports(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether quotes, read one after the other, hold a sentence word for word: entailment for exact quotes."""
    return bool(quotes) and " ".join(sentence.split()) in " ".join(" ".join(quotes).split())


def citation_recall(cited: Sequence[tuple[str, Sequence[str]]]) -> float:
    """Share of sentences that their cited quotes prove, taken together.

    Gao et al., Enabling Large Language Models to Generate Text with Citations (ALCE), EMNLP 2023,
    https://arxiv.org/abs/2305.14627, section 4, with `supports` for entailment.

    Args:
        cited: each sentence with the quotes that it cites; not empty.
    """
    return sum(supports(sentence, quotes) for sentence, quotes in cited) / len(cited)


def citation_precision(cited: Sequence[tuple[str, Sequence[str]]]) -> float | None:
    """Share of citations that are needed (ALCE, as above); None where nothing is cited.

    A citation is right where its sentence is proved by all of its quotes together, and it proves the sentence
    alone or the others do not.
    """
    right = [
        supports(sentence, quotes)
        and (supports(sentence, [quote]) or not supports(sentence, [*quotes[:i], *quotes[i + 1 :]]))
        for sentence, quotes in cited
        for i, quote in enumerate(quotes)
    ]
    return sum(right) / len(right) if right else None


def reading_grade(sentences: Sequence[str]) -> float | None:
    """Flesch-Kincaid grade of the sentences of an answer; None without words.

    J. P. Kincaid et al., Research Branch Report 8-75, Naval Technical Training, 1975. No word is exempt here:
    medical terms count all their syllables.
    """
    from sci_assistant.ingest.wording import flesch_kincaid

    words = [word.lower() for sentence in sentences for word in _WORD.findall(sentence)]
    if not words:
        return None
    syllables = sum(_syllables(word) for word in words)
    return flesch_kincaid(words=len(words), sentences=len(sentences), syllables=syllables)


@lru_cache(maxsize=50_000)
def _syllables(word: str) -> int:
    from textstat import textstat

    return int(textstat.syllable_count(word))
