"""What a question asks for: a kind of section, a whole list, or help with a symptom that someone has now.

Word patterns only, so that the reason for an answer can be read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_TELL = r"(?:i|you|we|u) (?:know|tell|notice|spot|recogni[sz]e)"
# kind of section -> (what a question about it says, what such a section is called)
SECTION_KINDS: dict[str, tuple[str, str]] = {
    "definition": (
        r"\bwhat(?:'s| is| are| does)\b.{0,60}\b(?:mean|stand for)\b|^(?:so )?what(?:'s|s| is| are) (?!the\b|my\b)"
        r"|\bexplain\b|\bdefin|^why do(?:es)? .{0,40}\bhappen",
        r"^$|what .* is\b|what it|how .* works|about",
    ),
    "signs": (
        rf"\bsigns?\b|\bsymptoms?\b|\bhow (?:do|can|could|would|will) {_TELL}"
        r"|\blooks? like\b|\bfeels? like\b|\bwarning\b",
        r"sign|symptom|watch for|notice|how .* feels",
    ),
    "diagnosis": (r"\bdiagnos|\bdetect|\btests?\b|\bscans?\b|\bx-?rays?\b|\bfound\b|\bconfirm", r"diagnos|test|check"),
    "treatment": (
        r"\btreat|\bcure|\bmanag|\bget rid\b|\bfix\b|\bhelps?\b|\bmedic|\bsurger|\boperat|\bdo about\b|\bcope\b|\brelie",
        r"treat|manag|option|help|living with|coping|getting better|medicine|surger",
    ),
    "prevention": (r"\bprevent|\bavoid|\bstop .{0,30}(?:from|coming|happening)|\bkeep from\b|\breduce", r"prevent|protect|avoid"),
    "action": (
        r"\bwhat (?:should|do|can|shall) (?:i|we|you) do\b|\bemergency\b|\bright now\b|\bwhen (?:should|do) i call\b"
        r"|\bwho (?:should|do) i call\b|\bfirst aid\b|\bgo to (?:the )?(?:er|a&e|hospital)\b",
        r"what to do|when to call|emergency|first|step",
    ),
    "steps": (r"\bhow (?:do|can|should|to|would)\b|\bsteps?\b|\bstep by step\b", r"step|how to|doing|using|technique"),
    "tips": (r"\btips?\b|\badvice\b|\bwish .{0,20}known\b", r"nobody tells|tips"),
}  # fmt: skip

_ASKS_FOR_LIST = re.compile(
    r"\b(?:signs|symptoms|steps|causes|triggers|types|kinds|ways|tips|options|treatments|questions|risks|complications"
    r"|reasons|list|equipment|problems|side effects|warning signs|what are the|what should i do|what do i do|how do i"
    rf"|what to do|watch for|look for|how (?:can|could|would|will) {_TELL})\b",
    re.IGNORECASE,
)
_PERSON = r"(?:i|i'm|im|i've|ive|my|me|we|our|he|he's|hes|his|she|she's|shes|her|mum|mom|dad|husband|wife|son|daughter|partner)"
_NOW = (
    r"(?:is|are|am|was|has|have|had|got|gets?|getting|feels?|feeling|went|keeps?|started?|starting|woke|noticed|noticing"
    r"|looks?|looking|hurts?|aches?|swollen|burning|can't|cant|cannot|won't|wont)"
)
_SYMPTOM = (
    r"(?:pain|hurts?|hurting|ache|aches|aching|sore|swollen|swelling|swelled|red|redness|warm|hot|fever|feverish|chills|shiver\w*"
    r"|sweat\w*|headache|head is pounding|pounding|dizzy|dizziness|faint\w*|blood|bleeding|cough\w*|breath\w*|spasms?|stiff\w*|numb\w*"
    r"|tingl\w*|weak\w*|worse|worsening|leak\w*|blocked|smell\w*|cloudy|vomit\w*|nause\w*|rash|blister|wound|burn|burning|broke\w*"
    r"|fell|flush\w*|goose ?bumps|constipat\w*|diarrhea|diarrhoea|lump|purple|black|tired|exhausted|no feeling|tight\w*|won't bend"
    r"|wont bend|can't move|cant move|can't feel|cant feel|can't pee|cant pee|hopeless|itch\w*|infect\w*|clot)"
)
_SYMPTOM_REPORT = re.compile(
    rf"\b{_PERSON}\b(?=.{{0,160}}\b{_SYMPTOM}\b)(?=.{{0,120}}\b{_NOW}\b)", re.IGNORECASE | re.DOTALL
)
_LEARNING = re.compile(
    r"^\s*(?:what (?:are|is) (?:the )?(?:signs|symptoms|causes)|how (?:do|can) i (?:prevent|avoid)|can you explain|what is|what's"
    r"|what causes|why do people)\b",
    re.IGNORECASE,
)
_REASSURING = re.compile(
    r"\b(?:harmless|nothing to worry|no need to worry|not (?:dangerous|serious|harmful|cancer|an emergency)|do not worry|don't worry"
    r"|(?:is|are) (?:normal|common|safe|mild)|usually (?:goes|go|pass|passes|mild|clears?|gets? better)|go(?:es)? away"
    r"|never troubles?|rarely|will pass|on (?:its|their) own|few problems|no harm)\b",
    re.IGNORECASE,
)

# What an article would have to hold for the question to be answered: pattern of the question -> of the text.
_ASKED_FACTS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(
            r"\bwho (?:first |originally )?(?:invented|discovered|described|coined|founded|developed|designed|made|wrote|holds?)\b"
            r"|\bwh(?:ich|at) (?:company|firm|brand|manufacturer|surgeon|hospital|clinic|gene|patent)\b|\bnamed after\b"
        ),
        re.compile(r"(?<!^)(?<![.!?:] )\b[A-Z][a-z]+ [A-Z][a-z]+\b.*\b(?:invented|discovered|described|founded|developed|made)\b"),
    ),
    (
        re.compile(r"\b(?:in )?(?:what|which) year\b|\bwhen (?:was|were) .{0,60}\b(?:invented|discovered|founded|approved|first)\b"),
        re.compile(r"\b(?:1[89]|20)\d\d\b"),
    ),
    (
        re.compile(r"^\W*(?:how much (?:does|do|is|are|would)|(?:what is |what's )?the (?:price|cost) of|price of|cost of)\b"),
        re.compile(r"[$£€]\s?\d|\b\d[\d,]* (?:dollars|pounds|euros)\b|\bcosts?\b"),
    ),
    (re.compile(r"\b(?:what|which) (?:percent|percentage|share|proportion)\b|\bexact(?:ly)? (?:dose|number|figure|dilution|amount|how)\b"),
     re.compile(r"\d+ ?(?:%|percent|per cent)|\b(?:one|two|three|four|five|nine) (?:in|of|out of) \w+\b")),
    (re.compile(r"\b(?:melting|boiling) point\b|\bmolecular\b|\bhalf[- ]life\b|\bchemical formula\b|\bopening (?:hours|times)\b"
                r"|\bphone number\b|\bstock price\b|\bpatent\b|\bserial number\b"),
     re.compile(r"\b(?:melting|boiling) point\b|\bmolecular\b|\bhalf-life\b|\bopening hours\b|\bpatent\b")),
)  # fmt: skip
# Things that only a person or another program can do: they are refused, not searched for.
_REQUEST_TO_ACT = re.compile(
    r"^\W*(?:please |can you |could you |would you |will you |i need you to |i want you to |hey |go ahead and )*"
    r"(?:book|order|buy|email|e-mail|text|phone|ring|call|dial|sign (?:me|us|him|her) up|transfer \d|pay|send|schedule|reserve|turn (?:on|off|up|down)"
    r"|lock|unlock|set (?:an?|my) (?:alarm|timer|reminder)|remind me|read (?:the|my|this) (?:mri|x-?ray|scan|ct|image|photo|picture)|look at (?:this|my) (?:photo|picture|image|scan)"
    r"|fill (?:in|out) my|write (?:me )?(?:a|an|my) (?:letter|email|essay|poem|report|speech|song|story|cv|resume|song)|translate|refill my|renew my|cancel my|print|play)\b"
    r"(?! (?:for|of|to|after|and|or|on|sports?|cushions?|apps?|bed)\b)(?=[ ,]+(?:\w+ )?(?:me|my|us|our|him|her|it|a|an|the|this|that|\d+|lights?|door)\b)"
    r"(?! (?:an? )?(?:emergency|ambulance|911|999|112|000|988)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question asks for."""

    sections: frozenset[str]  # keys of SECTION_KINDS
    whole_list: bool  # the question asks for a list
    symptom_report: bool  # someone reports a symptom that they or somebody near has
    request_to_act: bool = False  # something is to be done that only a person can do


def read_intent(question: str) -> Intent:
    """The intent of a question as typed."""
    text = question.replace("’", "'").lower()
    kinds = frozenset(kind for kind, (asked, _) in SECTION_KINDS.items() if re.search(asked, text))
    report = bool(_SYMPTOM_REPORT.search(text)) and not _LEARNING.match(text)
    return Intent(kinds, bool(_ASKS_FOR_LIST.search(text)), report, bool(_REQUEST_TO_ACT.match(text)))


_KIN_IS = r"(?:'s| is| has| was| had| cannot| can't| gets| got| wants| would| will)\b"
_MAN = re.compile(
    r"\b(?:i am|i'm|im) (?:an? )?(?:\d+ ?(?:years? old|yo)? )?(?:man|male|guy|bloke)\b|\b(?:man|male),? (?:aged |of )?\d\d\b"
    rf"|\b(?:my|our) (?:husband|boyfriend|son|brother|dad|father|grandad|grandfather){_KIN_IS}"
    r"|\bmy (?:penis|erections?|sperm|prostate|testicles|balls|ejaculations?)\b"
)
_WOMAN = re.compile(
    r"\b(?:i am|i'm|im) (?:an? )?(?:\d+ ?(?:years? old|yo)? )?(?:woman|female|girl|lady)\b"
    r"|\b(?:woman|female),? (?:aged |of )?\d\d\b"
    rf"|\b(?:my|our) (?:wife|girlfriend|daughter|sister|mum|mom|mother|gran|grandmother){_KIN_IS}"
    r"|\b(?:i am|i'm|im|she is|she's) pregnant\b|\bmy (?:periods?|vagina|womb|breasts?|cervix|pregnancy)\b"
)


def is_for_other_sex(title: str, question: str) -> bool:
    """Whether an article's title names the sex that the person a question tells of does not have."""
    text = question.replace("’", "'").lower()
    man, woman = bool(_MAN.search(text)), bool(_WOMAN.search(text))
    if man == woman:
        return False
    return ("women" if man else "men") in title.lower().split()


_LETS_WAIT = re.compile(
    r"\b(?:soon|the same day|within (?:a few )?(?:days|weeks)|after (?:some|a few) (?:days|weeks)"
    r"|at (?:your|the) next (?:visit|check)|care team (?:if|for|about))\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening|day))(?: there| again)?\W*$", re.IGNORECASE
)
_THANKS = re.compile(
    r"^\W*(?:ok(?:ay)?|great|good|perfect|cool)?\W*(?:many |so |very )?(?:thanks?|thank you|thx|cheers|ty)\b"
    r"(?: (?:you|so|very|much|a lot|that|this|it|helped|helps|helpful|was|is|really|again|for|your|the|help|answer))*\W*$",
    re.IGNORECASE,
)


def small_talk(question: str) -> str | None:
    """ "greeting" or "thanks" where a message is nothing else."""
    if _GREETING.match(question):
        return "greeting"
    return "thanks" if _THANKS.match(question) else None


def lacks_asked_fact(question: str, texts: Iterable[str]) -> bool:
    """Whether a question asks for a kind of fact (a name, a year, a price, a share) that none of the texts holds."""
    asked = question.replace("’", "'").lower()
    wanted = [held for ask, held in _ASKED_FACTS if ask.search(asked)]
    found = list(texts) if wanted else []
    return any(not any(held.search(text) for text in found) for held in wanted)


def section_matches(intent: Intent, title: str) -> bool:
    """Whether a section's heading is of a kind that the question asks for."""
    lowered = title.lower()
    return any(re.search(SECTION_KINDS[kind][1], lowered) for kind in intent.sections)


def is_call_section(title: str) -> bool:
    """Whether a section says when to call for help."""
    return bool(
        re.search(
            r"when to (?:call|get help|see|seek)|call your (?:care )?team|get(?:ting)? help",
            title,
            re.IGNORECASE,
        )
    )


def lets_wait(sentence: str) -> bool:
    """Whether a sentence tells to call later than now."""
    return bool(_LETS_WAIT.search(sentence))


def is_reassuring(sentence: str) -> bool:
    """Whether a sentence soothes: such a one never opens the answer to somebody who reports a symptom."""
    return bool(_REASSURING.search(sentence))
