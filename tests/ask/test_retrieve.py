"""Search: fused, by article where asked; as a stock LangChain part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from sci_assistant.ask.retrieve import HybridRetriever
from sci_assistant.ask.search import rank
from sci_assistant.types import Turn


def test_the_fusion_orders_by_both_scores():
    order = [p for p, _ in rank([({1: 0.9, 2: 0.5, 3: 0.1}, 0.5), ({1: 0.0, 2: 9.0, 3: 0.0}, 0.5)])]
    assert order == [2, 1, 3]


def test_a_score_without_weight_decides_nothing():
    assert [p for p, _ in rank([({1: 0.1, 2: 0.9}, 1.0), ({1: 9.0, 2: 0.0}, 0.0)])] == [2, 1]


@given(st.dictionaries(st.integers(0, 50), st.floats(-1, 1), min_size=1), st.floats(0, 1))
def test_equal_keyword_scores_never_change_the_order(dense, weight):
    keyword = dict.fromkeys(dense, 3.0)
    fused = rank([(dense, 1.0 - weight), (keyword, weight)])
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    assert {p for p, _ in fused} == set(dense)


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("What are the signs of HO?", "heterotopic-ossification"),
        ("autonmic disreflexia", "autonomic-dysreflexia"),
        ("presure sore", "pressure-injuries"),
        ("bed sore on my tailbone", "pressure-injuries"),
        ("UTI keeps coming back", "urinary-tract-infections"),
    ],
)
def test_lay_words_abbreviations_and_slips_find_their_article(assistant, question, article):
    found = assistant.search(Turn(question), k=3, by_article=True).passages
    assert article in [p.article.id for p in found]


def test_by_article_names_each_article_once(assistant):
    ids = [p.article.id for p in assistant.search(Turn("pain in my shoulder"), k=10, by_article=True).passages]
    assert len(ids) == len(set(ids)) == 10


def test_retriever_and_embeddings_serve_in_a_stock_langchain_chain(assistant):
    retriever = HybridRetriever(hybrid=assistant.hybrid)
    assert isinstance(retriever, BaseRetriever)
    chain = (
        {
            "context": retriever | RunnableLambda(lambda docs: "\n".join(d.page_content for d in docs)),
            "q": RunnablePassthrough(),
        }
        | RunnableLambda(lambda given: f"{given['q']}\n{given['context']}")
        | StrOutputParser()
    )
    assert "bone" in chain.invoke("How is heterotopic ossification diagnosed?")
    documents = retriever.invoke("How is heterotopic ossification diagnosed?")
    assert all(isinstance(d, Document) and d.metadata["article"] for d in documents)


def test_our_embeddings_fill_a_stock_langchain_chroma(embeddings, tmp_path):
    from langchain_chroma import Chroma

    store = Chroma.from_texts(["bed sores hurt", "planes fly"], embeddings, persist_directory=str(tmp_path / "chroma"))
    assert store.similarity_search("pressure injury", k=1)[0].page_content == "bed sores hurt"
