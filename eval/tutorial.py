"""The pipeline of the tutorials, as a baseline: articles -> parts of 1,000 characters -> Chroma -> the best four.

LangChain's RecursiveCharacterTextSplitter and langchain-chroma at their defaults, with our embedding model.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings
from sci_assistant_eval.metrics import distinct
from sci_assistant_eval.records import Said
from sci_assistant_eval.score import Found, Response, section_label
from sci_assistant_eval.systems import DEPTH, SHOWN, shown_answer

from sci_assistant.models import LocalEmbeddings, Vectors
from sci_assistant.store import VectorCache
from sci_assistant.types import Article, Turn

if TYPE_CHECKING:
    from langchain_chroma import Chroma

PART, OVERLAP = 1000, 200  # characters, as the tutorials do
EMBED_STEP = 256  # texts between two steps of the progress bar

Progress = Callable[[int, int], None]  # done, of


class Tutorial:
    """LangChain's RecursiveCharacterTextSplitter and Chroma as their tutorials put them together.

    Each article is split as one text, its title and headings on lines of their own. Vectors are kept under
    `cache`, so that a second run embeds nothing again.
    """

    name = "tutorial"

    def __init__(
        self,
        articles: Sequence[Article],
        embeddings: LocalEmbeddings,
        cache: Path,
        *,
        progress: Progress | None = None,
    ) -> None:
        from langchain_chroma import Chroma
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        whole = [Document(article_document(a), metadata={"article": a.id}) for a in articles]
        parts = RecursiveCharacterTextSplitter(chunk_size=PART, chunk_overlap=OVERLAP).split_documents(whole)
        self._store: Chroma = Chroma.from_documents(
            parts,
            CachedEmbeddings(embeddings, cache, [part.page_content for part in parts], progress=progress),
            collection_name=f"tutorial-{uuid.uuid4().hex}",
        )
        self._size = len(parts)
        self._sentences = {
            a.id: [
                Said(a.quote(s.start, s.end), a.id, section_label(a.id, a.sections[s.section].title))
                for s in a.sentences
            ]
            for a in articles
        }

    def articles(self, turn: Turn, *, k: int) -> tuple[str, ...]:
        return distinct(part.metadata["article"] for part in self._nearest(turn, k * 10))[:k]

    def respond(self, turn: Turn) -> Response:
        start = time.perf_counter()
        parts = self._nearest(turn, DEPTH)
        shown = "\n\n".join(part.page_content for part in parts[:SHOWN])
        answer = shown_answer(turn, shown, start)
        said = [self._said(part) for part in parts]
        return Response(
            answer=answer,
            ranked=tuple(
                Found(part.metadata["article"], distinct(sentence.section for sentence in sentences))
                for part, sentences in zip(parts, said, strict=True)
            ),
            shown=shown,
            said=tuple(sentence for sentences in said[:SHOWN] for sentence in sentences),
        )

    def _nearest(self, turn: Turn, count: int) -> list[Any]:
        return self._store.similarity_search(turn.question, k=min(count, self._size))

    def _said(self, part: Any) -> list[Said]:
        """The whole sentences of the article that a part holds; a sentence that is cut off is none."""
        text = " ".join(part.page_content.split())
        return [sentence for sentence in self._sentences[part.metadata["article"]] if sentence.text in text]


class CachedEmbeddings(Embeddings):
    """Embeddings whose documents were all embedded before, or are so now."""

    def __init__(
        self, embeddings: LocalEmbeddings, cache: Path, texts: Sequence[str], *, progress: Progress | None = None
    ) -> None:
        self._embeddings = embeddings
        cache.mkdir(parents=True, exist_ok=True)
        distinct_texts = list(dict.fromkeys(texts))
        vectors = _embed(distinct_texts, embeddings, VectorCache(cache, embeddings.spec), progress)
        self._vectors = dict(zip(distinct_texts, vectors, strict=True))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in self._vectors[text]] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self._embeddings.embed_query(text)


def _embed(texts: Sequence[str], embeddings: LocalEmbeddings, cache: VectorCache, progress: Progress | None) -> Vectors:
    vectors, missing = cache.get(texts)
    missing.sort(key=lambda position: -len(texts[position]))
    for start in range(0, len(missing), EMBED_STEP):
        step = missing[start : start + EMBED_STEP]
        fresh = embeddings.embed([texts[position] for position in step])
        vectors[step] = fresh
        cache.put([texts[position] for position in step], fresh)
        if progress is not None:
            progress(min(start + EMBED_STEP, len(missing)), len(missing))
    return vectors


def article_document(article: Article) -> str:
    """An article as one plain text: its title, then each heading and what stands under it."""
    parts = [article.title]
    for section in article.sections:
        parts += [*section.path[-1:], article.quote(section.start, section.end)]
    return "\n\n".join(part for part in parts if part)
