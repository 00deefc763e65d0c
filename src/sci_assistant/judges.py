"""The adapter to a stronger judge of the operator's choice: does a premise bear a claim out?

Any sequence classifier of transformers, by folder or id. It can only remove; the rules hold with and without it.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from sci_assistant.errors import ModelError

ENTAILS = re.compile(r"entail|support|consistent|factual|grounded|faithful", re.IGNORECASE)
DENIES = re.compile(
    r"not[ _-]?entail|non[ _-]?entail|not[ _-]?support|unsupport|inconsistent|hallucin|ungrounded|unfaithful",
    re.IGNORECASE,
)


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
