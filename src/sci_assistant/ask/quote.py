"""Retrieved passages -> a draft of quoted sentences, or None where they do not answer.

Sentences are scored by their vector's cosine with the question, by how much of the question's rare words
they hold, by the rank of their passage and by whether their section is of the kind that is asked for. The
best one opens the answer; each brings what it needs beside it (context.py); the rest follows in reading
order, grouped by article and section, nothing twice, up to about 120 words unless a list needs more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sci_assistant.ask.context import is_lead, is_numbered, list_members, with_context
from sci_assistant.ask.intent import Intent, is_call_section, is_reassuring, lets_wait, section_matches
from sci_assistant.ask.retrieve import Retrieved
from sci_assistant.types import AnswerSentence, Article, Citation, Draft
from sci_assistant.words import rarity, stems, tokenize

MOST_WORDS = 120  # of an answer, unless one list needs more
MOST_ARTICLES = 3  # that one answer quotes
SHORT_LIST = 8  # sentences of a list that is quoted whole even outside the section that was asked for
TOO_ALIKE = 0.88  # cosine at which a sentence says what was said already

Warnings = Sequence[Sequence[tuple[Article, int]]]  # of each, the sentences that say it, best first


@dataclass(frozen=True, slots=True)
class Weights:
    """How the parts of a sentence's score are weighed; fitted on development questions only."""

    cosine: float = 1.5
    words: float = 0.10
    passage: float = 0.60
    section: float = 0.20
    asked: float = 1.2  # per cosine of a listed question that the sentence answers, above `asked_from`
    asked_from: float = 0.45
    later: float = 0.9  # share of that which each further sentence of one answer keeps
    keep: float = 0.64  # share of the best score that a further sentence needs


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence that may be quoted."""

    article: Article
    index: int
    score: float

    @property
    def key(self) -> tuple[str, int]:
        return (self.article.id, self.index)

    @property
    def text(self) -> str:
        sentence = self.article.sentences[self.index]
        return self.article.quote(sentence.start, sentence.end)

    @property
    def section(self) -> int:
        return self.article.sentences[self.index].section

    @property
    def section_title(self) -> str:
        return self.article.sections[self.section].title


def quote(
    retrieved: Retrieved,
    question: str,
    intent: Intent,
    *,
    emergency: bool = False,
    warnings: Warnings = (),
    weights: Weights = Weights(),
) -> Draft | None:
    """The sentences that answer a question, word for word, with their citations; None where there is none.

    In an emergency no sentence is quoted that lets wait: "call your team soon" would speak against the notice.
    Of each of the `warnings` one sentence is quoted, the first unless another one is quoted anyway.
    """
    scored = score_sentences(retrieved, question, intent, weights=weights)
    if emergency:
        scored = [candidate for candidate in scored if not lets_wait(candidate.text)]
    anchor = _anchor(scored, intent)
    if anchor is None:
        return None
    chosen = _choose(scored, anchor, intent, retrieved, keep=weights.keep)
    if intent.symptom_report:
        chosen = _add_call_sentences(chosen, retrieved, emergency=emergency)
    added = _add_warnings(chosen, warnings)
    return compose(_in_reading_order(chosen, added or anchor))


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


def score_sentences(
    retrieved: Retrieved, question: str, intent: Intent, *, weights: Weights = Weights()
) -> list[Scored]:
    """Every sentence of the retrieved passages with its score, best first."""
    listed = _listed(retrieved, weights)
    wanted = {word: rarity(word) for word in stems(question)}
    total = sum(wanted.values()) or 1.0
    top = retrieved.passages[0].score if retrieved.passages else 0.0
    best: dict[tuple[str, int], Scored] = {}
    for passage in retrieved.passages:
        article = passage.article
        cosines = retrieved.build.sentence_vectors(article) @ retrieved.vector
        near = 1.0 / (1.0 + max(0.0, top - passage.score))
        about = set(stems(f"{article.title} {passage.section_title}"))
        for index in passage.chunk.sentences:
            sentence = article.sentences[index]
            held = set(stems(article.quote(sentence.start, sentence.end)))
            covered = sum(w * (1.0 if s in held else 0.5 if s in about else 0.0) for s, w in wanted.items()) / total
            score = (
                weights.cosine * float(cosines[index])
                + weights.words * covered
                + weights.passage * near
                + weights.section * section_matches(intent, article.sections[sentence.section].title)
                + weights.asked * listed.get((article.id, index), 0.0)
            )
            candidate = Scored(article, index, score)
            if candidate.key not in best or best[candidate.key].score < score:
                best[candidate.key] = candidate
    return sorted(best.values(), key=lambda s: (-s.score, s.key))


def _listed(retrieved: Retrieved, weights: Weights) -> dict[tuple[str, int], float]:
    """How near the listed questions are that each sentence answers: its best one's cosine above the least."""
    found: dict[tuple[str, int], float] = {}
    for match in retrieved.asked:
        near = max(0.0, match.cosine - weights.asked_from)
        for place, sentence in enumerate(match.asked.sentences):
            key = (match.article, sentence)
            found[key] = max(found.get(key, 0.0), near * weights.later**place)
    return found


def _anchor(scored: Sequence[Scored], intent: Intent) -> Scored | None:
    """The sentence that opens the answer: never a soothing one for somebody who reports a symptom."""
    for candidate in scored:
        if intent.symptom_report and is_reassuring(candidate.text):
            continue
        if with_context(candidate.article, candidate.index) is not None:
            return candidate
    return None


def _choose(
    scored: Sequence[Scored], anchor: Scored, intent: Intent, retrieved: Retrieved, *, keep: float
) -> dict[tuple[str, int], Article]:
    """Sentences to quote: the anchor's, then further ones while they score well, say something new and fit."""
    chosen: dict[tuple[str, int], Article] = {}
    words = 0
    listed = intent.whole_list and len(_group_of(anchor, intent) or ()) > 2  # another article would tell it again
    for candidate in (anchor, *scored):
        if candidate.key in chosen or (listed and candidate.article.id != anchor.article.id):
            continue
        group = _group_of(candidate, intent)
        fresh = [i for i in group if (candidate.article.id, i) not in chosen] if group else []
        if not fresh:
            continue
        if chosen:
            length = _words(candidate.article, fresh)
            articles = {key[0] for key in chosen} | {candidate.article.id}
            if candidate.score < keep * anchor.score or len(articles) > MOST_ARTICLES:
                break
            if words + length > MOST_WORDS or _said_already(candidate, chosen, retrieved):
                continue
            if intent.symptom_report and is_reassuring(candidate.text):
                continue
        chosen.update({(candidate.article.id, i): candidate.article for i in fresh})
        words = sum(_words(article, [i]) for (_, i), article in chosen.items())
        if words >= MOST_WORDS:
            break
    return chosen


def _group_of(candidate: Scored, intent: Intent) -> tuple[int, ...] | None:
    """What is quoted with a sentence: its whole list where that is asked for, numbered or short, else its context."""
    article, index = candidate.article, candidate.index
    members = list_members(article, index)
    if not members:
        return None if is_lead(candidate.text) else with_context(article, index)
    asked = intent.whole_list and (section_matches(intent, candidate.section_title) or not intent.sections)
    short = intent.whole_list and len(members) <= SHORT_LIST
    if asked or short or is_numbered(article, index):
        return members
    if is_lead(candidate.text):  # without its list it says nothing; the items are candidates themselves
        return members if _words(article, members) <= MOST_WORDS else None
    return with_context(article, index)


def _words(article: Article, indices: Iterable[int]) -> int:
    return sum(len(article.quote(article.sentences[i].start, article.sentences[i].end).split()) for i in indices)


def _said_already(candidate: Scored, chosen: Mapping[tuple[str, int], Article], retrieved: Retrieved) -> bool:
    """Whether a chosen sentence is nearly the same: in meaning by its vector, or word for word."""
    vector = retrieved.build.sentence_vectors(candidate.article)[candidate.index]
    plain = tokenize(candidate.text)
    for (_, index), article in chosen.items():
        sentence = article.sentences[index]
        if tokenize(article.quote(sentence.start, sentence.end)) == plain:
            return True
        if float(np.dot(retrieved.build.sentence_vectors(article)[index], vector)) > TOO_ALIKE:
            return True
    return False


def _add_call_sentences(
    chosen: dict[tuple[str, int], Article], retrieved: Retrieved, *, emergency: bool
) -> dict[tuple[str, int], Article]:
    """Add, of each article that is quoted, the sentence on when to call that is nearest to the question."""
    for article in dict.fromkeys(chosen.values()):
        cosines = retrieved.build.sentence_vectors(article) @ retrieved.vector
        calls = [
            i
            for i, s in enumerate(article.sentences)
            if is_call_section(article.sections[s.section].title) and not is_lead(article.quote(s.start, s.end))
        ]
        if not calls:
            continue
        picked = {calls[0]}  # the first one names the emergency
        if not emergency:
            picked.add(max(calls, key=lambda i: float(cosines[i])))
        for index in sorted(picked):
            chosen.update({(article.id, i): article for i in with_context(article, index) or (index,)})
    return chosen


def _in_reading_order(
    chosen: Mapping[tuple[str, int], Article], anchor: Scored
) -> list[tuple[Article, tuple[int, ...]]]:
    """Runs of neighbouring sentences: the anchor's with what introduces it, its section, its article, the others."""
    runs: list[tuple[Article, list[int]]] = []
    for key in sorted(chosen):
        article, index = chosen[key], key[1]
        previous = runs[-1] if runs else None
        if (
            previous is not None
            and previous[0].id == article.id
            and previous[1][-1] == index - 1
            and article.sentences[index - 1].section == article.sentences[index].section
        ):
            previous[1].append(index)
        else:
            runs.append((article, [index]))

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
    """An article's section on when to call for help, whole; None where it has none."""
    for number, section in enumerate(article.sections):
        indices = [i for i, s in enumerate(article.sentences) if s.section == number]
        if indices and is_call_section(section.title):
            return compose([(article, indices)])
    return None


def compose(runs: Sequence[tuple[Article, Sequence[int]]]) -> Draft:
    """Sentences with their citations: neighbouring sentences of one section are one citation."""
    sentences: list[AnswerSentence] = []
    citations: list[Citation] = []
    for article, indices in runs:
        first, last = article.sentences[indices[0]], article.sentences[indices[-1]]
        section = article.sections[first.section].title
        number = len(citations) + 1
        citations.append(
            Citation(
                number=number,
                article=article.id,
                title=article.title,
                section=section,
                quote=article.quote(first.start, last.end),
                start=first.start,
                end=last.end,
                url=article.url,
                origin=article.origin,
                reviewed=article.reviewed.date if article.reviewed else None,
                review_changed=article.review_changed,
            )
        )
        for index in indices:
            spot = article.sentences[index]
            text, step = article.quote(spot.start, spot.end), article.blocks[spot.block].number
            sentences.append(AnswerSentence(text, spot.kind, section, (number,), step))
    return Draft(tuple(sentences), tuple(citations))
