"""Treatments that somebody asks to stop -> the articles' own sentences that sudden stopping is dangerous.

The sentence is found at answer time in the live build, so that it is always the article's present wording; where no
article holds one, there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sci_assistant.ask.caution import Stopping, load_cautions
from sci_assistant.ask.context import is_lead, with_context
from sci_assistant.ask.search import Retrieved
from sci_assistant.types import Article

Place = tuple[Article, int]  # an article and a sentence's index in it


def find_warnings(stopping: Sequence[Stopping], retrieved: Retrieved) -> tuple[tuple[Place, ...], ...]:
    """For each treatment, where an article says so, its sentences: nearest to the question first.

    Those count that hold the first of the treatment's wordings that any article has.
    """
    warning = list(_warning_sentences(retrieved)) if stopping else []
    ranked = (_held(one, warning, retrieved) for one in stopping)
    return tuple(places for places in ranked if places)


def _held(one: Stopping, warning: Sequence[Place], retrieved: Retrieved) -> tuple[Place, ...]:
    for wording in one.articles_say:
        held = [(article, index) for article, index in warning if wording.search(article.sentence_text(index).lower())]
        if held:
            return tuple(sorted(held, key=lambda place: (-_cosine(place, retrieved), place[0].id, place[1])))
    return ()


def _warning_sentences(retrieved: Retrieved) -> Iterator[Place]:
    warns = load_cautions().warns
    for article in retrieved.build.articles.values():
        for index in range(len(article.sentences)):
            text = article.sentence_text(index)
            lowered = text.lower()
            if not all(pattern.search(lowered) for pattern in warns):
                continue
            if not is_lead(text) and with_context(article, index) is not None:
                yield article, index


def _cosine(place: Place, retrieved: Retrieved) -> float:
    article, index = place
    return float(np.dot(retrieved.build.sentence_vectors(article)[index], retrieved.vector))
