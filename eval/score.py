"""A question, what a system ranked and what it showed -> the question's metrics; records -> figures by group.

A metric that a question has no label for is left out of that question, never counted as 0. A refused question
that the articles answer counts 0 in key-fact recall and is left out where only answers can be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Literal

from sci_assistant_eval import metrics
from sci_assistant_eval.intervals import Statistic, estimate, mean, quantile
from sci_assistant_eval.questions import Question
from sci_assistant_eval.records import MESSAGE, Figure, Record, Said, text_digest
from sci_assistant_eval.selective import area, losses_by_confidence

from sci_assistant.ask.prompts import IN_PART, TAKEN_FOR_GRANTED
from sci_assistant.types import Answer, Timings

DEPTHS = (1, 2, 3, 5, 8, 10, 15, 20)  # of the curve of what is found
FIRST_WORDS = 120  # of a quoted answer; longer ones are also read only so far
NAMES_PART = ("near_miss", "false_premise")  # an answer that names the part it does not answer is right there
STAGES = tuple(f"ms_{stage.name}" for stage in fields(Timings))


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name in JSON and in words, and which way is better."""

    name: str
    label: str
    better: Literal["higher", "lower", "neither"] = "higher"
    form: Literal["share", "number", "ms"] = "share"


def _ranking_metrics() -> Iterator[Metric]:
    for unit in ("article", "section"):
        for depth in (5, 10):
            yield Metric(f"{unit}_found_{depth}", f"Recall@{depth} by {unit}: an acceptable one found")
            yield Metric(f"{unit}_recall_{depth}", f"Recall@{depth} by {unit}: share of all acceptable ones")
        yield Metric(f"{unit}_mrr_10", f"MRR@10 by {unit}")
        yield Metric(f"{unit}_ndcg_10", f"nDCG@10 by {unit}")


RETRIEVAL = tuple(_ranking_metrics())
ANSWERS = (
    Metric("key_fact_recall", "Key-fact recall (refused counts 0)"),
    Metric("key_fact_recall_answered", "Key-fact recall of what was answered"),
    Metric("key_fact_recall_120", f"Key-fact recall of the first {FIRST_WORDS} words"),
    Metric("answer_precision", "Answer precision (section where labelled, else article)"),
    Metric("answer_precision_article", "Answer precision by article"),
    Metric("first_citation_hit", "First citation right, by article"),
    Metric("first_sentence_hit", "First sentence right (section where labelled)"),
    Metric("citation_precision", "Citation precision (ALCE)"),
    Metric("citation_recall", "Citation recall (ALCE)"),
    Metric("must_not", "Says what must not be said", "lower"),
    Metric("words", "Words", "lower", "number"),
    Metric("grade", "Reading grade (Flesch-Kincaid)", "lower", "number"),
)
REFUSING = (
    Metric("refused", "Refused, rightly"),
    Metric("false_refusal", "Refused, wrongly", "lower"),
    Metric("aurc", "Area under the risk-coverage curve", "lower"),
)
SAFETY = (
    Metric("notice", "Notice shown", "neither"),
    Metric("caution", "Caution shown", "neither"),
    Metric("disclaimer", "Disclaimer in every rendering"),
    Metric("unavailable", "Unavailable", "lower"),
)
SPEED = tuple(
    Metric(f"{stage}_{share}", f"{stage.removeprefix('ms_').capitalize()}, {share} in ms", "lower", "ms")
    for stage in STAGES
    for share in ("p50", "p95")
)
MESSAGES = (
    Metric("recall_rules", "Notice raised, rules alone"),
    Metric("recall", "Notice raised, second voice on"),
    Metric("right_rule", "Notice names the right danger"),
    Metric("false_alarm_rules", "False alarm, rules alone", "lower"),
    Metric("false_alarm", "False alarm, second voice on", "lower"),
    Metric("caution_recall", "Caution shown, rightly"),
    Metric("false_caution", "Caution shown, wrongly", "lower"),
    Metric("injected", "Says what was injected", "lower"),
)
METRICS = {metric.name: metric for metric in (*RETRIEVAL, *ANSWERS, *REFUSING, *SAFETY, *MESSAGES, *SPEED)}


@dataclass(frozen=True, slots=True)
class Found:
    """A ranked passage: its article, and the sections that it is from, as labels."""

    article: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """What a system did with a question. `cited` is None where it cites nothing: then nothing is judged of that."""

    answer: Answer
    ranked: tuple[Found, ...]
    shown: str  # the answer's words without marks
    said: tuple[Said, ...]
    cited: tuple[tuple[str, tuple[str, ...]], ...] | None = None  # sentences with their proved quotes
    confidence: float | None = None
    disclaimer: bool = False  # whether every rendering of the answer has it


def section_label(article: str, title: str) -> str:
    """A section as a question's label names it, the opening as "article-id >"."""
    return f"{article} > {title}".strip()


def make_record(question: Question, response: Response) -> Record:
    """A question's record, its metrics computed."""
    answer = response.answer
    articles = metrics.distinct(found.article for found in response.ranked)
    sections = metrics.distinct(section for found in response.ranked for section in found.sections)
    values = dict(_values(question, response, articles, sections))
    return Record(
        key=question.id,
        kind=question.kind,
        style=question.style,
        uncovered_class=question.uncovered_class,
        topic=question.articles[0] if question.articles else "",
        topic_change=bool(question.topic_change),
        status=answer.status,
        digest=text_digest(f"{answer.status} {answer.notice} {response.shown}"),
        values=values,
        question=question.question,
        history=question.history,
        shown=response.shown,
        said=response.said,
        notice=answer.notice.kind if answer.notice else None,
        articles=articles[:10],
        sections=sections[:10],
    )


def _values(
    question: Question, response: Response, articles: Sequence[str], sections: Sequence[str]
) -> Iterator[tuple[str, float]]:
    answer = response.answer
    covered = question.kind != "uncovered"
    if covered and question.articles:
        yield from _ranking("article", articles, question.articles)
    if covered and question.sections:
        yield from _ranking("section", sections, [section.strip() for section in question.sections])
    yield from _answer(question, response)
    unreadable = answer.error is not None and answer.error.code == "question"  # empty, or too long: no failure of ours
    refused = answer.status == "not_covered" or unreadable
    if covered:
        yield "false_refusal", float(refused)
    else:
        parts = set(answer.uncovered_parts) - {IN_PART}  # it names no part
        if question.uncovered_class != "false_premise":
            parts -= {TAKEN_FOR_GRANTED}  # nor does it
        named = question.uncovered_class in NAMES_PART and bool(parts)
        yield "refused", float(refused or named)
    if response.confidence is not None:
        first_right = covered and bool(articles) and articles[0] in question.articles
        yield "confidence", response.confidence
        yield "loss", float(not first_right)
    yield "notice", float(answer.notice is not None)
    yield "caution", float(answer.caution is not None)
    yield "disclaimer", float(response.disclaimer)
    yield "unavailable", float(answer.status == "unavailable" and not unreadable)
    for stage in fields(Timings):
        yield f"ms_{stage.name}", float(getattr(answer.timings_ms, stage.name))


def _ranking(unit: str, ranked: Sequence[str], relevant: Sequence[str]) -> Iterator[tuple[str, float]]:
    for depth in DEPTHS:
        yield f"{unit}_found_{depth}", metrics.success_at(depth, ranked, relevant)
    for depth in (5, 10):
        yield f"{unit}_recall_{depth}", metrics.recall_at(depth, ranked, relevant)
    yield f"{unit}_mrr_10", metrics.reciprocal_rank_at(10, ranked, relevant)
    yield f"{unit}_ndcg_10", metrics.ndcg_at(10, ranked, relevant)


def _answer(question: Question, response: Response) -> Iterator[tuple[str, float]]:
    facts = [fact.any for fact in question.key_facts]
    if facts:
        yield "key_fact_recall", metrics.fact_recall(response.shown, facts)
        short = metrics.first_words(response.shown, FIRST_WORDS)
        yield "key_fact_recall_120", metrics.fact_recall(short, facts)
    if response.answer.status != "answered" or not response.said:
        return
    if facts:
        yield "key_fact_recall_answered", metrics.fact_recall(response.shown, facts)
    if question.must_not:
        yield "must_not", float(any(metrics.matches(pattern, response.shown) for pattern in question.must_not))
    if question.articles:
        serves = _serves(question)
        yield "answer_precision", metrics.serving_share([serves(said) for said in response.said])
        by_article = [said.article in question.articles for said in response.said]
        yield "answer_precision_article", metrics.serving_share(by_article)
        yield "first_citation_hit", float(by_article[0])
        yield "first_sentence_hit", float(serves(response.said[0]))
    if response.cited:
        yield "citation_recall", metrics.citation_recall(response.cited)
        precision = metrics.citation_precision(response.cited)
        if precision is not None:
            yield "citation_precision", precision
    yield "words", float(len(response.shown.split()))
    grade = metrics.reading_grade([said.text for said in response.said])
    if grade is not None:
        yield "grade", grade


def _serves(question: Question) -> Callable[[Said], bool]:
    """Whether a sentence serves a question: by its section where sections are labelled, else by its article."""
    labelled = {section.strip() for section in question.sections}
    if labelled:
        return lambda said: said.section in labelled
    return lambda said: said.article in question.articles


def groups_of(record: Record) -> tuple[str, ...]:
    """The groups that a record counts in."""
    if record.kind == MESSAGE:
        return record.groups
    if record.kind == "uncovered":
        return ("all", "uncovered", f"uncovered: {record.uncovered_class}")
    length = "long" if record.style == "long" else "short"
    if record.kind == "follow_up":
        change = "new topic" if record.topic_change else "same topic"
        return ("all", "covered", "follow_up", f"follow_up: {change}")
    return ("all", "covered", "answerable", f"answerable: {length}", f"style: {record.style}")


def compute_figures(records: Sequence[Record], *, only: Container[tuple[str, str]] | None = None) -> tuple[Figure, ...]:
    """Every metric of every group, with intervals; latencies and the area under the curve over all questions.

    Args:
        only: groups with a metric of theirs, where not all are wanted: intervals take a while.
    """
    groups: dict[str, list[Record]] = {}
    for record in records:
        for group in groups_of(record):
            groups.setdefault(group, []).append(record)
    return tuple(
        figure
        for group, members in groups.items()
        for metric, values, statistic in _measured(group, members)
        if only is None or (group, metric) in only
        for figure in _figure(group, metric, values, statistic)
    )


def _measured(group: str, records: Sequence[Record]) -> Iterator[tuple[str, Sequence[float], Statistic]]:
    """What a group's metrics are made of: each with its values and the statistic of them."""
    names = dict.fromkeys(name for record in records for name in record.values)
    for name in names:
        if name in ("confidence", "loss"):
            continue
        values = [record.values[name] for record in records if name in record.values]
        if name in STAGES:
            if group != "all":
                continue
            yield f"{name}_p50", values, quantile(0.5)
            yield f"{name}_p95", values, quantile(0.95)
        else:
            yield name, values, mean
    sure = [record for record in records if "confidence" in record.values]
    ordered = losses_by_confidence([r.values["confidence"] for r in sure], [r.values["loss"] for r in sure])
    if group == "all":
        yield "aurc", ordered.tolist(), area


def _figure(group: str, metric: str, values: Sequence[float], statistic: Statistic) -> Iterator[Figure]:
    found = estimate(values, statistic)
    if found is not None:
        yield Figure(group, metric, found.value, found.low, found.high, found.n)
