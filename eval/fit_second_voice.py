"""Fit the second voice: development messages -> src/sci_assistant/data/second_voice.npz.

    python -m sci_assistant_eval.fit_second_voice --store DIR [--write]

Two logistic regressions (scikit-learn), for emergencies and for crises. What is told as nothing: benign messages,
questions about one's own treatment, development questions and listed questions that raise no rule. Prints what each
adds to the rules, cross-validated; the test split is never read.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from sci_assistant_eval.questions import load_questions
from sci_assistant_eval.vignettes import load_vignettes

from sci_assistant.ask.rules import load_rules
from sci_assistant.ask.second_voice import NAME, Features
from sci_assistant.ask.triage import Triage
from sci_assistant.types import Turn

FALSE_ALARMS = 0.02  # of benign messages, by this voice alone, cross-validated
FOLDS = 5
SEED = 0
STRENGTH = 5.0  # inverse of the regularisation


@click.command()
@click.option("--store", type=click.Path(path_type=Path), required=True, help="Folder of the index of all articles.")
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(store: Path, write: bool) -> None:
    """Fit on dev and print what the voice adds."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    from sci_assistant import wire
    from sci_assistant.settings import load_settings

    settings = load_settings(store=store)
    assistant = wire.make_assistant(settings)
    embeddings = wire.make_embeddings(settings)
    triage = Triage()
    rows: list[tuple[Turn, str, bool]] = []  # turn, label, whether it is a benign look-alike
    for vignette in load_vignettes(split="dev", training=True):
        if vignette.expect is not None:
            rows.append((vignette.turn, vignette.expect, vignette.expect == "none"))
        elif vignette.caution is not None and triage.read(vignette.turn) is None:
            rows.append((vignette.turn, "none", False))
    listed = [Turn(p) for article in assistant.live.articles.values() for a in article.asked for p in a.phrasings[:3:2]]
    others = (*(question.turn for question in load_questions(split="dev")), *listed)
    rows += [(turn, "none", False) for turn in others if triage.read(turn) is None]
    turns = [turn for turn, _, _ in rows]
    vectors = embeddings.embed([assistant.searched(turn) for turn in turns])
    things = sorted(load_rules().things)
    features = Features(things).rows(turns, vectors)
    labels = np.array([label for _, label, _ in rows])
    benign = np.array([is_benign for _, _, is_benign in rows])
    fired = np.array([triage.read(turn) is not None for turn in turns])
    saved: dict[str, object] = {"things": np.array(things)}
    for target in ("emergency", "crisis"):
        wanted = labels == target
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
        scores = cross_val_predict(model, features, wanted, cv=folds, method="decision_function")
        threshold = float(np.sort(scores[benign])[-max(1, int(FALSE_ALARMS * benign.sum()))])
        said = scores >= threshold
        click.echo(
            f"{target}: voice alone {said[wanted].mean():.3f}, "
            f"rules alone {fired[wanted].mean():.3f} (not cross-validated), both {(said | fired)[wanted].mean():.3f}; "
            f"false alarms {said[benign].mean():.3f} of look-alikes, "
            f"{said[(labels == 'none') & ~benign].mean():.4f} of other questions"
        )
        model.fit(features, wanted)
        saved[f"{target}_coefficients"] = model.coef_[0].astype(np.float16)
        saved[f"{target}_intercept"] = np.float32(model.intercept_[0])
        saved[f"{target}_threshold"] = np.float32(threshold)
    if write:
        path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / NAME
        np.savez_compressed(path, **saved)  # type: ignore[arg-type]  # numpy types names as arrays
        click.echo(f"wrote {path}, {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
