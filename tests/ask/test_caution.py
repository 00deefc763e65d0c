"""Cautions on personal treatment: the care team decides, and the articles warn of what must not be stopped suddenly."""

from __future__ import annotations

import copy
import re
from importlib.resources import files

import pytest
import yaml

from sci_assistant.ask.caution import load_cautions, parse_cautions, read_caution
from sci_assistant.types import Turn

TEXTS = load_cautions().texts


@pytest.mark.parametrize(
    "question",
    [
        "Should I double my baclofen?",
        "what dose of gabapentin should i be on",
        "can my son take half a tablet of diazepam",
        "shoud i strat on a blood thiner before my flight",
        "um so my doctor put me on uh duloxetine and I feel fine now so can I just stop it",
        "Does he still need to be turned at night?",
        "wine with tizanidine ok?",
        "is a baclofen pump right for me",
        "colostomy or keep doing bowel program, which should I pick",
        "how soon can i go back to standing after a broken leg",
        "my mum ran out of pregabalin on friday what now",
    ],
)
def test_a_question_on_ones_own_treatment_is_left_to_the_care_team(question: str) -> None:
    caution = read_caution(Turn(question))
    assert caution is not None
    assert caution.text == TEXTS["treatment"]


@pytest.mark.parametrize(
    "question",
    [
        "my bp is 88/50 is that normal",
        "is it normal that I sweat only on one side",
        "My temp runs 96.1. Normal?",
        "is 105 over 60 okay for me? that is my usual blood pressure",
    ],
)
def test_whether_ones_own_reading_is_normal_is_left_to_the_care_team(question: str) -> None:
    caution = read_caution(Turn(question))
    assert caution is not None
    assert caution.text == TEXTS["result"]


@pytest.mark.parametrize(
    "question",
    [
        "What is baclofen for?",
        "How often do people do weight shifts?",
        "Why shouldn't baclofen be stopped suddenly?",
        "What's the difference between gabapentin and pregabalin?",
        "what is a normal blood pressure after spinal cord injury",
        "How do I talk to my doctor about wanting less medicine?",
        "can I fly with a ventilator",
        "how do i pick up my baby from my wheelchair",
        "my legs jump on their own, how do i make it stop",
        "hello",
    ],
)
def test_a_general_question_gets_no_caution(question: str) -> None:
    assert read_caution(Turn(question)) is None


def test_what_is_asked_about_may_stand_in_an_earlier_message() -> None:
    caution = read_caution(Turn("I've been on it for ten years. Can I drop it?", ("What does baclofen do?",)))
    assert caution is not None
    assert [one.id for one in caution.stopping] == ["baclofen"]


def test_only_the_newest_message_asks() -> None:
    assert read_caution(Turn("What is a bowel program?", ("Can I stop my baclofen?",))) is None


@pytest.mark.parametrize(
    ("question", "stopped"),
    [
        ("Can I skip my enoxaparin shots this weekend?", ["blood-thinners"]),
        ("Can I delay my pump refill by a week?", ["baclofen-pump"]),
        ("I forgot my morning baclofen, should I take two tonight?", ["baclofen"]),
        ("how do I wean myself off oxycodone", ["opioids"]),
        ("Can I take more baclofen to stop the spasms?", []),
        ("Should I stop my stool softener?", []),
    ],
)
def test_the_treatment_that_is_to_be_stopped_is_known(question: str, stopped: list[str]) -> None:
    caution = read_caution(Turn(question))
    assert caution is not None
    assert [one.id for one in caution.stopping] == stopped


def test_a_pattern_with_an_unknown_list_is_an_error_that_names_it() -> None:
    raw = yaml.safe_load((files("sci_assistant") / "data" / "caution.yaml").read_text(encoding="utf-8"))
    broken = copy.deepcopy(raw)
    broken["when"]["treatment"].append("{modal} {nobody} ... stop")
    with pytest.raises(ValueError, match="no such list: nobody"):
        parse_cautions(broken)


@pytest.mark.parametrize("text", ["can i take my tablets ", "is it ok to stop ", "i "])
def test_an_endless_message_is_read_in_time(text: str) -> None:
    import time

    read_caution(Turn("warm up"))
    start = time.perf_counter()
    read_caution(Turn(text * 1000, (text * 1000,) * 20))
    assert time.perf_counter() - start < 2.0


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Can I stop my baclofen from one day to the next?", r"baclofen"),
        ("is it ok to quit my gabapentin cold turkey", r"gabapentin|nerve pain medicine"),
        ("Should I just come off the oxycodone?", r"opioid"),
        ("Can I skip my enoxaparin shots this weekend while I'm at the lake?", r"blood thinner"),
        ("can we stop my wife's valium this week?", r"spasm|sleep|benzodiazepine"),
        ("Can I stop my duloxetine this week?", r"antidepressant"),
    ],
)
def test_who_asks_to_stop_reads_the_articles_own_warning(assistant, question: str, said: str) -> None:
    answer = assistant.ask(Turn(question))
    assert answer.caution == TEXTS["treatment"]
    warnings = load_cautions().warns
    quoted = [c.quote for c in answer.citations]
    assert any(
        re.search(said, sentence.text.lower()) and all(pattern.search(sentence.text.lower()) for pattern in warnings)
        for sentence in answer.sentences
    )
    assert all(any(sentence.text in quote for quote in quoted) for sentence in answer.sentences)
    for citation in answer.citations:
        article = assistant.article(citation.article)
        assert article.quote(citation.start, citation.end) == citation.quote


def test_nothing_is_added_where_no_article_warns(ho_assistant) -> None:
    answer = ho_assistant.ask(Turn("Can I stop my baclofen from one day to the next?"))
    assert answer.caution == TEXTS["treatment"]
    assert "suddenly" not in answer.text


def test_a_refusal_has_its_caution_too(assistant) -> None:
    answer = assistant.ask(Turn("My grandmother has glaucoma. Can she use her eye drops with dry eye gel?"))
    assert answer.status == "not_covered"
    assert answer.citations == ()
    assert answer.caution == TEXTS["treatment"]


def test_a_crisis_has_no_caution(assistant) -> None:
    question = "I want to kill myself. Can I take all my baclofen?"
    assert read_caution(Turn(question)) is not None
    answer = assistant.ask(Turn(question))
    assert answer.notice is not None
    assert answer.caution is None


def test_a_general_answer_has_no_caution(assistant) -> None:
    assert assistant.ask(Turn("What are the signs of a bladder infection?")).caution is None


def test_a_fault_in_the_cautions_never_costs_the_answer(assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(turn: Turn) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("sci_assistant.ask.assistant.read_caution", broken)
    assert assistant.ask(Turn("Should I double my baclofen?")).status in ("answered", "not_covered")
