"""Headings that ask ("What causes swelling?"), as vectors: a question's vector -> their cosines, by chunk.

A page of questions and answers says above each answer what it answers. Somebody's question is nearer to that than to
the answer, as it is to the questions that an article lists (asked.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sci_assistant.types import Article, Chunk, Section


def asking_headings(article: Article) -> tuple[str, ...]:
    """What is embedded of an article's headings: each that ends with a question mark, once, in their order."""
    headings = (_heading(article, section) for section in article.sections)
    return tuple(dict.fromkeys(heading for heading in headings if heading))


def _heading(article: Article, section: Section) -> str | None:
    """The innermost heading above a section that asks, with the title that it stands under; None where none does."""
    own = next((heading for heading in reversed(section.path) if _asks(heading)), None)
    if own is None:
        return article.title if _asks(article.title) else None
    return f"{article.title}: {own}"


def _asks(heading: str) -> bool:
    return heading.rstrip().endswith("?")


class HeadingIndex:
    """Which chunks stand under a heading that asks, and the headings' vectors."""

    def __init__(self, articles: Mapping[str, Article], chunks: Sequence[Chunk], vectors: NDArray[np.floating]) -> None:
        """`vectors` holds one row for each of the articles' `asking_headings`, in their order.

        Raises:
            ValueError: there are more or fewer rows than headings.
        """
        rows: dict[tuple[str, str], int] = {}
        for article in articles.values():
            for heading in asking_headings(article):
                rows[article.id, heading] = len(rows)
        if len(rows) != len(vectors):
            raise ValueError(f"{len(vectors)} vectors for {len(rows)} headings")
        self._vectors = vectors
        self._row_of = {
            position: rows[chunk.article, found]
            for position, chunk in (enumerate(chunks) if rows else ())
            if (found := _heading(articles[chunk.article], articles[chunk.article].sections[chunk.section]))
        }

    def cosines(self, positions: Iterable[int], vector: NDArray[np.float32]) -> dict[int, float]:
        """The cosine of each chunk's heading to a unit vector, by position; chunks without one are left out."""
        rows = {position: self._row_of[position] for position in positions if position in self._row_of}
        if not rows:
            return {}
        scores = np.asarray(self._vectors[list(rows.values())], dtype=np.float32) @ vector
        return {position: float(score) for position, score in zip(rows, scores, strict=True)}
