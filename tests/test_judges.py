"""A stronger judge of the operator's choice: any transformers classifier, here tiny and random ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from sci_assistant.errors import ModelError
from sci_assistant.judges import NliJudge

PREMISE, CLAIM = "Surgery is done once the bone has matured.", "Surgery waits until the bone is mature."


def save_tiny_model(folder: Path, labels: list[str]) -> str:
    """A randomly initialised classifier of a few thousand weights, with its tokenizer."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    words = sorted({word.strip(".").lower() for word in f"{PREMISE} {CLAIM}".split()})
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *words]))
    config = BertConfig(
        vocab_size=6 + len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        id2label=dict(enumerate(labels)), label2id={label: at for at, label in enumerate(labels)},
        num_labels=len(labels), initializer_range=1.0,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize(
    "labels", [["contradiction", "neutral", "entailment"], ["supported", "unsupported"], ["LABEL_0"]]
)
def test_a_model_of_the_operators_choice_gives_a_probability(tmp_path, labels):
    judge = NliJudge(save_tiny_model(tmp_path, labels))
    found = judge.entails(PREMISE, CLAIM)
    assert 0.0 < found < 1.0
    assert found == judge.entails(PREMISE, CLAIM) != judge.entails(CLAIM, "Surgery waits.")


def test_labels_that_do_not_say_entailment_are_refused_by_name(tmp_path):
    judge = NliJudge(save_tiny_model(tmp_path, ["LABEL_0", "LABEL_1", "LABEL_2"]))
    with pytest.raises(ModelError, match=r"LABEL_1.*config\.json"):
        judge.entails(PREMISE, CLAIM)


def test_a_folder_without_a_model_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(ModelError, match=r"(?s)cannot be loaded.*unset it"):
        NliJudge(str(tmp_path)).entails(PREMISE, CLAIM)
