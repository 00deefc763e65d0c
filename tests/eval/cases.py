"""Questions, responses and runs made by hand, for the tests beside."""

from __future__ import annotations

from sci_assistant_eval.questions import KeyFact, Question
from sci_assistant_eval.records import Record, Run, Said
from sci_assistant_eval.score import Found, Response, compute_figures

from sci_assistant.types import Answer, AnswerSentence, Citation, Timings

QUOTE = "Sit up at once. Loosen tight clothes."


def question(**changes) -> Question:
    values = {
        "id": "q-1",
        "kind": "answerable",
        "style": "short",
        "question": "what do i do",
        "articles": ("dysreflexia", "bladder"),
        "sections": ("dysreflexia > What to do now",),
        "key_facts": (KeyFact(fact="sit up", any=("sit up",)), KeyFact(fact="call for help", any=("call",))),
        "must_not": ("lie down",),
    }
    return Question(**values | changes)


def answer(status: str = "answered", texts: tuple[str, ...] = ("Sit up at once.", "Loosen tight clothes.")) -> Answer:
    cites = status == "answered"
    citation = Citation(1, "dysreflexia", "Dysreflexia", "What to do now", QUOTE, 0, 37, None, "us", None)
    return Answer(
        question="what do i do",
        status=status,
        text="",
        sentences=tuple(AnswerSentence(t, "sentence", "What to do now", (1,)) for t in texts) if cites else (),
        citations=(citation,) if cites else (),
        disclaimer="Not medical advice, ask your team.",
        authorship="us",
        timings_ms=Timings(retrieve=10.0, total=20.0),
    )


def response(status: str = "answered", **changes) -> Response:
    given = answer(status)
    said = tuple(Said(s.text, "dysreflexia", "dysreflexia > What to do now") for s in given.sentences)
    values = {
        "answer": given,
        "ranked": (
            Found("spasticity", ("spasticity > About",)),
            Found("dysreflexia", ("dysreflexia > What to do now",)),
            Found("dysreflexia", ("dysreflexia >",)),
        ),
        "shown": " ".join(s.text for s in given.sentences),
        "said": said,
        "cited": tuple((s.text, (QUOTE,)) for s in given.sentences),
        "confidence": 0.8,
        "disclaimer": True,
    }
    return Response(**values | changes)


def record(key: str, **values: float) -> Record:
    return Record(
        key=key,
        kind="answerable",
        style="short",
        uncovered_class=None,
        topic="dysreflexia",
        topic_change=False,
        status="answered",
        digest=key,
        values=values,
        question=f"Question {key}?",
        shown="Shown.",
    )


def run(records, *, split: str = "dev", system: str = "ours") -> Run:
    return Run(
        system=system,
        split=split,
        made="2026-01-01T00:00:00+00:00",
        build="b",
        articles=1,
        model="m",
        questions_hash="h",
        figures=compute_figures(records),
        records=tuple(records),
    )
