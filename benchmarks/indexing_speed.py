"""Index sampled answers with everything that quoting needs, beside the tutorial pipeline, in turn.

    python benchmarks/indexing_speed.py --data ../shared/data/consumer-health [--articles 2000] [--clock cpu]

Source characters a second of both: ours parses, cuts, embeds chunks and sentences, and writes, verifies and publishes
a build; the tutorials' pipeline (eval/tutorial.py) splits at 1,000 characters with 200 of overlap, embeds with
sentence-transformers in float32 and writes to Chroma. The answers are taken in parts, ours and theirs in turn. The
embedding step alone: the same texts by both.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import tempfile
import uuid
from pathlib import Path

from machine import CLOCKS, describe, verdict

from sci_assistant.ingest.build import build_index
from sci_assistant.ingest.parse import read_articles
from sci_assistant.models import EXACT_CHARACTERS, LocalEmbeddings
from sci_assistant.store import Store
from sci_assistant.weights import bundled_weights

SEED = 1


class Plain:
    """sentence-transformers in float32 at its defaults, as LangChain's tutorials use it."""

    def __init__(self, clock) -> None:
        from sentence_transformers import SentenceTransformer

        self.model = SentenceTransformer(str(bundled_weights()))
        self.clock = clock
        self.seconds = 0.0
        self.texts: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        start = self.clock()
        vectors = self.model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        self.seconds += self.clock() - start
        self.texts = texts
        return vectors.tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def tutorial(articles, plain: Plain) -> None:
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sci_assistant_eval.tutorial import OVERLAP, PART, article_document

    whole = [Document(article_document(a), metadata={"article": a.id}) for a in articles]
    parts = RecursiveCharacterTextSplitter(chunk_size=PART, chunk_overlap=OVERLAP).split_documents(whole)
    with tempfile.TemporaryDirectory() as folder:
        Chroma.from_documents(parts, plain, collection_name=f"t{uuid.uuid4().hex}", persist_directory=folder)


def sample(data: Path, count: int) -> list[str]:
    """Lines of answers, drawn by a fixed seed."""
    with gzip.open(data / "answers.jsonl.gz", "rt", encoding="utf-8") as stream:
        lines = [line for line in stream if line.strip()]
    return random.Random(SEED).sample(lines, min(count, len(lines)))


def main() -> int:
    """Print the ratios; exit status 1 when one is below its bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--part", type=int, default=100, help="answers between two turns")
    quick = LocalEmbeddings().passage_form(EXACT_CHARACTERS + 1)
    parser.add_argument(
        "--form",
        default=quick,
        help="how passages are embedded; as a corpus above four million characters is on this machine, unless given",
    )
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu on a busy machine")
    options = parser.parse_args()
    clock = CLOCKS[options.clock]
    print(describe(), flush=True)
    lines = sample(options.data, options.articles)
    characters = sum(len(json.loads(line)["text"]) for line in lines)
    ours = LocalEmbeddings(form=options.form)
    plain = Plain(clock)
    plain.embed_documents(["warm"])
    ours.embed_passages(["warm"], options.form)
    plain.seconds = taken_ours = taken_theirs = embed_ours = 0.0
    with tempfile.TemporaryDirectory() as place:
        for start in range(0, len(lines), options.part):
            source = Path(place) / f"part{start}.jsonl"
            source.write_text("".join(lines[start : start + options.part]), encoding="utf-8")
            begun = clock()
            articles = [item for _, item in read_articles(source) if not isinstance(item, Exception)]
            tutorial(articles, plain)
            middle = clock()
            store = Store(Path(place) / f"store{start}")
            build_index(store, [source], ours)
            ended = clock()
            store.close()
            ours.embed_passages(plain.texts, options.form)
            embed_ours += clock() - ended
            taken_theirs += middle - begun
            taken_ours += ended - middle
            print(
                f"{min(start + options.part, len(lines))} answers: whole {taken_theirs / taken_ours:.2f}, "
                f"embedding {plain.seconds / embed_ours:.2f}",
                file=sys.stderr,
                flush=True,
            )
    print(
        f"{len(lines)} answers, {characters:,} characters, in parts of {options.part}, passages as {options.form}; "
        f"seconds of {options.clock}"
    )
    print(f"ours {characters / taken_ours:,.0f} characters a second, tutorials' {characters / taken_theirs:,.0f}")
    held = [
        verdict("everything, ours beside the tutorials'", taken_theirs / taken_ours, 1.5, at_least=True),
        verdict("embedding the same texts alone", plain.seconds / embed_ours, 2.5, at_least=True),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
