"""Articles before and after -> what changed, article by article and section by section.

Takes the articles of two builds by id; gives `ArticleChange`s, an editor's account without offsets or hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from sci_assistant.types import Article

How = Literal["added", "changed", "removed"]
CARD = ("title", "summary", "topics", "synonyms", "sources", "origin", "written", "url")


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section of which sentences went or came. The opening has the empty title."""

    title: str
    how: How
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """An article that is new, is another, or is gone."""

    article: str
    title: str
    how: How
    sections: tuple[SectionChange, ...] = ()
    card: tuple[str, ...] = ()  # fields of the card that differ
    review: bool = False  # the record of its review differs
    questions: bool = False  # the list of questions that it answers differs
    order: bool = False  # the same sentences stand in another order or form


def compare_articles(before: Mapping[str, Article], after: Mapping[str, Article]) -> tuple[ArticleChange, ...]:
    """What differs between two sets of articles, by article id."""
    return tuple(_changes(before, after))


def _changes(before: Mapping[str, Article], after: Mapping[str, Article]) -> Iterator[ArticleChange]:
    for article_id in sorted({*before, *after}):
        old, new = before.get(article_id), after.get(article_id)
        if old is None and new is not None:
            yield ArticleChange(article_id, new.title, "added")
        elif new is None and old is not None:
            yield ArticleChange(article_id, old.title, "removed")
        elif old is not None and new is not None and old != new:
            yield _changed(old, new)


def _changed(old: Article, new: Article) -> ArticleChange:
    sections = tuple(_sections(old, new))
    card = tuple(name for name in CARD if getattr(old, name) != getattr(new, name))
    return ArticleChange(
        new.id,
        new.title,
        "changed",
        sections=sections,
        card=card,
        review=old.reviewed != new.reviewed,
        questions=_listed(old) != _listed(new),
        order=not sections and (old.text, old.sections, old.blocks) != (new.text, new.sections, new.blocks),
    )


def _listed(article: Article) -> list[tuple[tuple[str, ...], list[str]]]:
    """The listed questions with their sentences as text: numbers of sentences move with every edit."""
    texts = [article.quote(sentence.start, sentence.end) for sentence in article.sentences]
    return [(asked.phrasings, [texts[at] for at in asked.sentences]) for asked in article.asked]


def _sections(old: Article, new: Article) -> Iterator[SectionChange]:
    before, after = _sentences(old), _sentences(new)
    for title in dict.fromkeys([*after, *before]):
        if title not in before:
            yield SectionChange(title, "added", new=tuple(after[title]))
        elif title not in after:
            yield SectionChange(title, "removed", gone=tuple(before[title]))
        elif before[title] != after[title]:
            gone, come = _differing(before[title], after[title])
            yield SectionChange(title, "changed", gone, come)


def _sentences(article: Article) -> dict[str, list[str]]:
    """The sentences of each section by its title; two sections of one title are taken together."""
    found: dict[str, list[str]] = {section.title: [] for section in article.sections}
    for sentence in article.sentences:
        found[article.sections[sentence.section].title].append(article.quote(sentence.start, sentence.end))
    return found


def _differing(before: list[str], after: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences that only stand before, and only after."""
    gone: list[str] = []
    come: list[str] = []
    for tag, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += before[first:last]
            come += after[start:end]
    return tuple(gone), tuple(come)
