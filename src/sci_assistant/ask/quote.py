"""Retrieved passages -> a draft of quoted sentences, or None where they do not answer.

Sentences are scored by candidates.py. The one that most likely states a fact and is of the right article is chosen
first, and further ones beside it; each brings what it needs (context.py). Of what is chosen the best sentence of the
best passage's article opens the answer; the rest follows in reading order, grouped by article and section, nothing
twice, up to about 120 words unless a list needs more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from sci_assistant.ask.candidates import Scored, score_sentences
from sci_assistant.ask.cite import cite_span
from sci_assistant.ask.context import is_lead, is_numbered, list_members, runs_of, with_context
from sci_assistant.ask.intent import (
    Intent,
    is_call_section,
    is_for_other_sex,
    is_reassuring,
    lets_wait,
    read_intent,
    section_matches,
)
from sci_assistant.ask.search import Retrieved
from sci_assistant.types import AnswerSentence, Article, Citation, Draft
from sci_assistant.words import tokenize

MOST_WORDS = 116  # of an answer, unless one list needs more
MOST_ARTICLES = 3  # that one answer quotes
SHORT_LIST = 8  # sentences of a list that is quoted whole even outside the section that was asked for
LIST_ASKED = 0.5  # log probability: a list that is asked for by its kind ("signs") opens before what is a little nearer
WEAKER = 3.0
LEAST = -3.0
TOO_ALIKE = 0.93  # cosine at which a sentence says what was said already

Warnings = Sequence[Sequence[tuple[Article, int]]]  # of each, the sentences that say it, best first
Run = tuple[Article, tuple[int, ...]]  # neighbouring sentences


def quote(
    retrieved: Retrieved,
    question: str,
    intent: Intent,
    *,
    emergency: bool = False,
    warnings: Warnings = (),
) -> Draft | None:
    """The sentences that answer a question, word for word, with their citations; None where there is none.

    In an emergency no sentence is quoted that lets wait: "call your team soon" would speak against the notice.
    Of each of the `warnings` one sentence is quoted, the first unless another one is quoted anyway.
    """
    runs = _pick(retrieved, question, intent, emergency=emergency, warnings=warnings)
    return compose(runs) if runs else None


def quote_parts(parts: Sequence[Retrieved], *, warnings: Warnings = ()) -> Draft | None:
    """The sentences that answer the parts of a question one after another, each for what was searched for it, in as
    many words as one answer has; None where there is none."""
    runs: list[Run] = []
    said: set[tuple[str, int]] = set()
    for place, found in enumerate(parts):
        for article, indices in _pick(
            found,
            found.question,
            read_intent(found.question),
            warnings=() if place else warnings,
            most_words=MOST_WORDS // len(parts),
        ):
            fresh = {(article.id, index): article for index in indices if (article.id, index) not in said}
            said.update(fresh)
            runs += [(article, tuple(run)) for article, run in runs_of(fresh)]
    return compose(runs) if runs else None


def _pick(
    retrieved: Retrieved,
    question: str,
    intent: Intent,
    *,
    emergency: bool = False,
    warnings: Warnings = (),
    most_words: int = MOST_WORDS,
) -> list[Run]:
    """Runs of sentences to quote, in their order; none where nothing answers."""
    scored = [
        candidate
        for candidate in score_sentences(retrieved, question, intent)
        if not is_for_other_sex(candidate.article.title, question) and _may_fit(candidate, retrieved)
    ]
    if emergency:
        scored = [candidate for candidate in scored if not lets_wait(candidate.text)]
    anchor = _anchor(scored, intent)
    if anchor is None:
        return []
    calls = _call_sentences(anchor.article, retrieved, emergency=emergency) if intent.symptom_report else {}
    room = most_words - sum(_words(article, [index]) for (_, index), article in calls.items())
    chosen = _choose(scored, anchor, intent, retrieved, room=room) | calls
    if intent.symptom_report:
        for article in {key[0]: article for key, article in chosen.items() if key[0] != anchor.article.id}.values():
            chosen |= _call_sentences(article, retrieved, emergency=True)
    if emergency:
        chosen = _that_cannot_wait(chosen)
    added = _add_warnings(chosen, warnings)
    return _in_reading_order(chosen, added or _opening(scored, chosen, retrieved, intent) or anchor)


def _may_fit(candidate: Scored, retrieved: Retrieved) -> bool:
    """Whether a sentence's article is more likely right than not, or is the best passage's."""
    return candidate.fits >= 0.0 or candidate.article.id == retrieved.passages[0].article.id


def quote_warnings(warnings: Warnings) -> Draft | None:
    """The warnings alone, where nothing else answers; None where there are none."""
    chosen: dict[tuple[str, int], Article] = {}
    first = _add_warnings(chosen, warnings)
    return compose(_in_reading_order(chosen, first)) if first else None


def _add_warnings(chosen: dict[tuple[str, int], Article], warnings: Warnings) -> Scored | None:
    """Add a sentence of each warning that is not quoted yet; the first that was added, to open the answer."""
    opening: Scored | None = None
    for places in warnings:
        if any((article.id, index) in chosen for article, index in places):
            continue
        article, index = places[0]
        chosen.update({(article.id, i): article for i in with_context(article, index) or (index,)})
        opening = opening or Scored(article, index, 0.0)
    return opening


def _that_cannot_wait(chosen: Mapping[tuple[str, int], Article]) -> dict[tuple[str, int], Article]:
    """Chosen sentences without those that let wait, but for steps, nor what introduced only such."""
    kept = {
        key: article
        for key, article in chosen.items()
        if is_numbered(article, key[1]) or not lets_wait(article.sentence_text(key[1]))
    }
    leading = {(article.id, article.sentences[index].lead) for (_, index), article in kept.items()}
    return {
        key: article for key, article in kept.items() if key in leading or not is_lead(article.sentence_text(key[1]))
    }


def _anchor(scored: Sequence[Scored], intent: Intent) -> Scored | None:
    """The sentence that opens the answer: never a soothing one for somebody who reports a symptom."""
    for candidate in sorted(scored, key=lambda one: -_opens(one, intent)):
        if intent.symptom_report and is_reassuring(candidate.text):
            continue
        if _group_of(candidate, intent, opens=True) is not None:
            return candidate
    return None


def _opening(
    scored: Sequence[Scored], chosen: Mapping[tuple[str, int], Article], retrieved: Retrieved, intent: Intent
) -> Scored | None:
    """Of the chosen sentences the best of the best passage's article, if any: on dev the first citation's article is
    right in 0.901 instead of 0.891, its section in 0.829 instead of 0.821."""
    best = retrieved.passages[0].article.id
    there = [one for one in scored if one.article.id == best and one.key in chosen]
    if intent.symptom_report:
        there = [one for one in there if not is_reassuring(one.text)]
    return max(there, key=lambda one: _opens(one, intent), default=None)


def _opens(candidate: Scored, intent: Intent) -> float:
    """How well a sentence opens the answer; better in a section of the kind that a list is asked for."""
    listed = intent.whole_list and section_matches(intent, candidate.section_title)
    return candidate.opens + LIST_ASKED * listed


def _choose(
    scored: Sequence[Scored], anchor: Scored, intent: Intent, retrieved: Retrieved, *, room: int
) -> dict[tuple[str, int], Article]:
    """Sentences to quote: the anchor's, then further ones while they score well, say something new and fit."""
    chosen: dict[tuple[str, int], Article] = {}
    words = 0
    listed = intent.whole_list and len(_group_of(anchor, intent, opens=True) or ()) > 2
    for candidate in (anchor, *scored):
        if candidate.key in chosen or (listed and candidate.article.id != anchor.article.id):
            continue
        group = _group_of(candidate, intent, opens=not chosen)
        fresh = [i for i in group if (candidate.article.id, i) not in chosen] if group else []
        if not fresh:
            continue
        if chosen:
            length = _words(candidate.article, fresh)
            articles = {key[0] for key in chosen} | {candidate.article.id}
            if candidate.score < min(anchor.score - WEAKER, LEAST) or len(articles) > MOST_ARTICLES:
                break
            if words + length > room or _said_already(candidate, chosen, retrieved):
                continue
            if intent.symptom_report and is_reassuring(candidate.text):
                continue
        chosen.update({(candidate.article.id, i): candidate.article for i in fresh})
        words = sum(_words(article, [i]) for (_, i), article in chosen.items())
        if words >= room:
            break
    return chosen


def _group_of(candidate: Scored, intent: Intent, *, opens: bool) -> tuple[int, ...] | None:
    """What is quoted with a sentence: its context, all steps of a numbered list; its whole list where it opens the
    answer and the list is asked for."""
    article, index = candidate.article, candidate.index
    members = list_members(article, index)
    asked = intent.whole_list and (section_matches(intent, candidate.section_title) or not intent.sections)
    short = intent.whole_list and len(members) <= SHORT_LIST
    if members and (is_numbered(article, index) or (opens and (asked or short))):
        return members
    # a lead says nothing without its list; the items are candidates themselves
    return None if is_lead(candidate.text) else with_context(article, index)


def _words(article: Article, indices: Iterable[int]) -> int:
    return sum(len(article.sentence_text(i).split()) for i in indices)


def _said_already(candidate: Scored, chosen: Mapping[tuple[str, int], Article], retrieved: Retrieved) -> bool:
    """Whether a chosen sentence is nearly the same: in meaning by its vector, or word for word."""
    vector = retrieved.build.sentence_vectors(candidate.article)[candidate.index]
    plain = tokenize(candidate.text)
    for (_, index), article in chosen.items():
        if tokenize(article.sentence_text(index)) == plain:
            return True
        if float(np.dot(retrieved.build.sentence_vectors(article)[index], vector)) > TOO_ALIKE:
            return True
    return False


def _call_sentences(article: Article, retrieved: Retrieved, *, emergency: bool) -> dict[tuple[str, int], Article]:
    """An article's first sentence on when to call, which names the emergency, and the nearest one to the question."""
    cosines = retrieved.build.sentence_vectors(article) @ retrieved.vector
    calls = [
        i
        for i, s in enumerate(article.sentences)
        if is_call_section(article.sections[s.section].title) and not is_lead(article.sentence_text(i))
    ]
    picked = {*calls[:1], *([] if emergency else sorted(calls, key=lambda i: -float(cosines[i]))[:1])}
    return {(article.id, i): article for index in picked for i in with_context(article, index) or (index,)}


def _in_reading_order(chosen: Mapping[tuple[str, int], Article], anchor: Scored) -> list[Run]:
    """Runs of neighbouring sentences: the anchor's with what introduces it, its section, its article, the others."""
    runs = runs_of(chosen)
    first = next((run for article, run in runs if article.id == anchor.article.id and anchor.index in run), [])
    opening = {*first, *(anchor.article.sentences[i].lead for i in first)}

    def order(run: tuple[Article, list[int]]) -> tuple[bool, bool, bool, bool]:
        article, indices = run
        same_article = article.id == anchor.article.id
        section = article.sentences[indices[0]].section
        return (
            not (same_article and opening & set(indices)),
            not (same_article and section == anchor.section),
            not same_article,
            is_call_section(article.sections[section].title),
        )

    return [(article, tuple(indices)) for article, indices in sorted(runs, key=order)]


def call_section(article: Article) -> Draft | None:
    """An article's section on when to call for help, but for what may wait; None where it has none."""
    for number, section in enumerate(article.sections):
        indices = [i for i, s in enumerate(article.sentences) if s.section == number]
        if indices and is_call_section(section.title):
            kept = _that_cannot_wait({(article.id, i): article for i in indices})
            return compose([(article, run) for article, run in runs_of(kept)]) if kept else None
    return None


def compose(runs: Sequence[tuple[Article, Sequence[int]]]) -> Draft:
    """Sentences with their citations: neighbouring sentences of one section are one citation."""
    sentences: list[AnswerSentence] = []
    citations: list[Citation] = []
    for article, indices in runs:
        citation = cite_span(article, indices, len(citations) + 1)
        citations.append(citation)
        for index in indices:
            spot = article.sentences[index]
            text, step = article.sentence_text(index), article.blocks[spot.block].number
            sentences.append(AnswerSentence(text, spot.kind, citation.section, (citation.number,), step))
    return Draft(tuple(sentences), tuple(citations))
