"""Fit the small reader of claims: eval/claims/training.tsv.gz -> src/sci_assistant/data/claim_reader.npz.

    python -m sci_assistant_eval.fit_claim_reader [--write]    # about half an hour on two cores

The claims were written by AI models about sentences of development articles alone and about sentences of their own;
those of a `model` type as a small language model writes and errs, and they count more. Those about some articles are
held back, and what the reader makes of them is printed. The test split is never read.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import click
import numpy as np
from sci_assistant_eval.claims import claims_folder
from sci_assistant_eval.reader_training import Texts, fit

from sci_assistant.ask.claim_reader import NAME
from sci_assistant.errors import EvaluationError
from sci_assistant.reader import Network, TextReader, compare

EPOCHS = 5
SEEDS = (0, 1)  # of a network each
MODEL = "model "  # what the types of claims begin with that are written as a small language model writes
MODEL_TIMES = 3  # what such a claim counts
KEPT = 0.85  # of the true claims, where the share of false ones removed is printed

_BRACKETS = re.compile(r"\([^()]*\)")


class Pair(NamedTuple):
    """A source under its article's title, and a claim."""

    holds: bool
    type: str
    held_back: bool
    source: str
    claim: str

    @property
    def title(self) -> str:
        return self.source.partition(": ")[0]

    @property
    def text(self) -> str:
        """The source without the title."""
        return self.source.partition(": ")[2]


def load_pairs(path: Path | None = None) -> tuple[Pair, ...]:
    """The training pairs: holds, type, held back, source and claim between tabs.

    Raises:
        EvaluationError: a line has another form.
    """
    path = path or claims_folder() / "training.tsv.gz"
    found = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            fields = line.rstrip("\n").split("\t")
            if len(fields) != len(Pair._fields) or not {fields[0], fields[2]} <= {"0", "1"}:
                raise EvaluationError(f"{path}, line {number}: not holds, type, held back, source and claim.")
            found.append(Pair(fields[0] == "1", fields[1], fields[2] == "1", fields[3], fields[4]))
    return tuple(found)


@click.command()
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(write: bool) -> None:
    """Fit and print what the reader makes of claims about articles that it has not seen."""
    pairs = load_pairs()
    networks = [fit_pairs(to_fit_on(pairs), seed=seed) for seed in SEEDS]
    for line in _table(networks, [pair for pair in pairs if pair.held_back]):
        click.echo(line)
    if write:
        path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / NAME
        together = zip(Network._fields, zip(*networks, strict=True), strict=True)
        saved: dict[str, Any] = {name: np.stack(arrays).astype(np.float16) for name, arrays in together}
        np.savez(path, **saved)
        click.echo(f"wrote {path}, {path.stat().st_size // 1024} KiB")


def to_fit_on(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs that are not held back, those like a model's more than once, and each source as a claim, whole and
    without what stands in brackets: a copy is borne out."""
    pairs = [pair for pair in pairs if not pair.held_back]
    more = [pair for pair in pairs if pair.type.startswith(MODEL)] * (MODEL_TIMES - 1)
    copies = [
        Pair(True, "copy", False, source, claim)
        for source, text in dict.fromkeys((pair.source, pair.text) for pair in pairs)
        for claim in dict.fromkeys((text, " ".join(_BRACKETS.sub(" ", text).split()).replace(" ,", ",")))
    ]
    return [*pairs, *more, *copies]


def fit_pairs(pairs: Sequence[Pair], *, seed: int = 0, batches: int | None = None) -> Network:
    """The network for pairs; `batches` ends the fit early, for a test."""
    numbers = {text: n for n, text in enumerate(dict.fromkeys(t for p in pairs for t in (p.claim, p.source)))}
    labels = np.array([pair.holds for pair in pairs], dtype=np.float32)
    asked = [(numbers[pair.claim], numbers[pair.source]) for pair in pairs]
    return fit(Texts(list(numbers)), asked, labels, epochs=EPOCHS, seed=seed, batches=batches)


def _table(networks: Sequence[Network], pairs: Sequence[Pair]) -> Iterator[str]:
    """The share of false claims removed, by type, where most true ones are kept."""
    reader = TextReader()
    looked = [(reader.look(pair.claim), reader.look(pair.source)) for pair in pairs]
    scores = [fmean(compare(network, *both) for network in networks) for both in looked]
    true = [score for pair, score in zip(pairs, scores, strict=True) if pair.holds]
    bound = float(np.quantile(true, 1 - KEPT))
    found = defaultdict(list)
    for pair, score in zip(pairs, scores, strict=True):
        if not pair.holds:
            found[pair.type].append(score < bound)
    yield f"{len(true)} true claims about articles that were not seen; where {KEPT:.2f} of them are kept, removed:"
    for name, removed in sorted(found.items()):
        yield f"  {name:10} {np.mean(removed):.3f} of {len(removed)}"


if __name__ == "__main__":
    main()
