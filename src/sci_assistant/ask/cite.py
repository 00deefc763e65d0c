"""A written sentence and the source sentences that it rests on -> the draft with both.

Citations quote verbatim. A source sentence beside one that is quoted already, in the same section, makes that
citation longer; numbers that were given stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sci_assistant.ask.verify import Source
from sci_assistant.types import AnswerSentence, Article, Citation, Draft

EMPTY = Draft((), ())


def add_written(draft: Draft, text: str, aligned: Sequence[Source], articles: Mapping[str, Article]) -> Draft:
    """The draft with one more written sentence, and the citations that it needs."""
    citations = list(draft.citations)
    ordered = sorted(aligned, key=lambda source: (source.article, source.index))
    numbers = [_cite(citations, articles[source.article], source.index) for source in ordered]
    section = citations[numbers[0] - 1].section
    sentence = AnswerSentence(text, "sentence", section, tuple(dict.fromkeys(numbers)), mode="written")
    return Draft((*draft.sentences, sentence), tuple(citations))


def add_quoted(draft: Draft, sentences: Sequence[AnswerSentence], citations: Sequence[Citation]) -> Draft:
    """The draft with quoted sentences behind it; of their citations, those that it has keep their number there."""
    kept = list(draft.citations)
    renumbered: dict[int, int] = {}
    for citation in citations:
        if not any(citation.number in sentence.citations for sentence in sentences):
            continue
        same = next((c for c in kept if _place(c) == _place(citation)), None)
        if same is None:
            same = replace(citation, number=len(kept) + 1)
            kept.append(same)
        renumbered[citation.number] = same.number
    moved = [replace(s, citations=tuple(renumbered[n] for n in s.citations)) for s in sentences]
    return Draft((*draft.sentences, *moved), tuple(kept))


def _place(citation: Citation) -> tuple[str, int, int]:
    return citation.article, citation.start, citation.end


def cite_span(article: Article, indices: Sequence[int], number: int) -> Citation:
    """The citation of neighbouring sentences of one section."""
    first, last = article.sentences[indices[0]], article.sentences[indices[-1]]
    return Citation(
        number=number,
        article=article.id,
        title=article.title,
        section=article.sections[first.section].title,
        quote=article.quote(first.start, last.end),
        start=first.start,
        end=last.end,
        url=article.url,
        origin=article.origin,
        reviewed=article.reviewed.date if article.reviewed else None,
        review_changed=article.review_changed,
    )


def _cite(citations: list[Citation], article: Article, index: int) -> int:
    """The number of the citation that holds a sentence: one that held it, one that now does, or a new one."""
    for place, citation in enumerate(citations):
        if citation.article != article.id:
            continue
        held = [i for i, s in enumerate(article.sentences) if citation.start <= s.start and s.end <= citation.end]
        if index in held:
            return citation.number
        same_section = article.sentences[held[0]].section == article.sentences[index].section
        if same_section and index in (held[0] - 1, held[-1] + 1):
            citations[place] = cite_span(article, sorted([*held, index]), citation.number)
            return citation.number
    citations.append(cite_span(article, (index,), len(citations) + 1))
    return len(citations)
