"""The one adapter to bm25s: a keyword index over chunks, stemmed, with the articles' synonyms.

BM25 as Lucene computes it (Kamphuis et al., ECIR 2020, https://doi.org/10.1007/978-3-030-45442-5_4). bm25s works out
every word's scores when an index is made and writes them down; to answer, those of a question's words are added up
from its files, without loading bm25s.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sci_assistant.types import Article, Chunk, Term
from sci_assistant.words import stems, tokenize

K1 = 1.2
B = 0.75
MOST_DIRECT = 2  # sentences of a listed answer whose chunks are found by its questions


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


def write_keywords(chunks: Sequence[Chunk], articles: Mapping[str, Article], folder: Path) -> None:
    """Write a keyword index over chunks, in their order, into a folder; nothing where there are none."""
    if not chunks:
        return
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.ERROR)  # it sets itself to DEBUG when it is imported
    corpus = [stems(keyword_text(chunk, articles[chunk.article])) or ["\x00"] for chunk in chunks]
    scorer = bm25s.BM25(method="lucene", k1=K1, b=B)
    scorer.index(corpus, show_progress=False)
    scorer.save(str(folder), show_progress=False)


class Columns(NamedTuple):
    """A sparse matrix of chunks by words, column after column, as bm25s writes it."""

    ends: NDArray[np.int32]  # where each word's column begins, and the end of the last one
    rows: NDArray[np.int32]  # positions of chunks
    scores: NDArray[np.float32]


class KeywordIndex:
    """BM25 scores of all chunks for the stems of a question."""

    def __init__(self, folder: Path, size: int) -> None:
        """Open the index of `size` chunks that a folder holds.

        Raises:
            OSError, ValueError: a file is missing or damaged.
        """
        self.size = size
        if not size:
            self._columns: Mapping[str, int] = {}
            return
        self._columns = dict(json.loads((folder / "vocab.index.json").read_bytes()))
        self._index = Columns(
            *(np.load(folder / f"{name}.csc.index.npy", mmap_mode="r") for name in ("indptr", "indices", "data"))
        )
        fits = len(self._index.rows) == len(self._index.scores) == self._index.ends[-1]
        if not fits or len(self._index.ends) <= max(self._columns.values()):
            raise ValueError("the parts of the keyword index do not fit together")

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """BM25 scores of all chunks for stemmed words, shape (size,); zeros where no word is known.

        A word counts once, however often it is written: what a long message repeats is seldom what it asks.
        """
        found = np.zeros(self.size, dtype=np.float32)
        for column in (self._columns[word] for word in dict.fromkeys(words) if word in self._columns):
            part = slice(self._index.ends[column], self._index.ends[column + 1])
            found[self._index.rows[part]] += self._index.scores[part]  # a chunk stands once in a column
        return found


def best(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Positions of the highest scores above 0, best first, equal ones in order; without sorting all of them."""
    among = np.flatnonzero(scores > 0)
    if count < len(among):
        found = scores[among]
        least = np.partition(found, len(found) - count)[len(found) - count]
        among = among[found >= least]
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
