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
UNDER_NOTICE = "The articles here have nothing to add. Follow the notice above now."
GREETING = "Hello. Ask about living with a spinal cord injury, for example: What are the signs of a bladder infection?"
THANKS = "You are welcome. Ask whenever something else comes up."
NAME_IT = "Please name what you mean, for example: How is a pressure sore treated?"
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
