"""Fit a network of src/sci_assistant/reader.py with PyTorch: pairs of texts and labels -> its weights.

The embedding model itself is left as it is, so that each text's tokens are made once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.batches import in_batches

from sci_assistant.graph import GraphModel, WordPieces
from sci_assistant.reader import NOTHING, Network, rarities, shortened
from sci_assistant.weights import HIDDEN, bundled_weights

if TYPE_CHECKING:
    import torch

PARTS = 3  # views of a token: its word piece and two layers
INNER = 192  # hidden numbers of the network
DROPOUT = 0.2
LEARNING_RATE = 1e-3
WARM_UP = 0.1  # share of the steps
DECAY = 0.02
CERTAIN = 0.98  # what a label counts: writers err now and then
READ_TOGETHER = 256  # texts
POOL = 16  # batches that are sorted by length together


class Batch(NamedTuple):
    """Texts side by side: tokens (texts, longest, d), and mask and rarity (texts, longest)."""

    tokens: torch.Tensor
    mask: torch.Tensor
    rarity: torch.Tensor


class Texts:
    """Each text's tokens, made once and kept in half precision."""

    def __init__(self, texts: Sequence[str]) -> None:
        model, pieces = GraphModel(bundled_weights()), WordPieces(bundled_weights())
        ids = [shortened(one) for one in pieces.encode(texts)]
        self._starts = np.cumsum([0, *(len(one) - 2 for one in ids)])
        self._tokens = np.zeros((self._starts[-1], PARTS * HIDDEN), dtype=np.float16)
        parts = [range(start, min(start + READ_TOGETHER, len(ids))) for start in range(0, len(ids), READ_TOGETHER)]
        with click.progressbar(parts, label="reading") as bar:
            for part in bar:
                for n, tokens in zip(part, model.read([ids[n] for n in part]), strict=True):
                    self._tokens[self._starts[n] : self._starts[n + 1]] = tokens
        self._rarity = np.concatenate([rarities(pieces.names(one[1:-1])) for one in ids])

    @property
    def lengths(self) -> NDArray[np.int_]:
        return np.diff(self._starts)

    def batch(self, numbers: Sequence[int]) -> Batch:
        """Some texts side by side."""
        import torch

        longest = max(int(self.lengths[n]) for n in numbers)
        tokens = np.zeros((len(numbers), longest, self._tokens.shape[1]), dtype=np.float32)
        mask, rarity = (np.zeros((len(numbers), longest), dtype=np.float32) for _ in range(2))
        for row, n in enumerate(numbers):
            start, end = self._starts[n], self._starts[n + 1]
            tokens[row, : end - start] = self._tokens[start:end]
            mask[row, : end - start] = 1.0
            rarity[row, : end - start] = self._rarity[start:end]
        return Batch(*(torch.from_numpy(array) for array in (tokens, mask, rarity)))


def fit(
    texts: Texts,
    pairs: Sequence[tuple[int, int]],
    labels: NDArray[np.float32],
    *,
    epochs: int,
    seed: int = 0,
    batches: int | None = None,
) -> Network:
    """The network fitted on pairs (what is said, what may hold it), by AdamW with one cycle of the learning rate.

    `batches` ends it after so many, for a test.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    torch.manual_seed(seed)
    net = Net()
    random = np.random.default_rng(seed)
    lengths = np.array([texts.lengths[said] + texts.lengths[held] for said, held in pairs])
    steps = [batch for _ in range(epochs) for batch in in_batches(np.arange(len(pairs)), lengths, random, pool=POOL)][
        :batches
    ]
    optimizer = torch.optim.AdamW(net.parts.parameters(), lr=LEARNING_RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=len(steps) + 1, pct_start=WARM_UP
    )
    with click.progressbar(steps, label="fitting") as bar:
        for batch in bar:
            said, held = (texts.batch([pairs[n][side] for n in batch]) for side in (0, 1))
            wanted = torch.from_numpy(labels[batch]) * (2 * CERTAIN - 1) + 1 - CERTAIN
            loss = binary_cross_entropy_with_logits(net.read(said, held), wanted)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch does not type it
            torch.nn.utils.clip_grad_norm_(net.parts.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return net.network()


class Net:
    """reader.compare in PyTorch, for many pairs at once."""

    def __init__(self) -> None:
        from torch import nn, tensor

        def layer(inner: int, outer: int) -> Any:
            return nn.Linear(inner, outer)

        self.parts: Any = nn.ModuleDict(
            {
                "project": layer(PARTS * HIDDEN, INNER),
                "compare": layer(4 * INNER + PARTS + 3, INNER),
                "refine": layer(INNER, INNER),
                "judge": layer(4 * INNER + 4, INNER),
                "decide": layer(INNER, 1),
            }
        )
        self.sharpness: Any = nn.Parameter(tensor([4.0, 4.0, 8.0]))
        self.parts.register_parameter("sharpness", self.sharpness)

    def read(self, said: Batch, held: Batch) -> torch.Tensor:
        """Log odds of each pair."""
        import torch
        from torch.nn.functional import normalize, relu

        likeness = [
            normalize(one, dim=-1) @ normalize(other, dim=-1).transpose(1, 2)
            for one, other in zip(said.tokens.chunk(PARTS, -1), held.tokens.chunk(PARTS, -1), strict=True)
        ]
        pull = sum(weight * part for weight, part in zip(self.sharpness, likeness, strict=True))
        first, second = (self.parts["project"](self._drop(text.tokens)) for text in (said, held))
        sides = (
            self._side(first, second, pull, likeness, said, held),
            self._side(second, first, pull.transpose(1, 2), [part.transpose(1, 2) for part in likeness], held, said),
        )
        (mean, peak, missing), (mean_back, peak_back, missing_back) = sides
        seen = torch.cat([mean, peak, mean_back, peak_back, missing, missing_back], 1)
        hidden = self._drop(relu(self.parts["judge"](seen)))
        return torch.as_tensor(self.parts["decide"](hidden).squeeze(1))

    def _drop(self, values: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import dropout

        return dropout(values, DROPOUT, training=self.parts.training)

    def _side(
        self, own: torch.Tensor, other: torch.Tensor, pull: Any, likeness: Sequence[Any], text: Batch, beside: Batch
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        import torch
        from torch.nn.functional import relu

        hidden = beside.mask[:, None, :] == 0
        weights = torch.softmax(pull.masked_fill(hidden, -1e4), -1)
        laid = weights @ other
        best = [part.masked_fill(hidden, -1.0).max(-1).values for part in likeness]
        spread = (weights * torch.log(weights + NOTHING)).sum(-1)
        marks = torch.stack([*best, text.rarity, spread, text.mask], -1)
        seen = torch.cat([own, laid, own - laid, own * laid, marks], -1)
        words = relu(self.parts["refine"](self._drop(relu(self.parts["compare"](seen)))))
        words = words * text.mask[..., None]
        mean = words.sum(1) / text.mask.sum(1, keepdim=True)
        weight = text.rarity.sum(1).clamp(min=0.1)
        missing = [((1 - best[n]) * text.rarity).sum(1) / weight for n in (0, -1)]
        return mean, words.max(1).values, torch.stack(missing, 1)

    def network(self) -> Network:
        """The weights as they ship."""
        arrays: dict[str, NDArray[np.float32]] = {"sharpness": self.sharpness.detach().numpy()}
        for name, layer in self.parts.items():
            arrays |= {name: layer.weight.detach().numpy().T.copy(), f"{name}_bias": layer.bias.detach().numpy()}
        return Network(**arrays)
