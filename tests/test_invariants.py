"""The architecture's invariants, each under its name."""

import itertools
import json
import random
import re

import pytest

from sci_assistant import render, render_html
from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.triage import Triage
from sci_assistant.ask.write import Writer
from sci_assistant.types import Turn
from tests.ask.strict import StrictVerifier

ASKED = [
    "What are the signs of HO?",
    "how is it treated?",
    "my leg is warm and swollen, is it a clot?",
    "who won the world cup",
    "melting point of etidronate",
    "I want to kill myself",
    "",
    "   ",
    "x" * 5000,
    "<script>alert(1)</script> what is spasticity",
    "🙂🙂🙂",
    "how do i travel by plane with my chair and what about my bladder",
]
FORM = {
    "id", "question", "standalone_question", "corrected", "status", "error", "notice", "caution", "text", "sentences",
    "uncovered_parts", "citations", "related", "removed", "fallback", "disclaimer", "mode", "model", "timings_ms",
}  # fmt: skip


class Echo:
    """A model that says the first sentence of each of its sources, with its number, and one that no source has."""

    label, host = "fake:echo", None

    def stream(self, messages):
        for number, text in re.findall(r"^Source (\d+), [^:]*: (.*?[.!?])(?: |$)", messages[-1][1], re.MULTILINE):
            yield f"{text} [{number}] Nobody ever needs a doctor [{number}]. "


@pytest.fixture(scope="module")
def writing(assistant):
    return Assistant(assistant.hybrid, Triage(), assistant._settings, writer=Writer(Echo(), StrictVerifier()))


@pytest.fixture(scope="module", params=[(mode, q) for mode in ("quoted", "written") for q in ASKED], ids=str)
def answer(request, writing):
    mode, question = request.param
    return writing.ask(Turn(question[:5000], ("What is heterotopic ossification?",)), answers=mode)


def test_what_is_not_in_a_source_is_in_no_rendering_of_a_written_answer(writing):
    answer = writing.ask(Turn("What are the signs of HO?"), answers="written")
    assert (answer.mode, answer.model, len(answer.removed)) == ("written", "fake:echo", 1)
    for rendered in (render.to_text(answer), render.to_markdown(answer), render_html.to_html(answer, message=1)):
        assert "Nobody ever needs" not in rendered


def test_an_answer_that_grows_takes_nothing_back(writing):
    partials = list(writing.ask_stream(Turn("What are the signs of HO?"), answers="written"))
    assert partials[0].reading
    assert [p.done for p in partials] == [False] * (len(partials) - 1) + [True]
    for before, after in itertools.pairwise(p.answer for p in partials):
        assert after.sentences[: len(before.sentences)] == before.sentences
        assert [c.number for c in after.citations][: len(before.citations)] == [c.number for c in before.citations]
        assert after.text.startswith(before.text)


def test_every_citation_number_resolves(answer):
    numbers = [c.number for c in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {n for s in answer.sentences for n in s.citations} == set(numbers)


def test_every_quote_is_verbatim_at_its_offsets(answer, assistant):
    for citation in answer.citations:
        assert assistant.article(citation.article).text[citation.start : citation.end] == citation.quote


def test_a_not_covered_answer_has_no_citations(answer):
    if answer.status != "answered":
        assert answer.citations == answer.sentences == ()


def test_the_disclaimer_is_in_every_rendering_of_every_answer(answer):
    assert answer.disclaimer
    for rendered in (render.to_text(answer), json.dumps(render.to_json(answer), ensure_ascii=False)):
        assert answer.disclaimer in rendered
        assert answer.authorship in rendered
    # Markdown and HTML escape signs; the words are all there
    words = "information, not medical advice"
    assert words in render.to_markdown(answer)
    assert words in render_html.to_html(answer, message=1)


def test_the_json_has_the_promised_form(answer):
    value = render.to_json(answer)
    assert value.keys() >= FORM
    assert set(value["timings_ms"]) == {"triage", "condense", "retrieve", "answer", "verify", "total"}
    json.dumps(value)


def test_a_notice_comes_before_anything_else(assistant):
    answer = assistant.ask(Turn("i can't breathe"))
    text = render.to_text(answer)
    assert text.index(answer.notice.text) < text.index(answer.text[:40])
    assert list(render.to_json(answer)).index("notice") < list(render.to_json(answer)).index("text")


def test_a_notice_needs_no_index(tmp_path, embeddings):
    from sci_assistant.settings import load_settings
    from sci_assistant.wire import make_assistant

    broken = make_assistant(load_settings(store=tmp_path / "nothing"), embeddings=embeddings)
    answer = broken.ask(Turn("i can't breathe"))
    assert answer.status == "unavailable"
    assert answer.error.code == "store_empty"
    assert answer.notice is not None
    assert answer.disclaimer in render.to_text(answer)


def test_a_notice_needs_no_model(bundled_store, tmp_path):
    from sci_assistant.models import LocalEmbeddings
    from sci_assistant.settings import load_settings
    from sci_assistant.wire import make_assistant

    broken = make_assistant(load_settings(store=bundled_store), embeddings=LocalEmbeddings(str(tmp_path)))
    answer = broken.ask(Turn("i can't breathe"))
    assert (answer.status, answer.error.code) == ("unavailable", "model")
    assert answer.notice is not None
    assert answer.disclaimer in render.to_text(answer)
    assert broken.article_count == 0


def test_a_crisis_answer_holds_no_refusal_and_no_titles(assistant):
    answer = assistant.ask(Turn("I want to kill myself"))
    assert answer.notice.kind == "crisis"
    assert answer.related == ()
    assert "articles here do not answer" not in answer.text
    assert {c.article for c in answer.citations} <= {"depression"}


def test_an_unexpected_failure_is_still_an_answer(ho_assistant, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(type(ho_assistant.hybrid), "search", fail)
    answer = ho_assistant.ask(Turn("what is HO"))
    assert (answer.status, answer.error.code) == ("unavailable", "error")


def test_a_question_is_never_logged(ho_assistant, caplog, monkeypatch):
    with caplog.at_level("DEBUG"):
        ho_assistant.ask(Turn("a very secret question about HO"))
        monkeypatch.setattr(type(ho_assistant.hybrid), "search", lambda *a, **k: 1 / 0)
        ho_assistant.ask(Turn("a very secret question about HO"))
    assert "very secret" not in caplog.text


def test_a_hundred_random_questions_twice_give_identical_answers(assistant):
    words = sorted(assistant.live.vocabulary)
    chosen = random.Random(7)
    questions = [" ".join(chosen.choices(words, k=chosen.randint(1, 12))) + "?" for _ in range(100)]
    first = [assistant.ask(Turn(q)) for q in questions]
    assert first == [assistant.ask(Turn(q)) for q in questions]
    assert any(a.status == "answered" for a in first)


def test_random_questions_get_only_verbatim_quotes(assistant):
    words = sorted(assistant.live.vocabulary)
    chosen = random.Random(11)
    for _ in range(60):
        answer = assistant.ask(Turn(" ".join(chosen.choices(words, k=chosen.randint(2, 8)))))
        for c in answer.citations:
            assert assistant.article(c.article).text[c.start : c.end] == c.quote
