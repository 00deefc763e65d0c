"""A model's raw text, piece by piece -> plain sentences with the numbers that they cite.

Nothing a model writes is trusted: what it thinks aloud and calls of tools are taken out, a sentence with markup, an
address or code in it is given back as refused, and numbers are only read here, to be checked by others. A model that
repeats itself or never ends a sentence is stopped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sci_assistant.ask.prompts import NOT_IN_SOURCES
from sci_assistant.ingest.sentences import split_sentences

LONGEST_SENTENCE = 500  # characters; more without an end is no sentence
MOST_REPEATS = 2  # times that a sentence may come again before the model is stopped
MOST_CHARACTERS = 6000  # of a whole answer, thinking included; six sentences need 900

_HIDDEN = re.compile(
    r"<(think|thinking|thought|reasoning|tool_call|function_call|tool_response)\b[^>]*>.*?(?:</\1\s*>|\Z)"
    r"|<\|[^|>]*\|>|\[TOOL_CALLS\][^\n]*|^.*?</think(?:ing)?>",
    re.DOTALL | re.IGNORECASE,
)
_CLOSED_THOUGHT = re.compile(r"(?:(?!<think).)*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OPEN_TAG = re.compile(r"<[/|]?[a-z_|]{0,20}[^>\s]*\Z", re.IGNORECASE)  # a tag of which the end has not come yet
_MARK = r"[\[【]\s*(?:sources?\s*)?\d{1,3}(?:\s*[,;&-]\s*(?:sources?\s*)?\d{1,3})*\s*[\]】]"
_MARKS = re.compile(rf"\s*{_MARK}", re.IGNORECASE)
_LATE_MARKS = re.compile(rf"([.!?])((?:\s*{_MARK})+)(?![.!?])", re.IGNORECASE)  # "Text. [1]" -> "Text [1]."
_OPEN_MARK = re.compile(r"[\[【][^\]】]{0,30}\Z")
_BULLET = re.compile(r"^\s*(?:[-*•–>]+|#{1,6}|\(?\d{1,2}[.)])\s+")
_LABEL = re.compile(r"^\s*(?:answer|source\s+\d{1,3}(?:,[^:.]{0,80})?|[^:.]{0,80}›[^:.]{0,80})\s*:\s*", re.IGNORECASE)
_STRONG = re.compile(r"\*\*|__|(?<!\w)\*(?=\w)|(?<=[\w.])\*(?!\w)")
_MARKUP = re.compile(
    r"[<>`{}\\|]|https?:|www\.|\]\(|javascript:|&(?:\w+|#\d+);|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2069\ufeff]",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[.!?…][\"'”’)\]】]*\s*$")


class Endless(Exception):
    """The model goes on without end or in circles. `reason` is a key of `prompts.FALLBACKS`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that a model wrote: its words without marks, the numbers it cites, why it is refused unread."""

    text: str
    numbers: tuple[int, ...]
    refused: str | None = None


class OutputReader:
    """Takes pieces of raw text; gives each sentence once it is complete."""

    def __init__(self) -> None:
        self._raw = ""
        self._given = 0  # claims that were given
        self._restarted = False
        self._seen: Counter[str] = Counter()

    @property
    def declined(self) -> bool:
        """Whether the model said that the sources do not answer."""
        return NOT_IN_SOURCES.replace("_", "") in self._raw.replace("_", "").replace(" ", "").upper()

    @property
    def silent(self) -> bool:
        """Whether nothing was written that a reader could see."""
        return not any(character.isalnum() for character in _visible(self._raw, done=True))

    def read(self, piece: str) -> Iterator[Claim]:
        """The sentences that this piece completes.

        Raises:
            Endless: the text goes on without end or in circles.
        """
        if not piece:
            return
        self._raw += piece
        if not self._restarted and _CLOSED_THOUGHT.match(self._raw):  # what came before was a thought
            self._restarted, self._given = True, 0
            self._seen.clear()
        yield from self._new(_claims(_visible(self._raw, done=False), done=False))
        if len(self._raw) > MOST_CHARACTERS:
            raise Endless("endless")
        lines = _visible(self._raw, done=False).rsplit("\n", 1)[-1]
        if len(lines) > LONGEST_SENTENCE and not _claims(lines[-LONGEST_SENTENCE:], done=False):
            raise Endless("endless")

    def end(self) -> Iterator[Claim]:
        """What is left when the model has ended; words that stop in mid-sentence are refused."""
        yield from self._new(_claims(_visible(self._raw, done=True), done=True))

    def _new(self, claims: list[Claim]) -> Iterator[Claim]:
        for claim in claims[self._given :]:
            self._given += 1
            key = " ".join(re.findall(r"\w+", claim.text.lower()))
            if not key:
                continue
            self._seen[key] += 1
            if self._seen[key] > MOST_REPEATS:
                raise Endless("repeated")
            if self._seen[key] == 1:
                yield claim


def _visible(raw: str, *, done: bool) -> str:
    """The text without thinking and tool calls; of a text that goes on, without a tag that may still begin one."""
    text = _HIDDEN.sub(" ", raw)
    return text if done else _OPEN_TAG.sub("", text)


def _claims(text: str, *, done: bool) -> list[Claim]:
    """All sentences of a text, the last one only if it cannot go on."""
    lines = text.split("\n")
    found: list[Claim] = []
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        clean = _LATE_MARKS.sub(lambda m: f"{m[2]}{m[1]}", _LABEL.sub("", _BULLET.sub("", line)))
        pieces = [clean[start:end] for start, end in split_sentences(clean)]
        if last and not done:
            pieces = pieces[:-1] if not _OPEN_MARK.search(clean) or len(pieces) < 2 else pieces[:-2]
        found += [_claim(piece, whole=not last or bool(_ENDED.search(piece))) for piece in pieces]
    return found


def _claim(piece: str, *, whole: bool) -> Claim:
    numbers = tuple(dict.fromkeys(int(n) for mark in _MARKS.findall(piece) for n in re.findall(r"\d{1,3}", mark)))
    text = " ".join(_STRONG.sub("", _MARKS.sub("", piece)).split())
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    if NOT_IN_SOURCES.lower().replace("_", "") in text.lower().replace("_", "").replace(" ", ""):
        return Claim("", ())
    if _MARKUP.search(text):
        return Claim(text, numbers, "no plain text")
    if text.endswith("?"):
        return Claim(text, numbers, "a question")
    if (not whole and not numbers) or text.rstrip(".").endswith(":"):
        return Claim(text, numbers, "no whole sentence")
    return Claim(text if _ENDED.search(text) else f"{text}.", numbers)
