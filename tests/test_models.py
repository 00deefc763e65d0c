import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from sci_assistant_eval.export_graph import GRAPHS, make_graph

from sci_assistant import models
from sci_assistant.bfloat16 import LowPrecisionModel
from sci_assistant.errors import ModelError
from sci_assistant.graph import GraphModel, WordPieces, batches, graph_path
from sci_assistant.models import BUNDLED_SHA256, LocalEmbeddings
from sci_assistant.weights import bundled_weights, read_weights
from tests.loaded import loaded_by

TEXTS = (
    "pressure sore",
    "How often should somebody with a new injury turn in bed at night?",
    "Spasms are sudden muscle movements that nobody chose. " * 12,
    "Ünïcode — “quotes”, 中文, 𝛼 and 🙂",
    "word " * 400,  # more than the model reads
)


@pytest.fixture(scope="module")
def published():
    """Vectors of sentence-transformers in float32, and its tokenizer's counts."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_weights()), local_files_only=True)
    tokenizer = model.tokenizer
    counts = [len(tokenizer(t, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]) for t in TEXTS]
    return model.encode(list(TEXTS), normalize_embeddings=True, show_progress_bar=False), counts


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


def test_weights_that_are_no_safetensors_file_are_a_clear_error(tmp_path):
    (tmp_path / "weights").write_bytes(b"\xff" * 100)
    with pytest.raises(ModelError, match="cannot be read"):
        read_weights(tmp_path / "weights")


def test_vectors_have_unit_length_and_near_texts_are_near(embeddings):
    vectors = embeddings.embed(["pressure sore on the heel", "bed sore at the foot", "airline tickets"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_it_is_a_langchain_embeddings(embeddings):
    import sci_assistant.ask.retrieve  # noqa: F401 - which says so to LangChain

    assert isinstance(embeddings, Embeddings)
    assert np.dot(embeddings.embed_query("spasm"), embeddings.embed_documents(["spasm"])[0]) > 0.9999


def test_no_text_gives_no_vectors(embeddings):
    assert embeddings.embed([]).shape == (0, 384)


def test_tokens_are_counted_whole(embeddings):
    assert embeddings.count_tokens(["word " * 1000])[0] == 1000


def test_tokens_are_counted_as_sentence_transformers_does(embeddings, published):
    assert embeddings.count_tokens(TEXTS) == published[1]


def test_the_graph_gives_the_vectors_of_sentence_transformers(published):
    encoded = WordPieces(bundled_weights()).encode(TEXTS)
    assert np.allclose(GraphModel(bundled_weights()).embed(encoded), published[0], atol=2e-6)


def test_bfloat16_keeps_a_cosine_above_0_9999(published):
    encoded = WordPieces(bundled_weights()).encode(TEXTS)
    found = LowPrecisionModel(bundled_weights(), "cpu").embed(encoded)
    assert (found * published[0]).sum(axis=1).min() > 0.9999


@pytest.mark.parametrize("name", GRAPHS)
def test_the_graphs_are_what_their_module_makes(name):
    with graph_path(name) as path:
        assert path.read_bytes() == make_graph(name)


def test_batches_hold_like_lengths_and_every_position_once():
    found = list(batches([3, 9, 1, 8, 9], most=18))
    assert found == [[1, 4], [3, 0], [2]]


def test_other_weights_never_find_passages_and_another_form_does(embeddings):
    from dataclasses import replace

    spec = embeddings.spec
    assert spec.finds(replace(spec, form="torch-bfloat16"))
    assert not spec.finds(replace(spec, revision="another"))


def test_a_small_corpus_is_embedded_exactly_and_the_form_of_a_build_is_kept(embeddings, monkeypatch):
    monkeypatch.setattr(models, "cpu_has_bfloat16", lambda: True)
    large = models.EXACT_CHARACTERS + 1
    assert embeddings.passage_form(1000) == "onnx-float32"
    assert embeddings.passage_form(large) == "torch-bfloat16"
    assert embeddings.passage_form(large, before="onnx-float32") == "onnx-float32"
    assert embeddings.passage_form(1000, before="torch-bfloat16") == "torch-bfloat16"


def test_a_processor_without_bfloat16_embeds_in_float32(embeddings, monkeypatch):
    monkeypatch.setattr(models, "cpu_has_bfloat16", lambda: False)
    monkeypatch.setattr(models, "device_name", lambda: None)
    assert embeddings.passage_form(10**9) == "onnx-float32"


def test_a_question_is_embedded_without_pytorch():
    code = "from sci_assistant.models import LocalEmbeddings as L; e = L(); e.embed(['a']); e.spec"
    assert loaded_by(code, "torch", "transformers", "sentence_transformers", "sklearn") == []
