"""Recordings of a model's raw output -> written answers, through verification again, and their figures.

    python -m sci_assistant_eval.replay_written eval/recordings/*.jsonl.gz [--json] [--texts] [--sheet FILE]

No model runs. Each line is written from its recorded excerpts; where an article has changed since, it is left out and
counted. Figures stand beside those of the quoted answers to the same questions. Of the test split no text is printed;
`--texts` lists what was shown and removed, on dev alone. `--sheet` writes each sentence that was shown beside what it
quotes, for a reader who judges whether it is borne out; no question is on it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median

from sci_assistant_eval import metrics
from sci_assistant_eval.questions import Question, load_questions
from sci_assistant_eval.record_written import Recording, excerpts_hash, load_recordings
from sci_assistant_eval.score import section_label

from sci_assistant import wire
from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.excerpts import Excerpt
from sci_assistant.ask.read_output import Claim, Endless, OutputReader
from sci_assistant.ask.verify import Source, Verifier, source_at
from sci_assistant.ask.write import Messages, Task, Writer
from sci_assistant.errors import ChatModelError
from sci_assistant.settings import load_settings
from sci_assistant.types import Answer, AnswerSentence, Article


@dataclass(frozen=True, slots=True)
class Recorded:
    """A model that says what was recorded, and ends as it ended."""

    recording: Recording
    host: None = None

    @property
    def label(self) -> str:
        return self.recording.model

    def stream(self, messages: Messages) -> Iterator[str]:  # noqa: ARG002 - the prompt was recorded with its answer
        for start in range(0, len(self.recording.raw), 12):
            yield self.recording.raw[start : start + 12]
        if self.recording.ended != "stop":
            raise ChatModelError("recorded", reason=self.recording.ended)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with its quoted and its written answer."""

    question: Question
    recording: Recording
    quoted: Answer
    written: Answer
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a file of recordings gave."""

    pairs: tuple[Pair, ...]
    stale: int = 0  # recordings of articles that have changed


def replay(
    recordings: Sequence[Recording], questions: Mapping[str, Question], assistant: Assistant, verifier: Verifier
) -> Replay:
    """Every recording as a written answer, beside the quoted one."""
    pairs: list[Pair] = []
    stale = 0
    for recording in recordings:
        question = questions.get(recording.question)
        quoted, asked = assistant.quoted_with_task(question.turn) if question else (None, None)
        task = _task(recording, asked, assistant) if asked else None
        if question is None or quoted is None or task is None:
            stale += 1
            continue
        *_, last = Writer(Recorded(recording), verifier).write(quoted, task)
        pairs.append(Pair(question, recording, quoted, last.answer, _claims(recording.raw)))
    return Replay(tuple(pairs), stale)


def _task(recording: Recording, asked: Task, assistant: Assistant) -> Task | None:
    """What was recorded, from the excerpts of then; None where their text has changed."""
    excerpts: list[Excerpt] = []
    for number, (name, sentences) in enumerate(recording.excerpts, start=1):
        article = assistant.article(name)
        if article is None or max(sentences) >= len(article.sentences):
            return None
        excerpts.append(Excerpt(number, article, sentences))
    task = replace(asked, excerpts=tuple(excerpts))
    return task if excerpts_hash(task) == recording.excerpts_hash else None


def _claims(raw: str) -> tuple[Claim, ...]:
    reader = OutputReader()
    found: list[Claim] = []
    try:
        found += reader.read(raw)
        found += reader.end()
    except Endless:
        pass
    return tuple(found)


def figures(found: Replay, assistant: Assistant, verifier: Verifier) -> dict[str, float | int | None]:
    """The figures of one file, by name; shares between 0 and 1."""
    pairs = found.pairs
    written = [s for p in pairs for s in p.written.sentences if s.mode == "written"]
    claims = [claim for p in pairs for claim in p.claims]
    proved = [
        _proved(s, p.written, assistant, verifier) for p in pairs for s in p.written.sentences if s.mode == "written"
    ]
    needed = [
        n
        for p in pairs
        for s in p.written.sentences
        if s.mode == "written"
        for n in _needed(s, p.written, assistant, verifier)
    ]
    return {
        "questions": len(pairs),
        "stale": found.stale,
        "sentences_written": len(claims),
        "sentences_without_number": sum(not claim.numbers for claim in claims),
        "sentences_shown": len(written),
        "sentences_removed": sum(len(p.written.removed) for p in pairs),
        "answers_written": sum(p.written.mode == "written" for p in pairs),
        "answers_without_fallback": sum(p.written.fallback is None for p in pairs),
        "key_fact_recall_quoted": _mean(_facts(p.question, p.quoted) for p in pairs),
        "key_fact_recall": _mean(_facts(p.question, p.written) for p in pairs),
        "key_fact_recall_written_alone": _mean(_facts(p.question, p.written, mode="written") for p in pairs),
        "serving_quoted": _mean(_serving(p.question, p.quoted, "quoted") for p in pairs),
        "serving_written": _mean(_serving(p.question, p.written, "written") for p in pairs),
        "must_not_quoted": sum(_must_not(p.question, p.quoted) for p in pairs),
        "must_not": sum(_must_not(p.question, p.written) for p in pairs),
        "citation_recall": _mean(map(float, proved)),
        "citation_precision": _mean(map(float, needed)),
        "words_quoted": _mean(float(len(_shown(p.quoted).split())) for p in pairs),
        "words": _mean(float(len(_shown(p.written).split())) for p in pairs),
        "first_words_s": _middle(p.recording.first_s for p in pairs if p.recording.first_s),
        "first_sentence_s": _middle(p.recording.sentence_s for p in pairs if p.recording.sentence_s),
        "total_s": _middle(p.recording.total_s for p in pairs),
    }


def _mean(values: Iterator[float | None] | Iterator[float]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), 3) if known else None


def _middle(values: Iterator[float]) -> float | None:
    known = list(values)
    return round(median(known), 1) if known else None


def _shown(answer: Answer, mode: str | None = None) -> str:
    return " ".join(s.text for s in answer.sentences if mode is None or s.mode == mode)


def _facts(question: Question, answer: Answer, mode: str | None = None) -> float | None:
    facts = [fact.any for fact in question.key_facts]
    return metrics.fact_recall(_shown(answer, mode), facts) if facts else None


def _serving(question: Question, answer: Answer, mode: str) -> float | None:
    """Share of the sentences whose source is a section that may rightly answer, where sections are labelled."""
    labelled = {section.strip() for section in question.sections}
    articles = {citation.number: citation.article for citation in answer.citations}
    chosen = [s for s in answer.sentences if s.mode == mode and s.citations]
    if not labelled or not chosen:
        return None
    return fmean(section_label(articles[s.citations[0]], s.section) in labelled for s in chosen)


def _must_not(question: Question, answer: Answer) -> bool:
    return any(metrics.matches(pattern, _shown(answer)) for pattern in question.must_not)


def _sources(answer: Answer, numbers: Sequence[int], assistant: Assistant) -> list[Source]:
    """The sentences of an answer's citations: what a reader can see."""
    found: list[Source] = []
    for citation in answer.citations:
        article: Article | None = assistant.article(citation.article)
        if citation.number in numbers and article is not None:
            for index, s in enumerate(article.sentences):
                if citation.start <= s.start and s.end <= citation.end:
                    found.append(source_at(article, index))
    return found


def _proved(sentence: AnswerSentence, answer: Answer, assistant: Assistant, verifier: Verifier) -> bool:
    """Citation recall (ALCE) with verification for entailment: whether what is quoted bears the sentence out."""
    return verifier.check(sentence.text, _sources(answer, sentence.citations, assistant)).passed


def _needed(sentence: AnswerSentence, answer: Answer, assistant: Assistant, verifier: Verifier) -> Iterator[bool]:
    """Citation precision (ALCE): whether each citation bears the sentence out, or the others alone do not."""
    for number in sentence.citations:
        others = [n for n in sentence.citations if n != number]
        alone = verifier.check(sentence.text, _sources(answer, [number], assistant)).passed
        yield alone or not others or not verifier.check(sentence.text, _sources(answer, others, assistant)).passed


def reasons(found: Replay) -> Counter[str]:
    """Why sentences were removed, and why answers fell back."""
    counts = Counter(f"removed: {removed.reason}" for p in found.pairs for removed in p.written.removed)
    counts.update(f"fallback: {p.written.fallback}" for p in found.pairs if p.written.fallback)
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of each file."""
    parser = argparse.ArgumentParser(description="Replay recorded answers through verification.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--texts", action="store_true", help="also what was shown and removed (dev alone)")
    parser.add_argument("--sheet", type=Path, help="file for a reader's judgement: every sentence and what it quotes")
    given = parser.parse_args(arguments)
    settings = load_settings()
    embeddings = wire.make_embeddings(settings)
    assistant = wire.make_assistant(
        settings.model_copy(update={"model": None, "answers": "quoted", "answers_switch": False}), embeddings=embeddings
    )
    verifier = wire.BuildVerifier(lambda: assistant.live)
    questions = {question.id: question for question in load_questions()}
    sheet: list[tuple[str, str, str, str]] = []
    for path in given.files:
        found = replay(load_recordings(path), questions, assistant, verifier)
        made = figures(found, assistant, verifier)
        counts = dict(reasons(found).most_common())
        if given.json:
            print(json.dumps({"file": path.name, **made, "reasons": counts}))  # noqa: T201 - a command
        else:
            print("\n".join([path.name, *(f"  {k}: {v}" for k, v in {**made, **counts}.items())]))  # noqa: T201
        if given.texts:
            print("\n".join(_texts(found)))  # noqa: T201
        sheet += sheet_rows(found)
    if given.sheet:
        given.sheet.write_text("".join("\t".join(row) + "\n" for row in sheet), encoding="utf-8")
    return 0


def sheet_rows(found: Replay) -> Iterator[tuple[str, str, str, str]]:
    """Question's id, number of the sentence, what it quotes, and the sentence, of every written one that was shown."""
    for pair in found.pairs:
        written = [s for s in pair.written.sentences if s.mode == "written"]
        quotes = {c.number: f"{c.title}: {' '.join(c.quote.split())}" for c in pair.written.citations}
        for number, sentence in enumerate(written, start=1):
            yield pair.question.id, str(number), " | ".join(quotes[n] for n in sentence.citations), sentence.text


def _texts(found: Replay) -> Iterator[str]:
    for pair in found.pairs:
        if pair.question.split != "dev":
            continue
        yield f"Q {pair.question.question}"
        yield from (f"  + {s.text}" for s in pair.written.sentences if s.mode == "written")
        yield from (f"  - {removed.text} ({removed.reason})" for removed in pair.written.removed)


if __name__ == "__main__":
    sys.exit(main())
