"""What is known of single words: tokens, stems, how common they are in English, and names of medicines.

The one adapter to wordfreq (R. Speer, https://github.com/rspeer/wordfreq) and PyStemmer. Frequencies are
on the Zipf scale: log10 of occurrences per billion words, 0 for an unknown word. A plain word is looked up in the
list that wordfreq brings without loading wordfreq, which takes half a second more.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

SHORTEST = 4  # letters of a word that slips are looked for in
RARE_ZIPF = 2.7  # a name from the list of medicines that is a commoner word than this is no medicine by itself
TOKEN = re.compile(r"[a-z0-9]+(?:[-'’][a-z0-9]+)*", re.IGNORECASE)
_LOWER_TOKEN = re.compile(TOKEN.pattern)
_PLAIN = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"\d[\d.,]+")  # counted as one word by wordfreq, whatever its digits

# Function words and the words of asking: they carry no topic. Kept short; rarity weighs the rest.
STOPWORDS = frozenset(
    """a about above after again all also am an and any anybody anyone are aren't as at be because been before
    being below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down
    during each else ever every few for from further get gets getting go goes going got had hadn't has hasn't have
    haven't having he he'd he's her here hers herself hi hello him himself his how how's i i'd i'll i'm i've if in
    into is isn't it it's its itself just kind know let like lot make makes many may maybe me mean might mine more
    most much must mustn't my myself need no nor not now of off ok okay on once one only or other our ours out over
    own people person please quite rather really same say she she's should shouldn't so some somebody someone
    something sort such tell than thank thanks that that's the their theirs them themselves then there there's
    these they they're thing things think this those though through to too try under until up upon us use used
    using very want was wasn't way we we're well were weren't what what's when where whether which while who whom
    whose why will with without won't would wouldn't yes yet you you'd you're your yours yourself im ive dont cant
    doesnt isnt whats hes shes theyre wont didnt id""".split()
)


def tokenize(text: str) -> list[str]:
    """Lower-case words and numbers, in order; inner hyphens and apostrophes are kept."""
    return _LOWER_TOKEN.findall(text.lower().replace("’", "'"))


@cache
def _stemmer() -> object:
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The Snowball English stem of a lower-case word."""
    stemmed: str = _stemmer().stemWord(word)  # type: ignore[attr-defined]  # PyStemmer has no type hints
    return stemmed


def split_hyphens(words: Iterable[str]) -> list[str]:
    """Words with hyphenated ones followed by their parts, so that either spelling is found."""
    out: list[str] = []
    for word in words:
        out.append(word)
        if "-" in word:
            out.extend(part for part in word.split("-") if part)
    return out


def stems(text: str) -> list[str]:
    """Stems of the words of a text that are not stop words, in order, repeats kept."""
    return [stem(word.removesuffix("'s")) for word in split_hyphens(tokenize(text)) if word not in STOPWORDS]


@cache
def _listed_words() -> tuple[Sequence[str], ...]:
    """wordfreq's English words, most common first: in place i those of the Zipf frequency 9 - i / 100."""
    import msgpack

    spec = find_spec("wordfreq")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("wordfreq is not installed")
    raw = gzip.decompress((Path(spec.origin).parent / "data" / "large_en.msgpack.gz").read_bytes())
    _, *listed = msgpack.unpackb(raw)
    return tuple(listed)


@cache
def _frequencies() -> dict[str, float]:
    """Zipf frequency by word."""
    found: dict[str, float] = {}
    for place, words in enumerate(_listed_words()):
        found.update(dict.fromkeys(words, (900 - place) / 100))
    return found


@lru_cache(maxsize=100_000)
def zipf(word: str) -> float:
    """How common a word is in English on the Zipf scale, 0.0 if it is unknown."""
    if _PLAIN.fullmatch(word):
        return _frequencies().get(word, 0.0)
    from wordfreq import zipf_frequency

    return float(zipf_frequency(word, "en", wordlist="large"))


class Vocabulary(dict[str, int]):
    """The words of a corpus, lower case, and how often each stands there."""

    @cached_property
    def mendable(self) -> tuple[str, ...]:
        """Those that a slip may be mended to."""
        return mendable(self)


def mendable(words: Iterable[str]) -> tuple[str, ...]:
    """The words that are long enough to tell a slip in them."""
    return tuple(word for word in words if word.isalpha() and len(word) >= SHORTEST)


@lru_cache(maxsize=8)
def common_words(count: int) -> tuple[str, ...]:
    """The most common words of English, most common first."""
    every = (word for words in _listed_words() for word in words if not _NUMBER.match(word))
    return tuple(islice(every, count))


@lru_cache(maxsize=100_000)
def rarity(word: str) -> float:
    """A weight for a word's information: 8 less its Zipf frequency, at least 1 (an absolute idf)."""
    return max(1.0, 8.0 - zipf(word))


@cache
def medicine_names() -> frozenset[str]:
    """Lower-case names of medicines, generic and brand (data/medicines.txt)."""
    lines = (files("sci_assistant") / "data" / "medicines.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def names_medicine(word: str) -> bool:
    """Whether a lower-case word is the name of a medicine and no commoner word."""
    return word in medicine_names() and zipf(word) < RARE_ZIPF
