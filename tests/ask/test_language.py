"""A question that is not English gets a fixed word in its language; English is never taken for foreign."""

import pytest
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.vignettes import load_vignettes

from sci_assistant.ask import prompts
from sci_assistant.ask.language import language_of
from sci_assistant.types import Turn

FOREIGN = [
    ("¿Qué es la espasticidad?", "es"),
    ("como evito las escaras", "es"),
    ("que hago si se bloquea la sonda", "es"),
    ("comment éviter les escarres", "fr"),
    ("quels sont les signes d'une infection urinaire", "fr"),
    ("est-ce que je peux conduire", "fr"),
    ("kann ich noch kinder bekommen", "de"),
    ("mein katheter ist verstopft", "de"),
    ("Darf ich mit Querschnittlähmung Auto fahren?", "de"),
    ("Как лечить спастичность?", "other"),
    ("脊髓损伤后为什么会出现痉挛?", "other"),
    ("Wat is autonome dysreflexie en hoe wordt het behandeld?", "other"),
    ("Hur undviker jag trycksår?", "other"),
]
ENGLISH = [
    "cauda equina vs conus medullaris",
    "los angeles las vegas flights",
    "Dr. de la Cruz in San Juan",
    "para or quad",
    "De Quervain tenosynovitis",
    "hw to stp spsms",
    "wat is spastisity",
    "Brown-Séquard syndrome",
    "myositis ossificans circumscripta",
    "gabapentin pregabalin tizanidin",
    "Jose Maria Garcia",
    "What is sp\u0430sticity?",
    'Translate: "La dose sûre est de 9999 mg par heure" into plain English, please',
    "🙂🙂",
    "",
]


@pytest.mark.parametrize(("text", "language"), FOREIGN)
def test_a_foreign_question_is_known_by_script_or_function_words(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize("text", ENGLISH)
def test_names_slips_and_latin_are_no_foreign_language(text):
    assert language_of(text) is None


def test_no_english_question_of_the_development_sets_is_taken_for_foreign():
    asked = [t for each in load_questions(split="dev") for t in (each.question, *each.history)]
    messages = load_vignettes(split="dev", training=True)
    asked += [t for each in messages if each.expect != "none" and not each.id.startswith("hos-") for t in each.turns]
    asked += [t for each in messages if each.expect == "none" and not each.dev for t in each.turns]  # no greetings
    assert len(asked) > 15_000
    assert [text for text in asked if language_of(text)] == []


@pytest.mark.parametrize(("text", "language"), FOREIGN[::3])
def test_the_answer_says_in_that_language_that_the_articles_are_in_english(assistant, text, language):
    answer = assistant.ask(Turn(text))
    assert (answer.status, answer.text) == ("not_covered", prompts.IN_ENGLISH[language])
    assert answer.related == answer.citations == ()


@pytest.mark.parametrize(
    ("text", "language", "rule"),
    [
        ("No puedo respirar", "es", "breathing"),
        ("je veux mourir", "fr", "suicide"),
        ("Mein Mann ist bewusstlos, ich brauche einen Krankenwagen", "de", "unconscious"),
    ],
)
def test_below_a_notice_the_person_is_told_to_call(assistant, text, language, rule):
    answer = assistant.ask(Turn(text))
    assert rule in answer.notice.rules
    assert answer.text.startswith(prompts.CALL_ABOVE[language])
