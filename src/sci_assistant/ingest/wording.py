"""How well an article reads: sentence length, reading grade, sentences that cannot stand alone.

Takes an `Article`; gives `Finding`s and the `Measures` that they rest on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sci_assistant.ingest.findings import Finding
from sci_assistant.types import Article

MOST_SENTENCE_WORDS = 30
MOST_GRADE = 8.0
ARTICLE_WORDS = (500, 1100)
_TERM_SYLLABLES = 2  # a term that the glossary explains is no harder to a reader than a common word

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_DANGLING = re.compile(
    r"(?:It|This|They|These|Those|That|Such|He|She|Also|But|However|Instead|Then|Its|Their)(?=['’\s,])"
)


@dataclass(frozen=True, slots=True)
class Measures:
    """Size and Flesch-Kincaid grade of an article."""

    words: int
    sentences: int
    grade: float


def measure(article: Article, *, glossary_terms: Iterable[str] = ()) -> Measures:
    """Words, sentences and grade. Words of the glossary, the title and the synonyms count two syllables."""
    return _measure(article, tuple(glossary_terms))


@lru_cache(maxsize=512)
def _measure(article: Article, glossary_terms: tuple[str, ...]) -> Measures:
    terms = _words(" ".join([article.title, *article.synonyms, *glossary_terms]))
    known = {term.lower() for term in terms}
    words = _words(article.text)
    syllables = sum(min(_TERM_SYLLABLES, _syllables(word)) if word in known else _syllables(word) for word in words)
    sentences = max(1, len(article.sentences))
    grade = flesch_kincaid(words=max(1, len(words)), sentences=sentences, syllables=syllables)
    return Measures(len(article.text.split()), len(article.sentences), round(grade, 1))


def flesch_kincaid(*, words: int, sentences: int, syllables: int) -> float:
    """Grade level: J. P. Kincaid et al., Research Branch Report 8-75, Naval Technical Training, 1975."""
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def check_wording(article: Article, measures: Measures, *, source: str) -> Iterator[Finding]:
    """Findings on length, grade, sentences and lists."""
    if measures.grade > MOST_GRADE:
        message = f"reading grade {measures.grade}, wanted {MOST_GRADE:.0f} or lower. Use shorter sentences and words."
        yield Finding("warning", "reading-grade", source, message, article.id)
    least, most = ARTICLE_WORDS
    if not least <= measures.words <= most:
        message = f"{measures.words} words, wanted {least} to {most:,}."
        yield Finding("note", "article-length", source, message, article.id)
    yield from _check_sentences(article, source)
    yield from _check_lists(article, source)


def _check_sentences(article: Article, source: str) -> Iterator[Finding]:
    for sentence in article.sentences:
        text, section = article.quote(sentence.start, sentence.end), article.sections[sentence.section].title
        count = len(text.split())
        if count > MOST_SENTENCE_WORDS:
            message = f"{count} words, wanted at most {MOST_SENTENCE_WORDS}. Split: {text!r}"
            yield Finding("warning", "sentence-length", source, message, article.id, section)
        if _DANGLING.match(text):
            message = f"a quoted sentence must name its subject. Reword: {text!r}"
            yield Finding("note", "sentence-start", source, message, article.id, section)


def _check_lists(article: Article, source: str) -> Iterator[Finding]:
    for before, item in zip(article.blocks, article.blocks[1:], strict=False):
        text = article.quote(before.start, before.end)
        starts = item.kind == "item" and before.kind == "paragraph" and item.section == before.section
        if starts and not text.endswith(":"):
            message = f"end the sentence before a list in a colon: {text[-80:]!r}"
            section = article.sections[item.section].title
            yield Finding("note", "list-introduction", source, message, article.id, section)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


@lru_cache(maxsize=50_000)
def _syllables(word: str) -> int:
    from textstat import textstat

    return int(textstat.syllable_count(word))
