"""What ships was fitted on dev alone: each fit runs here with loaders that refuse every other split."""

from __future__ import annotations

import ast
import json
import re
import shutil
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rapidfuzz import fuzz, process
from sci_assistant_eval import (
    claims,
    fit_answerable,
    fit_caution_words,
    fit_claim_reader,
    fit_danger_names,
    fit_follow_up,
    fit_likeness,
    fit_notice_words,
    fit_query_adapter,
    fit_request_words,
    fit_second_voice,
    fit_sentences,
    fit_verify,
    notice_training,
    questions,
    vignettes,
)

from sci_assistant.ask import decide
from sci_assistant.asked import foil_texts, load_foils
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article
from sci_assistant.wire import bundled_corpus

ROOT = Path(__file__).parents[2]
HO = "heterotopic-ossification"
HELD_BACK = "depression"  # an article whose claims the small reader was not fitted on
FITS = (
    *(fit_answerable, fit_caution_words, fit_claim_reader, fit_danger_names, fit_follow_up, fit_likeness),
    *(fit_notice_words, fit_query_adapter, fit_request_words, fit_second_voice, fit_sentences, fit_verify),
)
LOADERS = {
    "load_questions": questions.load_questions,
    "load_vignettes": vignettes.load_vignettes,
    "load_claims": claims.load_claims,
}
GROUPS = {
    "load_questions": lambda row: row.kind,
    "load_vignettes": lambda row: (row.expect, row.caution, row.caution and row.kind),
    "load_claims": lambda row: (row.type, row.article == HELD_BACK),
}


class Guarded:
    """A loader that gives some of dev, notes that it was asked, and refuses to give anything else."""

    def __init__(self, name: str) -> None:
        self.name, self.calls = name, 0

    def __call__(self, folder=None, *, split=None, training=False):
        assert split == "dev", f"{self.name} was asked for split {split!r}"
        self.calls += 1
        kinds: dict[object, list] = {}
        for row in LOADERS[self.name](folder, split="dev"):
            kinds.setdefault(GROUPS[self.name](row), []).append(row)
        return tuple(row for rows in kinds.values() for row in rows[:6])


@pytest.fixture
def guards(monkeypatch):
    """All loaders guarded, in the modules that define them and in those that fit."""
    made = {name: Guarded(name) for name in LOADERS}
    for module in (questions, vignettes, claims, *FITS):
        for name, guard in made.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, guard)
    return made


@pytest.fixture(scope="module")
def tiny_corpus(tmp_path_factory) -> Path:
    """One article with the questions that it lists."""
    corpus = tmp_path_factory.mktemp("fitted") / "corpus"
    (corpus / "questions").mkdir(parents=True)
    shutil.copy(bundled_corpus() / f"{HO}.md", corpus)
    shutil.copy(bundled_corpus() / "questions" / f"{HO}.yaml", corpus / "questions")
    return corpus


@pytest.fixture(scope="module")
def tiny_store(index_folder, tiny_corpus) -> Path:
    return index_folder(tiny_corpus)


@pytest.mark.parametrize("split", ["test", None])
def test_the_guard_can_fail(guards, split):
    with pytest.raises(AssertionError, match="was asked for split"):
        fit_answerable.load_questions(split=split)
    with pytest.raises(AssertionError, match="was asked for split"):
        vignettes.load_vignettes(split=split)


def test_every_script_that_fits_is_guarded():
    assert {path.stem for path in ROOT.glob("eval/fit_*.py")} == {fit.__name__.rsplit(".", 1)[1] for fit in FITS}


def test_the_decision_to_answer_is_fitted_on_dev(guards, tiny_corpus, monkeypatch):
    monkeypatch.setattr(fit_answerable, "SUBSETS", ())
    monkeypatch.setattr(
        fit_answerable, "read_judged", lambda: [("answered", "how is HO found"), ("never", "what does a scan cost")]
    )
    cases = list(fit_answerable.collect(tiny_corpus, cache=None, listed=True, judged=True))
    assert guards["load_questions"].calls == 1
    asked = {case.id: case.answerable for case in cases if case.kind.startswith("judged")}
    assert asked == {"how is HO found": True, "what does a scan cost": False}
    assert {case.id for case in cases} - set(asked) <= {one.id for one in questions.load_questions(split="dev")}


def test_the_decision_weighs_signals_as_they_are_as_the_regression_does_standardised():
    random = np.random.default_rng(0)
    values = random.random((200, len(fields(decide.Signals))))
    cases = [
        fit_answerable.Case(str(i), "answerable", decide.Signals(*row), 1, row[0] + row[6] * row[1] > 0.8)
        for i, row in enumerate(values)
    ]
    read = fit_answerable.read_values(cases, fit_answerable.LISTED)
    function = fit_answerable.make_function().fit(read, [case.answerable for case in cases])
    model = fit_answerable.of_plain_signals(function, fit_answerable.LISTED)
    plain = decide.Model(model["intercept"], model["weights"], threshold=0.5, perhaps=0.5)
    found = [plain.probability(case.signals) for case in cases]
    np.testing.assert_allclose(found, function.predict_proba(read)[:, 1], atol=1e-3)
    assert max(found) > 0.9 and min(found) < 0.1


def nearest(texts: list[str], others: list[str]) -> float:
    """The greatest likeness, out of 100, of any of the texts to any of the others, whatever their order of words."""
    pair = ([text.lower() for text in side] for side in (texts, others))
    return float(process.cdist(*pair, scorer=fuzz.token_sort_ratio, dtype=np.float32, workers=-1).max())


def test_judged_questions_and_foils_are_near_no_evaluation_question_and_judged_ones_are_neither_listed_nor_foils():
    judged = [text for _, text in fit_answerable.read_judged()]
    assert len(judged) >= 1_000
    asked = [text for question in questions.load_questions() for text in (question.question, *question.history)]
    assert nearest(judged, asked) <= 85
    assert nearest(list(foil_texts()), asked) <= 85
    written = [text for texts in fit_likeness.load_written().values() for text in texts]
    assert nearest(written, asked) <= 85
    talks = [" ".join((*q.turn.history, q.question)) for q in questions.load_questions() if q.history]
    told = [" ".join(one.turns) for one in fit_follow_up.load_written()]
    assert nearest(told, talks) <= 85
    articles = [article for _, article in read_articles(bundled_corpus()) if isinstance(article, Article)]
    listed = [text for article in articles for one in article.asked for text in one.phrasings]
    known = {frozenset(re.findall(r"\w+", text.lower())) for text in (*listed, *foil_texts())}
    assert [text for text in judged if frozenset(re.findall(r"\w+", text.lower())) in known] == []


def test_the_query_adapter_reads_dev_alone(guards, tiny_store, monkeypatch):
    monkeypatch.setattr(fit_query_adapter, "STEPS", 1)
    done = CliRunner().invoke(fit_query_adapter.main, ["--store", str(tiny_store)], catch_exceptions=False)
    assert done.exit_code == 0 and guards["load_questions"].calls == 1


@pytest.mark.filterwarnings("ignore")  # so few messages hardly converge
def test_the_second_voice_is_fitted_on_dev(guards, tiny_store):
    done = CliRunner().invoke(fit_second_voice.main, ["--store", str(tiny_store)], catch_exceptions=False)
    assert done.exit_code == 0
    assert guards["load_questions"].calls == guards["load_vignettes"].calls == 1


@pytest.mark.filterwarnings("ignore")  # so few messages hardly converge
def test_the_names_of_dangers_are_fitted_on_dev(guards, monkeypatch):
    monkeypatch.setattr(fit_danger_names, "LEAST", 5)
    monkeypatch.setitem(GROUPS, "load_vignettes", lambda row: (row.expect, row.kind))
    done = CliRunner().invoke(fit_danger_names.main, [], catch_exceptions=False)
    assert done.exit_code == 0 and guards["load_vignettes"].calls == 1
    assert re.search(r"(?:2[0-9]) dangers", done.output)


@pytest.mark.filterwarnings("ignore")  # so few messages hardly converge
@pytest.mark.parametrize("fit", [fit_notice_words, fit_caution_words])
def test_the_weighed_words_are_fitted_on_dev(guards, fit, tiny_corpus, monkeypatch):
    monkeypatch.setattr(fit, "bundled_corpus", lambda: tiny_corpus)
    monkeypatch.setattr(fit_notice_words, "foil_texts", lambda: ("who was the first king of france",))
    monkeypatch.setattr(notice_training, "EPOCHS", 1)
    conversations = fit_follow_up.load_conversations()  # read dev once
    monkeypatch.setattr(fit_notice_words, "load_conversations", lambda: conversations[::40])
    done = CliRunner().invoke(fit.main, [], catch_exceptions=False)
    assert done.exit_code == 0
    assert guards["load_questions"].calls == 2 and guards["load_vignettes"].calls == 1


@pytest.mark.filterwarnings("ignore")
def test_the_choice_of_sentences_is_fitted_on_dev(guards, tiny_store):
    done = CliRunner().invoke(fit_sentences.main, ["--store", str(tiny_store)], catch_exceptions=False)
    assert done.exit_code == 0 and guards["load_questions"].calls == 1


@pytest.mark.filterwarnings("ignore")
def test_what_tells_a_follow_up_is_fitted_on_dev(guards, tiny_store, monkeypatch):
    conversations = fit_follow_up.load_conversations()
    assert guards["load_questions"].calls == 1
    monkeypatch.setattr(fit_follow_up, "load_conversations", lambda: conversations[::10])
    done = CliRunner().invoke(fit_follow_up.main, ["--store", str(tiny_store)], catch_exceptions=False)
    assert done.exit_code == 0 and "follow-ups, cross-validated" in done.output


@pytest.mark.filterwarnings("ignore")
def test_how_a_question_sounds_is_shown_on_dev_alone(guards, tiny_store, monkeypatch):
    few = {name: tuple(texts[:20]) for name, texts in load_foils().items()}
    monkeypatch.setattr(fit_likeness, "load_foils", lambda: few)
    written = {name: texts[:20] for name, texts in fit_likeness.load_written().items()}
    monkeypatch.setattr(fit_likeness, "load_written", lambda: written)
    done = CliRunner().invoke(fit_likeness.main, ["--store", str(tiny_store)], catch_exceptions=False)
    assert done.exit_code == 0 and guards["load_questions"].calls == 1


def test_the_check_of_written_sentences_is_fitted_on_dev(guards, monkeypatch):
    held_back = [pair for pair in fit_claim_reader.load_pairs() if pair.held_back]
    monkeypatch.setattr(fit_verify, "load_pairs", lambda: tuple(held_back[::80]))
    monkeypatch.setattr(fit_verify, "KEPT", 0.4)  # of a handful of paraphrases
    limits, shares = fit_verify.choose(fit_verify.collect())
    assert guards["load_claims"].calls == 1
    assert limits.coverage in fit_verify.COVERAGES
    assert shares["true"] >= 0.4


@pytest.mark.filterwarnings("ignore")
def test_the_words_of_requests_are_fitted_on_dev(guards, tiny_corpus, monkeypatch):
    monkeypatch.setattr(fit_request_words, "bundled_corpus", lambda: tiny_corpus)
    done = CliRunner().invoke(fit_request_words.main, [], catch_exceptions=False)
    assert done.exit_code == 0 and guards["load_questions"].calls == 1


@pytest.mark.parametrize("name", ["answerable.json", "follow_up.json", "verify.json"])
def test_what_ships_says_what_it_was_fitted_on(name):
    raw = json.loads((files("sci_assistant") / "data" / name).read_text(encoding="utf-8"))
    assert raw["fitted_on"] == "dev"


@pytest.mark.parametrize("path", [*ROOT.glob("eval/fit_*.py"), *ROOT.glob("benchmarks/*.py")], ids=lambda p: p.name)
def test_what_fits_or_compares_names_dev_in_every_call(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in LOADERS:
            splits = [k.value.value for k in node.keywords if k.arg == "split" and isinstance(k.value, ast.Constant)]
            assert splits == ["dev"], f"{path.name}:{node.lineno}"
