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

READ_CHARS = 4000  # of each end of a message that are read
SEVERITY: tuple[NoticeKind, ...] = ("emergency", "crisis", "urgent")  # the first that was raised is shown

_NEGATED = re.compile(
    r"\b(?:no|never|denies|doesn't have|don't have|haven't (?:got|had)|hasn't (?:got|had)|(?:is|are|am|was)(?: not|n't) having"
    r"|not having|without)(?: (?:any|an?|the|my|more|real|other|got|had|have|having|been|feeling))* $"
)
_NOT_NEGATING = re.compile(
    r"\b(?:no better|not sure|not only|not just|no longer|not stop\w*|no idea|never felt|never had|not (?:a )?joke) "
)
# Asking to learn: about signs, causes, prevention or meaning, not about somebody who has it now.
_LEARNING = re.compile(
    r"^\W*(?:so |hi |hello |please |ok |and )*(?:what (?:is|are|does|do|causes?|were)\b(?! (?:i|we|you) |happening)|what'?s (?:the|a|an)\b"
    r"|how (?:do|can|should|to|does|is|are|common|often|likely|long)\b(?=.*\b(?:prevent|avoid|reduce|lower|recogni[sz]e|know if|tell if"
    r"|spot|notice|treated|diagnosed|caused|feel like|look like|differ|common|often|likely|work|risk|plan|prepare|teach|explain)\b)"
    r"|(?:can|could|does|do|will|would) (?!i\b|you (?:please )?(?:call|help|send))[\w' -]{1,60}?\b(?:cause|lead to|mean|trigger|happen|affect)"
    r"|why (?:do|does|is|are)\b(?! (?:my|i)\b)|(?:tell me|explain)(?: to me)? (?:about |how |why |what )(?!to do)|define|describe|difference between"
    r"|should (?:people|someone|everyone)|who (?:is|gets)|when (?:do|does|is|are) (?!my\b)|where can i (?:read|learn)|is there (?:a |any )?(?:risk|link|test|way to prevent)"
    r"|(?:signs|symptoms|causes|prevention|prevalence|risk factors|history) of\b|years ago|i(?:'m| am) writing|for (?:my|a) (?:class|essay|talk))"
)
_NOW = re.compile(
    r"\b(?:i'?m|i am|i have|i'?ve|i feel|i can'?t|i cannot|my (?:head|chest|leg|calf|face|breathing|blood pressure|bp|heart|pump|husband|wife|son"
    r"|daughter|mum|mom|dad|partner|friend|brother|sister|mother|father|patient|client)\b[^.?!]{0,40}\b(?:is|are|has|can'?t|won'?t|just|keeps?|feels?|hurts?|looks?)"
    r"|he'?s|she'?s|he (?:is|has|can'?t|won'?t|just)|she (?:is|has|can'?t|won'?t|just)|they'?re|(?:he|she|it|vent\w*) (?:stopped|fell|failed|disconnected)|right now|at the moment|what do i do)\b"
)
_LEARNING_TOPIC = re.compile(
    r"\b(?:signs|symptoms|warning signs|causes?|triggers?|meaning|prevent\w*|avoid\w*|risk factors) (?:of|for)\b"
)
# Directly after what is told: "chest pain 3 years ago", "a seizure 10 years ago".
_PAST = re.compile(
    r"\W*(?:about |some |over )?(?:\w+ )?(?:years?|months) ago\b|\W*(?:last year|in (?:19|20)\d\d|as a child|when i was)\b"
)
_STATISTICS = re.compile(
    r"\b(?:rates?|statistics|prevalence|percent\w*|studies|research|prevention|how (?:common|many people)|risk of suicide)\b"
)
_SELF = re.compile(r"\b(?:i|i'm|im|i've|my|me|myself)\b")


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
    return re.compile(start + phrase)  # `plain` leaves single spaces only


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
        shown = [rule for rule in raised if rule.kind == kind or rule.kind == "crisis"]
        kinds = [one for one in SEVERITY if any(rule.kind == one for rule in shown)]
        numbers = [n for one in kinds for n in rules.numbers["crisis" if one == "crisis" else "emergency"]]
        return Notice(
            kind=kind,
            rules=tuple(rule.id for rule in raised),
            text=" ".join(rule.text for rule in shown),
            steps=(*(s for k in kinds for s in rules.first_steps[k]), *(s for rule in shown for s in rule.steps)),
            numbers=tuple({phone.tel: phone for phone in numbers}.values()),
        )


def plain(text: str) -> str:
    """Lower case, plain apostrophes, single spaces: what the rules read."""
    if len(text) > 2 * READ_CHARS:  # the beginning and the end of an endless message
        text = f"{text[:READ_CHARS]} . {text[-READ_CHARS:]}"
    return " ".join(text.replace("’", "'").replace("‘", "'").lower().split())


def _raised(rule: Rule, now: str, before: list[str]) -> bool:
    """Whether each group has a phrase in this or an earlier turn, and (but for a crisis) one of them in this turn."""
    found_now = [_found(group, now, negatable=rule.negatable) for group in rule.needs]
    if not any(found_now) and rule.kind != "crisis":  # a crisis lasts for the rest of the conversation
        return False
    return all(
        found or any(_found(group, earlier, negatable=rule.negatable) for earlier in before)
        for found, group in zip(found_now, rule.needs, strict=True)
    )


def _found(group: tuple[re.Pattern[str], ...], text: str, *, negatable: bool) -> bool:
    for phrase in group:
        for match in phrase.finditer(text):
            start, end = _sentence(text, match.start())
            if not negatable:
                if not _is_about_statistics(text[start:end]):
                    return True
                continue
            if _is_negated(text[start : match.start()]):
                continue
            if _is_learning(text[start:end], text) or _PAST.match(text[match.end() : end]):
                continue
            return True
    return False


def _is_about_statistics(sentence: str) -> bool:
    """Whether somebody asks how common or how preventable a thing is, not of themselves."""
    return bool(_STATISTICS.search(sentence)) and not _SELF.search(sentence)


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
