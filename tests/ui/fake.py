"""A small assistant with hand-made articles, for the browser tests: each word of a question picks one answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sci_assistant.errors import StoreError
from sci_assistant.settings import DISCLAIMER
from sci_assistant.types import (
    Answer,
    AnswerError,
    AnswerSentence,
    Article,
    Block,
    Citation,
    Link,
    Notice,
    Partial,
    Phone,
    Related,
    Section,
    Sentence,
    Source,
    Term,
    Turn,
)

AUTHORSHIP = "About the articles: drafted with AI from public sources; not reviewed by a clinician."
ORIGIN = "Drafted with AI from public sources by the SCI Assistant project, not by SCI.help"
PAYLOAD = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
LONG = "word " * 60
BODY = (
    ((), "p", "Autonomic dysreflexia (AD) is a sudden rise in blood pressure in people injured at T6 or above."),
    ((), "p", "Autonomic dysreflexia is an emergency. A full bladder is its most common cause."),
    (("Signs to watch for",), "p", "The signs of autonomic dysreflexia are:"),
    (("Signs to watch for",), "*", "A pounding headache that comes on suddenly."),
    (("Signs to watch for",), "*", "Sweating or a flushed face above the level of your injury."),
    (("Signs to watch for",), "*", "Goose bumps or cold skin below the level of your injury."),
    (("Signs to watch for",), "*", "A stuffy nose or blurred vision."),
    (("What to do now",), "p", "If you have signs of autonomic dysreflexia, do these steps in order:"),
    (("What to do now",), "1", "Sit upright and lower your legs."),
    (("What to do now",), "1", "Loosen anything tight, such as clothing, straps or a leg bag."),
    (("What to do now",), "1", "Check the bladder, then the bowel, then the skin, for example for a pressure injury."),
    (("Prevention",), "p", f"Keep to your bladder and bowel routine. {LONG.capitalize().strip()}."),
    (("Prevention", "At home"), "p", f"Carry a card that explains AD. Text such as {PAYLOAD} is only text."),
)


def make_article(article_id: str, title: str, body: tuple[tuple[tuple[str, ...], str, str], ...]) -> Article:
    """An article from (section path, p or * or 1, text), with a sentence for each full stop."""
    text, sections, blocks, sentences = "", [], [], []
    number = list_id = 0
    for index, (path, kind, words) in enumerate(body):
        if not sections or sections[-1].path != path:
            sections.append(Section(path, len(text), len(text)))
        follows = index > 0 and body[index - 1][:2] == (path, kind)
        number, list_id = (number + 1, list_id) if follows else (1, list_id + 1)
        start, end = len(text), len(text) + len(words)
        item = kind != "p"
        block = Block(
            "item" if item else "paragraph",
            start,
            end,
            len(sections) - 1,
            number if kind == "1" else None,
            list_id if item else None,
        )
        blocks.append(block)
        at = start
        for part in words.split(". "):
            stop = min(at + len(part) + 1, end)
            sentences.append(Sentence(at, stop, "item" if item else "sentence", block.section, len(blocks) - 1))
            at = stop + 1
        text += words + "\n"
        sections[-1] = Section(path, sections[-1].start, end)
    text = text.rstrip("\n")
    at = text.find("pressure injury")
    return Article(
        id=article_id,
        title=title,
        text=text,
        sections=tuple(sections),
        blocks=tuple(blocks),
        sentences=tuple(sentences),
        links=(Link(at, at + 15, "pressure-injuries"),) if at >= 0 else (),
        summary="A sudden, dangerous rise in blood pressure, what sets it off and what to do.",
        sources=(
            Source("Autonomic Dysreflexia", "MSKTC", "https://msktc.example/ad", date(2026, 11, 23)),
            Source("Blood pressure after injury", "A journal", "https://journal.example/bp", date(2026, 11, 23)),
        ),
        origin=ORIGIN,
        written=date(2026, 11, 23),
        url="https://publisher.example/ad",
    )


ARTICLES = {
    article.id: article
    for article in (
        make_article("autonomic-dysreflexia", "Autonomic dysreflexia (AD)", BODY),
        make_article(
            "pressure-injuries",
            "Pressure injuries (pressure sores)",
            (
                ((), "p", "A pressure injury is damage to the skin and what lies under it."),
                (("Prevention",), "p", "Look at your skin twice a day with a mirror. Shift your weight often."),
            ),
        ),
    )
}


def cite(number: int, article_id: str, first: str, last: str | None = None) -> Citation:
    """The citation of the words from `first` to the end of `last`."""
    article = ARTICLES[article_id]
    start = article.text.index(first)
    end = article.text.index(last or first) + len(last or first)
    section = next(part.title for part in article.sections if part.start <= start < max(part.end, part.start + 1))
    quote = article.text[start:end]
    return Citation(number, article_id, article.title, section, quote, start, end, article.url, ORIGIN, None)


def answer(question: str, **given: object) -> Answer:
    values: dict[str, object] = {"status": "answered", "text": "", "sentences": (), "citations": ()}
    fixed = {"question": question, "disclaimer": DISCLAIMER, "authorship": AUTHORSHIP}
    return Answer(**(fixed | values | given))  # type: ignore[arg-type]  # tests name the fields


def signs(question: str) -> Answer:
    """Two articles, a list, three sources."""
    first = cite(1, "autonomic-dysreflexia", BODY[0][2])
    listed = cite(2, "autonomic-dysreflexia", BODY[2][2], BODY[6][2])
    other = cite(3, "pressure-injuries", "Look at your skin twice a day with a mirror.")
    sentences = [AnswerSentence(first.quote, "sentence", first.section, (1,))]
    sentences += [AnswerSentence(BODY[2][2], "sentence", listed.section, (2,))]
    sentences += [AnswerSentence(BODY[index][2], "item", listed.section, (2,)) for index in range(3, 7)]
    sentences += [AnswerSentence(other.quote, "sentence", other.section, (3,))]
    text = " ".join(f"{sentence.text} [{sentence.citations[0]}]" for sentence in sentences)
    return answer(question, text=text, sentences=tuple(sentences), citations=(first, listed, other))


def emergency(question: str) -> Answer:
    notice = Notice(
        "emergency",
        ("ad-signs",),
        "A pounding headache with sweating can be autonomic dysreflexia, which can be life-threatening.",
        ("Sit up and lower your legs.", "Loosen anything tight.", "Check your bladder."),
        (Phone("emergency services (US, Canada)", "911"), Phone("emergency services (Europe)", "112")),
    )
    found = signs(question)
    return answer(
        question,
        text=found.text,
        sentences=found.sentences,
        citations=found.citations,
        notice=notice,
        caution="Your care team decides about your treatment.",
        corrected=(("headake", "headache"),),
        standalone_question="What does a pounding headache mean?",
        uncovered_parts=("what a new wheelchair costs",),
    )


def not_covered(question: str) -> Answer:
    text = f"I looked through {len(ARTICLES)} articles and none of them answers this. Your care team can help."
    related = tuple(Related(article.id, article.title) for article in ARTICLES.values())
    return answer(question, status="not_covered", text=text, related=related)


def unavailable(question: str) -> Answer:
    text = "Nothing is indexed yet. If it is urgent, call your care team."
    return answer(
        question, status="unavailable", text=text, error=AnswerError("store_empty", "Nothing is indexed yet.")
    )


class FakeAssistant:
    """Answers by a word in the question. `turns` is what it was asked; `wait` holds back slow answers."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.release = threading.Event()

    article_count = len(ARTICLES)
    authorship = AUTHORSHIP
    model = None

    def ask_stream(self, turn: Turn, *, answers: str | None = None) -> Iterator[Partial]:
        yield Partial(self.ask(turn), done=True)

    def ask(self, turn: Turn) -> Answer:
        self.turns.append(turn)
        question = turn.question.lower()
        if "slow" in question:
            self.release.wait(timeout=20)
        if "pause" in question:
            time.sleep(0.5)
        if "broken" in question:
            raise RuntimeError("a part is broken")
        if "headache" in question or "headake" in question:
            return emergency(turn.question)
        if "wheelchair" in question:
            return not_covered(turn.question)
        return unavailable(turn.question) if "empty store" in question else signs(turn.question)

    built = datetime(2026, 11, 1, tzinfo=UTC)

    def notice(self, turn: Turn) -> Notice | None:
        return emergency("").notice if "headache" in turn.question.lower() else None

    def search(self, turn: Turn, *, k: int, by_article: bool = False) -> Any:
        raise StoreError(f"the fake has no index for {turn.question!r}, {k}, {by_article}")

    def article(self, article_id: str) -> Article | None:
        return ARTICLES.get(article_id)

    def articles(self) -> tuple[Article, ...]:
        return tuple(ARTICLES.values())

    @property
    def glossary(self) -> tuple[Term, ...]:
        return (
            Term(
                "Autonomic dysreflexia", "A sudden, dangerous rise in blood pressure.", ("AD",), "autonomic-dysreflexia"
            ),
        )

    def topics(self) -> tuple[str, ...]:
        return tuple(article.title for article in ARTICLES.values())
