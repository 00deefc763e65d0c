"""Questions without an answer: kept only by consent, without what tells who asked, never under a notice."""

from __future__ import annotations

import json
import stat
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sci_assistant_ui.chat import Handlers
from sci_assistant_ui.page import GAPS_KEPT, masthead

from sci_assistant.cli import main
from sci_assistant.gaps import Gap, cluster_gaps, is_gap, read_gaps
from sci_assistant.scrub import scrub
from sci_assistant.settings import load_settings
from sci_assistant.store import Store
from sci_assistant.types import Turn
from sci_assistant.wire import make_gap_keeper

KNOWN = frozenset({"spasticity", "botox", "medicare"})


@pytest.mark.parametrize(("typed", "kept"), [
    ("Can yoga ease Spasticity, my name is Greta Thunberg", "Can yoga ease Spasticity, my name is [name]"),
    ("my son john is 34 and has a service dog", "my son [name] is [number] and has a service dog"),
    ("does Dr. Weber at Mount Sinai in Boston do botox", "does [name]. [name] at [name] in [name] do botox"),
    ("call +44 20 7946 0958 or mail a.b@c.org about hot yoga", "call [number] or mail [address] about hot yoga"),
    ("I live at 12 Elm Street, can I get a home sauna", "I live at [address], can I get a home sauna"),
    ("visit www.foo.org/x?u=me for stem cells in Panama", "visit [address] for stem cells in [name]"),
    ("i turned thirty-five, is tattooing ok", "i turned [number], is tattooing ok"),
    ("I'm T6 since 03/2019, can I go scuba diving?", "I'm [number] since [number] can I go scuba diving?"),
    ("SARAH'S mum asks about hippotherapy", "[name] mum asks about hippotherapy"),
    ("Does Medicare pay for TENS", "Does Medicare pay for TENS"),
])  # fmt: skip
def test_what_tells_who_asked_is_left_out(typed, kept) -> None:
    assert scrub(typed, known=KNOWN) == kept


@pytest.mark.parametrize("typed", ["hello Anna", "12 34 56", "word " * 41, "what about my john"])
def test_a_story_and_what_says_nothing_are_not_kept(typed) -> None:
    assert scrub(typed, known=KNOWN) is None


@pytest.fixture
def kept(ho_store, ho_assistant, tmp_path):
    """Ask as the page does, and give what is in the file."""
    settings = load_settings(store=ho_store, gaps_file=tmp_path / "private" / "gaps.jsonl")
    store = Store(ho_store)
    handlers = Handlers(ho_assistant, settings, make_gap_keeper(settings, store))

    def ask(*questions: str) -> list[str]:
        exchanges = ()
        for question in questions:
            *_, (exchanges, _) = handlers.send(question, exchanges)
        return [gap.question for gap in read_gaps(settings.gaps_file)]

    yield ask
    store.close()


def test_a_question_without_an_answer_is_kept_without_its_number_and_only_for_its_owner(kept, tmp_path) -> None:
    assert kept("which wheelchair cushion lasts 10 years") == ["which wheelchair cushion lasts [number] years"]
    file = tmp_path / "private" / "gaps.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text(encoding="utf-8")).keys() == {"week", "question"}


def test_nothing_is_kept_that_was_answered_or_is_under_a_notice_now_or_before(kept) -> None:
    assert kept("How is HO diagnosed early?", "hello", "thank you") == []
    assert kept("I want to kill myself", "which wheelchair cushion is best") == []
    assert kept("my face droops and my speech is slurred, which wheelchair cushion is best") == []


def test_is_gap_reads_the_whole_answer(ho_assistant) -> None:
    answer = ho_assistant.ask(Turn("which wheelchair cushion is best"))
    assert is_gap(answer)
    assert not is_gap(replace(answer, reminder="If what you told me earlier is still so, call."))
    assert not is_gap(replace(answer, status="unavailable"))


def test_without_the_setting_nothing_is_kept_and_the_page_says_nothing(ho_store, ho_assistant) -> None:
    settings = load_settings(store=ho_store)
    assert make_gap_keeper(settings, Store(ho_store)) is None
    assert GAPS_KEPT not in masthead(ho_assistant, settings, None)
    assert GAPS_KEPT in masthead(ho_assistant, settings, None, gaps=True)
    done = CliRunner().invoke(main, ["gaps"])
    assert done.exit_code == 2 and "SCI_ASSISTANT_GAPS_FILE" in done.stderr


def test_questions_of_one_meaning_are_counted_together(embeddings, monkeypatch, tmp_path) -> None:
    asked = [
        "can I go scuba diving",
        "is scuba diving possible in a wheelchair",
        "scuba diving with sci",
        "is tattooing ok",
    ]
    clusters = cluster_gaps([Gap("2026-W4" + str(n), question) for n, question in enumerate(asked)], embeddings.embed)
    assert [(cluster.count, cluster.first, cluster.last) for cluster in clusters] == [
        (3, "2026-W40", "2026-W42"),
        (1, "2026-W43", "2026-W43"),
    ]
    file = tmp_path / "gaps.jsonl"
    file.write_text('{"week": "2026-W40", "question": "tattoos"}\nnot json\n{"week": 1}\n', encoding="utf-8")
    monkeypatch.setenv("SCI_ASSISTANT_GAPS_FILE", str(file))
    monkeypatch.setattr("sci_assistant.wire.make_embeddings", lambda _settings: embeddings)
    assert "   1  tattoos  (2026-W40)" in CliRunner().invoke(main, ["gaps"]).stdout
    assert json.loads(CliRunner().invoke(main, ["gaps", "--json"]).stdout)[0]["count"] == 1
