"""Vectors of sentences from one pass over their passage."""

import numpy as np
import pytest

from sci_assistant.ingest.build import build_index
from sci_assistant.ingest.chunk import Budget, chunk_article, embedded_of
from sci_assistant.ingest.parse import read_articles
from sci_assistant.models import LocalEmbeddings
from sci_assistant.pooling import HEADING, Passage, Tokens, pooled
from sci_assistant.store import Store
from sci_assistant.wire import bundled_corpus


def test_a_sentence_is_the_mean_of_its_tokens_and_of_its_headings_at_a_lower_weight():
    passage = Passage("T\nab cd", ((2, 4), (5, 7)))
    tokens = Tokens([101, 1, 2, 3, 102], np.array([0, 2, 5]))
    states = np.array([[[0, 0, 9], [0, 4, 0], [3, 0, 0], [0, 0, 2], [9, 0, 0]]], dtype=np.float32)
    whole, first, second = pooled([passage], [tokens], [([0], states)], 3)
    mean = states[0].mean(axis=0)
    assert np.allclose(whole, mean / np.linalg.norm(mean))
    assert np.allclose(first, np.array([3, 4 * HEADING, 0]) / np.hypot(3, 4 * HEADING))
    assert np.allclose(second, np.array([0, 4 * HEADING, 2]) / np.hypot(2, 4 * HEADING))


def test_padding_and_what_the_model_does_not_read_are_left_out():
    passage = Passage("T\nab cd", ((2, 4), (5, 7)))
    cut = Tokens([101, 1, 2, 102], np.array([0, 2]))  # cut off before its second sentence
    states = np.ones((1, 9, 3), dtype=np.float32)
    states[0, 4:] = 50.0
    states[0, 2] = [0, 1, 0]
    whole, _, second = pooled([passage], [cut], [([0], states)], 3)
    mean = states[0, :4].mean(axis=0)
    assert np.allclose(whole, mean / np.linalg.norm(mean))
    assert np.allclose(second, whole)


@pytest.fixture(scope="module")
def article():
    return next(item for _, item in read_articles(bundled_corpus() / "heterotopic-ossification.md"))


def test_every_sentence_of_an_article_has_its_place_in_one_passage(article, embeddings):
    chunks = chunk_article(article, budget=Budget(60), count_tokens=embeddings.count_tokens)
    found = embedded_of(article, chunks)
    assert sorted(i for one in found for i in one.sentences) == list(range(len(article.sentences)))
    for one in found:
        for index, (start, end), alone in zip(one.sentences, one.passage.spans, one.passage.alone, strict=True):
            text = article.quote(article.sentences[index].start, article.sentences[index].end)
            assert alone == f"{article.title} {article.sections[article.sentences[index].section].title}: {text}"
            told = one.passage.text[start:end]
            assert told == text or (told in text and told == one.passage.text[one.passage.heading :])


def test_one_pass_gives_the_passage_its_vector_and_each_sentence_one_near_its_own(article, embeddings):
    chunks = chunk_article(article, budget=Budget(256), count_tokens=embeddings.count_tokens)
    passages = [one.passage for one in embedded_of(article, chunks)]
    vectors = embeddings.embed_with_sentences(passages)
    first = np.cumsum([0, *(1 + len(passage.spans) for passage in passages[:-1])])
    whole = embeddings.embed([passage.text for passage in passages])
    assert (vectors[first] * whole).sum(axis=1).min() > 0.999
    alone = embeddings.embed([text for passage in passages for text in passage.alone])
    told = np.delete(vectors, first, axis=0)
    cosines = told @ alone.T  # of each sentence in its passage to each sentence by itself
    assert np.mean(cosines.argmax(axis=1) == np.arange(len(alone))) > 0.7  # by chance 1 in 61
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_corpus_in_bfloat16_is_indexed_in_one_pass_and_an_edit_embeds_its_chunk_alone(ho_corpus, tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    file = corpus / "heterotopic-ossification.md"
    file.write_text((ho_corpus / file.name).read_text(encoding="utf-8"), encoding="utf-8")
    store, quick = Store(tmp_path / "store"), LocalEmbeddings(form="torch-bfloat16")
    first = build_index(store, [corpus], quick)
    assert first.embedded == first.chunks
    article = store.live().articles["heterotopic-ossification"]
    assert store.live().sentence_vectors(article).shape == (len(article.sentences), 384)
    file.write_text(file.read_text(encoding="utf-8").rstrip() + " It was edited.\n", encoding="utf-8")
    assert build_index(store, [corpus], quick).embedded == 1
    edited = store.live().articles["heterotopic-ossification"]
    assert len(store.live().sentence_vectors(edited)) == len(article.sentences) + 1
    store.close()
