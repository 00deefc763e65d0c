"""A message -> whether it asks for something to be done that only a person or another program can do.

Such a message is refused, not searched for. Patterns of its beginning (intent.py), and a fitted list of weighed words
(weighed.py; data/request_words.tsv.gz, by eval/fit_request_words.py) for the many ways of asking.
"""

from __future__ import annotations

from sci_assistant.ask.intent import Intent
from sci_assistant.ask.weighed import load_words

NAME = "request_words.tsv.gz"


def asks_to_act(question: str, intent: Intent) -> bool:
    """Whether a question as typed, of this intent, is a request to act."""
    if intent.request_to_act:
        return True
    words = load_words(NAME)
    return words.weigh(*read_request(question)).first >= words.sure


def read_request(question: str) -> tuple[str, frozenset[str]]:
    """A message as its words are weighed, and its signs: how it begins says more than what it names."""
    words = question.replace("’", "'").lower().split()
    return " ".join(words), frozenset(f"begins {' '.join(words[:length])}" for length in (1, 2, 3) if words[:length])
