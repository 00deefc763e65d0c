"""What the questions that articles list (corpus/questions) bring: each use of them added to those before it.

    python benchmarks/listed_questions.py [--corpus DIR] [--cache STORE]

Dev questions (never test) that the articles answer. Two indexes are made in a temporary folder, one of the corpus
without its lists. `--cache`: a store whose vectors are used again, so that little is left to embed.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from sci_assistant_eval.metrics import distinct, reciprocal_rank_at, success_at
from sci_assistant_eval.questions import Question, load_questions
from sci_assistant_eval.score import section_label

from sci_assistant import wire
from sci_assistant.ask import search
from sci_assistant.ask.assistant import Assistant
from sci_assistant.ask.intent import read_intent
from sci_assistant.ask.quote import quote
from sci_assistant.asked import AskedIndex
from sci_assistant.ingest.asked import FOLDER
from sci_assistant.ingest.build import build_index
from sci_assistant.models import LocalEmbeddings
from sci_assistant.settings import load_settings
from sci_assistant.types import Turn

CANDIDATES = 100  # passages ranked for each question
READ = 16  # passages that sentences are chosen from

Asked = tuple[Question, str]  # a question and what is searched for it


@contextmanager
def opened(corpus: Path, folder: Path, cache: Path | None, embeddings: LocalEmbeddings) -> Iterator[Assistant]:
    """An assistant over a fresh index of a corpus."""
    folder.mkdir()
    if cache is not None:
        shutil.copy(cache / "vectors.sqlite", folder)
    settings = load_settings(store=folder)
    store = wire.make_store(settings)
    build_index(store, [corpus], embeddings)
    yield wire.make_assistant(settings, store=store, embeddings=embeddings)
    store.close()


def print_row(name: str, assistant: Assistant, questions: Sequence[Asked]) -> None:
    """Measure the search as it is set up now, and the sentence that an answer would open with."""
    ranks, founds, sections, sentences = [], [], [], []
    for question, searched in questions:
        retrieved = assistant.search(Turn(searched), k=CANDIDATES)
        articles = distinct(passage.article.id for passage in retrieved.passages)
        ranks.append(reciprocal_rank_at(10, articles, question.articles))
        founds.append(success_at(5, articles, question.articles))
        if not question.sections:
            continue
        labels = {label.strip() for label in question.sections}
        best = retrieved.passages[0]
        sections.append(section_label(best.article.id, best.section_title) in labels)
        read = replace(retrieved, passages=retrieved.passages[:READ])
        draft = quote(read, searched, read_intent(searched))
        opening = section_label(draft.citations[0].article, draft.citations[0].section) if draft else None
        sentences.append(opening in labels)
    figures = "".join(f"{np.mean(values):>16.3f}" for values in (ranks, founds, sections, sentences))
    print(f"{name:44}{figures}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=wire.bundled_corpus())
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    questions = [question for question in load_questions(split="dev") if question.kind != "uncovered"]
    labelled = sum(bool(question.sections) for question in questions)
    print(f"{len(questions)} dev questions, {labelled} with labelled sections")
    print(f"{'':44}" + "".join(f"{head:>16}" for head in ("MRR@10", "recall@5", "first section", "first sentence")))
    embeddings = wire.make_embeddings(load_settings())
    unadapted = patch.object(search, "adapt", lambda vector, _revision: vector)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        plain = folder / "corpus"
        shutil.copytree(options.corpus, plain, ignore=shutil.ignore_patterns(FOLDER))
        with unadapted, opened(plain, folder / "plain", options.cache, embeddings) as assistant:
            asked = [(question, assistant.searched(question.turn)) for question in questions]
            print_row("keywords and dense", assistant, asked)
        with opened(options.corpus, folder / "listed", options.cache, embeddings) as assistant:
            listed = assistant.live.asked
            assistant.live.asked = AskedIndex((), np.zeros((0, embeddings.spec.dimensions)))
            with unadapted:
                print_row("+ listed questions in the keyword index", assistant, asked)
            print_row("+ query adapter", assistant, asked)
            assistant.live.asked = listed
            print_row("+ listed questions as neighbours", assistant, asked)


if __name__ == "__main__":
    main()
