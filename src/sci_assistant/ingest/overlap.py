"""Passages that stand in more than one article.

Takes articles with their sources; gives `Finding`s. Two sentences of different articles are near duplicates
when most of the eight-word runs of the shorter one stand in the other. Runs that name an emergency number or
its country do not count: that line is the same in every article, and what follows it differs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sci_assistant.ingest.findings import Finding
from sci_assistant.types import Article

RUN_WORDS = 8
LEAST_SHARED = 0.7  # of the runs of the shorter sentence
KEPT = 20_000  # sentences whose words are kept: a watcher reads them again and again
MOST_ARTICLES = 2_000  # beyond, the index of runs would fill the memory
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)*")
_EVERYWHERE = frozenset("911 999 112 000 988 116 123 13 14 us uk canada europe australia".split())
_SAFETY = re.compile(
    r"\b(?:911|999|112|000|988|emergenc\w+|at once|right away|immediately|same day|urgent\w*|call your|dysreflexia)\b"
)


@dataclass(frozen=True, slots=True)
class _Passage:
    source: str
    article: Article
    section: str
    text: str
    words: tuple[str, ...]

    @property
    def runs(self) -> frozenset[tuple[str, ...]]:
        return _runs(self.words)


def find_overlaps(articles: Sequence[tuple[str, Article]]) -> Iterator[Finding]:
    """One finding for each sentence that repeats a sentence of an article before it."""
    if len(articles) > MOST_ARTICLES:
        message = f"repeated passages are looked for in at most {MOST_ARTICLES:,} articles, not {len(articles):,}."
        yield Finding("note", "near-duplicate", articles[0][0], message)
        return
    seen: list[_Passage] = []
    sizes: list[int] = []
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)  # run -> passages that hold it
    same: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)  # all words -> passages
    for passage in _passages(articles):
        runs = passage.runs
        shared = Counter(place for run in runs for place in places.get(run, ()))
        size = len(passage.words) - RUN_WORDS + 1
        near = {place for place, count in shared.items() if count >= LEAST_SHARED * min(size, sizes[place])}
        twins = [seen[place] for place in sorted(near | set(same[passage.words]))]
        yield from _finding(passage, [twin for twin in twins if twin.article.id != passage.article.id])
        same[passage.words].append(len(seen))
        for run in runs:
            places[run].append(len(seen))
        seen.append(passage)
        sizes.append(size)


def _passages(articles: Sequence[tuple[str, Article]]) -> Iterator[_Passage]:
    for source, article in articles:
        for sentence in article.sentences:
            text = article.quote(sentence.start, sentence.end)
            words = _words(text)
            if len(words) >= RUN_WORDS and not text.endswith(":"):  # an introduction states nothing
                yield _Passage(source, article, article.sections[sentence.section].title, text, words)


@lru_cache(maxsize=KEPT)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


@lru_cache(maxsize=KEPT)
def _runs(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    runs = (words[at : at + RUN_WORDS] for at in range(len(words) - RUN_WORDS + 1))
    return frozenset(run for run in runs if _EVERYWHERE.isdisjoint(run))


def _finding(passage: _Passage, twins: Sequence[_Passage]) -> Iterator[Finding]:
    if not twins:
        return
    where = ", ".join(sorted({twin.article.id for twin in twins}))
    same = [twin for twin in twins if twin.words == passage.words]
    if len(same) == len(twins) and _SAFETY.search(passage.text.lower()):
        message = f"the same safety advice stands in {where}, word for word: {passage.text!r}"
        yield Finding("note", "repeated-warning", passage.source, message, passage.article.id, passage.section)
        return
    how = "stands also" if len(same) == len(twins) else f"is nearly {twins[0].text!r}"
    message = f"{passage.text!r} {how} in {where}. Say it once and link, or reword."
    yield Finding("warning", "near-duplicate", passage.source, message, passage.article.id, passage.section)
