"""Fit the own judge: development claims and claims made from development articles -> data/judge.npz.

    python -m sci_assistant_eval.fit_judge [--held-out N] [--write]

Low-rank changes to the bundled weights, two epochs on the claims that AI models wrote and on those that
perturb.py makes by rules. With --held-out, every fourth development article (offset N) is kept out and judged.
The test split, its articles included, is never read.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from sci_assistant_eval.claims import Claim, load_claims, sources_of, split_of
from sci_assistant_eval.perturb import MadeClaim, Perturber

from sci_assistant.judges import NAME, RANK, PairReader
from sci_assistant.models import bundled_weights
from sci_assistant.types import Article
from sci_assistant.word_relations import load_word_relations

if TYPE_CHECKING:
    from sci_assistant.judge_network import JudgeNetwork

EPOCHS = 3
BATCH = 32
RATE = 1e-3
SEED = 6
FOLDS = 4
OWN_WEIGHT = 3.0  # a claim that a model wrote, against one made by rule
FALSE_EACH, TRUE_EACH = 1, 1  # made claims of a sentence, each epoch
Row = tuple[str, str, bool, float]  # premise, claim, holds, weight


def development_articles() -> dict[str, Article]:
    """Articles of the development half."""
    from sci_assistant.ingest.parse import read_articles
    from sci_assistant.wire import bundled_corpus

    found = (article for _, article in read_articles(bundled_corpus()) if isinstance(article, Article))
    return {article.id: article for article in found if split_of(article.id) == "dev"}


class Lessons:
    """Rows to fit on, drawn anew for each epoch."""

    def __init__(self, articles: dict[str, Article], claims: Sequence[Claim]) -> None:
        self._draw = random.Random(SEED)
        self._texts = {id_: [s.text for s in sources_of(article)] for id_, article in articles.items()}
        self._claims = [claim for claim in claims if claim.article in articles]
        every = [text for texts in self._texts.values() for text in texts]
        self._made = Perturber(every, load_word_relations())

    def epoch(self) -> list[Row]:
        rows = [*self._written(), *self._from_sentences(), *self._from_paraphrases()]
        self._draw.shuffle(rows)
        return rows

    def _premise(self, article: str, sentences: Sequence[str]) -> str:
        """A claim's source, now and then with a neighbour before or after it."""
        texts = self._texts[article]
        if len(sentences) == 1 and self._draw.random() < 0.25 and sentences[0] in texts:
            at = texts.index(sentences[0])
            if self._draw.random() < 0.5 and at:
                return f"{texts[at - 1]} {sentences[0]}"
            if at + 1 < len(texts):
                return f"{sentences[0]} {texts[at + 1]}"
        return " ".join(sentences)

    def _written(self) -> list[Row]:
        rows: list[Row] = []
        for claim in self._claims:
            parts = claim.written_from
            if claim.type == "merged":
                rows += [(self._premise(claim.article, (part,)), claim.claim, False, OWN_WEIGHT) for part in parts]
            else:
                rows.append((self._premise(claim.article, parts), claim.claim, claim.holds, OWN_WEIGHT))
            if claim.holds:
                other = self._draw.choice(self._texts[claim.article])
                if other not in parts:
                    rows.append((other, claim.claim, False, 1.0))
        return rows

    def _from_sentences(self) -> list[Row]:
        rows: list[Row] = []
        for article, texts in self._texts.items():
            for text in texts:
                made = [*self._some(text, text, FALSE_EACH, holds=False), *self._some(text, text, TRUE_EACH, holds=True)]
                rows += [(self._premise(article, (text,)), m.claim, m.holds, 1.0) for m in made]
        return rows

    def _from_paraphrases(self) -> list[Row]:
        rows: list[Row] = []
        for claim in self._claims:
            if claim.holds:
                premise = " ".join(claim.written_from)
                made = [
                    *self._some(premise, claim.claim, 4, holds=False),
                    *self._some(premise, claim.claim, 2, holds=True),
                ]
                rows += [(self._premise(claim.article, claim.written_from), m.claim, m.holds, 1.0) for m in made]
        return rows

    def _some(self, premise: str, text: str, count: int, *, holds: bool) -> list[MadeClaim]:
        names = list(self._made.true_rules if holds else self._made.false_rules)
        self._draw.shuffle(names)
        made: list[MadeClaim] = []
        for name in names:
            made += self._made.make(premise, text, rules=[name])
            if len(made) >= count:
                break
        return made


def batches(rows: Sequence[Row], draw: random.Random) -> list[list[Row]]:
    """Batches of rows of like length, in random order."""
    ordered = sorted(rows, key=lambda row: len(row[0]) + len(row[1]) + draw.randrange(30))
    cut = [list(ordered[at : at + BATCH]) for at in range(0, len(ordered), BATCH)]
    draw.shuffle(cut)
    return cut


def fit(lessons: Lessons, *, epochs: int = EPOCHS, most_steps: int | None = None) -> JudgeNetwork:
    """A fitted network; progress is printed."""
    import torch

    from sci_assistant.judge_network import JudgeNetwork

    torch.manual_seed(SEED)
    reader, draw = PairReader(), random.Random(SEED)
    network = JudgeNetwork(bundled_weights(), rank=RANK).train()
    fitted = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(fitted, lr=RATE, weight_decay=0.01)
    plan = [batch for _ in range(epochs) for batch in batches(lessons.epoch(), draw)][:most_steps]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=len(plan), pct_start=0.08)
    began, lost = time.monotonic(), []
    for step, batch in enumerate(plan):
        inputs = reader.read([(premise, claim) for premise, claim, _, _ in batch])
        wanted = torch.tensor([float(holds) for _, _, holds, _ in batch])
        weights = torch.tensor([weight for *_, weight in batch])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = network(*inputs)
        losses = torch.nn.functional.binary_cross_entropy_with_logits(scores.float(), wanted, reduction="none")
        loss = (losses * weights).sum() / weights.sum()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(fitted, 1.0)
        optimizer.step()
        schedule.step()
        lost.append(float(loss.detach()))
        if (step + 1) % 40 == 0:
            spent = time.monotonic() - began
            click.echo(f"step {step + 1} of {len(plan)}, loss {np.mean(lost[-40:]):.3f}, {spent:.0f} s")
    return network.eval()


def score_claims(network: JudgeNetwork, claims: Sequence[Claim]) -> list[float]:
    """Probabilities for claims against the sentences they were written from; for merged ones the better of the two."""
    import torch

    reader, scores = PairReader(), []
    for claim in claims:
        premises = claim.written_from if claim.type == "merged" else (" ".join(claim.written_from),)
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            found = torch.sigmoid(network(*reader.read([(premise, claim.claim) for premise in premises])).float())
        scores.append(float(found.max()))
    return scores


def describe(claims: Sequence[Claim], scores: Sequence[float]) -> None:
    """Print recall of false claims by type where 0.85 of the true ones are kept."""
    true = sorted(score for claim, score in zip(claims, scores, strict=True) if claim.holds)
    threshold = true[int(0.15 * len(true))]
    by_type: dict[str, list[bool]] = defaultdict(list)
    for claim, score in zip(claims, scores, strict=True):
        if not claim.holds:
            by_type[claim.type].append(score < threshold)
    recalls = ", ".join(f"{name} {np.mean(found):.3f} of {len(found)}" for name, found in by_type.items())
    click.echo(f"threshold {threshold:.3f} keeps 0.85 of {len(true)} true ones; removed: {recalls}")


@click.command()
@click.option("--held-out", type=click.IntRange(0, FOLDS - 1), help="Keep a quarter of the articles out and judge it.")
@click.option("--steps", type=click.IntRange(1), help="Stop after so many steps.")
@click.option("--epochs", type=click.IntRange(1), default=EPOCHS, show_default=True)
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the changes to this file.")
def main(held_out: int | None, steps: int | None, epochs: int, write: bool, out: Path | None) -> None:
    """Fit on dev."""
    articles, claims = development_articles(), load_claims(split="dev")
    kept = {
        id_: article
        for at, (id_, article) in enumerate(sorted(articles.items()))
        if held_out is None or at % FOLDS != held_out
    }
    network = fit(Lessons(kept, claims), epochs=epochs, most_steps=steps)
    judged = [claim for claim in claims if held_out is None or claim.article not in kept]
    describe(judged, score_claims(network, judged))
    path = out or (Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / NAME if write else None)
    if path:
        np.savez_compressed(path, **network.changes())  # type: ignore[arg-type]  # numpy types names as arrays
        click.echo(f"wrote {path}, {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
