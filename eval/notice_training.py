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

from sci_assistant.ask.notice_network import BUCKETS, WIDTHS, NoticeNetwork, pieces_of, tokens_of
from sci_assistant.models import LocalEmbeddings
from sci_assistant.words import common_words

if TYPE_CHECKING:
    import torch

WORD = 64  # numbers of a word's vector
LOOK, STATE, SIGN, JOIN = 96, 64, 32, 64  # of a convolution, a recurrent unit, the signs, the layer above
COMMON = 20_000  # words of English that have a vector though no message holds them
LEAST_WORD, LEAST_SIGN = 2, 5  # messages that a word, a sign must stand in
EPOCHS, POOL = 5, 50  # of so many batches the texts are sorted by length together
WORD_RATE, RATE = 2e-3, 4e-3  # highest learning rates, of the words' vectors and of all else
DECAY = 1e-3
FORGOTTEN, SIGNS_DROPPED, JOIN_DROPPED, LAST_DROPPED = 0.2, 0.2, 0.4, 0.3
UNHEARD = 0.08  # share of words that are taken for unknown ones in a fit
CRISIS = 0.3  # what the second question counts beside the first
NOTHING = -1e4


@dataclass(frozen=True)
class Heard:
    """Conversations as heard, each with its signs; arrays of one entry a conversation."""

    texts: Sequence[str]
    signs: Sequence[frozenset[str]]
    danger: NDArray[np.bool_]
    crisis: NDArray[np.bool_]
    weight: NDArray[np.float64]

    @cached_property
    def tokens(self) -> list[list[str]]:
        return [tokens_of(text) for text in self.texts]

    @cached_property
    def vocabulary(self) -> list[str]:
        """Words with a vector of their own."""
        counts = Counter(word for tokens in self.tokens for word in set(tokens))
        common = (word for word in common_words(COMMON) if word.isalpha() and word not in counts)
        return sorted({*(word for word, count in counts.items() if count >= LEAST_WORD), *common})

    @cached_property
    def begun(self) -> NDArray[np.float32]:
        """A vector for each of these words to begin with: the embedding model's, turned to the main directions."""
        vectors = np.asarray(LocalEmbeddings().embed(self.vocabulary), dtype=np.float32)
        vectors -= vectors.mean(axis=0)
        some = vectors[np.random.default_rng(0).permutation(len(vectors))[:8000]]
        turned = vectors @ np.linalg.svd(some, full_matrices=False)[2][:WORD].T
        return np.asarray(turned / turned.std() / 2, dtype=np.float32)

    @cached_property
    def known_signs(self) -> list[str]:
        counts = Counter(sign for signs in self.signs for sign in signs)
        return sorted(sign for sign, count in counts.items() if count >= LEAST_SIGN)


def fit(heard: Heard, use: NDArray[np.int_], *, seed: int = 0, batches: int | None = None) -> NoticeNetwork:
    """The network fitted on some conversations, by AdamW with one cycle of the learning rate.

    `batches` ends it after so many, for a test.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    net = _Net(heard)
    calm = float((heard.weight * ~heard.danger)[use].sum() / (heard.weight * heard.danger)[use].sum())
    weights = torch.from_numpy(np.where(heard.danger, calm, 1.0) * heard.weight).float()
    danger, crisis = (torch.from_numpy(answers.astype(np.float32)) for answers in (heard.danger, heard.crisis))
    lengths = np.array([len(tokens) for tokens in heard.tokens])
    steps = [batch for _ in range(EPOCHS) for batch in in_batches(use, lengths, random, pool=POOL)][:batches]
    words = list(net.parts["words"].parameters())
    rest = [part for name, part in net.parts.named_parameters() if not name.startswith("words.")]
    optimizer = torch.optim.AdamW([{"params": words}, {"params": rest}], weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [WORD_RATE, RATE], total_steps=len(steps) + 1)
    net.parts.train()
    with click.progressbar(steps, label="fitting") as bar:
        for batch in bar:
            scores = net.read(batch, random)
            first = binary_cross_entropy_with_logits(scores[:, 0], danger[batch], reduction="none") * weights[batch]
            second = binary_cross_entropy_with_logits(scores[:, 1], crisis[batch], reduction="none") * danger[batch]
            optimizer.zero_grad()
            (first.mean() + CRISIS * second.mean()).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parts.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return net.network()


class _Net:
    """NoticeNetwork.score in PyTorch, for many conversations at once."""

    def __init__(self, heard: Heard) -> None:
        import torch
        from torch import nn

        self.heard = heard
        self._row = {word: row for row, word in enumerate(heard.vocabulary, start=1)}
        self._sign = {sign: row for row, sign in enumerate(heard.known_signs)}
        self.parts: Any = nn.ModuleDict(
            {
                "words": nn.Embedding(len(self._row) + 1, WORD),
                "pieces": nn.EmbeddingBag(BUCKETS, WORD, mode="mean"),
                **{f"look_{width}": nn.Conv1d(WORD, LOOK, width, padding=width // 2) for width in WIDTHS},
                "read": nn.GRU(WORD, STATE, batch_first=True, bidirectional=True),
                "sign": nn.Linear(len(self._sign), SIGN),
                "join": nn.Linear(LOOK * len(WIDTHS) + 4 * STATE + SIGN, JOIN),
                "decide": nn.Linear(JOIN, 2),
            }
        )
        words: Any = self.parts["words"].weight
        pieces: Any = self.parts["pieces"].weight
        nn.init.normal_(pieces, std=0.1)
        with torch.no_grad():
            words[1:] = torch.from_numpy(heard.begun)

    def read(self, rows: Sequence[int], random: np.random.Generator) -> torch.Tensor:
        """Both scores of each conversation."""
        import torch
        from torch.nn.functional import dropout, relu
        from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

        words, pieces, lengths, signs = self._laid_out(rows, random)
        longest = int(lengths.max())
        mask = torch.arange(longest)[None, :] < lengths[:, None]
        vectors = self.parts["words"](words) + self.parts["pieces"](*pieces[:2])[pieces[2]]
        vectors = dropout(vectors, FORGOTTEN, self.parts.training) * mask[..., None]
        seen = []
        for width in WIDTHS:
            looked = relu(self.parts[f"look_{width}"](vectors.transpose(1, 2)))
            seen.append(looked.masked_fill(~mask[:, None], NOTHING).max(2).values)
        packed = pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.parts["read"](packed)[0], batch_first=True, total_length=longest)
        seen += [
            states.masked_fill(~mask[..., None], NOTHING).max(1).values,
            states.masked_fill(~mask[..., None], 0.0).sum(1) / lengths[:, None],
            relu(self.parts["sign"](dropout(signs, SIGNS_DROPPED, self.parts.training))),
        ]
        joined = dropout(torch.cat(seen, 1), JOIN_DROPPED, self.parts.training)
        hidden = dropout(relu(self.parts["join"](joined)), LAST_DROPPED, self.parts.training)
        return torch.as_tensor(self.parts["decide"](hidden))

    def _laid_out(self, rows: Sequence[int], random: np.random.Generator) -> tuple[Any, tuple[Any, Any, Any], Any, Any]:
        """Words, pieces (buckets, where each word's begin, the word of each place), lengths and signs, as tensors."""
        import torch

        texts = [self.heard.tokens[row] for row in rows]
        shape = (len(texts), max(map(len, texts)))
        words, place = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        signs = np.zeros((len(texts), len(self._sign)), dtype=np.float32)
        seen: dict[str, int] = {}
        buckets: list[int] = []
        starts: list[int] = []
        for at, (row, tokens) in enumerate(zip(rows, texts, strict=True)):
            for token in tokens:
                if token not in seen:
                    seen[token] = len(seen)
                    starts.append(len(buckets))
                    buckets += pieces_of(token)
            place[at, : len(tokens)] = [seen[token] for token in tokens]
            words[at, : len(tokens)] = [self._row.get(token, 0) for token in tokens]
            signs[at, [self._sign[sign] for sign in self.heard.signs[row] if sign in self._sign]] = 1.0
        words[random.random(shape) < UNHEARD] = 0
        lengths = torch.tensor([len(tokens) for tokens in texts])
        pieces = (torch.tensor(buckets), torch.tensor(starts), torch.from_numpy(place))
        return torch.from_numpy(words), pieces, lengths, torch.from_numpy(signs)

    def network(self) -> NoticeNetwork:
        """The weights as they ship, of one network."""
        state = {name: array.detach().numpy() for name, array in self.parts.state_dict().items()}
        arrays = {name: state[f"{name}.weight"] for name in ("words", "pieces")}
        for width in WIDTHS:  # (out, in, place) -> place after place
            arrays[f"look_{width}"] = state[f"look_{width}.weight"].transpose(2, 1, 0).reshape(width * WORD, LOOK)
            arrays[f"look_{width}_bias"] = state[f"look_{width}.bias"]
        for name in ("sign", "join", "decide"):
            arrays |= {name: state[f"{name}.weight"].T, f"{name}_bias": state[f"{name}.bias"]}
        for way, ending in (("forth", ""), ("back", "_reverse")):
            for ours, theirs in (("in", "ih"), ("kept", "hh")):
                arrays[f"{way}_{ours}"] = state[f"read.weight_{theirs}_l0{ending}"].T
                arrays[f"{way}_{ours}_bias"] = state[f"read.bias_{theirs}_l0{ending}"]
        return NoticeNetwork(self._row, self._sign, {name: np.ascontiguousarray(a)[None] for name, a in arrays.items()})
