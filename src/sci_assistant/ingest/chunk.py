"""Article -> chunks: neighbouring sentences of one section, as many as the embedding model reads.

A chunk never crosses a section. List items keep the sentence that introduces them: where a list is longer
than a chunk, that sentence stands at the head of each part. What is embedded carries the article's title
and the section's path; what is shown is the text alone. Nothing is ever longer than the model reads.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sci_assistant.pooling import Passage
from sci_assistant.types import Article, Chunk

CHUNKING_VERSION = "3"  # a build made with another version is not extended
TARGET_TOKENS = 160  # word pieces of a chunk where sentences allow it
SPECIAL_TOKENS = 2  # [CLS] and [SEP]
HEAD_TOKENS = 64  # at most so many word pieces of title and path

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Budget:
    """Word pieces: `limit` is what the model reads, `target` what a chunk should have."""

    limit: int
    target: int = TARGET_TOKENS


def chunk_articles(articles: Iterable[Article], *, budget: Budget, count_tokens: CountTokens) -> tuple[Chunk, ...]:
    """All chunks of the articles, in their order."""
    return tuple(c for article in articles for c in chunk_article(article, budget=budget, count_tokens=count_tokens))


@dataclass(frozen=True, slots=True)
class Embedded:
    """What is embedded of a chunk, and the numbers of the sentences that have their vectors from it."""

    passage: Passage
    sentences: tuple[int, ...]


def embedded_of(article: Article, chunks: Iterable[Chunk]) -> list[Embedded]:
    """What is embedded of all chunks of an article. A sentence that stands in several has its vector from the first."""
    told: set[int] = set()
    found: list[Embedded] = []
    for chunk in chunks:
        begin = at = len(chunk.embedded) - len(chunk.text)
        here: dict[int, tuple[int, int]] = {}
        alone: list[str] = []
        for index in chunk.sentences:
            text = article.sentence_text(index)
            place = chunk.embedded.find(text, at)
            if place >= 0:
                at = place + len(text)
            if index not in told:  # one that is longer than a chunk has the vector of its beginning
                here[index] = (place, at) if place >= 0 else (begin, len(chunk.embedded))
                # without its title and section "Call the same day." could be of anything
                alone.append(f"{article.title} {article.sections[chunk.section].title}: {text}")
        told.update(here)
        found.append(Embedded(Passage(chunk.embedded, tuple(here.values()), tuple(alone)), tuple(here)))
    return found


def chunk_article(article: Article, *, budget: Budget, count_tokens: CountTokens) -> tuple[Chunk, ...]:
    """The chunks of one article, in reading order."""
    texts = [article.quote(s.start, s.end) for s in article.sentences]
    lengths = count_tokens(texts)
    seen: Counter[str] = Counter()
    chunks: list[Chunk] = []
    for number, section in enumerate(article.sections):
        head = _cut_words(" ".join((article.title, *section.path)), HEAD_TOKENS, count_tokens)
        room = min(budget.target, budget.limit - SPECIAL_TOKENS - count_tokens([head])[0])
        most = budget.limit - SPECIAL_TOKENS - count_tokens([head])[0]
        members = [i for i, s in enumerate(article.sentences) if s.section == number]
        for group in _group(article, members, lengths, room=room, most=most):
            for text in _shown(group, texts, lengths, most=most, count_tokens=count_tokens):
                key = "\x1f".join((article.id, section.title, text))
                seen[key] += 1
                digest = hashlib.sha256(f"{key}\x1f{seen[key]}".encode()).hexdigest()[:32]
                chunks.append(Chunk(digest, article.id, number, tuple(group), text, embedded=f"{head}\n{text}"))
    return tuple(chunks)


def _group(
    article: Article, members: Sequence[int], lengths: Sequence[int], *, room: int, most: int
) -> Iterator[list[int]]:
    """Sentence numbers of each chunk. A sentence that introduces a list opens the chunk of its first item."""
    leads = {s.lead for s in article.sentences if s.lead is not None}
    group: list[int] = []
    size = 0
    for position, index in enumerate(members):
        sentence = article.sentences[index]
        follower = members[position + 1] if position + 1 < len(members) else None
        ahead = lengths[follower] if index in leads and follower is not None else 0
        if group and size + lengths[index] + ahead > room:
            yield group
            group, size = [], 0
            if sentence.lead is not None and lengths[sentence.lead] + lengths[index] <= most:
                group, size = [sentence.lead], lengths[sentence.lead]
        group.append(index)
        size += lengths[index]
    if group:
        yield group


def _shown(
    group: Sequence[int],
    texts: Sequence[str],
    lengths: Sequence[int],
    *,
    most: int,
    count_tokens: CountTokens,
) -> list[str]:
    """The text of a chunk, in several pieces only where one sentence alone is more than the model reads."""
    if sum(lengths[i] for i in group) <= most:
        return [" ".join(texts[i] for i in group)]
    pieces: list[str] = []
    rest = " ".join(texts[i] for i in group)
    while rest:
        piece = _cut_words(rest, most, count_tokens)
        pieces.append(piece)
        rest = rest[len(piece) :].strip()
    return pieces


def _cut_words(text: str, most: int, count_tokens: CountTokens) -> str:
    """The longest beginning of whole words with at most so many word pieces; one over-long word is cut."""
    if count_tokens([text])[0] <= most:
        return text
    words = text.split(" ")
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if count_tokens([" ".join(words[:middle])])[0] <= most:
            low = middle
        else:
            high = middle - 1
    if low:
        return " ".join(words[:low])
    return words[0][: max(1, most // 2)]
