"""A quoted answer and its ranked passages -> the numbered excerpts that a model may write from.

What quoting chose comes first; the sentences of the same articles that it scores next, each with what it needs beside
it, follow while they fit. So the model reads what the question needs, in about as many words as a person would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sci_assistant.ask.candidates import Scored
from sci_assistant.ask.context import is_lead, runs_of, with_context
from sci_assistant.ask.verify import Source, source_at
from sci_assistant.types import Answer, Article

MOST_WORDS = 180  # of all excerpts together, unless the quoted answer alone needs more; see docs/written.md
MOST_EXCERPTS = 6
WEAKER = 2.5  # log odds below the best sentence at which one beside the quoted ones is left out

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Neighbouring sentences of one section of one article, verbatim, under the number that the model cites."""

    number: int
    article: Article
    sentences: tuple[int, ...]  # indices into Article.sentences, ascending

    @property
    def place(self) -> str:
        """The article's title and the section's, for the model and the reader."""
        title = self.article.sections[self.article.sentences[self.sentences[0]].section].title
        return f"{self.article.title} › {title}" if title else self.article.title

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sentences as what a written one may rest on."""
        return tuple(source_at(self.article, index) for index in self.sentences)

    @property
    def text(self) -> str:
        """The sentences on one line."""
        return " ".join(source.text for source in self.sources)


def choose_excerpts(quoted: Answer, scored: Sequence[Scored], articles: dict[str, Article]) -> tuple[Excerpt, ...]:
    """The excerpts for a quoted answer, best first; () where it quotes nothing."""
    chosen = dict.fromkeys(_quoted_keys(quoted, articles))
    if not chosen:
        return ()
    cited = {citation.article for citation in quoted.citations}
    best = max((s.score for s in scored), default=0.0)
    words = _count(chosen, articles)
    for candidate in scored:
        if candidate.score < best - WEAKER or is_lead(candidate.text) or candidate.article.id not in cited:
            continue
        group = with_context(candidate.article, candidate.index) or ()
        fresh = [(candidate.article.id, i) for i in group if (candidate.article.id, i) not in chosen]
        if not fresh:
            continue
        if words + _count(fresh, articles) > MOST_WORDS or len(_runs([*chosen, *fresh], articles)) > MOST_EXCERPTS:
            continue
        chosen.update(dict.fromkeys(fresh))
        words += _count(fresh, articles)
    runs = _runs(list(chosen), articles)
    return tuple(Excerpt(n, articles[run[0][0]], tuple(i for _, i in run)) for n, run in enumerate(runs, start=1))


def _quoted_keys(quoted: Answer, articles: dict[str, Article]) -> Iterator[Key]:
    for citation in quoted.citations:
        for index, sentence in enumerate(articles[citation.article].sentences):
            if citation.start <= sentence.start and sentence.end <= citation.end:
                yield citation.article, index


def _runs(keys: Sequence[Key], articles: dict[str, Article]) -> list[list[Key]]:
    """Runs of neighbours in one section, in the order in which their first sentence was chosen."""
    rank = {key: place for place, key in enumerate(keys)}
    runs = [[(article.id, index) for index in run] for article, run in runs_of({key: articles[key[0]] for key in keys})]
    return sorted(runs, key=lambda run: min(rank[key] for key in run))


def _count(keys: Iterable[Key], articles: dict[str, Article]) -> int:
    return sum(len(articles[article].sentence_text(i).split()) for article, i in keys)
