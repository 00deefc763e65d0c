"""Records of the development split and their questions -> what went wrong, question by question, as HTML.

Only for the development split: what is known of a test question must not steer the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape

from sci_assistant_eval.compare import ChangedAnswer
from sci_assistant_eval.metrics import matches
from sci_assistant_eval.page import terms
from sci_assistant_eval.questions import Question
from sci_assistant_eval.records import Record

# Name -> whether a record's values show it, worst first.
FAULTS: dict[str, Callable[[Mapping[str, float]], bool]] = {
    "an answer is unavailable": lambda v: v.get("unavailable") == 1.0,
    "says what must not be said": lambda v: v.get("must_not", 0.0) > 0.0,
    "a quote is not proved": lambda v: v.get("citation_recall", 1.0) < 1.0,
    "answered, though the articles do not answer it": lambda v: v.get("refused") == 0.0,
    "refused, though the articles answer it": lambda v: v.get("false_refusal") == 1.0,
    "first citation wrong": lambda v: v.get("first_citation_hit") == 0.0,
    "no acceptable article among the first five": lambda v: v.get("article_found_5") == 0.0,
    "key facts missing": lambda v: v.get("key_fact_recall_answered", 1.0) < 1.0,
}


def faults(record: Record) -> tuple[str, ...]:
    """What is wrong with a record, worst first; empty where nothing is."""
    return tuple(name for name, wrong in FAULTS.items() if wrong(record.values))


def misses(records: Sequence[Record]) -> list[tuple[Record, tuple[str, ...]]]:
    """The records that have faults, worst first."""
    order = list(FAULTS)
    found = [(record, names) for record in records if (names := faults(record))]
    return sorted(found, key=lambda pair: (order.index(pair[1][0]), pair[0].key))


def miss_html(record: Record, names: Sequence[str], question: Question | None) -> str:
    """One miss: the question, what was expected, what was said, what was retrieved."""
    return (
        f'<article><h3>{escape(record.key)}: <span class="bad">{escape("; ".join(names))}</span></h3>'
        + terms(
            [
                ("Earlier", "\n".join(record.history)),
                ("Question", record.question),
                *(_expected(record, question) if question else ()),
                ("Said", said(record)),
                ("Retrieved", "\n".join(record.sections[:5])),
            ]
        )
        + "</article>"
    )


def _expected(record: Record, question: Question) -> Iterator[tuple[str, str]]:
    if question.kind == "uncovered":
        premise = f": {question.premise}" if question.premise else ""
        yield "Expected", f"a refusal ({question.uncovered_class}){premise}"
        return
    yield "Expected", "\n".join(question.sections or question.articles)
    missing = [f.fact for f in question.key_facts if not any(matches(p, record.shown) for p in f.any)]
    yield "Key facts missing", "\n".join(missing)


def said(record: Record) -> str:
    """What a record's answer said, with the place of each sentence."""
    lines = [f"[{s.section}] {s.text}" for s in record.said]
    notice = [f"({record.notice} notice)"] if record.notice else []
    return "\n".join([*notice, *(lines or [f"({record.status})"])])


def changed_html(change: ChangedAnswer) -> str:
    """A changed answer, before and after side by side."""
    sides = "".join(
        f"<div>{terms([(name, said(record))])}</div>"
        for name, record in (("Before", change.before), ("After", change.after))
    )
    asked = " / ".join([*change.after.history, change.after.question])
    return f'<article><h3>{escape(change.after.key)}: {escape(asked)}</h3><div class="pair">{sides}</div></article>'


def topic_rows(records: Sequence[Record], metrics: Sequence[str]) -> list[tuple[str, list[float | None]]]:
    """The mean of each metric by the article that a question is about, worst article first."""
    topics: dict[str, list[Mapping[str, float]]] = {}
    for record in records:
        if record.topic:
            topics.setdefault(record.topic, []).append(record.values)
    rows = [
        (f"{topic} ({len(values)})", [_mean([v[metric] for v in values if metric in v]) for metric in metrics])
        for topic, values in topics.items()
    ]
    return sorted(rows, key=lambda row: (sum(x for x in row[1] if x is not None), row[0]))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
