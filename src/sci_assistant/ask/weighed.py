"""A conversation's words -> how much they sound like danger, or like a question on one's own treatment.

Two fitted lists of weights: data/notice_words.tsv.gz (read by triage.py) and data/caution_words.tsv.gz (caution.py).
A list holds pieces of what people write: words, pairs and triples of words, and pieces of words, which survive a
slip of the fingers, each with two weights, one for each of two questions: is this danger, and is it a crisis rather
than an emergency; does somebody ask about their own treatment, and about a reading rather than what to do. It can be
read like a glossary, needs neither model nor index nor numpy, and is fitted on the development messages alone
(eval/fit_notice_words.py, eval/fit_caution_words.py). Beside the pieces it weighs signs: which rules are raised,
which of their things are told.

    score = intercept + sum over words and letters of (sum of weight * idf / square root of the sum of idf squared)
            + sum of the weights of signs

with idf the usual inverse document frequency (Sparck Jones 1972, https://doi.org/10.1108/eb026526): the logistic
regression over binary TF-IDF features that scikit-learn fits, written out.
"""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Iterable, Iterator, KeysView, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

NOTICES, CAUTIONS = "notice_words.tsv.gz", "caution_words.tsv.gz"
LONGEST = 3  # words of a phrase
PIECES = (3, 4, 5)  # letters of a piece of a word, the spaces around it among them

Family = Literal["words", "letters", "signs"]
FAMILIES: tuple[Family, ...] = ("words", "letters", "signs")

_WORD = re.compile(r"[a-z0-9']+")


class Scores(NamedTuple):
    """The log odds of the two questions that a list was fitted to answer."""

    first: float
    second: float


class Piece(NamedTuple):
    """An entry of the list."""

    idf: float
    first: float
    second: float


class Pieces(Mapping[str, Piece]):
    """Entries by what they weigh, read from their line when they are looked up: a first question waits for the
    list, and needs some hundred of its forty thousand entries."""

    def __init__(self, numbers: dict[str, str]) -> None:
        self._numbers = numbers
        self._read: dict[str, Piece] = {}

    def __getitem__(self, name: str) -> Piece:
        known = self._read.get(name)
        if known is None:
            known = self._read[name] = Piece(*map(float, self._numbers[name].split("\t")))
        return known

    def keys(self) -> KeysView[str]:
        """Those of the dictionary itself, which meet a set without a call for each name."""
        return self._numbers.keys()

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


@dataclass(frozen=True, slots=True)
class WeighedWords:
    """The fitted list.

    `sure` is the first score from which something is shown, `doubt` the lower one from which it is shown where a rule
    says so too.
    """

    intercept: Scores
    sure: float
    doubt: float
    pieces: Mapping[Family, Mapping[str, Piece]]

    def knows(self, rule: str) -> bool:
        """Whether the list was fitted with a rule: one that is newer is never found harmless."""
        return f"rule {rule}" in self.pieces["signs"]

    def weigh(self, heard: str, signs: Iterable[str]) -> Scores:
        """The scores of a conversation as the rules hear it, with its signs."""
        first, second = self.intercept.first, self.intercept.second
        for family, found in features(heard, signs).items():
            entries = self.pieces[family]
            known = [entries[piece] for piece in entries.keys() & found]
            length = math.sqrt(sum(piece.idf**2 for piece in known)) if family != "signs" else 1.0
            if known:
                first += sum(piece.first * piece.idf for piece in known) / length
                second += sum(piece.second * piece.idf for piece in known) / length
        return Scores(first, second)


def features(heard: str, signs: Iterable[str]) -> dict[Family, frozenset[str]]:
    """What a conversation's weights are looked up by, each once."""
    tokens = _WORD.findall(heard)
    phrases = (
        " ".join(tokens[start : start + length])
        for length in range(1, LONGEST + 1)
        for start in range(len(tokens) - length + 1)
    )
    letters = (
        padded[start : start + length]
        for padded in (f" {token} " for token in set(tokens))
        for length in PIECES
        for start in range(len(padded) - length + 1)
    )
    return {"words": frozenset(phrases), "letters": frozenset(letters), "signs": frozenset(signs)}


@cache
def load_words(name: str) -> WeighedWords:
    """A list that ships with the package."""
    raw = (files("sci_assistant") / "data" / name).read_bytes()
    return parse_words(gzip.decompress(raw).decode("utf-8"))


def parse_words(text: str) -> WeighedWords:
    """A list as it is written: family, piece, idf and the two weights between tabs; `#` opens a comment.

    Raises:
        ValueError: a line has another form, or a number of the head is missing.
    """
    rows: dict[str, dict[str, str]] = {"head": {}, **{family: {} for family in FAMILIES}}
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        family, name, numbers = line.split("\t", 2)
        if numbers.count("\t") != len(Piece._fields) - 1:
            raise ValueError(f"The list of words has {numbers!r} where three numbers should stand.")
        if family not in rows:
            known = ", ".join(FAMILIES)
            raise ValueError(f"The list of words has a line of the family {family!r}; there are {known}.")
        rows[family][name] = numbers
    head = Pieces(rows.pop("head"))
    missing = {"intercept", "bounds"} - set(head)
    if missing:
        raise ValueError(f"The list of words says no {' and no '.join(sorted(missing))}.")
    (_, *intercept), (_, sure, doubt) = head["intercept"], head["bounds"]
    return WeighedWords(Scores(*intercept), sure, doubt, {family: Pieces(rows[family]) for family in FAMILIES})


def write_words(words: WeighedWords, comment: str) -> bytes:
    """A list as a compressed file, the same bytes for the same list."""
    rows = [f"# {comment}", "# family\tpiece\tidf\tfirst\tsecond"]
    rows.append(f"head\tintercept\t1\t{words.intercept.first:.4f}\t{words.intercept.second:.4f}")
    rows.append(f"head\tbounds\t1\t{words.sure:.4f}\t{words.doubt:.4f}")
    for family in FAMILIES:
        for piece, entry in sorted(words.pieces[family].items()):
            rows.append(f"{family}\t{piece}\t{entry.idf:.3f}\t{entry.first:.3f}\t{entry.second:.3f}")
    return gzip.compress("\n".join((*rows, "")).encode("utf-8"), mtime=0)
