"""A judged collection -> how well each system ranks it, for both forms of each question.

nDCG@10, AP@10, RR@10 and R@10 by ir-measures (https://ir-measur.es), which computes them as trec_eval does:
gains are the grades, and grade 1 or more is relevant. Beside the whole list of ten stands the condensed list:
judged documents alone, ten of the first hundred (Sakai, Alternatives to bpref, SIGIR 2007,
https://doi.org/10.1145/1277741.1277756), which does not punish a document for not having been judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sci_assistant_eval.collection import Collection, collection_store, index_collection, read_collection
from sci_assistant_eval.intervals import Estimate, estimate, relative_gain

from sci_assistant.errors import EvaluationError
from sci_assistant.types import Turn

if TYPE_CHECKING:
    from sci_assistant_eval.systems import System

    from sci_assistant.settings import Settings

FORMS = ("question", "summary")
LISTS = ("all", "condensed")
MEASURES = ("nDCG@10", "AP@10", "RR@10", "R@10")
DEEP = 100  # documents that a condensed list is made from

Bar = Callable[[str], Callable[[int, int], None]]


@dataclass(frozen=True, slots=True)
class Score:
    """A measure of one system on one form of the questions, by question."""

    system: str
    form: str
    documents: str  # one of LISTS
    measure: str
    values: tuple[float, ...]  # in the order of the collection's questions

    @property
    def estimate(self) -> Estimate | None:
        return estimate(self.values)


@dataclass(frozen=True, slots=True)
class Results:
    """All scores of a collection."""

    documents: int
    queries: int
    scores: tuple[Score, ...]

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(score.system for score in self.scores))

    def both_forms(self, system: str, documents: str, measure: str) -> tuple[float, ...]:
        """By question, the mean of a measure over both forms."""
        found = [
            score.values
            for score in self.scores
            if (score.system, score.documents, score.measure) == (system, documents, measure)
        ]
        return tuple(sum(values) / len(values) for values in zip(*found, strict=True))


def evaluate_collection(
    folder: Path, settings: Settings, *, own_store: Path | None = None, sample: int | None = None, progress: Bar
) -> Results:
    """Index a collection where that was not done, and rank it with every system.

    Raises:
        EvaluationError: the folder is no such collection, or the eval extra is missing.
        StoreError, CorpusError: the collection cannot be indexed.
    """
    from sci_assistant_eval.run import baselines
    from sci_assistant_eval.systems import Ours

    from sci_assistant import wire
    from sci_assistant.settings import load_settings
    from sci_assistant.store import Store

    collection = read_collection(folder)
    place = own_store or collection_store(collection, settings.store, sample)
    settings = load_settings(**settings.model_dump() | {"store": place, "chroma_url": None})
    embeddings = wire.make_embeddings(settings)
    store = Store(place)
    index_collection(collection, store, embeddings, sample=sample, progress=progress("Indexing"))
    assistant = wire.make_assistant(settings, store=store, embeddings=embeddings)
    others = baselines(assistant, embeddings, place, progress=progress("Embedding for the tutorials' pipeline"))
    try:
        return score_systems(collection, [Ours(assistant, settings), *others], len(assistant.live.articles))
    finally:
        store.close()


def score_systems(collection: Collection, systems: Iterable[System], documents: int) -> Results:
    """Every system's scores on a collection that is indexed."""
    scores = tuple(score for system in systems for score in _system_scores(collection, system))
    return Results(documents, len(collection.queries), scores)


def _system_scores(collection: Collection, system: System) -> Iterator[Score]:
    for form in FORMS:
        turns = {query.id: Turn(getattr(query, form)) for query in collection.queries}
        whole = {qid: system.articles(turn, k=10) for qid, turn in turns.items()}
        deep = {qid: system.articles(turn, k=DEEP) for qid, turn in turns.items()}
        condensed = {qid: tuple(d for d in found if d in collection.grades[qid]) for qid, found in deep.items()}
        for documents, ranked in zip(LISTS, (whole, condensed), strict=True):
            for measure, values in measured(collection.grades, ranked).items():
                yield Score(system.name, form, documents, measure, values)


def measured(
    grades: Mapping[str, Mapping[str, int]], ranked: Mapping[str, Sequence[str]]
) -> dict[str, tuple[float, ...]]:
    """Each measure by question, in the order of `ranked`; a question without any document counts 0.

    Raises:
        EvaluationError: ir-measures is not installed.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise EvaluationError("ir-measures is missing. Run: pip install 'sci-assistant[eval]'") from error
    qrels = [ir_measures.Qrel(qid, d, g) for qid in ranked for d, g in grades[qid].items()]
    run = [
        ir_measures.ScoredDoc(qid, document, float(-rank))
        for qid, documents in ranked.items()
        for rank, document in enumerate(documents)
    ]
    wanted = {name: ir_measures.parse_measure(name) for name in MEASURES}
    found = {(m.query_id, str(m.measure)): float(m.value) for m in ir_measures.iter_calc(wanted.values(), qrels, run)}
    return {name: tuple(found.get((qid, str(measure)), 0.0) for qid in ranked) for name, measure in wanted.items()}


def results_to_text(results: Results) -> str:
    """The scores as lines for a terminal, and how far ours is ahead."""
    lines = [f"{results.queries} judged questions, {results.documents} documents. Intervals: 95%, paired bootstrap."]
    for documents in LISTS:
        lines += ["", f"{documents} documents".replace("condensed", "judged").capitalize() + ":"]
        lines.append(f"  {'system':14} {'form':9} " + " ".join(f"{m:>22}" for m in MEASURES))
        for system in results.systems:
            rows = [(form, _of(results, system, form, documents)) for form in FORMS]
            rows.append(("mean", [results.both_forms(system, documents, m) for m in MEASURES]))
            lines += [f"  {system:14} {form:9} " + " ".join(_cell(v) for v in values) for form, values in rows]
        for system in results.systems[1:]:
            lines.append("  " + gain_line(results, system, documents))
    return "\n".join(lines)


def _of(results: Results, system: str, form: str, documents: str) -> list[tuple[float, ...]]:
    return [
        score.values
        for measure in MEASURES
        for score in results.scores
        if (score.system, score.form, score.documents, score.measure) == (system, form, documents, measure)
    ]


def _cell(values: Sequence[float]) -> str:
    found = estimate(values)
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]".rjust(22) if found else "".rjust(22)


def gain_line(results: Results, system: str, documents: str) -> str:
    """How far ours is ahead of a system in nDCG@10, both forms together."""
    first = results.systems[0]
    found = relative_gain(
        results.both_forms(first, documents, MEASURES[0]), results.both_forms(system, documents, MEASURES[0])
    )
    if found is None:
        return f"{first} beside {system}: no gain can be given."
    gain = f"{found.value:+.1%} [{found.low:+.1%}, {found.high:+.1%}]"
    return f"{first} beside {system}: mean nDCG@10 over both forms {gain}"


def results_to_json(results: Results) -> dict[str, Any]:
    """The scores as JSON values, with the means over both forms."""
    rows = []
    for score in results.scores:
        found = score.estimate
        rows.append(
            {
                "system": score.system,
                "form": score.form,
                "documents": score.documents,
                "measure": score.measure,
                "value": found.value if found else None,
                "interval": [found.low, found.high] if found else None,
                "by_query": list(score.values),
            }
        )
    return {"documents": results.documents, "queries": results.queries, "scores": rows}
