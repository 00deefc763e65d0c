"""How a thing is told: denied, past, to learn, supposed, overcome, or now."""

import pytest

from sci_assistant.ask import frames


@pytest.mark.parametrize(
    ("before", "after", "denied"),
    [
        ("no ", "", True),
        ("i have no chest pain or ", "", True),
        ("i am not sure but i have ", "", False),
        ("no idea why i have ", "", False),
        ("never had a ", " like this", False),
        ("never had a ", "", True),
    ],
)
def test_negation(before, after, denied):
    assert frames.is_negated(before, after) is denied


def test_long_ago_is_past_unless_it_is_also_now():
    assert frames.is_past("i had a seizure 10 years ago")
    assert not frames.is_past("i had a seizure 10 years ago and one just now")


def test_asking_to_learn_is_not_telling():
    assert frames.is_learning("what are the signs of a clot", "what are the signs of a ")
    assert not frames.is_learning("i have a clot", "i have a ")


def test_a_supposed_thing_is_not_told():
    assert frames.is_perhaps("what if i get ")
    assert not frames.is_perhaps("i have ")


def test_what_was_overcome_and_is_not_back_is_overcome():
    assert frames.is_recovered("i was suicidal twenty years ago and i am happy now")
    assert not frames.is_recovered("i was fine for twenty years and it is back tonight")
    assert not frames.is_recovered("he has a fever and is talking to his dad who passed in 2009")


def test_preparing_for_others_is_teaching_unless_help_is_needed_now():
    assert frames.is_teaching("i am making a poster for the clinic")
    assert not frames.is_teaching("i was making a poster and right now my head is pounding")


@pytest.mark.parametrize(
    "told", ["my head is pounding", "i cannot breathe", "the bleeding will not stop", "i want to die"]
)
def test_what_happens_to_somebody_is_told(told):
    assert frames.is_happening(told) and frames.is_told(told)


@pytest.mark.parametrize("not_told", ["pounding head and sweating", "i am not suicidal", "signs of a clot"])
def test_a_list_or_a_denial_is_not_happening(not_told):
    assert not frames.is_happening(not_told)


def test_what_happened_is_told_but_not_happening():
    assert frames.is_told("my husband passed out") and not frames.is_happening("my husband passed out")


def test_figures_are_not_about_oneself():
    assert frames.is_about_statistics("what is the suicide rate, any statistics")
    assert not frames.is_about_statistics("statistics say i will die of suicide")


def test_how_long_ago_the_injury_was_makes_nothing_past():
    assert not frames.is_past("i was paralysed ten years ago and my head is pounding")
    assert frames.is_past("she had a seizure as a baby")
    assert frames.is_past("i had a shunt when i was a baby") and not frames.is_past("a shunt from when i was a baby")
    assert not frames.is_past("since 2019 and for the last week or so i am seeing two of everything")


@pytest.mark.parametrize(
    "text", ["my doctor said 90 is normal for me", "the clinic says my normal sats are 96", "i feel fine"]
)
def test_a_usual_value_clears_nothing(text):
    assert frames.cleared_until(text) == 0


def test_what_is_told_after_an_examination_was_not_examined():
    text = "the scan of my right leg was clear, the left one is swollen"
    assert text[: frames.cleared_until(text)] == "the scan of my right leg was clear"


def test_a_denied_activity_denies_nothing_after_and():
    assert not frames.is_negated("my catheter is not draining and my head is ", "")
    assert not frames.is_negated("without water in the ", "")


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("he had a bypass in 2019", True),
        ("the cough machine is at school", True),
        ("which cushion is best for sitting all day", False),
        ("it has settled, he is laughing again", False),
        ("thank you", False),
        ("cushion covers for travel", False),
        ("he fell over in 2019", True),
        ("he is not better", True),
        ("it is not draining", True),
        ("the bag will not fill", True),
        ("vomiting again", False),  # of nobody, or a search: a reminder stands
        ("his arm has gone numb", True),
        ("he looks grey", True),
        ("the pain has completely gone", False),
        ("the bleeding has stopped", False),
        ("it was a false alarm", False),
        ("it was a bypass in 2019", True),
    ],
)
def test_who_asks_nothing_and_does_not_say_that_all_is_well_tells_on(text, tells):
    assert frames.tells_on(text) is tells
