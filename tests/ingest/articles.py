"""Articles to test with: a front matter that passes, and what must hold for every parsed article."""

from __future__ import annotations

from pathlib import Path

from sci_assistant.types import Article

FIXTURE = Path(__file__).parents[1] / "fixtures" / "cold-push-rims.txt"
HEAD = """---
id: cold-rims
title: Cold rims
summary: Metal rims that draw heat from your hands.
topics: [winter]
synonyms: [icy wheels]
sources:
  - title: The winter handbook
    publisher: Example Wheelers Club
    url: https://example.org/winter
    read: 2026-11-23
origin: Written for a test
written: 2026-11-23
reviewed: null
---
"""
BODY = "Cold rims chill the hands of people who push in frost.\n"


def assert_quotable(article: Article) -> None:
    """Sentences lie in their blocks, blocks in their sections, all in order, and cover what is visible."""
    assert article.text == "\n".join(article.quote(block.start, block.end) for block in article.blocks)
    assert [(each.start, each.end) for each in article.blocks] == sorted(
        (each.start, each.end) for each in article.blocks
    )
    for before, after in zip(article.sections, article.sections[1:], strict=False):
        assert before.start <= before.end <= after.start <= after.end
    covered = [False] * len(article.text)
    end = 0
    for sentence in article.sentences:
        block = article.blocks[sentence.block]
        section = article.sections[sentence.section]
        assert end <= sentence.start < sentence.end
        assert section.start <= block.start <= sentence.start and sentence.end <= block.end <= section.end
        assert block.section == sentence.section
        assert (sentence.kind == "item") == (block.kind == "item")
        assert article.quote(sentence.start, sentence.end) == article.quote(sentence.start, sentence.end).strip()
        assert sentence.lead is None or article.sentences[sentence.lead].end <= sentence.start
        covered[sentence.start : sentence.end] = [True] * (sentence.end - sentence.start)
        end = sentence.end
    assert all(seen or char.isspace() for seen, char in zip(covered, article.text, strict=True))
    for link in article.links:
        assert article.quote(link.start, link.end).strip()
    assert len(article.text_hash) == 64


def texts(article: Article) -> list[str]:
    """The lines of an article."""
    return article.text.split("\n")
