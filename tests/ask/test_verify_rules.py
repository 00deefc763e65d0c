"""Each rule removes what it is there for, and leaves a plain paraphrase alone."""

import pytest

from sci_assistant.ask.verify_compare import Compared
from sci_assistant.ask.verify_read import Reading
from sci_assistant.ask.verify_rules import RULES, first_broken


def broken(source: str, claim: str) -> str | None:
    return first_broken(Compared(Reading(claim), Reading(source)))


FALSE = [
    # numbers, levels, dates
    ("number", "Surgery is advised within 24 hours.", "Surgery is advised within 72 hours."),
    ("number", "About one in five people has depression.", "About 30 percent of people have depression."),
    ("number", "It can happen with an injury at T6 or above.", "It can happen with an injury at T8 or above."),
    ("number", "It can happen with an injury at T6 or above.", "It can happen with an injury at T6 or below."),
    ("number", "Turning protects the skin.", "Turning every two hours protects the skin."),
    ("number", "Call 911 in the US, 999 in the UK or 112 in Europe.", "In the UK, call 112."),
    # units and frequencies
    ("unit", "Look at your skin every day.", "Look at your skin every week."),
    ("unit", "It can start within hours.", "It can start within minutes."),
    ("unit", "Ask for a yearly check of your shoulders.", "Ask for a weekly check of your shoulders."),
    # denials
    ("negation", "A pump helps with spasms.", "A pump does not help with spasms."),
    ("negation", "Do not rub the limb.", "Rub the limb."),
    ("negation", "Stopping baclofen is dangerous.", "Stopping baclofen is not dangerous."),
    ("negation", "A doctor has to look at it.", "A doctor never has to look at it."),
    ("negation", "Move your legs often.", "Avoid moving your legs often."),
    ("negation", "The syringe is used without a needle.", "The syringe is used with a needle."),
    # conditions
    ("condition", "Call for help even if you are sure.", "Call for help only if you are sure."),
    ("condition", "Take the medicine if your plan says so.", "Take the medicine only as your plan says."),
    # hedges
    ("hedge", "Surgery may help a tear.", "Surgery always helps a tear."),
    ("hedge", "Surgery may help a tear.", "Surgery helps a tear."),
    ("hedge", "Some people use drugs.", "Most people use drugs."),
    ("hedge", "Many people carry germs.", "Everyone carries germs."),
    ("hedge", "A fever can mean an infection.", "A fever proves an infection."),
    ("hedge", "Irrigation may help.", "Irrigation will help."),
    ("negation", "Early surgery did not bring more regrowth.", "Early surgery can prevent regrowth."),
    # opposites
    ("opposite", "A full bladder can raise blood pressure.", "A full bladder can lower blood pressure."),
    ("opposite", "Start early.", "Start late."),
    ("opposite", "Ask your doctor before the trip.", "Ask your doctor after the trip."),
    ("opposite", "The bag hangs below the bladder.", "The bag hangs above the bladder."),
    ("opposite", "Wear loose clothes.", "Wear tight clothes."),
    ("opposite", "The first tries are the hardest.", "The first tries are the easiest."),
    ("opposite", "Test the left leg.", "Test the right leg."),
    ("opposite", "Keep it in a cold place.", "Keep it in a hot place."),
    # names
    ("name", "An antibiotic treats the infection.", "Ibuprofen treats the infection."),
    ("name", "Pain is felt at the hip.", "Pain is felt at the ankle."),
    ("name", "A nurse marks the place.", "A dietitian marks the place."),
    ("name", "A CT scan finds the stone.", "An MRI finds the stone."),
    ("name", "It can cause a stroke.", "It can cause a seizure."),
    ("name", "Ask for a test of vitamin D.", "Ask for a test of vitamin C."),
    ("name", "The council helps its members.", "The Red Cross helps its members."),
    ("name", "Call your care team if it swells.", "Get emergency care if your leg swells."),
    # additions
    ("added", "Carry a card with the clinic number.", "Carry a card with the clinic number, laugh and sing."),
    # order
    ("order", "Check the bladder first, then the bowel, then the skin.", "Check the skin first, then the bowel, then the bladder."),
    ("order", "Nerves tighten vessels poorly, so blood pressure falls.", "Blood pressure falls, so nerves tighten vessels poorly."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "source", "claim"), FALSE)
def test_a_false_claim_breaks_its_rule(rule, source, claim):
    assert broken(source, claim) == rule


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("About one in five people has depression.", "Roughly 20 percent of people have depression."),
        ("Watch for at least 24 hours.", "Watch for at least one day."),
        ("It is done every day.", "It is done daily."),
        ("Never change it yourself.", "Do not change it yourself."),
        ("Avoid pushing up from far away.", "Do not push up from far away."),
        ("That is not safe.", "That is unsafe."),
        ("Surgery may help a tear.", "Surgery might help a tear."),
        ("Surgery often helps.", "Surgery frequently helps."),
        ("A broken bone can swell.", "A fracture can swell."),
        ("A drink may hit you harder, because your body has changed.", "Because your body has changed, a drink may hit you harder."),
        ("Your blood pressure can fall, so sit down.", "Sit down, because your blood pressure can fall."),
        ("Spinal cord injury (SCI) is lifelong.", "A spinal cord injury is lifelong."),
    ],
)  # fmt: skip
def test_a_paraphrase_breaks_none(source, claim):
    assert broken(source, claim) is None


@pytest.mark.parametrize("source", [source for _, source, _ in FALSE])
def test_a_sentence_bears_itself_out(source):
    assert broken(source, source) is None


def test_every_rule_has_a_case():
    assert {name for name, _ in RULES} == {rule for rule, _, _ in FALSE}
