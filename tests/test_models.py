import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from sci_assistant import models
from sci_assistant.errors import ModelError
from sci_assistant.models import BUNDLED_SHA256, LocalEmbeddings


def test_the_bundled_weights_are_the_published_ones(embeddings):
    assert embeddings.spec.revision == BUNDLED_SHA256
    assert (embeddings.spec.dimensions, embeddings.spec.max_tokens) == (384, 256)


def test_other_weights_under_the_bundled_name_are_refused(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    monkeypatch.setattr(models, "bundled_weights", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"SHA-256.*force-reinstall"):
        _ = LocalEmbeddings().revision


def test_a_folder_that_is_no_model_is_a_clear_error(tmp_path):
    with pytest.raises(ModelError, match="SCI_ASSISTANT_EMBEDDING_MODEL"):
        _ = LocalEmbeddings(str(tmp_path)).spec


def test_vectors_have_unit_length_and_near_texts_are_near(embeddings):
    vectors = embeddings.embed(["pressure sore on the heel", "bed sore at the foot", "airline tickets"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_it_is_a_langchain_embeddings(embeddings):
    assert isinstance(embeddings, Embeddings)
    assert np.allclose(embeddings.embed_query("spasm"), embeddings.embed_documents(["spasm"])[0], atol=1e-6)


def test_no_text_gives_no_vectors(embeddings):
    assert embeddings.embed([]).shape == (0, 384)


def test_tokens_are_counted_whole(embeddings):
    assert embeddings.count_tokens(["word " * 1000])[0] == 1000
