"""What is said where nothing is searched, and below a notice."""

import re

import pytest

from sci_assistant.ask import prompts
from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.intent import lets_wait
from sci_assistant.ask.rules import load_rules
from sci_assistant.ask.triage import Triage
from sci_assistant.settings import load_settings
from sci_assistant.types import Turn


@pytest.mark.parametrize(
    ("question", "said"),
    [("hello", prompts.GREETING), ("thanks that helped", prompts.THANKS), ("how is it treated", prompts.NAME_IT)],
)
def test_a_message_that_asks_nothing_gets_a_fixed_word(assistant, question, said):
    answer = assistant.ask(Turn(question))
    assert (answer.status, answer.text, answer.citations, answer.related) == ("not_covered", said, (), ())


def test_a_greeting_before_a_question_is_no_greeting(assistant):
    assert assistant.ask(Turn("hello, what are the signs of HO?")).status == "answered"


def test_below_a_notice_no_refusal_is_argued(assistant):
    answer = assistant.ask(Turn("one side of her face has dropped and she is all floppy"))
    assert answer.notice is not None
    assert "searched" not in answer.text
    assert answer.related == ()


@pytest.mark.parametrize(
    "question", ["he is choking on his dinner", "i cannot breathe", "my chest hurts and i cough blood"]
)
def test_below_an_emergency_nothing_lets_wait(assistant, question):
    answer = assistant.ask(Turn(question))
    assert answer.notice.kind == "emergency"
    assert not [s.text for s in answer.sentences if lets_wait(s.text)]


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("my husbands face is drooping and he cant lift his arm, it just started", "stroke"),
        ("i have T4 and my head is pounding and my face is red and sweating what do i do", "autonomic-dysreflexia"),
        ("he fell out of the chair, hit his head, he is throwing up and his shoulder hurts", "head-injury"),
    ],
)
def test_below_a_likely_emergency_nothing_but_its_danger_is_quoted(assistant, question, rule):
    answer = assistant.ask(Turn(question))
    assert rule in answer.notice.rules
    articles = load_rules().articles_of(answer.notice.rules)
    assert articles is not None and {citation.article for citation in answer.citations} <= articles


def test_the_articles_that_a_rule_names_are_there(assistant):
    named = {article for rule in load_rules().rules for article in rule.articles or ()}
    assert named <= set(assistant.live.articles)


@pytest.mark.parametrize(
    "question",
    [
        "what helps with burning pain in my feet that I can't even feel",
        "my legs burn like fire at night but i cant feel them",
        "burning sensation in my buttocks where i have no feeling",
    ],
)
def test_burning_pain_is_no_burn(assistant, question):
    answer = assistant.ask(Turn(question))
    assert answer.notice is None or "burn" not in answer.notice.rules
    assert answer.citations[0].article == "neuropathic-pain"


def test_a_question_that_is_too_long_still_says_who_wrote_the_articles(assistant):
    answer = assistant.ask(Turn("x" * 5000))
    assert "Drafted with AI" in answer.authorship
    assert "4,000" in answer.text


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        ("How do I clean my catheter?", "how much does it cost?"),
        ("What are the signs of a bladder infection?", "book me an appointment for that"),
        ("How do I do a bowel program?", "can you order me some of those?"),
        ("How is heterotopic ossification treated?", "and the price of gold?"),
    ],
)
def test_a_follow_up_that_nothing_answers_is_not_answered_from_the_message_before(assistant, earlier, question):
    assert assistant.ask(Turn(question, (earlier,))).status == "not_covered"


def test_a_follow_up_is_searched_beside_the_message_that_it_needs(assistant):
    earlier = "I black out when they tilt me up in bed."
    searched = assistant.searched(Turn("Until then, what could I wear?", (earlier,)))
    assert searched.startswith("Until then, what could I wear") and "tilt me up" in searched
    answer = assistant.ask(Turn("Until then, what could I wear?", (earlier,)))
    assert "tilt me up" not in answer.standalone_question  # what is kept as a gap never holds another message


@pytest.mark.parametrize("earlier", ["word " * 80 + "my catheter leaks", "thanks"])
def test_a_long_message_or_small_talk_never_covers_a_follow_up(assistant, earlier):
    searched = assistant.searched(
        Turn("and how often should it be changed?", ("my suprapubic catheter leaks", earlier))
    )
    assert earlier.strip() not in searched


def test_a_word_of_the_listed_questions_is_known_in_a_follow_up(assistant):
    earlier = "I spend half my life on the commode. Someone mentioned a colostomy bag."
    assert assistant.ask(Turn("do people regret it", (earlier,))).status == "answered"


def test_between_answering_and_refusing_the_answer_names_what_no_passage_mentions(assistant):
    answer = assistant.ask(Turn("what BP number counts as dysreflexic for a Labrador owner in Leeds"))
    assert answer.status == "not_covered" or any("“" in part for part in answer.uncovered_parts)
    named = assistant.ask(Turn("any gadgets", ("im a quad mum, i worry how ill lift a newborn",)))
    assert named.status == "answered"
    assert any("“gadgets”" in part for part in named.uncovered_parts)
    assert "gadgets" not in " ".join(sentence.text for sentence in named.sentences)


def test_shorthand_is_answered_and_a_level_of_injury_is_not_named_as_missing(assistant):
    asked = "T4 complete, bowel care takes 2+ hrs w/ supps & DS. how to speed up?"
    answer = assistant.ask(Turn(asked))
    assert answer.status == "answered" and answer.standalone_question == asked
    assert ("hrs", "hours") in answer.corrected and ("supps", "suppositories") in answer.corrected
    assert not any("t4" in part for part in answer.uncovered_parts)


def test_a_word_that_is_quoted_is_never_named_as_missing(assistant):
    for question in ("does the baclofen pump need a refill", "what is a pressure relief"):
        answer = assistant.ask(Turn(question))
        said = " ".join(sentence.text for sentence in answer.sentences).lower()
        assert not any(word in said for part in answer.uncovered_parts for word in re.findall("“(.+?)”", part))


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (
            "im so scard, my sisters chest is rattley since tonite and she carnt coff it up, shes c4, wat do we do??",
            "and shud we keep her sat up wile we wait",
        ),
        ("my dad is c5 and he cant get his breath", "do we lie him flat"),
        ("my head is pounding and im sweating, T4", "should i take my shoes off"),
    ],
)
def test_after_an_emergency_a_follow_up_is_answered_from_the_articles_on_its_danger(assistant, told, asked):
    before, after = assistant.ask(Turn(told)), assistant.ask(Turn(asked, history=(told,)))
    assert after.status == "answered"
    assert after.reminder
    articles = load_rules().articles_of(before.notice.rules)
    assert {citation.article for citation in after.citations} <= articles


def test_a_new_danger_soon_after_another_is_answered_from_its_own_articles(assistant):
    told = "my head is pounding and im sweating, T4"
    answer = assistant.ask(Turn("and now my calf is swollen and hot", history=(told,)))
    assert "clot-in-leg" in answer.notice.rules
    assert "deep-vein-thrombosis" in {citation.article for citation in answer.citations}


def test_after_an_emergency_another_subject_is_answered_from_its_own_articles(assistant):
    answer = assistant.ask(
        Turn("How is a power wheelchair driven with the chin?", history=("my head is pounding and im sweating, T4",))
    )
    assert answer.status == "answered"
    assert answer.citations[0].article in ("assistive-technology", "wheelchair-selection")


def test_what_rules_raised_is_read_of_all_that_was_said_as_the_notice_is(assistant, monkeypatch):
    forgetful = Assistant(assistant.hybrid, Triage(), load_settings(max_history_turns=0))
    read: list[tuple[str, ...]] = []
    answer_from = Assistant._from_passages

    def watched(self, *given, raised, **more):
        read.append(raised.rules)
        return answer_from(self, *given, raised=raised, **more)

    monkeypatch.setattr(Assistant, "_from_passages", watched)
    answer = forgetful.ask(Turn("it is still 180 over 110 what can we do", ("my dad is T4 and his head is pounding",)))
    assert read and set(read[0]) <= set(answer.notice.rules) and "autonomic-dysreflexia" in read[0]
