"""Split one line of text into sentences.

Takes a string without paragraph breaks; gives offsets. The spans are in order, do not overlap, begin and
end with a visible character, and together cover every visible character. In doubt two sentences stay
together: a quote that is too long is true, one that is cut off may not be.
"""

from __future__ import annotations

import re

_STOP = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s)")
_GAP = re.compile(r"\s+")
_LAST_WORD = re.compile(r"[\w.&-]+$")
_NUMBERING = re.compile(r"\s*\(?\d{1,3}$")  # "1. Sit up": the numeral of a list, not a sentence
_ACRONYM = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]$")  # U.S  a.m  M.D, without their last full stop


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEVER_LAST = _words("dr drs mr mrs ms prof rev hon gen vs e.g i.e approx cf viz mt")
_BEFORE_NUMBER = _words("no nos fig figs eq ref refs sec ch vol art p pp ca max min est")
_SELDOM_LAST = _words("st ave inc ltd co corp jr sr al ph.d dept univ")
_OPENERS = _words(
    "a about after all also although an and any are as ask at because before both but by call can do does "
    "don't during each early even every few for from get has have he her his how however if in is it its "
    "keep learn let many may most my never no not of on once one only or other our people please see she "
    "should since so some such take talk tell that the their then there these they this those to try under "
    "until use we what when where while who why with you your"
)
_LONGEST_MERGE = 600  # characters: an unclosed bracket or quotation mark must not swallow a page


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Offsets (start, end) of the sentences of `text`."""
    spans: list[tuple[int, int]] = []
    start = len(text) - len(text.lstrip())
    for stop in _STOP.finditer(text):
        gap = _GAP.match(text, stop.end())
        if gap is None or gap.end() == len(text):
            break
        if _ends_here(text, start, stop, gap.end()):
            spans.append((start, stop.end()))
            start = gap.end()
    end = len(text.rstrip())
    if start < end:
        spans.append((start, end))
    return _keep_enclosures(text, spans)


def _ends_here(text: str, start: int, stop: re.Match[str], following: int) -> bool:
    """Whether the punctuation at `stop` ends the sentence that began at `start`."""
    if text[following].islower():
        return False
    if stop.group() != ".":
        return not (stop.group()[0] == "." and len(stop.group()) == 2 and _is_abbreviation(text, start, stop))
    if stop.start() - start <= 4 and _NUMBERING.match(text[start : stop.start()]):
        return False
    found = _LAST_WORD.search(text, max(start, stop.start() - 30), stop.start())
    return found is None or _word_can_end(text, start, found, following)


def _is_abbreviation(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a bracket that closes after a full stop closes after an abbreviation: "(approx.) 20"."""
    found = _LAST_WORD.search(text, max(start, stop.start() - 30), stop.start())
    return found is not None and found.group().lower() in _NEVER_LAST


def _word_can_end(text: str, start: int, found: re.Match[str], following: int) -> bool:
    """Whether a word with a full stop after it can be the last of a sentence, seeing what follows."""
    word = found.group().lower()
    if word in _NEVER_LAST:
        return False
    if word in _BEFORE_NUMBER:
        return not text[following].isdigit()
    if word in _SELDOM_LAST or _ACRONYM.match(word):
        return _opens_sentence(text, following)
    if len(word) == 1 and found.group().isupper():
        before = text[start : found.start()].split()
        named = not before or before[-1][0].isupper()
        return not named or _opens_sentence(text, following)
    return True


def _opens_sentence(text: str, at: int) -> bool:
    word = re.match(r"[\"“'‘(]*([\w'’]+)", text[at : at + 30])
    return word is not None and word.group(1).lower().replace("’", "'") in _OPENERS


def _keep_enclosures(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join sentences that stand inside one pair of brackets or quotation marks to what encloses them."""
    if not any(mark in text for mark in '("“'):
        return spans
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if kept and end - kept[-1][0] <= _LONGEST_MERGE and _closes(text[slice(*kept[-1])], text[start:end]):
            kept[-1] = (kept[-1][0], end)
        else:
            kept.append((start, end))
    return kept


def _closes(before: str, after: str) -> bool:
    """Whether `after` closes a bracket or quotation that `before` left open."""
    for opening, closing in ("()", "“”"):
        if before.count(opening) > before.count(closing) and after.count(closing) > after.count(opening):
            return True
    return before.count('"') % 2 == 1 and after.count('"') % 2 == 1
