"""The bundled model in bfloat16 by PyTorch, for texts by the thousand where the processor or a GPU counts in it.

Weights and products are bfloat16, sums along the way (the residual stream, layer norms) stay float32: the vectors
keep a cosine above 0.9999 to float32 (tests/test_models.py), at three to five times its speed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sci_assistant.graph import Ids, arranged, batches, padded
from sci_assistant.weights import HEADS, HIDDEN, LAYERS, NORM_EPSILON, WEIGHTS, read_weights

if TYPE_CHECKING:
    import torch

CPU_BATCH_TOKENS, GPU_BATCH_TOKENS = 1024, 65_536  # of one step


def device_name() -> str | None:
    """Where bfloat16 is quick here: "cuda", "mps", "cpu" with instructions for it, or None."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu" if cpu_has_bfloat16() else None


def cpu_has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself; without PyTorch, from the system's list of its features."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    words = set(next((line for line in flags.splitlines() if line.startswith(("flags", "Features"))), "").split())
    return bool(words & {"avx512_bf16", "amx_bf16", "bf16"})


class LowPrecisionModel:
    """The bundled model in bfloat16 on one device."""

    def __init__(self, folder: Path, device: str) -> None:
        self._folder = folder
        self._device = device
        self._most = CPU_BATCH_TOKENS if device == "cpu" else GPU_BATCH_TOKENS

    @cached_property
    def _weights(self) -> dict[str, torch.Tensor]:
        import torch

        found = {}
        for name, array in arranged(read_weights(self._folder / WEIGHTS)).items():
            linear = name.split(".")[-1].removesuffix("_bias") in ("qkv", "out", "up", "down")
            tensor = torch.tensor(array, dtype=torch.bfloat16 if linear else torch.float32)
            turned = tensor.t().contiguous() if linear and tensor.dim() == 2 else tensor  # (out, in), as torch has it
            found[name] = turned.to(self._device)
        return found

    def embed(self, encoded: Sequence[Ids]) -> NDArray[np.float32]:
        """Unit vectors of tokenised texts."""
        import torch
        from torch.nn.functional import normalize

        vectors = np.empty((len(encoded), HIDDEN), dtype=np.float32)
        with torch.inference_mode():
            for batch in batches([len(ids) for ids in encoded], most=self._most):
                states, mask = self._read([encoded[position] for position in batch])
                told = (states * mask[:, :, None].float()).sum(1)
                vectors[batch] = normalize(told, dim=1).cpu().numpy()
        return vectors

    def states(self, encoded: Sequence[Ids]) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Positions of texts, and what the last layer makes of their tokens: arrays (texts, tokens, HIDDEN)."""
        import torch

        with torch.inference_mode():
            for batch in batches([len(ids) for ids in encoded], most=self._most):
                yield batch, self._read([encoded[position] for position in batch])[0].cpu().numpy()

    def _read(self, encoded: Sequence[Ids]) -> tuple[torch.Tensor, torch.Tensor]:
        """States of shape (texts, tokens, HIDDEN) and the mask, (texts, tokens)."""
        import torch

        numbers, mask = (torch.from_numpy(part).to(self._device) for part in padded(encoded))
        return self._forward(numbers, mask), mask

    def _forward(self, numbers: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What the last layer makes of each token, from token numbers and mask, both (texts, tokens)."""
        from torch.nn import functional as f

        w = self._weights
        x = w["words"][numbers] + w["positions"][: numbers.shape[1]]
        x = f.layer_norm(x, (HIDDEN,), w["gamma"], w["beta"], NORM_EPSILON)
        heard = None if bool(mask.all()) else mask.bool()[:, None, None, :]
        for layer in range(LAYERS):
            x = self._layer(x, heard, layer)
        return x

    def _layer(self, x: torch.Tensor, heard: torch.Tensor | None, n: int) -> torch.Tensor:
        from torch.nn import functional as f

        w = self._weights
        texts, tokens, _ = x.shape

        def linear(value: torch.Tensor, part: str) -> torch.Tensor:
            return f.linear(value.bfloat16(), w[f"{n}.{part}"], w[f"{n}.{part}_bias"])

        three = linear(x, "qkv").view(texts, tokens, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
        told = self._attended(three, heard)
        added = x + linear(told.transpose(1, 2).reshape(texts, tokens, HIDDEN), "out")
        x = f.layer_norm(added, (HIDDEN,), w[f"{n}.gamma1"], w[f"{n}.beta1"], NORM_EPSILON)
        added = x + linear(f.gelu(linear(x, "up")), "down")
        return f.layer_norm(added, (HIDDEN,), w[f"{n}.gamma2"], w[f"{n}.beta2"], NORM_EPSILON)

    def _attended(self, three: torch.Tensor, heard: torch.Tensor | None) -> torch.Tensor:
        """What each token hears. Texts are short: on a processor plain products are a tenth quicker in all than
        PyTorch's own attention."""
        import torch
        from torch.nn import functional as f

        query, key, value = three
        if self._device != "cpu":
            return f.scaled_dot_product_attention(query, key, value, attn_mask=heard)
        scores = torch.matmul(query * (HIDDEN // HEADS) ** -0.5, key.transpose(-1, -2))
        if heard is not None:
            scores = scores.masked_fill(~heard, -torch.inf)
        return torch.matmul(scores.softmax(-1), value)
