"""Every fixed sentence that an answer can say by itself, and the thresholds' names. Nothing else words an answer."""

from __future__ import annotations

NOT_COVERED = (
    "The articles here do not answer this question. I searched {count} and found no sentence that answers it, "
    "so I will not guess."
)
ASK_WHOM = (
    "If it is about your health, your own care team, your rehabilitation centre or your family doctor can answer it. "
    "If you feel worse, or are worried about your health right now, call them today. In an emergency call your local "
    "emergency number (112, 911, 999 or 000)."
)
REMINDER = {
    "emergency": "If what you told me earlier is still so, call 112, 911, 999 or 000 now.",
    "urgent": "If what you told me earlier is still so, get to an emergency department now.",
    "crisis": "If you still feel as you wrote earlier, call 988, 116 123 or 13 11 14, or 112 now. You matter.",
}
PREMISE = "whether it is so that {claim}"
UNDER_NOTICE = "The articles here have nothing to add. Follow the notice above now."
GREETING = "Hello. Ask about living with a spinal cord injury, for example: What are the signs of a bladder infection?"
THANKS = "You are welcome. Ask whenever something else comes up."
NAME_IT = "Please name what you mean, for example: How is a pressure sore treated?"
IN_ENGLISH = {
    "es": "Los artículos y este asistente están solo en inglés. Por favor, pregunte en inglés o con ayuda de un "
    "traductor. En una emergencia llame al 112, 911, 999 o 000.",
    "fr": "Les articles et cet assistant n'existent qu'en anglais. Posez votre question en anglais, ou à l'aide d'un "
    "traducteur, s'il vous plaît. En cas d'urgence, appelez le 112, le 911, le 999 ou le 000.",
    "de": "Die Artikel und dieser Assistent sind nur auf Englisch verfügbar. Bitte fragen Sie auf Englisch oder mit "
    "Hilfe eines Übersetzers. Rufen Sie im Notfall 112, 911, 999 oder 000 an.",
    "other": "The articles and this assistant are in English only. Please ask in English, or with the help of a "
    "translator. In an emergency call 112, 911, 999 or 000.",
}
CALL_ABOVE = {
    "es": "Llame ahora a uno de los números de arriba, o pida a alguien cercano que lo haga. No está solo.",
    "fr": "Appelez maintenant l'un des numéros ci-dessus, ou demandez à quelqu'un près de vous de le faire. "
    "Vous n'êtes pas seul.",
    "de": "Rufen Sie jetzt eine der Nummern oben an, oder bitten Sie jemanden in der Nähe darum. "
    "Sie sind nicht allein.",
    "other": "Call one of the numbers above now, or ask someone near you to do it. You are not alone.",
}
LONG_TALK = "This conversation has become too long to be read. Please start a new one."
UNAVAILABLE = "I cannot answer at the moment. {problem}"
EMPTY_QUESTION = "Please type or dictate a question."
TOO_LONG = "This question is {length:,} characters long. Please ask in at most {most:,} characters."
NO_INDEX = "The articles have not been indexed yet."
INDEX_BROKEN = "The index of the articles cannot be read. The person who runs this assistant can see why in its log."
MODEL_BROKEN = (
    "The model that finds passages cannot be loaded. The person who runs this assistant can see why in its log."
)
CRISIS = "Please use one of the numbers above now. This is a computer program, and you deserve a person who listens."
STILL_CALL = (
    "If you feel unwell or are frightened, do not wait for this assistant: call your care team, or your local "
    "emergency number (112, 911, 999 or 000)."
)


def articles(count: int) -> str:
    """ "1 article", "64 articles"."""
    return f"{count:,} article" + ("" if count == 1 else "s")
