"""The network of the own judge: a BERT encoder, low-rank changes to its linear layers, word flags, one output.

Imported only where a judge is loaded or fitted: torch and transformers load with it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AutoModel

FLAGS = 5
LAYERS = re.compile(r"encoder\.layer\.\d+\..*(query|key|value|dense)$")
SCALE = 2.0


class LowRank(nn.Module):
    """A linear layer with a change of low rank added: W x + scale B A x (https://arxiv.org/abs/2106.09685)."""

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        super().__init__()
        self.layer = layer
        self.down = nn.Parameter(torch.randn(rank, layer.in_features) / layer.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        changed = nn.functional.linear(nn.functional.linear(x, self.down), self.up)
        result: torch.Tensor = self.layer(x) + SCALE * changed
        return result

    def merge(self) -> nn.Linear:
        """The layer with its change added to the weights."""
        with torch.no_grad():
            self.layer.weight += SCALE * (self.up @ self.down).to(self.layer.weight.dtype)
        return self.layer


class JudgeNetwork(nn.Module):
    """Pairs of texts -> one number each, above 0 where the claim is borne out."""

    def __init__(self, folder: Path, *, rank: int) -> None:
        super().__init__()
        self.encoder: Any = AutoModel.from_pretrained(str(folder), local_files_only=True, add_pooling_layer=False)
        for parameter in self.encoder.parameters():
            parameter.requires_grad_(False)
        for name, layer in list(self.encoder.named_modules()):
            if isinstance(layer, nn.Linear) and LAYERS.search(name):
                parent, _, child = name.rpartition(".")
                setattr(self.encoder.get_submodule(parent), child, LowRank(layer, rank))
        size = int(self.encoder.config.hidden_size)
        self.flags = nn.Embedding(FLAGS, size)
        nn.init.zeros_(self.flags.weight)
        self.out = nn.Sequential(nn.Dropout(0.1), nn.Linear(3 * size, size), nn.GELU(), nn.Linear(size, 1))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor, flags: torch.Tensor) -> torch.Tensor:
        embedded = self.encoder.embeddings.word_embeddings(ids) + self.flags(flags)
        hidden = self.encoder(inputs_embeds=embedded, attention_mask=mask, token_type_ids=types).last_hidden_state
        claim = (types * mask).unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * claim).sum(1) / claim.sum(1).clamp(min=1)
        most = hidden.masked_fill(claim == 0, -1e4).amax(1)
        result: torch.Tensor = self.out(torch.cat([hidden[:, 0], mean, most], dim=-1)).squeeze(-1)
        return result

    def changes(self) -> dict[str, NDArray[np.float16]]:
        """What was fitted, by name, in half precision."""
        return {
            name: parameter.detach().float().numpy().astype(np.float16)
            for name, parameter in self.named_parameters()
            if parameter.requires_grad
        }

    def load_changes(self, changes: dict[str, NDArray[np.float16]]) -> None:
        """Set what was fitted, then add the low-rank changes to the weights for good."""
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if parameter.requires_grad:
                    parameter.copy_(torch.from_numpy(changes[name].astype(np.float32)))
        for name, layer in list(self.encoder.named_modules()):
            if isinstance(layer, LowRank):
                parent, _, child = name.rpartition(".")
                setattr(self.encoder.get_submodule(parent), child, layer.merge())
        self.eval()
