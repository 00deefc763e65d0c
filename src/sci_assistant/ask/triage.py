"""A turn and all earlier ones, raw -> a notice, before anything else. Neither the embedding model nor an index.

The rules and every word that is shown stand in data/triage.yaml, for a clinician to read and edit; rules.py reads
that file, heard.py the message, frames.py how a thing is told. A rule is raised when the things that one of its
patterns names stand near each other and are not denied, long past or merely asked about. When in doubt the notice
is shown; the answer follows it.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product

from sci_assistant.ask import frames
from sci_assistant.ask.danger_names import load_danger_names
from sci_assistant.ask.intent import small_talk
from sci_assistant.ask.language import language_of
from sci_assistant.ask.notice_network import NoticeWeigher, load_weigher
from sci_assistant.ask.readings import find_readings
from sci_assistant.ask.rules import Pattern, Rule, Rules, load_rules
from sci_assistant.ask.weighed import Scores, WeighedWords
from sci_assistant.types import Notice, NoticeKind, Turn

SEVERITY: tuple[NoticeKind, ...] = ("emergency", "crisis", "urgent")  # the first that was raised names the notice
NEAR = 22  # words from the first to the last thing of a pattern's part, at most
AFTER = 3  # words after a thing that tell whether it happens
UNNAMED = "may-be-emergency"  # the rule that names no danger
CRISIS, UNNAMED_CRISIS = "suicide", "may-be-crisis"  # where words alone sound like one; below the second the answer
CRISIS_SURE = Scores(3.0, 2.0)  # from which words alone are as sure of a crisis as its rule
FEW_WORDS, FEW_WORDS_EXTRA = 8, 1.1  # below so many words, words alone need so much more
# To miss a crisis is worse than to raise one wrongly. It was 1.0 while the fit found 0.930 of the crises told
# explicitly and 0.833 of those hinted at (0.950 and 0.891 with it); a later one found 0.959 and 0.890 without it
# (hard messages, cross-validated).
CRISIS_EARLIER = 0.5
CALMER = 3.0  # log odds below doubt of what is surely harmless
CALMER_WORDS = 4  # of a message that moves on from a crisis, at least
READING_WORDS = 30  # of a message whose reading out of bounds no words find harmless
# Log odds of danger from which words name one: 0.97 of 1,320 fresh emergencies that raise a notice lie above, 0.35 of
# the 68 ordinary development questions that do.
NAMED_FROM = 3.0
BRIEF_WORDS = 60  # of a message whose sentences are looked at one by one; of a conversation where doubt is enough
MOST_PLACES = 12  # of one thing that are looked at
STILL_MEANT = 2  # messages after a notice that may still speak of its danger without naming one
FOLLOWED = 20  # newest messages that are looked at for what was shown with them

_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a thing stands: its message, its first and last word there, and whether it is told as happening."""

    message: int
    first: int
    last: int
    told: bool

    def overlaps(self, other: _Place) -> bool:
        return self.message == other.message and self.first <= other.last and other.first <= self.last


class Triage:
    """Reads a turn for emergencies. Needs neither model nor index."""

    def read(self, turn: Turn) -> Notice | None:
        """The notice for a turn, None where nothing in it sounds like danger.

        A rule that is raised is shown unless words and network (weighed.py, notice_network.py) find the conversation
        harmless; where they find danger and no rule names it, a notice stands all the same.
        """
        return self.follow(turn).notice

    def follow(self, turn: Turn) -> Reading:
        """The turn with what was shown before it."""
        return Reading(turn, load_rules(), load_weigher())


class Reading:
    """A conversation read message by message: the notice of the newest one, and those of the earlier ones if asked for.

    One reading hears each message once and finds each notice once, of the newest messages (FOLLOWED) alone: the work
    grows with the length of a conversation and never beyond it.
    """

    def __init__(self, turn: Turn, rules: Rules, weigher: NoticeWeigher | WeighedWords) -> None:
        self._texts = (*turn.history, turn.question)
        self._rules = rules
        self._weigher = weigher
        self._messages = _hear(self._texts, rules)
        self._heard = {text: message.text for text, message in zip(self._texts, self._messages, strict=True)}
        self._last = len(self._texts) - 1
        self._first = max(0, self._last - FOLLOWED)
        self._shown: dict[int, list[Rule]] = {}
        self._alone: dict[int, list[Rule]] = {}
        self._repeated: set[int] = set()  # messages with which an earlier notice is merely kept
        self._danger: dict[int, float] = {}  # log odds, of messages that raise a notice

    @cached_property
    def notice(self) -> Notice | None:
        """The notice of the newest message, in the light of all earlier ones, the likeliest danger first."""
        return make_notice(self._with_name(self._find(self._last)), self._rules)

    @property
    def raised(self) -> Notice | None:
        """The same without a name that no rule raised (danger_names.py): a guess that nothing else may build on."""
        return make_notice(self._find(self._last), self._rules)

    @cached_property
    def _whole(self) -> _Conversation:
        return _Conversation(self._messages, self._rules)

    @property
    def told_things(self) -> tuple[str, frozenset[str]]:
        """The conversation as the rules hear it, in one text, and the things in it that are told as happening."""
        return self._whole.text, self._whole.told

    def heard(self, text: str) -> str:
        """A message as the rules hear it; each of the conversation is heard once."""
        return self._heard.get(text) or self._rules.heard(text)

    def before(self) -> Iterator[Notice | None]:
        """The notices of the earlier messages, the newest first."""
        return (make_notice(self._find(at), self._rules) for at in reversed(range(self._first, self._last)))

    @property
    def still_meant(self) -> Notice | None:
        """The notice of an earlier danger, no crisis, that the newest message may still speak of: where it has no other
        notice of its own."""
        danger = make_notice(self._named_before(self._last), self._rules)
        raised = self.raised
        same = raised is None or (danger is not None and raised.rules == danger.rules)
        return danger if same else None

    def moves_on(self) -> bool:
        """Whether the newest message is harmless by itself, and earlier ones have had their notice.

        Nothing but a rule shows that notice again: a reminder of it stands (assistant.py).
        """
        return self._moves_on(self._last)

    def _moves_on(self, at: int) -> bool:
        """After a crisis a message must be more surely harmless, and name nothing that such a rule looks for."""
        newest = self._newest(at)
        danger = newest.score(self._weigher).first
        if at == self._first or danger >= self._weigher.doubt or frames.tells_on(newest.text):
            return False
        # The oldest first, since each needs those before it.
        before = [rule for earlier in range(self._first, at) for rule in self._find(earlier)]
        if not any(rule.opens == "crisis" for rule in before):
            return bool(before)
        calm = danger < self._weigher.doubt - CALMER and len(newest.text.split()) >= CALMER_WORDS
        return calm and not newest.names(self._rules.crisis_things)

    def _newest(self, at: int) -> _Conversation:
        """A message as if it came first."""
        return _Conversation(self._messages[at : at + 1], self._rules)

    def _find(self, at: int) -> list[Rule]:
        """The rules that are shown with a message."""
        if at not in self._shown:
            self._shown[at] = self._decide(at)
        return self._shown[at]

    def _decide(self, at: int) -> list[Rule]:
        """Those that are raised and not found harmless, or the one that names no danger.

        Of many words, all messages together, some raise a rule by chance: there a rule needs as much danger in the
        words as words alone.
        """
        conversation = _Conversation(self._messages[: at + 1], self._rules)
        raised, scores, weigher = self._raised(conversation, at), conversation.scores(self._weigher), self._weigher
        danger = max(score.first for score, _ in scores)
        doubt = weigher.doubt if len(conversation.text.split()) <= BRIEF_WORDS else weigher.sure
        doubt -= max((rule.surer for rule in raised), default=0.0)  # what else is raised stays with it
        calm = danger < weigher.doubt - CALMER
        if danger < doubt and not ((not calm and self._stands_alone(at)) or self._is_told_now(at, raised, calm=calm)):
            foreign = language_of(self._texts[at]) is not None  # the list knows English alone
            return [rule for rule in raised if foreign or not weigher.knows(rule.id) or self._lasts(rule, at)]
        enough = self._sounds_enough(scores) and self._can_be_weighed(at)
        if not raised and (not enough or self._moves_on(at)):
            return []
        shown = list(raised)
        if not any(rule.kind == "crisis" for rule in shown):
            shown += self._rules.named(self._crisis_in_words([score for score, _ in scores]))
        self._danger[at] = danger
        return self._still(at, shown or self._rules.named(UNNAMED))

    def _with_name(self, shown: list[Rule]) -> list[Rule]:
        """What is shown with the newest message, the danger that the words tell most likely first, where that is sure.

        What rules raise besides stays, and a name makes no notice more severe. Under a crisis, and where an earlier
        danger is merely kept, nothing is named.
        """
        at = self._last
        kept = at in self._repeated or any(rule.opens == "crisis" for rule in shown)
        if not shown or kept or self._danger.get(at, -NAMED_FROM) < NAMED_FROM:
            return shown
        first = max(0, at - STILL_MEANT)
        told = _Conversation(self._messages[first:], self._rules) if first else self._whole
        likely = [r for r in self._rules.named(load_danger_names().name(told.text, told.signs)) if r.opens != "crisis"]
        most = min(SEVERITY.index(rule.kind) for rule in shown)
        if not likely or (severe := SEVERITY.index(likely[0].kind)) < most:
            return shown
        left = [rule for rule in shown if rule.id != UNNAMED or SEVERITY.index(rule.kind) < severe]
        return list(dict.fromkeys((*likely, *left)))

    def _still(self, at: int, shown: list[Rule]) -> list[Rule]:
        """What is shown with a message that raises nothing by itself, soon after one that raised a named danger: that
        danger again, "it is draining now, how long till his head clears?", and of what only both messages together
        raise no more than what is more severe. A crisis always stands."""
        newest = self._newest(at)
        named = self._named_before(at)
        danger = newest.score(self._weigher).first if named else 0.0
        crises = {rule.id for rule in shown if rule.opens == "crisis"}
        told_now = danger >= self._weigher.sure - CRISIS_EARLIER
        if not named or newest.raised or crises - {UNNAMED_CRISIS} or (crises and told_now):
            return shown
        if danger >= self._weigher.sure and [rule.id for rule in shown] != [UNNAMED]:
            return shown
        least = min(SEVERITY.index(rule.kind) for rule in named)
        worse = [rule for rule in shown if rule in named or SEVERITY.index(rule.kind) < least]
        self._repeated.add(at)
        return list(dict.fromkeys((*named, *worse)))

    def _named_before(self, at: int) -> list[Rule]:
        """The dangers, no crisis among them, that one of the last messages raised and did not merely keep."""
        earlier = [before for before in range(max(self._first, at - STILL_MEANT), at) if self._find(before)]
        newest = next((before for before in reversed(earlier) if before not in self._repeated), None)
        rules = self._find(newest) if newest is not None else []
        return [] if any(rule.opens == "crisis" or rule.id == UNNAMED for rule in rules) else rules

    def _raised(self, conversation: _Conversation, at: int) -> list[Rule]:
        """The rules that a conversation raises, but for an earlier crisis from which its newest message moves on."""
        crises = [rule for rule in conversation.raised if rule.kind == "crisis"]
        again = self._newest(at).raised if crises else []
        left = [rule for rule in crises if rule not in again]
        if not left or not self._moves_on(at):
            return conversation.raised
        return [rule for rule in conversation.raised if rule not in left]

    def _sounds_enough(self, scores: Sequence[tuple[Scores, int]]) -> bool:
        """Whether words alone raise a notice: what sounds like a crisis does so somewhat earlier, and few words, where
        there is little to weigh, later."""
        return any(
            score.first
            >= self._weigher.sure
            + (FEW_WORDS_EXTRA if words < FEW_WORDS else 0.0)
            - (CRISIS_EARLIER if score.second >= 0.0 else 0.0)
            for score, words in scores
        )

    def _crisis_in_words(self, scores: Sequence[Scores]) -> str:
        """The rule for what sounds like a crisis, empty where nothing does. Harmless talk is not asked."""
        heard = [score for score in scores if score.first >= self._weigher.doubt and score.second >= 0.0]
        sure = any(score.first >= CRISIS_SURE.first and score.second >= CRISIS_SURE.second for score in heard)
        return CRISIS if sure else UNNAMED_CRISIS if heard else ""

    def _can_be_weighed(self, at: int) -> bool:
        """Whether words alone may raise a notice: not for a greeting or thanks, nor for what is no English."""
        greets = at == 0 and small_talk(self._texts[at]) is not None
        return not greets and language_of(self._texts[at]) is None

    def _is_told_now(self, at: int, raised: Sequence[Rule], *, calm: bool) -> bool:
        """Whether no words find a raised rule harmless: the newest message by itself raises one and asks what to do,
        and is not surely harmless, or briefly tells a reading out of bounds that a rule looks for."""
        if not raised:
            return False
        message = self._messages[at]
        measured = any(pattern.things & message.told_readings for rule in raised for pattern in rule.when)
        brief = len(message.text.split()) <= READING_WORDS
        asks = not calm and frames.asks_for_help(message.text)
        return (measured and brief) or (asks and bool(self._newest(at).raised))

    def _lasts(self, rule: Rule, at: int) -> bool:
        """Whether a rule holds for the rest of the conversation and an earlier message by itself raised it."""
        return rule.lasts and any(rule in self._find_alone(earlier) for earlier in range(at))

    def _find_alone(self, at: int) -> list[Rule]:
        if at not in self._alone:
            self._alone[at] = Reading(Turn(self._texts[at]), self._rules, self._weigher)._decide(0)
        return self._alone[at]

    def _stands_alone(self, at: int) -> bool:
        """Whether one sentence of a message by itself raises a notice.

        So no detail that is added before or after it covers it, unless the whole is surely harmless (CALMER): "slit my
        wrists" before "that is a joke". A long message is weighed as a whole only: it tells of past dangers and of
        other people's too.
        """
        text = self._messages[at].text
        if len(text.split()) > BRIEF_WORDS:
            return False
        sentences = [part for part in _SENTENCE_END.split(text) if part.strip()]
        for sentence in sentences if len(sentences) > 1 else ():  # a single one was weighed as the newest message
            alone = _Conversation(_hear([sentence], self._rules), self._rules)
            if alone.raised and alone.score(self._weigher).first >= self._weigher.doubt:
                return True
        return False


def read_signs(turn: Turn) -> tuple[str, frozenset[str]]:
    """A conversation as the rules hear it, in one text, and its signs for weighing: raised rules, told things."""
    conversation = _conversation(turn)
    return conversation.text, conversation.signs


def _conversation(turn: Turn) -> _Conversation:
    rules = load_rules()
    return _Conversation(_hear((*turn.history, turn.question), rules), rules)


def _hear(texts: Sequence[str], rules: Rules) -> list[_Message]:
    return [_Message(rules.heard(text), position, rules) for position, text in enumerate(texts)]


class _Conversation:
    """Messages that follow one another, as heard, and what the rules find in them."""

    def __init__(self, messages: Sequence[_Message], rules: Rules) -> None:
        self._messages = messages
        self._rules = rules
        self._places: dict[tuple[str, bool], list[_Place]] = {}
        self._named = frozenset(thing for message in messages for thing in message.named)

    @cached_property
    def raised(self) -> list[Rule]:
        """The rules that it raises."""
        return [rule for rule in self._rules.rules if self._raises(rule)]

    @cached_property
    def told(self) -> frozenset[str]:
        """The things that it tells as happening."""
        return frozenset(thing for message in self._messages for thing in message.told)

    def names(self, things: frozenset[str]) -> bool:
        """Whether it names one of these things, however told."""
        return any(self._where(thing, voided=False) for thing in things & self._named)

    @property
    def text(self) -> str:
        return " . ".join(message.text for message in self._messages)

    @property
    def signs(self) -> frozenset[str]:
        """What is weighed beside the words."""
        return frozenset((*(f"rule {rule.id}" for rule in self.raised), *(f"told {thing}" for thing in self.told)))

    def score(self, weigher: NoticeWeigher | WeighedWords) -> Scores:
        """How it sounds as a whole."""
        return weigher.weigh(self.text, self.signs)

    def scores(self, weigher: NoticeWeigher | WeighedWords) -> list[tuple[Scores, int]]:
        """How it sounds, whole and in its newest messages alone, each with the number of its words: no earlier talk
        and no question covers danger."""
        last = len(self._messages) - 1
        newest = [
            _Conversation(self._messages[first:], self._rules) for first in sorted({max(0, last - 2), last} - {0})
        ]
        parts = (self, *newest, *self._beside_what_is_asked())
        return [(part.score(weigher), len(part.text.split())) for part in parts]

    def _beside_what_is_asked(self) -> Iterator[_Conversation]:
        """What the newest message tells beside a question to learn from, where that raises a rule by itself."""
        newest = self._messages[-1]
        left = frames.beside_what_is_asked(newest.text)
        if left:
            alone = _Conversation([_Message(left, newest.position, self._rules)], self._rules)
            if alone.raised:
                yield alone

    def _raises(self, rule: Rule) -> bool:
        return any(self._has(pattern, rule) for pattern in rule.when) or self._adds_up(rule)

    def _adds_up(self, rule: Rule) -> bool:
        """Whether signs that each say little add up."""
        if rule.adds_up is None:
            return False
        named = (pair for pair in rule.adds_up.points if pair[0] in self._named)
        told = (points for thing, points in named if self._where(thing, voided=rule.voided))
        return sum(told) >= rule.adds_up.least

    def _has(self, pattern: Pattern, rule: Rule) -> bool:
        """Whether all parts of a pattern stand there, a danger of it told as happening, a thing in the newest message.

        Things that only set the scene (`context` in the file) never make a danger that is merely asked about real. A
        rule that lasts needs nothing in the newest message.
        """
        if not pattern.things <= self._named:
            return False
        voided = rule.voided or pattern.told
        parts = []
        for part in pattern.parts:
            ways = self._ways(part, voided=voided)
            if not ways:
                return False
            parts.append(ways)
        newest = self._messages[-1].position
        if not rule.lasts and not any(place.message == newest for ways in parts for way in ways for place in way):
            return False
        dangers = [thing not in self._rules.context for part in pattern.parts for thing in part]
        counted = dangers if any(dangers) else [True] * len(dangers)
        return any(
            place.told
            for part, ways, first in zip(pattern.parts, parts, _offsets(pattern), strict=True)
            for way in ways
            for place, counts in zip(way, counted[first : first + len(part)], strict=True)
            if counts
        )

    def _ways(self, things: Sequence[str], *, voided: bool) -> list[tuple[_Place, ...]]:
        """Every way in which the things of a part stand near each other, in one message or in two neighbouring ones."""
        places = []
        for thing in things:
            found = self._where(thing, voided=voided)
            if not found:
                return []
            places.append(found)
        return [way for way in product(*places) if _near(way)]

    def _where(self, thing: str, *, voided: bool) -> list[_Place]:
        """Places of a thing, as many as are looked at: those told as happening first, then the newest."""
        key = (thing, voided)
        if key not in self._places:
            places = [p for message in reversed(self._messages) for p in message.places(thing, voided=voided)]
            self._places[key] = sorted(places, key=lambda place: not place.told)[:MOST_PLACES]
        return self._places[key]


def make_notice(raised: Sequence[Rule], rules: Rules) -> Notice | None:
    """What is shown when rules are raised, of all of them, the most severe first; None where there are none."""
    if not raised:
        return None
    shown = sorted(raised, key=lambda rule: SEVERITY.index(rule.kind))
    opened = {rule.opens for rule in shown}
    if "emergency" in opened:
        opened.discard("urgent")  # help is called for already
    first = [kind for kind in SEVERITY if kind in opened]
    numbers = [n for kind in first for n in rules.numbers["crisis" if kind == "crisis" else "emergency"]]
    steps = (*(s for kind in first for s in rules.first_steps[kind]), *(s for rule in shown for s in rule.steps))
    return Notice(
        kind=shown[0].kind,
        rules=tuple(rule.id for rule in raised),
        text=" ".join(rule.text for rule in shown),
        steps=tuple(dict.fromkeys(steps)),
        numbers=tuple({phone.tel: phone for phone in numbers}.values()),
    )


class _Message:
    """One message as heard, and where the things of the rules stand in it."""

    def __init__(self, text: str, position: int, rules: Rules) -> None:
        self.text = text
        self.position = position
        self._rules = rules
        self._starts = [0, *(match.end() for match in _SPACE.finditer(text))]
        self._ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
        self._readings = find_readings(text, rules.bounds)
        self.named = rules.openings.named(text).union(self._readings)  # things that may stand in it
        self._found: dict[tuple[str, bool], tuple[_Place, ...]] = {}

    def places(self, thing: str, *, voided: bool) -> tuple[_Place, ...]:
        """Where a thing stands and is not denied; with `voided`, each place says whether it is told as happening."""
        key = (thing, voided)
        if key not in self._found:
            judge = self._judge if voided else self._judge_lasting
            judged = ((start, end, judge(start, end)) for start, end in self._spans(thing))
            kept = (self._place(start, end, told) for start, end, told in judged if told is not None)
            self._found[key] = tuple(islice(kept, MOST_PLACES))  # of an endless message the others are not judged
        return self._found[key]

    @cached_property
    def told(self) -> frozenset[str]:
        """The things that it tells as happening."""
        listed = self.named & self._rules.things.keys()
        return frozenset(thing for thing in listed if any(place.told for place in self.places(thing, voided=True)))

    @cached_property
    def told_readings(self) -> frozenset[str]:
        """The readings out of bounds that it tells as happening."""
        return frozenset(t for t in self._readings if any(place.told for place in self.places(t, voided=True)))

    def _spans(self, thing: str) -> Iterable[tuple[int, int]]:
        pattern = self._rules.things.get(thing) if thing in self.named else None
        written = [match.span() for match in pattern.finditer(self.text)] if pattern is not None else []
        return (*written, *self._readings.get(thing, ()))

    def _place(self, start: int, end: int, told: bool) -> _Place:
        first, last = (bisect.bisect_right(self._starts, at) - 1 for at in (start, end - 1))
        return _Place(self.position, first, last, told)

    def _sentence(self, start: int) -> tuple[int, int]:
        after = bisect.bisect_right(self._ends, start)
        return self._ends[after - 1], self._ends[min(after, len(self._ends) - 1)]

    def _judge(self, start: int, end: int) -> bool | None:
        """Whether a thing is told as happening; None where it is denied."""
        first, last = self._sentence(start)
        sentence, before = self.text[first:last], self.text[first:start]
        if frames.is_negated(before, self.text[end:last]):
            return None
        clause = frames.clause(before)
        supposed = frames.is_learning(sentence.strip() if clause == before else "", clause) or frames.is_perhaps(clause)
        told = self._told_part(start, end)
        teaching = self._teaching and (frames.is_teaching(sentence) or not frames.is_told(told))
        return not (supposed or teaching or frames.is_past(sentence) or self._overcome(start, sentence, told))

    def _judge_lasting(self, start: int, end: int) -> bool | None:
        """For what is never voided by a frame, but for figures and what was overcome."""
        first, last = self._sentence(start)
        sentence = self.text[first:last]
        overcome = self._overcome(start, sentence, self._told_part(start, end))
        return None if overcome or frames.is_about_statistics(sentence) else True

    def _told_part(self, start: int, end: int) -> str:
        """The clause up to a thing, the thing, and the few words after it."""
        first, last = self._sentence(start)
        after = " ".join(self.text[end:last].split(" ")[:AFTER])
        return frames.clause(self.text[first:start]) + self.text[start:end] + after

    def _overcome(self, start: int, sentence: str, told: str) -> bool:
        """Whether the message says that all is well, or of what stands there that it was examined and found well, and
        the sentence itself does not tell what is now. Nobody who says that all is well undoes a reading."""
        happens = frames.is_happening(told)
        if self._recovered and (frames.is_recovered(sentence) or not happens):
            return True
        cleared = start < self._cleared and (frames.cleared_until(sentence) > 0 or not happens)
        return cleared and not any(start == at for places in self._readings.values() for at, _ in places)

    @cached_property
    def _teaching(self) -> bool:
        return frames.is_teaching(self.text)

    @cached_property
    def _recovered(self) -> bool:
        return frames.is_recovered(self.text)

    @cached_property
    def _cleared(self) -> int:
        return frames.cleared_until(self.text)


def _offsets(pattern: Pattern) -> list[int]:
    """Number of things before each part."""
    return [sum(len(part) for part in pattern.parts[:position]) for position in range(len(pattern.parts))]


def _near(way: Sequence[_Place]) -> bool:
    for position, place in enumerate(way):
        for other in way[position + 1 :]:
            if place.overlaps(other) or abs(place.message - other.message) > 1:
                return False
            if place.message == other.message and abs(place.first - other.first) > NEAR:
                return False
    return True
