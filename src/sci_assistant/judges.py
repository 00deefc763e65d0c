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
from pathlib import Path
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


ENTAILS = re.compile(r"entail|support|consistent|factual|grounded|faithful", re.IGNORECASE)
DENIES = re.compile(r"not[ _-]?entail|non[ _-]?entail|not[ _-]?support|unsupport|inconsistent|hallucin|ungrounded|unfaithful", re.I)


class NliJudge:
    """An operator's model of entailment or grounding, by folder or id, as an additional judge; loaded at first use.

    Any transformers sequence classifier that reads a premise and a claim: with one output (a probability of support)
    or with named labels of which one says that the premise entails the claim.

    Args:
        model: a folder, or an id of a model hub, which is then contacted.
    """

    def __init__(self, model: str) -> None:
        self._model_name = model

    @cached_property
    def _loaded(self) -> tuple[Any, Any, int | None]:
        """The tokenizer, the model, and the output that says entailed; None where there is one output."""
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        folder = Path(self._model_name).expanduser()
        name, local = (str(folder), True) if folder.exists() else (self._model_name, False)
        try:
            tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
            model = AutoModelForSequenceClassification.from_pretrained(name, local_files_only=local)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The judge {self._model_name!r} cannot be loaded: {error} Give the folder or id of a sequence "
                "classification model, or unset it: the rules hold without it."
            ) from error
        return tokenizer, model.eval(), self._entailed(model.config.id2label)

    def _entailed(self, labels: dict[int, str]) -> int | None:
        if len(labels) == 1:
            return None
        found = [at for at, label in labels.items() if ENTAILS.search(label) and not DENIES.search(label)]
        if len(found) != 1:
            raise ModelError(
                f"The judge {self._model_name!r} has the labels {', '.join(labels.values())}: none, or more than one, "
                "says that the premise entails the claim. Name one label 'entailment' in the model's config.json."
            )
        return int(found[0])

    def entails(self, premise: str, claim: str) -> float:
        """Probability that the premise entails the claim.

        Raises:
            ModelError: the model cannot be loaded or its labels do not say which one is entailment.
        """
        import torch

        tokenizer, model, entailed = self._loaded
        encoded = tokenizer(premise, claim, truncation="only_first", max_length=512, return_tensors="pt")
        with torch.inference_mode():
            scores = model(**encoded).logits[0].float()
        found = torch.sigmoid(scores[0]) if entailed is None else torch.softmax(scores, dim=-1)[entailed]
        return float(found)
