"""Which sentences readers would quote for judged questions."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import yaml
from sci_assistant_eval import questions
from sci_assistant_eval.needed import load_needed, sentence_name, share_chosen

from sci_assistant.errors import EvaluationError
from sci_assistant.ingest.parse import read_articles
from sci_assistant.types import Article
from sci_assistant.wire import bundled_corpus

EVAL = Path(questions.__file__).parent


def test_every_judged_sentence_is_of_a_question_that_the_articles_answer_and_nearly_all_are_in_the_articles():
    judged = load_needed()
    answered = set(yaml.safe_load((EVAL / "judged.yaml").read_text(encoding="utf-8"))["answered"])
    names = {
        sentence_name(article, index)
        for _, article in read_articles(bundled_corpus())
        if isinstance(article, Article)
        for index in range(len(article.sentences))
    }
    every = [name for one in judged for name in (*one.needed, *one.useful, *one.off)]

    assert {one.question for one in judged} <= answered
    assert sum(name in names for name in every) / len(every) > 0.9  # below it, have the questions judged again
    assert all(not set(one.needed) & (one.useful | one.off) and not one.useful & one.off for one in judged)


@pytest.mark.parametrize(
    ("needed", "chosen", "share"),
    [(["a:1"], {"a:1", "b:2"}, 1.0), (["a:1", "a:2", "a:3", "a:4"], {"a:2"}, 0.25), (["a:1"], set(), 0.0)],
)
def test_the_share_of_needed_sentences(needed, chosen, share):
    assert share_chosen(needed, chosen) == share


@pytest.mark.parametrize(
    "content",
    [gzip.compress(b"no json\n"), gzip.compress(b'{"question": "a"}\n'), b"plain"],
    ids=["no JSON", "no sentences", "not compressed"],
)
def test_a_damaged_file_is_said_plainly(tmp_path, content):
    path = tmp_path / "needed.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=r"needed\.jsonl\.gz"):
        load_needed(path)
