"""The one adapter to models that judge whether a premise bears a claim out.

`OwnJudge` is small and ships with the package: the bundled embedding weights with low-rank changes that
eval/fit_judge.py fitted on development claims. It also reads, word by word, whether the other text holds the word,
one that may stand for it, or an opposite. `NliJudge` is any sequence classifier of the operator's choice. Both give
probabilities and can only remove. Safe for many threads once loaded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from sci_assistant.errors import ModelError
from sci_assistant.models import bundled_weights
from sci_assistant.word_relations import load_word_relations
from sci_assistant.words import TOKEN, stem

if TYPE_CHECKING:
    import torch

    from sci_assistant.judge_network import JudgeNetwork

NAME = "judge.npz"
RANK = 32
SAME, MISSING, STANDS, OPPOSITE = 1, 2, 3, 4  # how a word stands in the other text; 0: a mark
MOST_PIECES = 192
PIECE = re.compile(r"[A-Za-z0-9]+(?:[-'’][A-Za-z0-9]+)*|[^\w\s]")

Batch = tuple["torch.Tensor", "torch.Tensor", "torch.Tensor", "torch.Tensor"]  # ids, mask, types, flags


def flags_of(words: Sequence[str], others: Sequence[str]) -> list[int]:
    """How each word stands in another text."""
    lowered = [other.lower() for other in others if TOKEN.match(other)]
    stems = {stem(other) for other in lowered}
    return [_flag(word.lower(), lowered, stems) for word in words]


def _flag(word: str, others: Sequence[str], stems: set[str]) -> int:
    if not TOKEN.match(word):
        return 0
    if stem(word) in stems:
        return SAME
    relations = load_word_relations()
    if any(relations.are_opposites(word, other) for other in others):
        return OPPOSITE
    return STANDS if any(relations.may_stand_for(word, other) for other in others) else MISSING


class PairReader:
    """Pairs of texts -> the network's input."""

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(str(bundled_weights()), local_files_only=True)

    def read(self, pairs: Sequence[tuple[str, str]]) -> Batch:
        """Premises and claims, padded to one length."""
        import torch

        rows = [(PIECE.findall(premise), PIECE.findall(claim)) for premise, claim in pairs]
        encoded = self._tokenizer(
            [premise for premise, _ in rows],
            [claim for _, claim in rows],
            is_split_into_words=True,
            padding=True,
            truncation="only_first",
            max_length=MOST_PIECES,
            return_tensors="pt",
            return_token_type_ids=True,
        )
        types = encoded["token_type_ids"]
        flags = torch.zeros_like(types)
        for row, words in enumerate(rows):
            marks = (flags_of(*words), flags_of(*reversed(words)))
            places = zip(encoded.word_ids(row), types[row].tolist(), strict=True)
            flags[row] = torch.tensor([0 if word is None else marks[side][word] for word, side in places])
        return encoded["input_ids"], encoded["attention_mask"], types, flags


class OwnJudge:
    """The small judge that ships with the package; loaded at first use."""

    def __init__(self) -> None:
        self._reader = PairReader()

    @cached_property
    def _network(self) -> JudgeNetwork:
        from sci_assistant.judge_network import JudgeNetwork

        file = files("sci_assistant") / "data" / NAME
        try:
            with file.open("rb") as stream, np.load(stream) as saved:
                changes = {name: saved[name] for name in saved.files}
        except (OSError, ValueError) as error:
            raise ModelError(f"The judge's weights cannot be read: {error} Reinstall the package.") from error
        network = JudgeNetwork(bundled_weights(), rank=RANK)
        network.load_changes(changes)
        return network

    def judge_all(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Probabilities that each premise bears its claim out."""
        import torch

        if not pairs:
            return []
        with torch.inference_mode():
            scores = torch.sigmoid(self._network(*self._reader.read(pairs)))
        return [float(score) for score in scores]

    def entails(self, premise: str, claim: str) -> float:
        return self.judge_all([(premise, claim)])[0]
