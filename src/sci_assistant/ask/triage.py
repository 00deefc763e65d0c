"""A turn and all earlier ones, raw -> a notice, before anything else. Rules alone: no model, no index.

The rules and every word that is shown stand in data/triage.yaml. When in doubt a notice is shown; the answer
follows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sci_assistant.types import Notice, NoticeKind, Phone, Turn

SEVERITY: tuple[NoticeKind, ...] = ("emergency", "crisis", "urgent")  # the first that was raised is shown

_NEGATED = re.compile(
    r"\b(?:no|not|never|without|denies|doesn'?t have|don'?t have|haven'?t (?:got|had)|isn'?t|hasn'?t)(?: \w+){0,2} $"
)
_NOT_NEGATING = re.compile(
    r"\b(?:no better|not sure|not only|not just|no longer|not stop\w*|no idea|never felt|never had|not (?:a )?joke) "
)
# Asking to learn: about signs, causes, prevention or meaning, not about somebody who has it now.
_LEARNING = re.compile(
    r"^\W*(?:so |hi |hello |please |ok |and )*(?:what (?:is|are|does|do|causes?|were)\b(?! (?:i|we) do)|what'?s (?:the|a|an)\b"
    r"|how (?:do|can|should|to|does|is|are|common|often|likely|long)\b(?=.*\b(?:prevent|avoid|reduce|lower|recogni[sz]e|know if|tell if"
    r"|spot|notice|treated|diagnosed|caused|feel like|look like|differ|common|often|likely|work|risk|plan|prepare|teach|explain)\b)"
    r"|(?:can|could|does|do|will|would) (?!i\b|you (?:please )?(?:call|help|send))[\w' -]{1,60}?\b(?:cause|lead to|mean|trigger|happen|affect)"
    r"|why (?:do|does|is|are)\b(?! (?:my|i)\b)|tell me about|explain|define|define|describe|difference between|is there|are there"
    r"|should (?:people|someone|everyone)|who (?:is|gets)|when (?:do|does|is|are) (?!my\b)|where can i (?:read|learn)|which\b"
    r"|(?:signs|symptoms|causes|prevention|prevalence|risk factors|history) of\b|years ago|i(?:'m| am) writing|for (?:my|a) (?:class|essay|talk))"
)
_NOW = re.compile(
    r"\b(?:i'?m|i am|i have|i'?ve|i feel|i can'?t|i cannot|my (?:head|chest|leg|calf|face|breathing|blood pressure|bp|heart|pump|husband|wife|son"
    r"|daughter|mum|mom|dad|partner|friend|brother|sister|mother|father|patient|client)\b[^.?!]{0,40}\b(?:is|are|has|can'?t|won'?t|just|keeps?|feels?|hurts?|looks?)"
    r"|he'?s|she'?s|he (?:is|has|can'?t|won'?t|just)|she (?:is|has|can'?t|won'?t|just)|they'?re|right now|at the moment|what do i do)\b"
)
_LEARNING_TOPIC = re.compile(
    r"\b(?:signs|symptoms|warning signs|causes?|triggers?|meaning|prevent\w*|avoid\w*|risk factors) (?:of|for)\b"
)
_PAST = re.compile(
    r"\b(?:years? ago|months ago|last year|when i was|back in (?:19|20)\d\d|in (?:19|20)\d\d|used to (?:get|have)|as a child)\b"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A notice's rule: one phrase of each group must stand in what was written."""

    id: str
    kind: NoticeKind
    text: str
    steps: tuple[str, ...]
    needs: tuple[tuple[re.Pattern[str], ...], ...]
    negatable: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """All of data/triage.yaml."""

    rules: tuple[Rule, ...]
    first_steps: dict[str, tuple[str, ...]]
    numbers: dict[str, tuple[Phone, ...]]


@cache
def load_rules() -> Rules:
    """The rules that ship with the package."""
    import yaml

    raw: dict[str, Any] = yaml.safe_load((files("sci_assistant") / "data" / "triage.yaml").read_text(encoding="utf-8"))
    return Rules(
        rules=tuple(
            Rule(
                id=rule["id"],
                kind=rule["kind"],
                text=rule["text"],
                steps=tuple(rule["steps"]),
                needs=tuple(tuple(_compile(phrase) for phrase in group) for group in rule["needs"]),
                negatable=rule.get("negatable", True),
            )
            for rule in raw["rules"]
        ),
        first_steps={kind: tuple(steps) for kind, steps in raw["first_steps"].items()},
        numbers={kind: tuple(Phone(n["label"], n["tel"]) for n in rows) for kind, rows in raw["numbers"].items()},
    )


def _compile(phrase: str) -> re.Pattern[str]:
    start = "" if phrase.startswith(("\\b", "(", "^")) else r"\b"
    return re.compile(start + phrase.replace(" ", r"\s+"))


class Triage:
    """Reads a turn for emergencies. Needs neither model nor index."""

    def read(self, turn: Turn) -> Notice | None:
        """The notice for a turn, None where no rule is raised."""
        rules = load_rules()
        now = plain(turn.question)
        before = [plain(earlier) for earlier in turn.history]
        raised = [rule for rule in rules.rules if _raised(rule, now, before)]
        if not raised:
            return None
        kind = min((rule.kind for rule in raised), key=SEVERITY.index)
        shown = [rule for rule in raised if rule.kind == kind]
        return Notice(
            kind=kind,
            rules=tuple(rule.id for rule in raised),
            text=" ".join(rule.text for rule in shown),
            steps=(*rules.first_steps[kind], *(step for rule in shown for step in rule.steps)),
            numbers=rules.numbers["crisis" if kind == "crisis" else "emergency"],
        )


def plain(text: str) -> str:
    """Lower case, plain apostrophes, single spaces: what the rules read."""
    return " ".join(text.replace("’", "'").replace("‘", "'").lower().split())


def _raised(rule: Rule, now: str, before: list[str]) -> bool:
    """Whether each group has a phrase in this or an earlier turn, and one of them in this turn."""
    found_now = [_found(group, now, negatable=rule.negatable) for group in rule.needs]
    if not any(found_now):
        return False
    return all(
        found or any(_found(group, earlier, negatable=rule.negatable) for earlier in before)
        for found, group in zip(found_now, rule.needs, strict=True)
    )


def _found(group: tuple[re.Pattern[str], ...], text: str, *, negatable: bool) -> bool:
    for phrase in group:
        for match in phrase.finditer(text):
            start, end = _sentence(text, match.start())
            sentence = text[start:end]
            if negatable and _is_negated(text[start : match.start()]):
                continue
            if _is_learning(sentence, text) or (negatable and _PAST.search(sentence)):
                continue
            return True
    return False


def _sentence(text: str, position: int) -> tuple[int, int]:
    start = max(text.rfind(mark, 0, position) for mark in ".?!") + 1
    ends = [end for mark in ".?!" if (end := text.find(mark, position)) >= 0]
    return start, min(ends, default=len(text))


def _is_negated(before: str) -> bool:
    return bool(_NEGATED.search(before)) and not _NOT_NEGATING.search(before[-30:] + " ")


def _is_learning(sentence: str, text: str) -> bool:
    sentence = sentence.strip()
    if not _LEARNING.match(sentence):
        return False
    if _LEARNING_TOPIC.search(sentence):
        return not _NOW.search(text.replace(sentence, ""))
    return not _NOW.search(text)
