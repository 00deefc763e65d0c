"""Quoted answers: word for word, in an order that reads well, nothing that misleads."""

import pytest

from sci_assistant.ask.intent import is_call_section, is_reassuring, read_intent
from sci_assistant.types import Turn

QUESTIONS = [
    "What are the signs of HO?",
    "How is HO diagnosed early?",
    "what triggers autonomic dysreflexia",
    "how do i do a bowel program step by step",
    "my shoulder hurts when i push, what helps",
    "can i fly with a powerchair",
    "how do i prevent blood clots",
    "my wife cries every day since my injury, what can we do",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_sentence_has_a_citation_whose_quote_holds_it(assistant, question):
    answer = assistant.ask(Turn(question))
    assert answer.status == "answered"
    quotes = {c.number: c.quote for c in answer.citations}
    for sentence in answer.sentences:
        assert sentence.citations
        assert any(sentence.text in quotes[number] for number in sentence.citations)


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_is_said_twice(assistant, question):
    texts = [s.text for s in assistant.ask(Turn(question)).sentences]
    assert len(texts) == len(set(texts))


def test_a_list_is_quoted_whole_when_the_list_is_asked_for(assistant):
    answer = assistant.ask(Turn("What are the signs of heterotopic ossification?"))
    article = assistant.article("heterotopic-ossification")
    items = [
        article.quote(s.start, s.end)
        for s in article.sentences
        if s.kind == "item" and "Signs" in article.sections[s.section].title
    ]
    shown = [s.text for s in answer.sentences]
    assert [text for text in shown if text in items] == items
    assert shown[0].endswith(":")


def test_an_answer_is_at_most_about_120_words_unless_a_list_needs_more(assistant):
    for question in QUESTIONS:
        answer = assistant.ask(Turn(question))
        plain = [s for s in answer.sentences if s.kind == "sentence"]
        assert sum(len(s.text.split()) for s in plain) <= 130


def test_neighbouring_sentences_of_a_section_are_one_citation(assistant):
    answer = assistant.ask(Turn("What are the signs of heterotopic ossification?"))
    spans = [(c.article, c.start, c.end) for c in answer.citations]
    assert len(spans) == len(set(spans))
    assert answer.sentences[0].citations == answer.sentences[1].citations


def test_an_introduction_stands_before_its_items(assistant):
    for question in [*QUESTIONS, "do i need a special bed", "what pills help nerve pain"]:
        seen: set[str] = set()
        for citation in assistant.ask(Turn(question)).citations:
            article = assistant.article(citation.article)
            for s in article.sentences:
                if citation.start <= s.start and s.end <= citation.end:
                    seen.add(f"{article.id} {s.start}")
                    assert s.lead is None or f"{article.id} {article.sentences[s.lead].start}" in seen


def test_no_introduction_is_left_without_its_list(assistant):
    for question in QUESTIONS:
        texts = assistant.ask(Turn(question)).sentences
        for sentence, following in zip(texts, [*texts[1:], None], strict=True):
            if sentence.text.endswith(":"):
                assert following is not None
                assert following.kind == "item"


@pytest.mark.parametrize(
    "question",
    [
        "My leg is warm and swollen, is it a clot?",
        "my shoulder started hurting and it is getting worse",
        "my urine is cloudy and i have more spasms",
    ],
)
def test_who_reports_a_symptom_is_told_when_to_call_by_each_cited_article(assistant, question):
    answer = assistant.ask(Turn(question))
    assert answer.status == "answered"
    for article in {c.article for c in answer.citations}:
        sections = {c.section for c in answer.citations if c.article == article}
        has_one = any(is_call_section(s.title) for s in assistant.article(article).sections)
        assert not has_one or any(is_call_section(section) for section in sections)
    assert not is_reassuring(answer.sentences[0].text)


@pytest.mark.parametrize(
    ("question", "report"),
    [
        ("My leg is warm and swollen, is it a clot?", True),
        ("he woke up with a fever and shivers", True),
        ("what are the signs of a blood clot", False),
        ("how do i prevent pressure sores", False),
        ("best wheelchair cushion", False),
    ],
)
def test_a_report_of_a_symptom_is_told_from_a_wish_to_learn(question, report):
    assert read_intent(question).symptom_report is report
