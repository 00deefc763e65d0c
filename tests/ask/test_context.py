"""No sentence is quoted without what it needs beside it."""

import pytest

from sci_assistant.ask.context import is_dependent, list_members, with_context
from sci_assistant.ingest.parse import parse_markdown
from tests.test_store import FRONT

BODY = """Bone can grow near a joint. This bone stiffens the hip. It can lock it.

## Signs

Signs of extra bone are:

- The hip is stiff. It bends less.
- The leg is warm.

Other people notice nothing.

## Steps

Do these in order:

1. Sit up.
2. Loosen your clothes.

## Tips

- It mimics a clot. A warm leg could be either.
"""


@pytest.fixture(scope="module")
def article():
    return parse_markdown(FRONT.format(id="bone", title="Bone") + BODY, path="bone.md")


def find(article, text):
    return next(i for i, s in enumerate(article.sentences) if article.quote(s.start, s.end).startswith(text))


def quoted(article, indices):
    return [article.quote(article.sentences[i].start, article.sentences[i].end) for i in indices]


@pytest.mark.parametrize(
    "text",
    [
        "This is so.",
        "It can be slowed.",
        "However, ask.",
        "Caught early it can be slowed.",
        "If so, call.",
        "They help.",
    ],
)
def test_a_sentence_that_leans_on_the_one_before_is_seen(text):
    assert is_dependent(text)


@pytest.mark.parametrize(
    "text", ["Surgery waits.", "A leg that is warm needs care.", "If you are alone, call.", "Itching may start."]
)
def test_a_sentence_that_stands_alone_is_seen(text):
    assert not is_dependent(text)


def test_a_leaning_sentence_brings_all_that_it_leans_on(article):
    assert quoted(article, with_context(article, find(article, "It can lock"))) == [
        "Bone can grow near a joint.",
        "This bone stiffens the hip.",
        "It can lock it.",
    ]


def test_an_item_brings_its_beginning_and_what_introduces_it(article):
    assert quoted(article, with_context(article, find(article, "It bends less"))) == [
        "Signs of extra bone are:",
        "The hip is stiff.",
        "It bends less.",
    ]


def test_a_paragraph_after_a_list_does_not_lean_on_the_list(article):
    assert quoted(article, with_context(article, find(article, "Other people"))) == ["Other people notice nothing."]


def test_a_list_is_known_from_its_introduction_and_from_any_item(article):
    whole = list_members(article, find(article, "Signs of extra"))
    assert quoted(article, whole)[0] == "Signs of extra bone are:"
    assert whole == list_members(article, find(article, "The leg is warm"))
    assert len(whole) == 4


def test_a_plain_sentence_belongs_to_no_list(article):
    assert list_members(article, find(article, "Bone can grow")) == ()


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("Smart speakers and plugs often do the same job at a lower cost.", True),
        ("The nerve fibers then grow slowly into the muscle.", True),
        ("If you sit up, then check the bladder.", False),
        ("Call the team, and then keep still.", False),
    ],
)
def test_what_compares_or_comes_after_leans_on_what_stands_before(text, leans):
    assert is_dependent(text) is leans
