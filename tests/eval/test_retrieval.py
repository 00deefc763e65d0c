"""Judged collections: read strictly, measured as ir-measures does, both forms and both lists."""

import gzip
import json

import ir_measures
import pytest
from sci_assistant_eval.collection import collection_store, index_collection, read_collection
from sci_assistant_eval.retrieval import LISTS, MEASURES, measured, results_to_json, results_to_text, score_systems

from sci_assistant.errors import EvaluationError
from sci_assistant.store import Store

TEXTS = {
    "clot": "A blood clot in the leg can swell. Call a doctor at once.",
    "bone": "Extra bone can grow near the hip. A scan shows it early.",
    "skin": "A pressure sore starts as a red patch. Take the weight off.",
    "pain": "Nerve pain burns or stings. Some medicines calm it.",
}


@pytest.fixture
def folder(tmp_path):
    with gzip.open(tmp_path / "answers.jsonl.gz", "wt", encoding="utf-8") as stream:
        for document, text in TEXTS.items():
            stream.write(
                json.dumps({"id": document, "title": document, "url": "https://example.org", "text": text}) + "\n"
            )
    queries = [{"qid": "1", "question": "my leg swelled up what is it", "summary": "What is a clot?"}]
    queries.append({"qid": "9", "question": "never judged", "summary": "Never judged?"})
    (tmp_path / "queries.jsonl").write_text("".join(json.dumps(q) + "\n" for q in queries))
    (tmp_path / "qrels.txt").write_text("1 0 clot 3\n1 0 bone 0\n")
    return tmp_path


class Fixed:
    """A system that always ranks the same."""

    def __init__(self, name, ranking):
        self.name, self._ranking = name, ranking

    def articles(self, turn, *, k):
        return self._ranking[:k]


def test_questions_without_judgement_are_left_out(folder):
    found = read_collection(folder)
    assert [query.id for query in found.queries] == ["1"]
    assert found.judged == {"clot", "bone"}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("qrels.txt", "1 0 clot", "qrels.txt:1"),
        ("qrels.txt", "7 0 clot 1\n", "No question"),
        ("queries.jsonl", '{"qid": "1"}\n', "queries.jsonl:1"),
    ],
)
def test_a_broken_collection_is_refused_with_its_place(folder, name, content, problem):
    (folder / name).write_text(content)
    with pytest.raises(EvaluationError, match=problem):
        read_collection(folder)


def test_a_folder_without_documents_says_what_belongs_there(tmp_path):
    with pytest.raises(EvaluationError, match=r"queries\.jsonl and qrels\.txt"):
        read_collection(tmp_path)


def test_measures_are_those_of_ir_measures():
    grades = {"1": {"a": 3, "b": 0, "c": 1}, "2": {"a": 2}}
    ranked = {"1": ["b", "c", "a"], "2": ["b", "c"]}
    found = measured(grades, ranked)
    qrels = [ir_measures.Qrel(q, d, g) for q, judged in grades.items() for d, g in judged.items()]
    run = [ir_measures.ScoredDoc(q, d, float(-i)) for q, documents in ranked.items() for i, d in enumerate(documents)]
    theirs = ir_measures.calc_aggregate([ir_measures.parse_measure(m) for m in MEASURES], qrels, run)
    for measure, value in theirs.items():
        assert sum(found[str(measure)]) / 2 == pytest.approx(value)
    assert found["RR@10"] == (0.5, 0.0)


def test_a_condensed_list_leaves_out_what_was_not_judged(folder):
    results = score_systems(read_collection(folder), [Fixed("ours", ("pain", "skin", "clot", "bone"))], 4)
    found = {(s.form, s.documents): s.values for s in results.scores if s.measure == "RR@10"}
    assert found["question", "all"] == (pytest.approx(1 / 3),)
    assert found["summary", "condensed"] == (1.0,)
    assert {s.documents for s in results.scores} == set(LISTS)


def test_the_gain_over_each_baseline_is_printed(folder):
    systems = [Fixed("ours", ("clot",)), Fixed("tutorial", ("bone", "clot"))]
    results = score_systems(read_collection(folder), systems, 4)
    text = results_to_text(results)
    # 1 against 1 / log2(3)
    assert text.count("ours beside tutorial: mean nDCG@10 over both forms +58.5%") == 2
    assert len(results_to_json(results)["scores"]) == 2 * 2 * 2 * len(MEASURES)


def test_a_collection_is_indexed_once_with_every_judged_document(folder, embeddings):
    collection = read_collection(folder)
    store = Store(collection_store(collection, folder / "store", 1))
    index_collection(collection, store, embeddings, sample=1)
    first = store.live()
    assert {"clot", "bone"} < set(first.articles) and len(first.articles) == 3
    index_collection(collection, store, embeddings, sample=1)
    assert store.live() is first
    store.close()
