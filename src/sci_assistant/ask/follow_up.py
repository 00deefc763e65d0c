"""Whether a message leans on what was said before it: "what if it runs dry" does, "feet swollen by teatime" does not.

A logistic function of how it is worded and of what the articles have for it, alone and beside the earlier messages.
Its coefficients stand in data/follow_up.json, fitted on written conversations by eval/fit_follow_up.py.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from sci_assistant.ask.condense import ASPECTS, find_pronoun
from sci_assistant.ask.decide import margin, read_signals
from sci_assistant.ask.search import Retrieved
from sci_assistant.words import STOPWORDS, rarity, tokenize

NAME = "follow_up.json"
MOST_OWN, MOST_CONTENT = 8, 12  # words beyond which more say nothing
RAREST = 8.0  # rarity that counts as 1

_ASKS = frozenset("what how is can do will does why when".split())
_GOES_ON = re.compile(r"\W*(?:and|so|but|or|then|ok so|what about|how about|what if)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:i|my|he|his|she|her|mum|mom|dad|husband|wife|son|daughter|mate|brother)\b", re.IGNORECASE)
_CHANGES = re.compile(
    r"\W*(?:(?:ok|right|oh|also|and|actually|anyway|btw)\W+)*"
    r"(?:(?:new|another|other|diff\w*|separate|change of|off) (?:thing|subject|topic|question|q|matter|one)\b"
    r"|unrelated\b|something else\b|totally different\b|by the way\b|btw\b|switching\b|moving on\b|changing\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Leaning:
    """What tells a follow-up; each about between 0 and 1."""

    own_words: float  # how many name something
    content_words: float
    rarest: float  # of those that were not said before
    asks: float  # whether it opens with a word that asks
    pronoun: float
    goes_on: float  # "and", "what about"
    person: float
    changes: float  # "another thing"
    passage_cosine: float
    margin: float  # chance that the articles answer it alone, above the threshold
    gain: float  # of that chance beside what was said before
    same_article: float  # whether both ways find the same article first

    @property
    def stands_alone(self) -> bool:
        """Whether its own words find its topic, and the articles answer them: "why wait with surgery?"."""
        return self.same_article == 1.0 and self.margin >= 0.0


def read_leaning(question: str, history: Sequence[str], alone: Retrieved, beside: Retrieved) -> Leaning:
    """What tells whether a question leans on earlier messages, from what was found for it alone and beside them."""
    words = tokenize(question)
    content = [word for word in words if word not in STOPWORDS]
    own = [word for word in content if word not in ASPECTS]
    said = {word for earlier in history for word in tokenize(earlier)}
    signals = read_signals(alone, alone.question)
    chance = margin(signals)
    first = [one.passages[0].article.id if one.passages else "" for one in (alone, beside)]
    return Leaning(
        own_words=min(len(own), MOST_OWN) / MOST_OWN,
        content_words=min(len(content), MOST_CONTENT) / MOST_CONTENT,
        rarest=max((rarity(word) for word in own if word not in said), default=0.0) / RAREST,
        asks=float(bool(words) and words[0] in _ASKS),
        pronoun=float(find_pronoun(question) is not None),
        goes_on=float(_GOES_ON.match(question) is not None),
        person=float(_PERSON.search(question) is not None),
        changes=float(_CHANGES.match(question) is not None),
        passage_cosine=signals.passage_cosine,
        margin=chance,
        gain=margin(read_signals(beside, beside.question)) - chance,
        same_article=float(first[0] == first[1]),
    )


def leans(leaning: Leaning) -> bool:
    """Whether it is more likely a follow-up than not."""
    intercept, weights = _load()
    values = asdict(leaning)
    return intercept + math.fsum(weight * values[name] for name, weight in weights.items()) >= 0.0


@cache
def _load() -> tuple[float, dict[str, float]]:
    raw = json.loads((files("sci_assistant") / "data" / NAME).read_text(encoding="utf-8"))
    return raw["intercept"], raw["weights"]
