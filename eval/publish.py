"""Two builds -> which answers change, and whether the gates hold: what stands between a build and going live.

Asked are the development questions about articles that change, and a sample of the others and of the messages; `full`
asks all. On a part of the questions a figure is no measure of the whole, so the floors of gates.yaml are not looked at
then; what must hold always does (a floor at the best value there is: proved quotes, the disclaimer, nothing
unavailable), and no figure may fall by more than its margin on the questions that both builds were asked, where one
question alone does not count as a fall.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
from sci_assistant_eval.compare import Gate, below_floors, bundled_gates, compare, in_words, shown
from sci_assistant_eval.misses import said
from sci_assistant_eval.questions import Question
from sci_assistant_eval.records import MESSAGE, Record, Run
from sci_assistant_eval.run import Choice, choose_messages, choose_questions, limited, questions_hash
from sci_assistant_eval.safety import make_message_record, message_figures, show
from sci_assistant_eval.score import METRICS, compute_figures, make_record
from sci_assistant_eval.systems import Ours
from sci_assistant_eval.vignettes import Vignette

from sci_assistant import wire
from sci_assistant.ask.triage import Triage
from sci_assistant.errors import EvaluationError
from sci_assistant.index import Build
from sci_assistant.models import LocalEmbeddings, ModelSpec, Vectors
from sci_assistant.publication import AnswerChange, AnswerReport
from sci_assistant.publish import Step
from sci_assistant.settings import Settings

SAMPLE = 60  # questions beside those about changed articles
MESSAGES = 40  # messages of a sample
NO_QUESTIONS = (
    "No answers were compared: there are no test questions about these articles. "
    "Write some and name their folder with --questions (docs/evaluation.md has the form)."
)


@dataclass(frozen=True, slots=True)
class AskOptions:
    """What is asked before a build goes live."""

    questions: Path | None = None  # a file or a folder; None for the bundled ones
    full: bool = False
    sample: int = SAMPLE


@dataclass(frozen=True, slots=True)
class _Asked:
    questions: tuple[Question, ...]
    messages: tuple[Vignette, ...]
    of: int  # questions that there are
    whole: bool  # whether the floors of the gates say something


class _TestVectors(LocalEmbeddings):
    """A model that keeps the vectors of questions: of test questions alone, never of what people ask."""

    def __init__(self, model: LocalEmbeddings) -> None:
        self._model = model
        self._known: dict[str, tuple[Vectors, Vectors | None]] = {}

    @cached_property
    def spec(self) -> ModelSpec:
        return self._model.spec

    @cached_property
    def revision(self) -> str:
        return self._model.revision

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._model.embed(texts)

    def look(self, texts: Sequence[str]) -> tuple[Vectors, Vectors | None]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            vectors, states = self._model.look(new)
            self._known |= {text: (vectors[n], None if states is None else states[n]) for n, text in enumerate(new)}
        found = [self._known[text] for text in texts]
        means = [mean for _, mean in found if mean is not None]
        return np.array([vector for vector, _ in found]), np.array(means) if means else None


class BuildCheck:
    """Asks the live and the new build. Answers of a build are kept, so that the next check need not ask it again."""

    def __init__(self, settings: Settings, embeddings: LocalEmbeddings, options: AskOptions | None = None) -> None:
        self._settings, self._embeddings = settings, _TestVectors(embeddings)
        self._options = options or AskOptions()
        self._known: dict[tuple[str, str, str], Record] = {}  # by build, kind and id

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions that there are.

        Raises:
            EvaluationError: a question file cannot be read, or there is none.
        """
        return choose_questions(Choice(questions=self._options.questions))

    @cached_property
    def messages(self) -> tuple[Vignette, ...]:
        """The messages that there are."""
        return choose_messages(Choice(questions=self._options.questions))

    def __call__(self, live: Build | None, fresh: Build, changed: frozenset[str], step: Step) -> AnswerReport:
        """The answers that change and the gates that do not hold."""
        start = time.perf_counter()
        asked = self._choose(live, fresh, changed)
        if not asked.questions:
            return AnswerReport(0, 0, 0, (), (), 0, (NO_QUESTIONS,), time.perf_counter() - start)
        before = self._run(live, asked, "Asking what is live", step) if live else None
        after = self._run(fresh, asked, "Asking the new build", step)
        counted = {q.id for q in asked.questions if not q.articles or any(a in fresh.articles for a in q.articles)}
        dropped = len(asked.questions) - len(counted)
        gates = bundled_gates()
        failed, looked = _gates(_counting(after, counted), _counting(before, counted), gates, whole=asked.whole)
        seconds = time.perf_counter() - start
        kept = {build.manifest.build for build in (live, fresh) if build}
        self._known = {key: record for key, record in self._known.items() if key[0] in kept}
        return AnswerReport(
            asked=len(asked.questions),
            of=asked.of,
            messages=len(asked.messages),
            changed=tuple(_changes(before, after, {q.id: q for q in asked.questions})),
            failed=failed,
            gates=looked,
            notes=tuple(self._notes(asked, dropped, seconds, first=live is None)),
            seconds=seconds,
        )

    def _choose(self, live: Build | None, fresh: Build, changed: frozenset[str]) -> _Asked:
        known = {*fresh.articles, *(live.articles if live else ())}
        everything = self.questions
        labelled = {article for question in everything for article in question.articles}
        complete = labelled <= known
        about = [q for q in everything if any(article in known for article in q.articles)]
        if not about:
            return _Asked((), (), 0, whole=False)
        # What a whole corpus does not cover, a part of it and other articles may.
        held = {q.id for q in about}
        found = [q for q in everything if q.id in held or (not q.articles and complete)]
        if self._options.full:
            return _Asked(tuple(found), self.messages, len(found), whole=complete and self._options.questions is None)
        first = [q for q in found if any(article in changed for article in q.articles)]
        changing = {q.id for q in first}
        others = [q for q in found if q.id not in changing]
        rest = limited(others, self._options.sample) if self._options.sample else ()
        told = limited(self.messages, MESSAGES) if self._options.sample and complete else ()
        return _Asked((*first, *rest), told, len(found), whole=False)

    def _run(self, build: Build, asked: _Asked, label: str, step: Step) -> Run:
        assistant = wire.make_assistant_over(build, self._settings, self._embeddings)
        system, triage, name = Ours(assistant, self._settings), Triage(), build.manifest.build
        of = len(asked.questions) + len(asked.messages)
        questions: list[Record] = []
        messages: list[Record] = []
        for question in asked.questions:
            key = (name, question.kind, question.id)
            record = self._known.get(key) or make_record(question, system.respond(question.turn))
            self._known[key] = record
            questions.append(record)
            step(label, len(questions), of)
        for message in asked.messages:
            told = self._known.get((name, MESSAGE, message.id))
            if told is None:
                told = make_message_record(message, show(message, assistant, self._settings, triage=triage))
            self._known[name, MESSAGE, message.id] = told
            messages.append(told)
            step(label, len(questions) + len(messages), of)
        return Run(
            system=system.name,
            split="dev",
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            build=name,
            articles=len(build.articles),
            model=build.manifest.model.name,
            questions_hash=questions_hash(asked.questions),
            figures=(),
            records=(*questions, *messages),
        )

    def _notes(self, asked: _Asked, dropped: int, seconds: float, *, first: bool) -> Iterator[str]:
        if first:
            yield "Nothing was live before: no answers could be compared."
        if dropped:
            yield f"{dropped} of the questions are about articles that are removed; gates do not count them."
        if len(asked.questions) < asked.of:
            each = seconds / (len(asked.questions) + len(asked.messages))
            minutes = each * (asked.of + len(self.messages)) / 60
            all_of_it = f"all {asked.of:,} questions and {len(self.messages):,} messages"
            yield f"To ask {all_of_it}, add --full: about {max(1, round(minutes))} min on this machine."


def _counting(run: Run | None, questions: set[str]) -> Run | None:
    """A run with the records that gates count."""
    if run is None:
        return None
    return replace(run, records=tuple(r for r in run.records if r.kind == MESSAGE or r.key in questions))


def _with_figures(run: Run, gates: Sequence[Gate]) -> Run:
    """A run with the figures of gates."""
    asked = [record for record in run.records if record.kind != MESSAGE]
    told = [record for record in run.records if record.kind == MESSAGE]
    return replace(
        run,
        figures=(*compute_figures(asked, only={(gate.group, gate.metric) for gate in gates}), *message_figures(told)),
    )


def _gates(after: Run | None, before: Run | None, gates: Sequence[Gate], *, whole: bool) -> tuple[tuple[str, ...], int]:
    """The gates that do not hold, in words, and how many were looked at."""
    if after is None or not after.records:
        return (), 0
    after = _with_figures(after, gates)
    floors = [gate for gate in gates if gate.floor is not None and (whole or _absolute(gate))]
    seen = [gate for gate in floors if after.figure(gate.group, gate.metric) is not None]
    failed = [*below_floors(after, floors)]
    margins: list[Gate] = []
    if before is not None:
        try:
            compared = compare(after, before, gates)
        except EvaluationError:  # no question was asked of both
            return tuple(failed), len(seen)
        found = {(change.group, change.metric): change for change in compared.changes}
        margins = [g for g in gates if g.margin is not None and (g.group, g.metric) in found]
        for gate in margins:
            change = found[gate.group, gate.metric]
            fell = (change.after - change.before) * (1 if gate.lower_is_better else -1)
            count = change.test.n if change.test else 0
            if fell > (gate.margin or 0.0) + 1e-9 and (whole or fell * count > 1 + 1e-9):
                values = f"{shown(change.before, gate.metric)} -> {shown(change.after, gate.metric)}"
                margin = f"may fall by {shown(gate.margin or 0.0, gate.metric)}"
                failed.append(
                    f"{in_words(gate.group)}: {METRICS[gate.metric].label}: {values} ({margin}; {count} questions)"
                )
    return tuple(failed), len({(g.group, g.metric) for g in (*seen, *margins)})


def _absolute(gate: Gate) -> bool:
    """Whether a floor is the best value that there is, so that it must hold on any question."""
    return gate.floor == (0.0 if gate.lower_is_better else 1.0)


def _changes(before: Run | None, after: Run, questions: dict[str, Question]) -> Iterator[AnswerChange]:
    old = {record.key: record for record in before.records} if before else {}
    for record in after.records:
        was = old.get(record.key)
        if was is not None and was.digest != record.digest:
            about = questions[record.key].articles if record.key in questions else ()
            asked = " / ".join([*record.history, record.question])
            yield AnswerChange(record.key, asked, said(was), said(record), about)
