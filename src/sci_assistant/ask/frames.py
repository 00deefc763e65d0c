"""How a thing is told: as denied, as long past, as something to learn about or to plan for, or as happening now.

Patterns over a message as heard.py leaves it: lower case, contractions opened ("can't" is "cannot").
"""

from __future__ import annotations

import re

_NEGATOR = re.compile(
    r"\b(?:no|not|never|without|denies|denied|none of|neither|nor|zero|free of|lack of|ruled out|rule out|instead of)\b"
)
_ENDS_NEGATION = re.compile(
    r"[,;:()]|\b(?:but|and then|because|just|only|since|until|though|although|yet|so|while|when|after|now|that|which|is|are|has)\b"
)
_NEGATES_NOTHING = re.compile(
    r"not (?:sure|only|just|stop\w*|long|better|kidding|joking|a joke|to (?:worry|bother|alarm|be)|going away|getting better"
    r"|know\w*|enough|looking|acting|feeling|quite|really sure|doing|right|good|well|usually|normal|ok|okay|my usual|like|supposed)"
    r"|no (?:idea|longer|matter|better|doubt|relief|joke|clue|way|warning|reason|help|1|one|response|feeling)|never (?:been|seen|happened|this|so|like)|without (?:warning|help|anyone|stopping|meaning|thinking|touching|moving|any reason|a reason|(?:any |a )?(?:water|food|drink|shade|cover|blankets?|heating|hat))|nor"
    r"|not \w+(?:ing|ed) and\b"
)
_NEW_TO_ME = re.compile(r"\b(?:like (?:this|that|it)|this bad|so bad|before|worse|until (?:now|today|tonight))\b")
_PAST = re.compile(
    r"\b(?:\d+|a few|some|few|many|several|couple of|two|three|four|five|six|seven|eight|nine|ten|a) (?:years?|yrs?|months?|decades?) (?:ago|back|earlier)\b"
    r"|\b(?:19[5-9]\d|20[01]\d|202[0-4])\b|\ball clear\b|\b(?:got out of|left|was in|discharged from) (?:the )?hospital\b|\bfull recovery\b|\bfully recovered\b"
    r"|\balways (?:gets?|did|does|have|has|been)\b|\bsettles as soon as\b|\blike this since my injury\b|\bfor years\b|\bhas been like (?:this|that) since\b"
    r"|\b(?:last|that) (?:year|winter|summer|spring|autumn|fall)\b(?! (?:out|off|from))|\b(?:back in|in) (?:19|20)\d\d\b|\bin the past\b"
    r"|\bas an? (?:child|kid|teenager|baby|infant|toddler|newborn)\b|\bin (?:my|his|her) (?:childhood|infancy)\b|(?<!from )(?<!since )\bwhen i was (?:young|a |first|in rehab|at rehab|in the hospital|\d+)|\bused to (?:get|have|be|feel|think)\b"
    r"|\b(?:family |past |medical )?history of\b|\byears? (?:ago|before)\b|\bmonths ago\b|\bbefore (?:i|he|she) (?:was|got) (?:injured|hurt)\b"
    r"|\bat the time of (?:my|his|her|the) (?:injury|accident)\b|\b(?:long|ages) ago\b|\bhave (?:since )?recovered\b|\bwas treated for\b"
    r"|\bonce had\b|\bpreviously\b|\bearlier this year\b|\blast (?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
# How long ago the injury was says nothing of the danger: "lost feeling years ago", "para since a crash 10 years ago".
_SINCE_INJURY = re.compile(
    r"\b(?:injur(?:y|ed)|paralys\w+|paralyz\w+|paraplegic|tetraplegic|quadriplegic|para|tetra|quad|crash|accident|lost (?:all )?(?:feeling|sensation)|(?:broke|hurt) (?:my|his|her) (?:neck|back)|[ct]\d{1,2})\b"
    r"(?: (?:in|since|from|for|was|it|a|an|the|my|his|her|about|nearly|over|now|after))*(?: (?:crash|accident|injury|fall|dive))?(?: (?:in|about|nearly|over))*"
    r" (?:(?:\d+|a few|some|many|several|couple of|two|three|four|five|six|seven|eight|nine|ten|a) )?(?:years?|yrs?|months?|decades?) ago\b|\b(?:injured|injury|paralysed|paralyzed|accident|crash) in (?:19|20)\d\d\b"
    r"|\b(?:paraplegi\w+|tetraplegi\w+|quadriplegi\w+|para|quad|tetra|sci|injur(?:y|ed)|[ctl]\d{1,2})(?: (?:complete|incomplete|para|paraplegic|quad|since|in|from|back))* (?:19|20)\d\d\b"
)
_NOW = re.compile(
    r"\b(?:right now|now|today|tonight|this (?:morning|afternoon|evening|minute)|at the moment|just (?:started|now|noticed|fell|happened|took|came|been|went|found|woke|did)"
    r"|for the (?:last|past) (?:\w+ )?(?:minutes|hours?|days?|week)"
    r"|since (?:this|last night|yesterday|lunch|breakfast|noon|midnight|i woke)|suddenly|all of a sudden|out of nowhere|woke up|getting worse)\b"
)
_ASKS = (
    r"(?:what (?:is|are|does|do|causes?|were|makes|triggers?|can|should|would|will|happens?|kinds?|types?|to (?:expect|look|watch|pack|know|teach|tell)|if|signs|symptoms|counts|medicines?|medications?|number|temperature|blood pressure)\b(?! (?:i do(?: now| about|\?|$)|happening|wrong|going on))"
    r"|how (?:do|can|should|to|does|is|are|common|often|likely|long|many|much|would|will|quickly|fast|soon|serious|dangerous|high|low)\b(?! i (?:stop|make)\b)"
    r"|(?:can|could|does|do|will|would|is|are|should|did|may|might|has|have) (?!(?:only|barely|hardly|no longer|scarcely)\b|i (?:call|go|be|wait|get|need|worry|have|having|just)\b|my\b|he\b|she\b|it\b|this\b|that\b|you (?:please )?(?:call|send|help|get)\b|they\b|we (?:call|go|wait|be)\b|someone (?:please|help|call)\b|these\b|those\b|there (?:something|anyone|somebody)\b|not\b|i am\b)"
    r"|(?:why|when|where|which|who|whose) (?:do|does|is|are|can|should|would|might|gets?|to|will|has|have|people|some)\b(?! (?:my|i (?:keep|feel|have|cannot|so|still))\b)"
    r"|(?:tell me|explain|teach me|walk me through|i (?:would like|want|need) to (?:know|learn|understand|teach|be ready|prepare))\b|define\b|describe\b|difference between|(?:early |common |main |warning )?(?:signs|symptoms|causes) (?:of|and)|prevention of|preventing|information (?:on|about)|info (?:on|about)|facts (?:on|about)|steps (?:for|to)"
    r"|i am (?:writing|studying|preparing|doing (?:a|my|an)|reading|learning|training|teaching|trying to (?:learn|understand))|we are (?:learning|studying|teaching|training|preparing|making)|for (?:my|a|our) (?:class|essay|talk|course|training|paper|assignment|presentation|school|blog))"
)
_LEARNING = re.compile(
    r"(?:^|[,;:] ?|\b(?:so|and|but|also|wondering|curious|know|question|asking|explain|understand|idea) )"
    r"(?:hi |hello |hey |please |ok |okay |and |also |general question |quick question |just )*" + _ASKS
)
_TOPIC = re.compile(
    r"\b(?:signs|symptoms|warning signs|red flags|causes?|triggers?|meaning|definition|preventing|prevention|risks?|risk factors|chances?|odds"
    r"|likelihood|difference|treatments?|statistics|rates?|percentage|prevalence|guidelines?|training|leaflet|pamphlet|article|essay|paper|presentation|research|talk|class|poster|notes|lecture|module)"
    r" (?:of|for|on|about|between|to)\b"
    r"|\b(?:prevent|avoid|lower (?:the|my|his|her) risk|reduce (?:the|my|his|her) risk|protect against|guard against|stop me getting|keep from getting"
    r"|be prepared|prepare for|learn (?:about|more|how)|read (?:about|that|up)|heard (?:of|about|that)|article (?:about|on)|in general|generally speaking|in theory|hypothetical\w*|theoretically"
    r"|emergency (?:plan|kit|card|bag)|action plan|care plan|wallet card|first aid (?:kit|course|class))\b"
)
_PERHAPS = re.compile(
    r"\b(?:if|in case|in the event|whenever|whether|should) (?:i|he|she|it|we|they|you|my|someone|somebody|anyone|a person|people|there|the|a|an|his|her|your)\b"
    r"(?! (?:should|can|need to|ought to) (?:call|wait|go|be worried|worry|come|bother))"
    r"|\b(?:what if|in case of|(?:worried|afraid|scared|nervous|anxious) (?:about|of) (?:getting|having)|at risk (?:of|for)|risk of|(?:could|might|can|would) i get|am i likely|likely to get"
    r"|to avoid|to prevent|so (?:that )?i do not|ever (?:get|have|happens?|need)|plan for|every time|each time)\b"
)
_CLAUSE = re.compile(
    r"(?:[,;:] ?| (?:and|but|because|only|since) )(?=(?:i|he|she|my|it|we|they|his|her|now|mum|mom|dad) )"
)
_TEACHING = re.compile(
    r"\b(?:poster|leaflet|handout|folder|speaker slot|pin on the wall|wallet card|fridge sheet|print on a card|school nurse|(?:column|check) ?list|list for the kitchen|simple list|one page sheet|safety plan|action plan"
    r"|putting together|preparing|making a (?:sheet|card|list|page|kit)|asked me to (?:talk|speak|write)|slide deck|care plan for|training (?:my|our|the|a) (?:new )?(?:aide|carer|staff|team)|register for emergencies|first aid for|signs when|symptoms when"
    r"|vs|versus|meaning|ideas|tray ideas|in the sense of|in general|simulation|manikin|marking sheet|booklet|book club|memoir|novel|chapter|article|essay|documentary|video games?|actor|on stage|scene|advance statements?|power of attorney"
    r"|how common|how comon|rates?|statistics|understand the numbers|what is a normal|whats a normal|wats a normal|at what temperature|planning a|worth rehearsing|emergency kit|what would a sensible|tell me the difference|difference between|what is malign\w*|read the scary|read(?:ing)? about)\b"
)
_HELP_NOW = re.compile(r"\b(?:right now|just now|what do i do|help me|tonight|this minute|happening)\b")
_STATISTICS = re.compile(
    r"\b(?:rates?|statistics|stats|prevalence|percent\w*|percentage|studies|study|research|prevention|how (?:common|many people|often)|risk of suicide"
    r"|suicide risk|awareness|screening|article|essay|paper|documentary|movie|film|book|song|training|course|signs of|symptoms of|warning signs|questionnaire)\b"
)
_LONG_SINCE = re.compile(
    r"\b(?:years?|yrs?|decades?|months?) (?:ago|later|since|gone|back|on|now|old)\b|\b(?:for|over) (?:\w+ ){0,2}(?:years|decades)\b|\b(?:19|20) ?\d\d\b|\bin '?\d\d\b|\bsince '?\d\d\b"
    r"|\bwhen (?:i|he|she|we) (?:was|were|first)\b|\b(?:as|at|aged?) (?:a (?:child|kid|teenager|boy|girl)|\w*teen\b|\d\d\b)|\bin (?:my|his|her) (?:teens|twenties|thirties|youth|first year)\b"
    r"|\b(?:my|his|her|our) late (?:\w+)\b|\bwho (?:passed|died)\b|\bgod rest\b|\b(?:last century|in the (?:nineties|eighties|seventies)|donkey's years|ancient history|back (?:when|then|in)|the year i|the winter (?:before|after)|newly injured|last time i had)\b"
    r"|\blast (?:year|winter|summer|spring|autumn)\b|\bin (?:january|february|march|april|may|june|july|august|september|october|november|december)\b|\bin (?:the )?(?:spring|summer|autumn|winter)\b"
)
_RESOLVED = re.compile(
    r"\b(?:fine|ok|okay|well|good|happy|better|glad|great|alright|healthy|content|solid|normal|fit) (?:now|since|ever since|these days|for (?:\w+ )?years|today)\b|\bever since\b|\bsince then\b"
    r"|\b(?:am|is|are|was|were|been|be|gone|keeps?|feeling|doing) (?:perfectly |very |all |now |honestly |a )*(?:fine|well|healthy|good|happy|content|glad|thriving|grand|back to normal|back at work|back to work|off medication|seizure free)\b"
    r"|\b(?:healed|mended|recovered|recovery|all clear|signed off|signed him off|signed her off|discharged|let me go|sorted|cured|never (?:came|come) back|none since|not (?:one )?(?:in|for) (?:\w+ )?(?:decades|years)|gone since|has been gone"
    r"|got (?:help|better)|scar|fit as a fiddle|fighting fit|all fine|peer mentor|somewhere decent|happiest|turns? (?:fifty|sixty|forty)|grown family|became|married|retired|inherited|(?<!who )passed (?:away|in)|closed on its own|came out before"
    r"|have not been admitted|has not been admitted|not been back|life is good|all healed|is healed|drug free|did me no|no trouble|not happened)\b"
)
_CLEARED = re.compile(
    r"\b(?:scans?|scanned|tests?|tested|bloods|swabbed|biopsy|x ?ray|monitor|screening|questionnaire|doctor|doc|dr|nurse|surgeon|consultant|technician|optician|gp|clinic|practice|specialist|team|counsell?or|podiatrist|paediatrician)\b.{0,60}?"
    r"\b(?:fine|normal|perfect|clear|happy|pleased|safe|not (?:worried|bothered)|ok|okay|good|nothing|no (?:stroke|clot|infection|break|problem)|same|negative|lovely|confirmed|agrees|textbook|just my age)\b"
)
# A value that somebody is told to be usual, or fine, clears nothing: "my doctor said 90 is normal for me".
_USUAL_VALUE = re.compile(
    r"\b(?:my|his|her|your|their|our|as|what is|a|set to|the) (?:usual |own )?normal\b|\bnormal (?:is|for|bp|b p|blood|pressure|sats|oxygen|temp\w*|dose|value|pulse|heart|person)\b"
    r"|\b\d+(?: (?:over|percent|degrees|%) ?\d*)?(?:/\d+)? (?:is|as|was) (?:(?:my|his|her) )?(?:normal|ok|okay|fine|good|safe)\b"
)
_WORSE_AGAIN = re.compile(
    r"\b(?:again|tonight|coming back|is back|are back|right now|just now|this (?:morning|evening|afternoon)|today|since (?:yesterday|last night)|yesterday|suddenly|worse|lately|getting|can(?:not)? (?:breathe|wake|move|feel)|what do i do|should i (?:go|call|wait|worry)|help)\b"
)
_SOMEBODY = (
    r"\b(?:i|we|he|she|it|(?:my|his|her|the|our) (?:\w+ ){0,2}\w+)(?: (?:suddenly|just|really|also|still|now))? "
)
_NOT_SO = r"\b(?! (?:not|no|never|due|usual|the usual)\b)"
_HAPPENS = re.compile(
    rf"{_SOMEBODY}(?:am|is|are|has|cannot|do not|does not|will not|feels?|want|keeps?|hits?|hurts?|have been thinking){_NOT_SO}"
)
_TOLD = re.compile(rf"{_HAPPENS.pattern}|{_SOMEBODY}(?:was|were|had|took|fell|passed|woke|been){_NOT_SO}")
_SELF = re.compile(r"\b(?:i|me|myself)\b")


_HELP = re.compile(
    r"\b(?:what (?:should|do|must|shall) (?:i|we) do(?: now| first)?|what now|please help|help me|i need help|should i (?:call|ring|go)\b[^.?!]*)[ .?!]*$"
)
# What asks for anything, and what says that all is well, or takes back what was said.
_ASKS_ANYTHING = re.compile(
    r"\?|\b(?:what|whats|how|which|who|why|where|when|should|shall|(?:can|could|would|will|does|did)(?! not)|is there|are there|is it|is that|do (?:i|you|we|they|he|she)|any"
    r"|tips?|ideas?|advice|recommend\w*|suggest\w*|explain|tell me|wonder\w*|curious|question|help me|looking for|need (?:a|an|some|to)|want (?:a|an|some|to)|please)\b"
)
_ALL_WELL = re.compile(
    r"\b(?<!not )(?<!never )(?<!no )(?<!as )(?:thank\w*|thanx|thx|cheers|ta|fine|ok|okay|good|great|well|happy|glad|better|gone(?! [a-z])|gone (?:now|away|down)|settled|settling|sorted|normal"
    r"|(?:has|have|is|are) (?:now |all )?(?:stopped|over)(?! [a-z])|came down|come down|coming down|back to|joking|kidding|joke|sorry|never mind|forget|relief|relieved|phew|safe|healed|recovered|awake"
    r"|laughing|smiling|no more|false alarm|wrong chat|testing|just a test|turned out|it was (?:nothing|just|only))\b"
)
_OF_SOMEBODY = re.compile(
    r"\b(?:i|me|my|he|him|his|she|her|it|its|they|them|we|still|same|no change)\b|\bthe (?:\w+ ){1,3}(?:is|are|has|looks|will not)\b"
)


def is_negated(before: str, after: str) -> bool:
    """Whether a thing between `before` and `after`, in one sentence, is denied: "no chest pain or ..." denies both."""
    negators = list(_NEGATOR.finditer(before))
    if not negators:
        return False
    last = negators[-1]
    rest = before[last.end() :]
    if _ENDS_NEGATION.search(rest) or len(rest.split()) > 5:
        return False
    if last.group() == "never" and _NEW_TO_ME.search(after):
        return False  # "never had a headache like this"
    return not _NEGATES_NOTHING.match(before[last.start() :] + " ")


def clause(before: str) -> str:
    """The last clause of a sentence's beginning: a new subject after a comma begins another."""
    return _CLAUSE.split(before)[-1]


def is_teaching(text: str) -> bool:
    """Whether a message prepares something for others to read or learn."""
    return bool(_TEACHING.search(text)) and not _HELP_NOW.search(text)


def is_happening(part: str) -> bool:
    """Whether a clause tells what somebody has or does now; no plan, and nobody who says that all is well, undoes it."""
    return bool(_HAPPENS.search(part))


def is_told(part: str) -> bool:
    """Whether a clause tells what happens or happened to somebody."""
    return bool(_TOLD.search(part))


def is_past(sentence: str) -> bool:
    """Whether a sentence tells of long ago and of nothing that is now."""
    return bool(_PAST.search(_SINCE_INJURY.sub(" ", sentence))) and not _NOW.search(sentence)


# A question to learn from, up to where somebody tells of themselves or of another: "what are the signs of a clot ...".
_ASKED = re.compile(
    r"\b(?:(?:what|which) (?:are|is|would be)|(?:what|which) (?=(?:early |first |warning )?(?:signs|symptoms))|"
    r"(?:the |any )?(?:early |first |warning )*(?:signs|symptoms)\b|"
    r"how (?:do|can|would|will) (?:i|you|we|one) (?:know|tell|recogni[sz]e|spot))\b"
    r"(?:(?!\b(?:and|but|because|cause|so)\b)[^.?!,;])*?"
    r"(?=[.?!,;]|\b(?:and|but|because|cause|so)\b|$|"
    r"(?<!\bif )(?<!\bwhen )(?<!\bthat )(?<!\bof )(?<!\bin )(?<!\bfor )(?<!\bto )(?<!\bdo )(?<!\bdoes )(?<!\bcan )"
    r"(?<!\bwhether )(?<!\bshould )(?<!\bwith )(?<!\bon )(?<!\bare )(?<!\bis )(?<!\bam )(?<!\bor )(?<!\bwhile )"
    r"(?<!\bthings )(?<!\bsigns )(?<!\bsymptoms )\b(?:i|my|he|his|she|her|mum|dad|mom)\b)"
)


def beside_what_is_asked(text: str) -> str | None:
    """What a text says beside a question to learn from, None where it asks none: "my chest hurts what are the signs of
    a heart attack" tells of a chest that hurts."""
    left = _ASKED.sub(" ", text)
    return " ".join(left.split()) if left != text else None


def is_learning(sentence: str, before: str) -> bool:
    """Whether a sentence asks to learn; `before` is its part in front of the thing that is named."""
    if _TOPIC.search(before):
        return True
    return bool(_LEARNING.search(before)) or bool(_LEARNING.match(sentence) and not _NOW.search(sentence))


def is_perhaps(before: str) -> bool:
    """Whether a thing is only supposed: "what if I get ..."."""
    return bool(_PERHAPS.search(before))


def is_recovered(text: str) -> bool:
    """Whether a message tells of long ago, that all is well since, and of nothing that is now."""
    return not _WORSE_AGAIN.search(text) and bool(_LONG_SINCE.search(text) and _RESOLVED.search(text))


def cleared_until(text: str) -> int:
    """Up to where a text tells what somebody examined and found well; 0 where it does not, or tells of what is now.

    What is told after it was not examined: "nurse saw him at nine and he was fine, his mouth droops".
    """
    if _WORSE_AGAIN.search(text):
        return 0
    told = _USUAL_VALUE.sub(lambda match: "_" * len(match.group()), text)
    return max((match.end() for match in _CLEARED.finditer(told)), default=0)


def is_about_statistics(sentence: str) -> bool:
    """Whether somebody asks how common or how preventable a thing is, not of themselves."""
    return bool(_STATISTICS.search(sentence)) and not _SELF.search(sentence)


def tells_on(text: str) -> bool:
    """Whether a message goes on telling of somebody: it asks nothing, and does not say that all is well."""
    return bool(_OF_SOMEBODY.search(text)) and not _ASKS_ANYTHING.search(text) and not _ALL_WELL.search(text)


def asks_for_help(text: str) -> bool:
    """Whether a message ends by asking what to do, or for help, now."""
    return _HELP.search(text) is not None
