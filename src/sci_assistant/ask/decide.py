"""Whether the retrieved passages answer a question at all. Refusing is the safe side.

The signals are absolute, so that they hold for one article and for ten thousand: the best cosine of a passage and of
a sentence, the share of the question's content words, weighed by how rare they are in English, that the best passages
hold, and where articles list what they answer, how the question lies between those questions and foils that such
articles do not answer. A logistic function of them and of their products is compared with a threshold; it stands in
data/answerable.json, fitted on development and judged questions by eval/fit_answerable.py. Somewhat below the
threshold a question may still be answered, where the answer names what of it no passage mentions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations_with_replacement

from sci_assistant.ask.condense import ASPECTS
from sci_assistant.ask.likeness import load_likeness, load_networks
from sci_assistant.ask.search import Retrieved
from sci_assistant.asked import Neighbourhood
from sci_assistant.types import Passage
from sci_assistant.words import STOPWORDS, names_medicine, rarity, stem, stems, tokenize

PASSAGES_READ = 3  # best passages whose words count as held
TELLING = 3.0  # rarity from which a word that is missing is named
OWN_HELD = 0.45  # share of a follow-up's own words below which it is a question on another matter


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known about how well the articles fit a question; each between 0 and 1 but for margins and log odds."""

    passage_cosine: float
    sentence_cosine: float
    coverage: float  # weighed share of the question's content words that the best passages hold
    passage_coverage: float  # the same for the one best passage
    rarest_missing: float  # weight of the rarest content word that no passage holds, over 8
    keyword: float  # best keyword score, over 30
    listed: bool  # whether the best article lists what it answers; the rest is 0 where it does not
    asked: float  # best cosine of a listed question
    margin: float  # of the best listed question over the best foil
    margin_five: float  # the same of the means of the best five
    share: float  # of the nearest neighbours' votes that listed questions have
    likeness: float  # log odds that it sounds like a listed question rather than a foil, over 10
    sound: float  # the same by what the model makes of its tokens
    sounds: bool  # whether these two are known: with the bundled weights
    length: float  # of the question: log of its words and one more, over 4


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model over the signals and the products of each two."""

    intercept: float
    weights: dict[str, float]
    threshold: float
    perhaps: float  # from which a question may be answered that names what is missing; at most the threshold

    def probability(self, signals: Signals) -> float:
        """Chance that the articles answer, by the logistic function."""
        values = signal_values(signals)
        return 1.0 / (1.0 + math.exp(-(self.intercept + sum(w * values[name] for name, w in self.weights.items()))))


def signal_values(signals: Signals) -> dict[str, float]:
    """The signals by name, and the products of each two as `NAME, by NAME`: what one says depends on the others."""
    values = {name: float(value) for name, value in asdict(signals).items()}
    pairs = combinations_with_replacement(values, 2)
    return values | {by(one, other): values[one] * values[other] for one, other in pairs}


def by(one: str, other: str) -> str:
    """The name of the product of two signals, in the order of Signals."""
    return f"{one}, by {other}"


@cache
def load_models() -> dict[str, Model]:
    """The fitted models that ship with the package: where articles list what they answer, the same with other weights
    than the bundled ones, and where they do not."""
    raw = json.loads((files("sci_assistant") / "data" / "answerable.json").read_text(encoding="utf-8"))
    return {
        name: Model(raw[name]["intercept"], raw[name]["weights"], raw[name]["threshold"], raw[name]["perhaps"])
        for name in ("listed", "listed_other_weights", "unlisted")
    }


def model_for(signals: Signals) -> Model:
    """The fitted model that these signals are weighed by."""
    name = "unlisted" if not signals.listed else "listed" if signals.sounds else "listed_other_weights"
    return load_models()[name]


def read_signals(retrieved: Retrieved, question: str, corrected: Sequence[tuple[str, str]] = ()) -> Signals:
    """The signals for a question as typed; a mended word counts half, since it may have been meant otherwise."""
    length = math.log(len(question.split()) + 1) / 4.0
    if not retrieved.passages:
        return Signals(0.0, 0.0, 0.0, 0.0, 1.0, 0.0, False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, False, length)
    weights = _content_weights(question, dict(corrected))
    held = [_held(passage) for passage in retrieved.passages[:PASSAGES_READ]]
    together = frozenset().union(*held)
    sentence = max(
        float((retrieved.build.sentence_vectors(p.article)[list(p.chunk.sentences)] @ retrieved.vector).max())
        for p in retrieved.passages[:PASSAGES_READ]
    )
    listed = retrieved.listed  # in a mixed corpus, as for the best passage's article
    near = retrieved.neighbourhood if listed else Neighbourhood(0.0, 0.0, 0.0, 0.0, 0.0)
    return Signals(
        passage_cosine=max(p.dense for p in retrieved.passages),
        sentence_cosine=sentence,
        coverage=_share(weights, together),
        passage_coverage=max(_share(weights, one) for one in held),
        rarest_missing=max((w for s, (w, _) in weights.items() if s not in together), default=0.0) / 8.0,
        keyword=max(p.keyword for p in retrieved.passages) / 30.0,
        listed=listed,
        asked=near.asked,
        margin=near.asked - near.foil,
        margin_five=near.asked_five - near.foil_five,
        share=near.share,
        likeness=load_likeness().score(question, retrieved.plain, retrieved.revision) / 10.0 if listed else 0.0,
        sound=load_networks().score(retrieved.means, retrieved.revision) / 10.0 if listed else 0.0,
        sounds=retrieved.sounds,
        length=length,
    )


def answerable(signals: Signals) -> bool:
    """Whether the articles answer the question."""
    return margin(signals) >= 0.0


def perhaps_answerable(signals: Signals) -> bool:
    """Whether they may answer it, so that what comes nearest serves with a word on what is missing."""
    model = model_for(signals)
    return model.perhaps <= model.probability(signals) < model.threshold


def unmentioned(retrieved: Retrieved, question: str, corrected: Sequence[tuple[str, str]] = ()) -> tuple[str, ...]:
    """The telling words of a question that the best passages do not hold; neighbours as one phrase, in their order."""
    held = _held_by_best(retrieved)
    weights = _content_weights(question, dict(corrected))
    missing = {stem for stem, (weight, _) in weights.items() if weight >= TELLING and stem not in held}
    phrases: list[list[str]] = [[]]
    for word in tokenize(question):
        if missing.intersection(stems(word)):
            phrases[-1].append(word)
        elif phrases[-1]:
            phrases.append([])
    return tuple(dict.fromkeys(" ".join(phrase) for phrase in phrases if phrase))


def unmentioned_medicines(retrieved: Retrieved, question: str) -> tuple[str, ...]:
    """Those of them that hold the name of a medicine, which is named even where the articles answer."""
    missing = unmentioned(retrieved, question)
    return tuple(phrase for phrase in missing if any(names_medicine(word) for word in phrase.split()))


def holds_own_words(retrieved: Retrieved, question: str) -> bool:
    """Whether the best passages hold enough of a follow-up's own content words; always where at most one of these
    tells something: "any gadgets?" leans wholly on what was said."""
    weights = _content_weights(question, {})
    few = sum(weight >= TELLING for weight, _ in weights.values()) < 2
    return few or _share(weights, _held_by_best(retrieved)) >= OWN_HELD


def margin(signals: Signals) -> float:
    """The chance that the articles answer the question, above the threshold from which it is answered."""
    model = model_for(signals)
    return model.probability(signals) - model.threshold


def knows_own_words(retrieved: Retrieved, question: str) -> bool:
    """Whether the articles, or the questions that the best passage's article lists, hold the rarest word that a
    follow-up itself brings.

    A follow-up is searched together with its earlier topic; without this, "best pizza in town?" would be
    answered from that topic's article.
    """
    own = [word for word in tokenize(question) if word not in STOPWORDS and word not in ASPECTS]
    if not own:
        return True
    rarest, build = stem(max(own, key=rarity)), retrieved.build
    return rarest in build.stems or any(rarest in build.asked_stems(p.article) for p in retrieved.passages[:1])


def _content_weights(question: str, corrected: dict[str, str]) -> dict[str, tuple[float, float]]:
    """Stem -> (weight, credit when held). The word that was meant stands for a mended one, at half its credit."""
    meant = {wrong.lower(): right for wrong, right in corrected.items()}
    weights: dict[str, tuple[float, float]] = {}
    for word in tokenize(question):
        right = meant.get(word)
        for content in stems(right or word):
            weight = rarity(right or word)
            weights[content] = (weight, 0.5 if right else 1.0)
    return weights


def _held_by_best(retrieved: Retrieved) -> frozenset[str]:
    return frozenset[str]().union(*(_held(passage) for passage in retrieved.passages[:PASSAGES_READ]))


def _held(passage: Passage) -> frozenset[str]:
    article = passage.article
    words = stems(" ".join((article.title, *article.synonyms, passage.section_title, passage.chunk.text)))
    return frozenset(words) | {stem(word) for word in words}


def _share(weights: dict[str, tuple[float, float]], held: frozenset[str]) -> float:
    total = sum(weight for weight, _ in weights.values())
    if total == 0.0:
        return 0.0
    return sum(weight * credit for s, (weight, credit) in weights.items() if s in held) / total
