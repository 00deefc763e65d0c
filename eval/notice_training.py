"""Fit the network of src/sci_assistant/ask/notice_network.py with PyTorch: conversations as heard -> its weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray
from sci_assistant_eval.batches import in_batches

from sci_assistant.ask.notice_network import HEAD, LAYERS, MOST_TOKENS, WORD_PIECES, file_arrays
from sci_assistant.bfloat16 import cpu_has_bfloat16
from sci_assistant.graph import OwnPieces, WordPieces, arranged
from sci_assistant.weights import HEADS, HIDDEN, INNER, NORM_EPSILON, VOCABULARY, WEIGHTS, bundled_weights, read_weights
from sci_assistant.words import common_words

if TYPE_CHECKING:
    import torch

SIGN, JOIN = 32, 128  # numbers for the signs, of the layer above
COMMON = 20_000  # words of English whose pieces are kept though no message holds them
LEAST_SIGN = 5  # messages that a sign must stand in
EPOCHS, POOL = 3, 50  # of so many batches the texts are sorted by length together
RATE, HEAD_RATE, WARM = 2e-4, 1.5e-3, 0.1  # highest learning rates; share of the steps until they are reached
DECAY = 0.01
LAYERS_DROPPED, SIGNS_DROPPED, JOIN_DROPPED, LAST_DROPPED = 0.1, 0.2, 0.3, 0.3
UNHEARD = 0.06  # share of word pieces that are masked in a fit
SEED = 0
CRISIS = 0.3  # what the second question counts beside the first
NOTHING = -1e4
PAD, MASK = (OwnPieces.SPECIAL.index(name) for name in ("[PAD]", "[MASK]"))


@dataclass(frozen=True)
class Heard:
    """Conversations as heard, each with its signs; arrays of one entry a conversation."""

    texts: Sequence[str]
    signs: Sequence[frozenset[str]]
    danger: NDArray[np.bool_]
    crisis: NDArray[np.bool_]
    weight: NDArray[np.float64]

    @cached_property
    def vocabulary(self) -> list[str]:
        """WORD_PIECES of the embedding model: single signs, those that messages hold, and of common words."""
        pieces = WordPieces(bundled_weights())
        counts = Counter(number for ids in pieces.encode(self.texts) for number in set(ids))
        order = [number for number, _ in counts.most_common()]
        order += [number for ids in pieces.encode(common_words(COMMON)) for number in ids]
        every = pieces.names(range(VOCABULARY))
        single = [name for name in every if len(name.removeprefix("##")) == 1 and name.isascii()]
        found = dict.fromkeys((*OwnPieces.SPECIAL, *single, *(every[number] for number in order), *every))
        return list(found)[:WORD_PIECES]

    @cached_property
    def ids(self) -> list[list[int]]:
        pieces = OwnPieces(self.vocabulary)
        return [pieces.encode(text, MOST_TOKENS) for text in self.texts]

    @cached_property
    def known_signs(self) -> list[str]:
        counts = Counter(sign for signs in self.signs for sign in signs)
        return sorted(sign for sign, count in counts.items() if count >= LEAST_SIGN)


def fit(heard: Heard, use: NDArray[np.int_]) -> dict[str, NDArray[Any]]:
    """The arrays of a network's file, fitted on some conversations by AdamW with one cycle of the learning rate, in
    bfloat16 where the processor counts in it (elsewhere it takes ten times as long as float32)."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    net = Net(heard)
    calm = float((heard.weight * ~heard.danger)[use].sum() / (heard.weight * heard.danger)[use].sum())
    weights = torch.from_numpy(np.where(heard.danger, calm, 1.0) * heard.weight).float()
    danger, crisis = (torch.from_numpy(answers.astype(np.float32)) for answers in (heard.danger, heard.crisis))
    lengths = np.array([len(ids) for ids in heard.ids])
    steps = [batch for _ in range(EPOCHS) for batch in in_batches(use, lengths, random, pool=POOL)]
    inner = [part for part in net.bert.parameters() if part.requires_grad]
    optimizer = torch.optim.AdamW([{"params": inner}, {"params": net.head.parameters()}], weight_decay=DECAY)
    rates = [RATE, HEAD_RATE]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=len(steps) + 1, pct_start=WARM)
    net.train()
    with click.progressbar(steps, label="fitting") as bar:
        for batch in bar:
            scores = net.read(batch, random)
            first = binary_cross_entropy_with_logits(scores[:, 0], danger[batch], reduction="none") * weights[batch]
            second = binary_cross_entropy_with_logits(scores[:, 1], crisis[batch], reduction="none") * danger[batch]
            optimizer.zero_grad()
            (first.mean() + CRISIS * second.mean()).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_([*inner, *net.head.parameters()], 1.0)
            optimizer.step()
            schedule.step()
    return net.file_arrays()


class Net:
    """NoticeNetwork.score in PyTorch, for many conversations at once."""

    def __init__(self, heard: Heard) -> None:
        from torch import nn
        from transformers import BertConfig, BertModel

        self.heard = heard
        self._sign = {sign: row for row, sign in enumerate(heard.known_signs)}
        self.bert: Any = BertModel(
            BertConfig(
                vocab_size=WORD_PIECES,
                hidden_size=HIDDEN,
                num_hidden_layers=LAYERS,
                num_attention_heads=HEADS,
                intermediate_size=INNER,
                max_position_embeddings=MOST_TOKENS,
                layer_norm_eps=NORM_EPSILON,
                hidden_dropout_prob=LAYERS_DROPPED,
                attention_probs_dropout_prob=LAYERS_DROPPED,
            ),
            add_pooling_layer=False,
        )
        self._begin()
        self.bert.embeddings.word_embeddings.weight.requires_grad = False  # the same for words that no message holds
        self.head: Any = nn.ModuleDict(
            {
                "sign": nn.Linear(len(self._sign), SIGN),
                "join": nn.Linear(2 * HIDDEN + SIGN, JOIN),
                "decide": nn.Linear(JOIN, 2),
            }
        )

    def _begin(self) -> None:
        """The lower layers of the embedding model, with the rows of the words that are kept."""
        import torch

        published = dict(read_weights(bundled_weights() / WEIGHTS))
        row = {name: number for number, name in enumerate(WordPieces(bundled_weights()).names(range(VOCABULARY)))}
        words, positions = (f"embeddings.{name}_embeddings.weight" for name in ("word", "position"))
        published[words] = published[words][[row[piece] for piece in self.heard.vocabulary]]
        published[positions] = published[positions][:MOST_TOKENS]
        wanted = self.bert.state_dict()
        self.bert.load_state_dict({name: torch.from_numpy(np.array(published[name])) for name in wanted})

    def train(self, mode: bool = True) -> None:
        """As torch.nn.Module.train."""
        self.bert.train(mode)
        self.head.train(mode)

    def read(self, rows: Sequence[int], random: np.random.Generator) -> torch.Tensor:
        """Both scores of each conversation."""
        import torch
        from torch.nn.functional import dropout, relu

        training = bool(self.bert.training)
        numbers, signs = self._laid_out(rows, random if training else None)
        mask = numbers != PAD
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=training and cpu_has_bfloat16()):
            states = self.bert(input_ids=numbers, attention_mask=mask.long()).last_hidden_state.float()
        seen = (
            (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True),
            states.masked_fill(~mask[..., None], NOTHING).max(1).values,
            relu(self.head["sign"](dropout(signs, SIGNS_DROPPED, training))),
        )
        hidden = relu(self.head["join"](dropout(torch.cat(seen, 1), JOIN_DROPPED, training)))
        return torch.as_tensor(self.head["decide"](dropout(hidden, LAST_DROPPED, training)))

    def _laid_out(self, rows: Sequence[int], random: np.random.Generator | None) -> tuple[Any, Any]:
        """Token numbers, of a fit some masked, and signs."""
        import torch

        texts = [self.heard.ids[row] for row in rows]
        numbers = np.full((len(texts), max(map(len, texts))), PAD, dtype=np.int64)
        signs = np.zeros((len(texts), len(self._sign)), dtype=np.float32)
        for at, (row, ids) in enumerate(zip(rows, texts, strict=True)):
            numbers[at, : len(ids)] = ids
            signs[at, [self._sign[sign] for sign in self.heard.signs[row] if sign in self._sign]] = 1.0
        if random is not None:
            numbers[(random.random(numbers.shape) < UNHEARD) & (numbers >= len(OwnPieces.SPECIAL))] = MASK
        return torch.from_numpy(numbers), torch.from_numpy(signs)

    def file_arrays(self) -> dict[str, NDArray[Any]]:
        """What ships of it."""
        state = {name: array.detach().numpy() for name, array in self.bert.state_dict().items()}
        weights = arranged(state, LAYERS)
        for name in HEAD[::2]:
            layer = self.head[name]
            weights |= {name: layer.weight.detach().numpy().T, f"{name}_bias": layer.bias.detach().numpy()}
        return file_arrays(self.heard.vocabulary, list(self._sign), weights)
