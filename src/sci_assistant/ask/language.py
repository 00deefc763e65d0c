"""A question as typed -> the language it is in, where that is surely not English.

Takes a text; gives "es", "fr", "de", "other", or None for English and whatever cannot be told. Script and the share
of function words decide: no network, no model. English with slips, names or Latin terms has too few of them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from sci_assistant.words import STOPWORDS, zipf

Language = Literal["es", "fr", "de", "other"]

SCRIPT_SHARE = 0.5  # of the letters that are not Latin, from which a text is not English
SHARE = 0.3  # of the words that are function words of one language
ENGLISH_SHARE = 0.2  # of the words that are English function words, at most
UNKNOWN_SHARE = 0.6  # of the words that English does not have, for a language without a list
KNOWN_ZIPF = 3.0  # from this frequency on a word is taken for English
READ_CHARS = 1000  # of a text that are looked at

_WORD = re.compile(r"[^\W\d_]+")
_CONTRACTED = re.compile(r"['’](?:ve|ll|re|[stmd])\b")  # "I've" is an English word

# Function words that English does not have, or has only as rare ones. Accents stand as typed and left out.
_FUNCTION_WORDS: dict[Language, frozenset[str]] = {
    "es": frozenset(
        """que qué el la los las un una unos unas de del al y es son en con por como cómo cuando cuándo donde dónde cual
        cuál cuales cuáles quién quien porque no cuanto cuánto se su sus mi mis tu te lo le les nos esta está estoy este esto
        estas tengo tiene tienen tener puedo puede pueden hay ser
        hacer hago debo debe muy más pero si sí sin sobre entre desde
        hasta después despues antes también tambien ya soy era quiero necesito yo ella ellos usted ayuda gracias hola
        para mas mucho duele""".split()
    ),
    "fr": frozenset(
        """que qui quoi qu le la les un une des du de et est sont en dans avec pour par comment quand où quel quelle
        quels quelles pourquoi combien se sa ses mon ma mes ton son leur je tu il elle nous vous ils elles ce cette ces
        ça cela suis ai avez avons ont peux peut puis faire fait faut dois doit veux très plus mais ou si sans sur entre
        depuis après apres avant aussi ne pas au aux chez été être etre avoir merci bonjour quelqu aidez
        à j l d c mal""".split()
    ),
    "de": frozenset(
        """der die das den dem des ein eine einen einem einer eines und ist sind im mit für fuer von vom zu zum zur wie
        wann wo welche welcher welches warum wer was ich du er sie es wir ihr mein meine meinen meinem meiner sich mich
        mir habe hat haben hast kann können koennen kannst muss müssen soll sollte darf sehr aber oder wenn nicht kein
        keine keinen nach vor bei aus auf über ueber unter zwischen gegen seit auch noch nur werden wird wurde bin
        möchte moechte gibt hilfe danke bitte hallo ohne durch beim guten""".split()
    ),
    "other": frozenset(
        # Portuguese, Italian, Dutch, Polish, Turkish
        """o os um uma do da dos das no na em e que não nao é são por para com como quando onde qual quais porque seu
        sua meu minha depois mais muito posso pode ter tem ou sobre
        il lo gli una uno di che è sono con per come quando dove quale quali perché mio mia dopo più piu molto posso può
        avere ho della del dei delle nel nella cosa si
        het een van en zijn voor met hoe waar welke waarom ik je mijn niet ook maar als kan moet na bij wordt naar wat
        jak co czy jest są na po przez dla nie się gdzie kiedy jakie jaki który która można i w z od mam mogę mój moja
        ve bir bu için ile nasıl ne nedir mi mı mu neden nerede hangi var yok çok daha sonra ben benim gibi ya
        och är inte hur med för som jag ett til ikke jeg hvordan hvad""".split()
    ),
}
_ORDER: tuple[Language, ...] = ("es", "fr", "de", "other")  # the first of equals is named
# Function words of other languages that are English words or common names and abbreviations too.
_AMBIGUOUS = frozenset(
    """i a an am as at be by do go he if in is it me my no of on or so to up us we was die den des hat man war bad most
    all also will son sur pour plus mine mi ma pa comment tu en de la le el al los las e o os y du per para com con sin
    na ne ta van er es ad das dem ho ha em um sa se te un une ya co mu si var bin her are elles mis ton ces ai j l d c
    het met wat hoe als kan""".split()
)


def language_of(text: str) -> Language | None:
    """The language of a text that is not English; None where it is, or where nobody can tell."""
    text = unicodedata.normalize("NFKC", text[:READ_CHARS]).lower()
    letters = [sign for sign in text if sign.isalpha()]
    if not letters:
        return None
    latin = sum(unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    if latin < (1 - SCRIPT_SHARE) * len(letters):
        return "other"
    return _by_words(_WORD.findall(_CONTRACTED.sub("", text)))


def _by_words(words: list[str]) -> Language | None:
    english = [word for word in words if word in STOPWORDS and not _is_foreign(word)]
    foreign = [word for word in words if word not in english and (_is_foreign(word) or zipf(word) < KNOWN_ZIPF)]
    if len(english) > ENGLISH_SHARE * len(words) or len(foreign) < UNKNOWN_SHARE * len(words):
        return None
    hits = {language: [w for w in words if w in known] for language, known in _FUNCTION_WORDS.items()}
    best = max(_ORDER, key=lambda language: len(hits[language]))
    sure = {word for word in hits[best] if word not in _AMBIGUOUS}
    if (len(set(hits[best])) >= 2 and sure and len(hits[best]) >= SHARE * len(words)) or (
        sure == set(words) and max(map(len, sure)) > 3
    ):
        return best
    accented = [word for word in foreign if not word.isascii()]
    return "other" if len(accented) >= 2 and len(words) >= 3 and not english else None


def _is_foreign(word: str) -> bool:
    return any(word in known for known in _FUNCTION_WORDS.values())
