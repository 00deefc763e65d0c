"""The one adapter to bm25s: a keyword index over chunks, stemmed, with the articles' synonyms.

BM25 as Lucene computes it (Kamphuis et al., ECIR 2020, https://doi.org/10.1007/978-3-030-45442-5_4).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sci_assistant.types import Article, Chunk, Term
from sci_assistant.words import stems, tokenize

K1 = 1.2
B = 0.75
MOST_DIRECT = 2  # sentences of a listed answer whose chunks are found by its questions


def _bm25s() -> Any:
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.ERROR)  # it sets itself to DEBUG when it is imported
    return bm25s


def keyword_text(chunk: Chunk, article: Article) -> str:
    """What the keyword index reads of a chunk: title, synonyms and section path, the text, the questions it answers."""
    return " ".join(
        (article.title, *article.synonyms, *article.sections[chunk.section].path, chunk.text, *_asked(chunk, article))
    )


def _asked(chunk: Chunk, article: Article) -> Iterator[str]:
    """Phrasings of the listed questions whose most direct answers stand in a chunk."""
    held = set(chunk.sentences)
    for asked in article.asked:
        if held.intersection(asked.sentences[:MOST_DIRECT]):
            yield from asked.phrasings


class KeywordIndex:
    """BM25 scores of all chunks for the stems of a question."""

    def __init__(self, scorer: Any, size: int) -> None:
        self._scorer = scorer
        self.size = size

    @classmethod
    def build(cls, chunks: Sequence[Chunk], articles: Mapping[str, Article]) -> KeywordIndex:
        """An index over chunks, in their order."""
        bm25s = _bm25s()
        corpus = [stems(keyword_text(chunk, articles[chunk.article])) or ["\x00"] for chunk in chunks]
        scorer = bm25s.BM25(method="lucene", k1=K1, b=B)
        if corpus:
            scorer.index(corpus, show_progress=False)
        return cls(scorer, len(chunks))

    def save(self, folder: Path) -> None:
        if self.size:
            self._scorer.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> KeywordIndex:
        scorer = _bm25s().BM25.load(str(folder), mmap=True, show_progress=False) if size else None
        return cls(scorer, size)

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """BM25 scores of all chunks for stemmed words, shape (size,); zeros where no word is known."""
        known = [word for word in words if self.size and word in self._scorer.vocab_dict]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._scorer.get_scores(known), dtype=np.float32)


def best(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Positions of the highest scores, best first, equal ones in order; without sorting all of them."""
    if count < len(scores):
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        among = np.flatnonzero(scores >= least)
    else:
        among = np.arange(len(scores))
    return among[np.argsort(-scores[among], kind="stable")[:count]]


def vocabulary(articles: Sequence[Article], glossary: Sequence[Term] = ()) -> dict[str, int]:
    """How often each word stands in articles, their titles and synonyms, and the glossary: what slips are mended to."""
    counts: Counter[str] = Counter()
    for term in glossary:
        counts.update(tokenize(" ".join((term.term, *term.synonyms))))
    for article in articles:
        counts.update(tokenize(article.text))
        for phrase in (article.title, *article.synonyms, *(" ".join(s.path) for s in article.sections)):
            counts.update(tokenize(phrase))
    return dict(counts)
