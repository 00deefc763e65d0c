"""A written sentence is shown only where one place of its sources bears it out."""

from __future__ import annotations

import threading

import pytest
from sci_assistant_eval.claims import sources_of

from sci_assistant.ask.rule_verifier import NOT_IN_SOURCE, NOTHING_SAID, OPERATOR_JUDGE, RuleVerifier, make_verifier
from sci_assistant.ask.verify import Source
from sci_assistant.ask.verify_terms import OtherNames
from sci_assistant.ingest.parse import parse_markdown
from sci_assistant.types import Term
from sci_assistant.wire import bundled_corpus


@pytest.fixture(scope="module")
def ossification() -> tuple[Source, ...]:
    path = bundled_corpus() / "heterotopic-ossification.md"
    return sources_of(parse_markdown(path.read_text(encoding="utf-8"), path=path))


def of(*texts: str, article: str = "bowel-program", first: int = 0) -> list[Source]:
    title = article.replace("-", " ").capitalize()
    return [Source(article, first + at, text, title) for at, text in enumerate(texts)]


class Judge:
    def __init__(self, probability: float) -> None:
        self.probability, self.asked = probability, 0

    def entails(self, premise: str, claim: str) -> float:
        assert premise and claim
        self.asked += 1
        return self.probability


def test_surgery_done_early_to_prevent_regrowth_never_reaches_a_reader(ossification):
    """What a small model wrote from an article that says the reverse."""
    verdict = make_verifier().check("Surgery is done early to prevent regrowth.", ossification)
    assert not verdict.passed and verdict.reason and verdict.aligned == ()


@pytest.mark.parametrize(
    "claim",
    [
        "Surgery is done early to prevent regrowth",
        "Surgery is done early so that the bone does not grow back.",
        "Early surgery prevents regrowth of the bone.",
        "Surgery for HO is done before the bone is mature.",
        "Surgery for HO always waits until the bone is mature.",
    ],
)
def test_nor_does_another_wording_of_it(ossification, claim):
    assert not make_verifier().check(claim, ossification).passed


def test_what_the_article_says_passes_and_names_its_sentence(ossification):
    claim = "Surgery for HO usually waits until the bone is mature, because bone removed too early may grow back."
    verdict = make_verifier().check(claim, ossification)
    assert verdict.passed and verdict.reason is None
    assert verdict.aligned[0].text.startswith("Surgery for HO usually waits")


def test_every_sentence_of_an_article_bears_itself_out(ossification):
    verifier = make_verifier()
    full = [source for source in ossification if len(source.text.split()) > 4]
    assert [s.text for s in full if not verifier.check(s.text, ossification).passed] == []


def test_a_thing_of_one_passage_is_never_joined_to_a_deed_of_another():
    sources = [
        *of("Check your weight every month."),
        *of("Lifts and shower chairs have limits, so look at the labels.", first=9),
    ]
    assert not make_verifier().check("Look at the labels of lifts and shower chairs every month.", sources).passed


def test_what_no_sentence_holds_is_not_in_the_source():
    verdict = make_verifier().check("Being brave pays.", of("Sit on a padded commode if you can."))
    assert verdict.reason == NOT_IN_SOURCE


@pytest.mark.parametrize("claim", ["", "  ", "It is so.", "[1]"])
def test_a_sentence_that_says_nothing_is_removed(claim):
    assert make_verifier().check(claim, of("Sit on a padded commode.")).reason == NOTHING_SAID


def test_nothing_passes_without_sources():
    assert not make_verifier().check("Sit on a padded commode.", ()).passed


def test_the_topic_of_an_article_may_be_named():
    sources = of("A low fever appears with no clear cause.", article="heterotopic-ossification")
    assert make_verifier().check("In heterotopic ossification a low fever appears with no clear cause.", sources).passed


def test_a_short_form_and_its_long_form_are_one_name():
    sources = of("A full bladder can set off autonomic dysreflexia.")
    claim = "A full bladder can set off AD."
    assert not make_verifier().check(claim, sources).passed
    assert make_verifier(terms=[Term("Autonomic dysreflexia", "x", ("AD",))]).check(claim, sources).passed


@pytest.mark.parametrize("claim", ["This is lasting.", "It is done.", "They are common."])
def test_a_sentence_of_one_word_with_a_meaning_is_held_to_nothing(claim):
    sources = of("A colostomy is common and may be lasting, but a later operation can sometimes undo it.")
    assert make_verifier().check(claim, sources).reason == NOTHING_SAID
    assert make_verifier().check("Ask early.", of("Ask early.")).passed  # a copy


def test_advice_without_its_condition_is_removed():
    sources = of(
        "You can push with both hands and carry the baby in a wrap if the face stays clear.", article="parenting"
    )
    verdict = make_verifier().check("You can carry the baby in a wrap.", sources)
    assert (verdict.passed, verdict.reason) == (False, "condition")
    assert make_verifier().check(sources[0].text, sources).passed


def test_a_text_takes_the_forms_of_another():
    names = OtherNames([Term("Autonomic dysreflexia", "x", ("AD",))])
    long, short = "Watch for autonomic dysreflexia.", "AD can follow a full bladder."
    assert names.as_in(short, long) == "Autonomic dysreflexia can follow a full bladder."
    assert names.as_in(long, short) == "Watch for AD."
    assert names.as_in(short, short) == short and names.as_in("Nothing.", long) == "Nothing."


def test_a_judge_can_remove_what_the_rules_pass():
    sources, claim = of("Sit on a padded commode if you can."), "If you can, sit on a padded commode."
    assert make_verifier(judge=Judge(0.9)).check(claim, sources).passed
    assert make_verifier(judge=Judge(0.1)).check(claim, sources).reason == OPERATOR_JUDGE


def test_a_judge_can_never_pass_what_the_rules_remove():
    judge = Judge(1.0)
    verdict = make_verifier(judge=judge).check("Do not sit on a padded commode.", of("Sit on a padded commode."))
    assert verdict.reason == "negation" and judge.asked == 0


def test_many_threads_get_the_verdicts_of_one(ossification):
    verifier, texts = RuleVerifier(), [source.text for source in ossification[:12]]
    alone = [verifier.check(text, ossification) for text in texts]
    found: list[list[object]] = []
    threads = [
        threading.Thread(target=lambda: found.append([verifier.check(text, ossification) for text in texts]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 4


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("For strength, the guidelines advise three sets for each large muscle group.",
         "Guidelines advise three sets for each large muscle group."),
        ("Use a portable ramp while you learn what you really need.", "Use a portable ramp."),
        ("Bones that bear no weight lose calcium, and the calcium ends up in the urine.",
         "The calcium ends up in the urine."),
    ],
)  # fmt: skip
def test_what_lacks_the_limit_of_its_source_never_stands_in_its_own_words(source, written):
    verifier = make_verifier()
    verdict = verifier.check(written, [Source("any", 0, source, "Any")])
    assert not (verdict.passed and verdict.sure)
