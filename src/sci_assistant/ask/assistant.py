"""The one answering path: a Turn -> an Answer. Browser, terminal and evaluation all call `ask` or `ask_stream`.

    triage -> condense -> spelling -> retrieve -> decide -> quote -> Answer
                                                              `-> write (written.py) -> Answer, as it grows

`ask` never raises for a question: what goes wrong becomes an `unavailable` answer, and a notice is shown all
the same, since triage needs neither model nor index.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sci_assistant.ask import prompts
from sci_assistant.ask.answer_text import answer_text
from sci_assistant.ask.caution import Caution, read_caution
from sci_assistant.ask.condense import name_topic, names_nothing, said_before
from sci_assistant.ask.decide import (
    Signals,
    answerable,
    holds_own_words,
    knows_own_words,
    perhaps_answerable,
    read_signals,
    unmentioned,
    unmentioned_medicines,
)
from sci_assistant.ask.follow_up import leans, read_leaning
from sci_assistant.ask.intent import lacks_asked_fact, read_intent, small_talk
from sci_assistant.ask.language import language_of
from sci_assistant.ask.missing import name_missing
from sci_assistant.ask.parts import split_parts
from sci_assistant.ask.premise import unconfirmed
from sci_assistant.ask.quote import Warnings, call_section, quote, quote_parts, quote_warnings
from sci_assistant.ask.requests import asks_to_act
from sci_assistant.ask.rules import load_rules
from sci_assistant.ask.search import HybridSearch, Retrieved, best_of_each, towards
from sci_assistant.ask.second_voice import Heard, SecondVoice
from sci_assistant.ask.spelling import Corrected, correct
from sci_assistant.ask.stopping import find_warnings
from sci_assistant.ask.triage import CRISIS, UNNAMED, UNNAMED_CRISIS, Reading, Triage
from sci_assistant.ask.write import Task, TextModel, Writer
from sci_assistant.ask.written import Basis, make_task, may_be_written, write_answer
from sci_assistant.errors import AssistantError, ModelError, StoreEmpty
from sci_assistant.index import Build
from sci_assistant.settings import Settings
from sci_assistant.types import (
    Answer,
    AnswerError,
    AnswerMode,
    Article,
    Draft,
    Notice,
    Partial,
    Related,
    Term,
    Timings,
    Turn,
)

T = TypeVar("T")

log = logging.getLogger(__name__)
_SURROGATE = re.compile(r"[\ud800-\udfff]")

MOST_RELATED = 3
PASSAGES = 16  # whose sentences may be quoted
MOST_BESIDE = 50  # passages of a follow-up, of which these are taken
BRIEF_WORDS = 60  # of a message under whose notice nothing that lets wait is quoted, likely or not
MOST_TURNS = 100  # earlier questions of a conversation that is still read
CRISIS_ARTICLE = "depression"  # whose section on when to call stands below the notice of triage.CRISIS


@dataclass(frozen=True, slots=True)
class _Question:
    """A question on its way: what was typed, what is searched, what was mended."""

    turn: Turn
    standalone: str
    searched: str
    corrected: Corrected
    missing: tuple[str, ...] = ()  # parts of it that the articles do not answer, as typed
    parts: tuple[Retrieved, ...] = ()  # what was found for each part that the articles answer
    found: Retrieved | None = None  # for what is searched, where that is known

    @property
    def joined(self) -> bool:
        """Whether an earlier topic was added."""
        return not self.missing and self.searched != self.corrected.text


class Assistant:
    """Answers questions from the live build. Safe for many threads."""

    def __init__(
        self, hybrid: HybridSearch, triage: Triage, settings: Settings, *, writer: Writer | None = None
    ) -> None:
        self.hybrid = hybrid
        self._triage = triage
        self._settings = settings
        self._writer = writer
        self._voice = SecondVoice()

    @property
    def live(self) -> Build:
        """The live build.

        Raises:
            StoreError: nothing is indexed, or the store cannot be read.
        """
        return self.hybrid.live()

    def _live_or_none(self) -> Build | None:
        """The live build, None where nothing is indexed or a part does not work: an error's answer is made with it."""
        try:
            return self.live
        except AssistantError:
            return None
        except Exception:  # the last thing that an answer needs, whatever broke before
            log.exception("The live build cannot be opened")
            return None

    @property
    def article_count(self) -> int:
        """How many articles the live build holds, 0 where there is none."""
        build = self._live_or_none()
        return len(build.articles) if build else 0

    @property
    def authorship(self) -> str:
        """Who wrote the articles of the live build, and whether anyone reviewed them."""
        return authorship(self.articles())

    def article(self, article_id: str) -> Article | None:
        """An article of the live build."""
        build = self._live_or_none()
        return build.articles.get(article_id) if build else None

    def articles(self) -> tuple[Article, ...]:
        """The articles of the live build."""
        build = self._live_or_none()
        return tuple(build.articles.values()) if build else ()

    @property
    def built(self) -> datetime | None:
        """When the live build was made."""
        build = self._live_or_none()
        return datetime.fromisoformat(build.manifest.created) if build else None

    def notice(self, turn: Turn) -> Notice | None:
        """The notice that the rules raise for a turn: it needs neither model nor index."""
        return self._notice(self._follow(_legible(turn)))

    @property
    def glossary(self) -> tuple[Term, ...]:
        """The live build's glossary."""
        build = self._live_or_none()
        return build.glossary if build else ()

    def topics(self) -> tuple[str, ...]:
        """Titles of the live build's articles."""
        return tuple(article.title for article in self.articles())

    def search(self, turn: Turn, *, k: int, by_article: bool = False) -> Retrieved:
        """The ranked passages that an answer to this turn would be chosen from; with `by_article`, the best of each.

        Raises:
            AssistantError: nothing is indexed, or a part does not work.
        """
        question = self._read(turn, self.live, k=max(k, MOST_BESIDE))
        if question.found is None or not question.joined:
            return self.hybrid.search(question.searched, k=k, by_article=by_article)
        found = question.found.passages
        kept = best_of_each(found, lambda passage: passage.article.id) if by_article else found
        return replace(question.found, passages=tuple(kept[:k]))

    def retrieved(self, searched: str) -> Retrieved:
        """The passages for what is searched, as an answer is chosen from them.

        Raises:
            AssistantError: nothing is indexed, or a part does not work.
        """
        return self.hybrid.search(searched, k=PASSAGES)

    def searched(self, turn: Turn) -> str:
        """What is searched for a turn: its question, standalone and with its spelling mended."""
        return self._read(turn, self.live).searched

    def signals(self, turn: Turn) -> Signals:
        """What the decision to answer or refuse is made from, for fitting and reports."""
        question = self._read(turn, self.live)
        return read_signals(self._found(question), question.standalone, question.corrected.changes)

    def _found(self, question: _Question) -> Retrieved:
        """The passages that a question is answered from."""
        if question.found is None:
            return self.retrieved(question.searched)
        return replace(question.found, passages=question.found.passages[:PASSAGES])

    @property
    def model(self) -> TextModel | None:
        """The model that writes answers, None where none is set."""
        return self._writer.model if self._writer else None

    def ask(self, turn: Turn, *, answers: AnswerMode | None = None) -> Answer:
        """An answer, always: refusals and failures are answers too. `answers` overrules the setting."""
        *_, last = self.ask_stream(turn, answers=answers)
        return last.answer

    def ask_stream(self, turn: Turn, *, answers: AnswerMode | None = None) -> Iterator[Partial]:
        """The answer as it grows; the last one is done. A quoted answer comes whole. Closing it stops the model."""
        quoted, basis = self._ask_quoted(turn)
        written = (answers or self._settings.answers) == "written"
        if self._writer is None or not written or not may_be_written(quoted):
            yield Partial(quoted, done=True)
            return
        try:
            task = make_task(quoted, basis) if basis is not None else None
        except Exception:  # the quoted answer is there: nothing may cost it
            log.exception("A written answer could not be prepared")
            yield Partial(replace(quoted, fallback="failed"), done=True)
            return
        yield from write_answer(self._writer, quoted, task)

    def quoted_with_task(self, turn: Turn) -> tuple[Answer, Task | None]:
        """The quoted answer and what a model would write from; None where none would be asked. For recordings."""
        quoted, basis = self._ask_quoted(turn)
        return quoted, make_task(quoted, basis) if basis is not None and may_be_written(quoted) else None

    def _ask_quoted(self, turn: Turn) -> tuple[Answer, Basis | None]:
        """The quoted answer, with which every written one begins, and what it was chosen from."""
        start = time.perf_counter()
        long_talk = len(turn.history) > MOST_TURNS
        turn = _legible(turn)
        reading = self._follow(turn)
        notice, raised = self._notice(reading), self._raised(reading)
        limited = self._limited(turn)
        if limited != turn:
            turn, reading = limited, self._follow(limited)
        caution = None if long_talk else self._caution(turn, reading)
        triaged = time.perf_counter()
        basis: Basis | None = None
        try:
            if long_talk:
                answer = self._too_long(turn, notice)
            else:
                answer, basis = self._answer(turn, notice, raised, caution, reading)
        except AssistantError as error:
            log.error("A question could not be answered: %s", error)
            answer = self._unavailable(turn, notice, error)
        except Exception:
            log.exception("A question could not be answered")
            answer = self._unavailable(turn, notice, AssistantError("unexpected"))
        if answer.notice is None and not long_talk:  # whose next message begins a new conversation
            answer = replace(answer, reminder=self._reminder(reading))
        if caution is not None and _may_wait(caution, answer.notice):
            answer = replace(answer, caution=caution.text)
        total = (time.perf_counter() - start) * 1000
        timings = replace(answer.timings_ms, triage=(triaged - start) * 1000, total=total)
        return replace(answer, timings_ms=timings), basis

    def _follow(self, turn: Turn) -> Reading | None:
        """The conversation as triage hears it."""
        return _guarded("Triage", lambda: self._triage.follow(turn), None)

    def _notice(self, reading: Reading | None) -> Notice | None:
        """The notice for all that the person wrote."""
        return _guarded("Triage", lambda: reading.notice if reading else None, None)

    def _raised(self, reading: Reading | None) -> Notice | None:
        """The same as rules raised it, without a name that they did not."""
        return _guarded("Triage", lambda: reading.raised if reading else None, None)

    def _reminder(self, reading: Reading | None) -> str | None:
        """One line on the newest notice that an earlier turn raised."""

        def newest() -> str | None:
            before = reading.before() if reading else ()
            return next((_reminder(notice) for notice in before if notice is not None), None)

        return _guarded("Triage", newest, None)

    def _second_voice(self, retrieved: Retrieved, reading: Reading | None) -> Heard:
        """What the second voice says beside the rules, but no notice again where a person moves on."""
        silent = Heard(None, likely=True)
        if not self._settings.second_voice or reading is None:
            return silent

        def read() -> Heard:
            heard = self._voice.read(reading, retrieved.plain, self.hybrid.embeddings.revision)
            again = heard.notice is not None and reading.moves_on()
            return replace(heard, notice=None) if again else heard

        return _guarded("The second voice", read, silent)

    def _caution(self, turn: Turn, reading: Reading | None) -> Caution | None:
        """The caution for a question that can be asked."""
        if question_problem(turn.question, self._settings) is not None:
            return None
        return _guarded("The cautions", lambda: read_caution(turn, reading.heard if reading else None), None)

    def _limited(self, turn: Turn) -> Turn:
        """The turn with as many earlier questions as are read, none of them longer than a question may be."""
        most, longest = self._settings.max_history_turns, self._settings.max_question_chars
        return replace(turn, history=tuple(earlier[:longest] for earlier in turn.history[-most:]) if most else ())

    def _answer(
        self,
        turn: Turn,
        notice: Notice | None,
        raised: Notice | None,
        caution: Caution | None,
        reading: Reading | None,
    ) -> tuple[Answer, Basis | None]:
        """The answer, and what it was chosen from where the articles were searched."""
        start = time.perf_counter()
        problem = question_problem(turn.question, self._settings)
        if problem is not None:
            error = AnswerError("question", problem)
            return self._blank(turn, notice, status="unavailable", text=problem, error=error), None
        language = language_of(turn.question)
        if language is not None:
            words = (prompts.CALL_ABOVE[language],) if notice is not None else ()
            text = " ".join((*words, prompts.IN_ENGLISH[language]))
            return self._blank(turn, notice, status="not_covered", text=text), None
        said = self._said_back(turn)
        if said is not None and notice is None:
            return self._blank(turn, notice, status="not_covered", text=said), None
        question = self._in_parts(self._read(turn, self.live, reading=reading))
        condensed = time.perf_counter()
        retrieved = self._found(question)
        found = time.perf_counter()
        heard = self._second_voice(retrieved, reading)
        notice = notice or heard.notice
        warnings = find_warnings(caution.stopping, retrieved) if caution else ()
        answer = self._from_passages(question, retrieved, notice, raised=raised, likely=heard.likely, warnings=warnings)
        timings = Timings(
            condense=(condensed - start) * 1000,
            retrieve=(found - condensed) * 1000,
            answer=(time.perf_counter() - found) * 1000,
        )
        asked = question.standalone if question.joined else question.searched
        return replace(answer, timings_ms=timings), Basis(asked, retrieved, warned=bool(warnings))

    def _too_long(self, turn: Turn, notice: Notice | None) -> Answer:
        error = AnswerError("question", prompts.LONG_TALK)
        return self._blank(turn, notice, status="unavailable", text=prompts.LONG_TALK, error=error)

    def _said_back(self, turn: Turn) -> str | None:
        """A fixed word for a message that asks nothing, or nothing that can be looked up."""
        talk = small_talk(turn.question)
        if talk is not None:
            return prompts.GREETING if talk == "greeting" else prompts.THANKS
        return prompts.NAME_IT if not turn.history and names_nothing(turn.question, self.live.topics) else None

    def _read(self, turn: Turn, build: Build, *, k: int = PASSAGES, reading: Reading | None = None) -> _Question:
        """A turn with its spelling mended and, after earlier ones, with the best k passages that were found for it."""
        history = [correct(earlier, build.vocabulary).text for earlier in turn.history]
        corrected = correct(turn.question, build.vocabulary)
        if not history:
            return _Question(turn, corrected.spelled_out, corrected.text, corrected)
        found = self._follow_up(corrected.text, history, k=k, danger=self._danger(reading or self._follow(turn)))
        alone = found.question == corrected.text
        standalone = corrected.spelled_out if alone else self._named(corrected.text, history, found)
        return _Question(turn, standalone, found.question, corrected, found=found)

    def _danger(self, reading: Reading | None) -> Notice | None:
        """The notice on whose danger a follow-up may still lean."""
        return _guarded("Triage", lambda: reading.still_meant if reading else None, None)

    def _follow_up(
        self, question: str, history: Sequence[str], *, k: int = PASSAGES, danger: Notice | None = None
    ) -> Retrieved:
        """What is found for a question that comes after others: alone or, where it leans on them, beside them. One that
        leans on a `danger` is answered from the articles on it, where these are found: "do we keep her sat up?"."""
        alone, beside = self.both_ways(question, history, k=k if danger is None else max(k, MOST_BESIDE))
        if beside is None:
            return alone
        leaning = read_leaning(question, history, alone, beside)
        if not leans(leaning):
            return alone
        near = _of_danger(beside, danger)
        if near is not beside and near.passages:
            return replace(near, passages=near.passages[:k])
        beside = replace(beside, passages=beside.passages[:k])
        if leaning.stands_alone:
            return alone
        other = not holds_own_words(beside, question) and answerable(read_signals(alone, question))
        return alone if other else beside

    def both_ways(
        self, question: str, history: Sequence[str], *, k: int = PASSAGES
    ) -> tuple[Retrieved, Retrieved | None]:
        """The best passages for a question alone, and the best k beside earlier ones, nearer to what these were about;
        None without any that say something."""
        before = said_before(history)
        if before is None:
            return self.retrieved(question), None
        beside = f"{question.rstrip(' ?!.')} ({before})?"
        search = self.hybrid.embedded((question, beside, before))
        joined = search.search(beside, k=MOST_BESIDE)
        return search.search(question, k=PASSAGES), towards(joined, search.search(before, k=MOST_BESIDE), k=k)

    def _named(self, question: str, history: Sequence[str], found: Retrieved) -> str:
        """A follow-up under the name of what it is about: nothing that a person said before stands in it."""
        if not found.passages:
            return question
        return name_topic(question, history, found.build.topics, found.passages[0].article)

    def _in_parts(self, question: _Question) -> _Question:
        """A question that asks several things: what was found for those that the articles answer, and what is missing.

        A part that leans on the one before is no part that they answer where they do not hold its own words.
        """
        parts = () if question.joined else split_parts(question.corrected.text)
        covered: dict[str, Retrieved] = {}
        for place, part in enumerate(parts):
            found = self._follow_up(part, parts[:place])
            whole = part if found.question == part else self._named(part, parts[:place], found)
            held = whole == part or not unmentioned(found, part)
            if held and answerable(read_signals(found, whole)) and not asks_to_act(whole, read_intent(whole)):
                covered[part] = found
        if not covered:
            return question
        question = replace(question, parts=tuple(covered.values()))
        if len(covered) == len(parts):
            return question
        asked = "? ".join(covered)
        missing = tuple(part for part in parts if part not in covered)
        return replace(question, standalone=asked, searched=asked, missing=missing, found=None)

    def _from_passages(
        self,
        question: _Question,
        retrieved: Retrieved,
        notice: Notice | None,
        *,
        raised: Notice | None,
        likely: bool,
        warnings: Warnings,
    ) -> Answer:
        """The quoted answer; under a `likely` or briefly told emergency nothing that lets wait is quoted, and under one
        that is both nothing of another topic than the danger that rules `raised`."""
        judged = question.standalone
        draft: Draft | None = None
        if notice is not None and _is_crisis(notice):
            return self._in_crisis(question, retrieved, notice)
        intent = read_intent(judged if question.joined else question.searched)
        known = not question.joined or knows_own_words(retrieved, question.corrected.text)
        several = len(question.parts) > 1 and notice is None
        told, missing = (True, ()) if several else _told(question, retrieved, known=known)
        if several:
            draft = quote_parts(question.parts, warnings=warnings)
        elif told and not asks_to_act(judged, intent):
            brief = len(question.turn.question.split()) <= BRIEF_WORDS
            emergency = notice is not None and notice.kind == "emergency" and (likely or (brief and _is_named(raised)))
            near = _of_danger(retrieved, raised) if emergency and likely and brief else retrieved
            draft = quote(near, question.searched, intent, emergency=emergency, warnings=warnings)
        if draft is not None and lacks_asked_fact(judged, (sentence.text for sentence in draft.sentences)):
            draft = None
        draft = draft or quote_warnings(warnings)
        if draft is None and notice is not None:
            answer = self._blank(question.turn, notice, status="not_covered", text=prompts.UNDER_NOTICE)
        elif draft is None:
            count = prompts.articles(len(retrieved.build.articles))
            text = f"{prompts.NOT_COVERED.format(count=count)} {prompts.ASK_WHOM}"
            answer = self._blank(question.turn, notice, status="not_covered", text=text)
            if not known:  # it was no follow-up after all: the titles nearest to the question alone
                retrieved = self.hybrid.search(question.corrected.text)
            answer = replace(answer, related=_related(retrieved))
        else:
            uncovered = (*name_missing(missing, draft), *_doubted(question, retrieved), *question.missing)
            answer = replace(self._quoting(question.turn, notice, draft), uncovered_parts=uncovered)
        return replace(
            answer,
            standalone_question=question.standalone if question.joined else question.turn.question,
            corrected=question.corrected.changes,
        )

    def _in_crisis(self, question: _Question, retrieved: Retrieved, notice: Notice) -> Answer:
        """Below a crisis notice: at most when to call for help with low mood. No refusal, no titles, no search."""
        article = retrieved.build.articles.get(CRISIS_ARTICLE) if CRISIS in notice.rules else None
        draft = call_section(article) if article else None
        if draft is None:
            return self._blank(question.turn, notice, status="not_covered", text=prompts.CRISIS)
        return self._quoting(question.turn, notice, draft)

    def _quoting(self, turn: Turn, notice: Notice | None, draft: Draft) -> Answer:
        blank = self._blank(turn, notice, status="answered", text=answer_text(draft))
        return replace(blank, sentences=draft.sentences, citations=draft.citations)

    def _blank(
        self, turn: Turn, notice: Notice | None, *, status: str, text: str, error: AnswerError | None = None
    ) -> Answer:
        return Answer(
            id=turn.id,
            question=turn.question,
            standalone_question=turn.question,
            status=status,  # type: ignore[arg-type]  # callers pass the literals of AnswerStatus
            text=text,
            sentences=(),
            citations=(),
            error=error,
            notice=notice,
            disclaimer=self._settings.disclaimer,
            authorship=self.authorship,
        )

    def _unavailable(self, turn: Turn, notice: Notice | None, error: AssistantError) -> Answer:
        if isinstance(error, StoreEmpty):
            problem = prompts.NO_INDEX
        elif isinstance(error, ModelError):
            problem = prompts.MODEL_BROKEN
        else:
            problem = prompts.INDEX_BROKEN
        text = f"{prompts.UNAVAILABLE.format(problem=problem)} {prompts.STILL_CALL}"
        return self._blank(turn, notice, status="unavailable", text=text, error=AnswerError(error.code, problem))


def _guarded(part: str, read: Callable[[], T], otherwise: T) -> T:
    """What a part that stands beside the answer says, `otherwise` where it fails: its faults never cost the answer."""
    try:
        return read()
    except Exception:  # whatever broke in it
        log.exception("%s failed", part)
        return otherwise


def _legible(turn: Turn) -> Turn:
    """The turn without what no program can write as UTF-8, and as many earlier questions as are read."""
    question, *history = (_SURROGATE.sub("\ufffd", text) for text in (turn.question, *turn.history[-MOST_TURNS:]))
    return replace(turn, question=question, history=tuple(history))


def _of_danger(retrieved: Retrieved, notice: Notice | None) -> Retrieved:
    """What was found in the articles on the dangers of a notice; all of it where no rule names any, or none was found
    in those that are named: then the notice may be a mistake."""
    articles = load_rules().articles_of(notice.rules) if notice is not None else None
    if articles is None:
        return retrieved
    passages = tuple(passage for passage in retrieved.passages if passage.article.id in articles)
    if articles and not passages:
        return retrieved
    return replace(retrieved, passages=passages, asked=tuple(m for m in retrieved.asked if m.article in articles))


def _told(question: _Question, retrieved: Retrieved, *, known: bool) -> tuple[bool, tuple[str, ...]]:
    """Whether the passages answer, and what they do not mention where that is less than sure: where they only may
    answer, or where a follow-up's rarest word is not `known`. With nothing to name, and no claim that is doubted,
    they do not answer then. A medicine that they do not mention is named in any case."""
    own = question.corrected.text
    if question.joined and not holds_own_words(retrieved, own):
        return False, ()
    signals = read_signals(retrieved, question.standalone, question.corrected.changes)
    if answerable(signals):
        missing = unmentioned_medicines(retrieved, own) if known else unmentioned(retrieved, own)
        return known or bool(missing), missing
    missing = ()
    if known and perhaps_answerable(signals):
        missing = unmentioned(retrieved, question.standalone, question.corrected.changes)
        return bool(missing or _doubted(question, retrieved)), missing
    return False, ()


def _doubted(question: _Question, retrieved: Retrieved) -> tuple[str, ...]:
    """A line on what a question takes for granted, where that is not what the articles tell."""
    typed = retrieved if question.searched == question.corrected.text else None
    return unconfirmed(question.turn.question, typed)


def _reminder(notice: Notice) -> str:
    """A line on an earlier notice, in a later answer."""
    return prompts.REMINDER["crisis" if UNNAMED_CRISIS in notice.rules else notice.kind]


def _is_named(notice: Notice | None) -> bool:
    """Whether a rule, not words alone, raised a notice."""
    return notice is not None and any(rule not in (UNNAMED, UNNAMED_CRISIS) for rule in notice.rules)


def _may_wait(caution: Caution, notice: Notice | None) -> bool:
    """Whether a caution stands: not in a crisis, nor "show them your reading" below what cannot wait for anyone."""
    emergency = notice is not None and notice.kind == "emergency"
    return not _is_crisis(notice) and not (emergency and caution.kind == "result")


def _is_crisis(notice: Notice | None) -> bool:
    """Whether a notice is about somebody's life: then the numbers stand alone."""
    return notice is not None and (notice.kind == "crisis" or CRISIS in notice.rules)


def question_problem(question: str, settings: Settings) -> str | None:
    """What is wrong with a question as typed, in words for the person; None where it can be asked."""
    if not any(character.isalnum() for character in question):
        return prompts.EMPTY_QUESTION
    if len(question) > settings.max_question_chars:
        return prompts.TOO_LONG.format(length=len(question), most=settings.max_question_chars)
    return None


def authorship(articles: Sequence[Article]) -> str:
    """A line that says who wrote the articles, from their `origin`, and how many were reviewed."""
    if not articles:
        return "No articles are indexed."
    origins = sorted({article.origin.rstrip(".") for article in articles if article.origin})
    written = "; ".join(origins) if origins else "The articles do not say who wrote them"
    reviewed = sum(1 for article in articles if article.reviewed is not None and not article.review_changed)
    if reviewed == 0:
        state = "not reviewed by a clinician"
    elif reviewed == len(articles):
        state = "reviewed; each source shows by whom and when"
    else:
        state = f"{reviewed} of {len(articles)} reviewed; each source shows whether"
    return f"About the articles: {written}; {state}."


def _related(retrieved: Retrieved) -> tuple[Related, ...]:
    titles = {passage.article.id: passage.article.title for passage in retrieved.passages}
    return tuple(Related(article, title) for article, title in list(titles.items())[:MOST_RELATED])
