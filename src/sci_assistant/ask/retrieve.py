"""Our search and our embeddings as LangChain's own: a stock chain or a stock vector store takes them as they are."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from sci_assistant.ask.search import HybridSearch
from sci_assistant.models import LocalEmbeddings
from sci_assistant.types import Passage

Embeddings.register(LocalEmbeddings)


class HybridRetriever(BaseRetriever):
    """A LangChain retriever over the live build: HybridRetriever(hybrid=assistant.hybrid)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    hybrid: HybridSearch

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain passes it
    ) -> list[Document]:
        return [passage_document(passage) for passage in self.hybrid.search(query).passages]


def passage_document(passage: Passage) -> Document:
    """A passage as a LangChain Document."""
    return Document(
        id=passage.chunk.id,
        page_content=passage.chunk.text,
        metadata={
            "article": passage.article.id,
            "title": passage.article.title,
            "section": passage.section_title,
            "score": passage.score,
            "url": passage.article.url,
        },
    )
