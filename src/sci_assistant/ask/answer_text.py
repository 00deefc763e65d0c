"""A draft -> the answer as plain text with [n] marks: what was written, then what is quoted."""

from __future__ import annotations

from collections.abc import Mapping

from sci_assistant.ask import prompts
from sci_assistant.types import AnswerSentence, Draft


def word_before_quotes(fallback: str | None, *, mixed: bool) -> str | None:
    """What is said before quoted sentences that stand in for written ones, or below them."""
    if fallback is not None:
        return f"{prompts.FALLBACKS[fallback]} {prompts.THE_ARTICLES_SAY}"
    return prompts.THE_ARTICLES_SAY if mixed else None


def written_text(draft: Draft, fallback: str | None) -> str:
    """The text of a written answer, with a plain word before the sentences that are quoted."""
    written, quoted = (
        answer_text(Draft(tuple(s for s in draft.sentences if s.mode == mode), draft.citations))
        for mode in ("written", "quoted")
    )
    word = word_before_quotes(fallback, mixed=bool(written)) if quoted else None
    return "\n".join(part for part in (written, word, quoted) if part)


def answer_text(draft: Draft) -> str:
    """The answer as plain text: sentences with [n] marks, each list item and numbered step on a line of its own."""
    quotes = {citation.number: citation.quote for citation in draft.citations}
    lines: list[str] = []
    before: AnswerSentence | None = None
    for sentence in draft.sentences:
        piece = f"{sentence.text} {''.join(f'[{number}]' for number in sentence.citations)}"
        if before is not None and before.kind == sentence.kind and _one_block(before, sentence, quotes):
            lines[-1] += f" {piece}"
        elif sentence.kind == "item":
            lines.append(f"- {piece}" if sentence.number is None else f"{sentence.number}. {piece}")
        else:
            lines.append(piece)
        before = sentence
    return "\n".join(lines)


def _one_block(before: AnswerSentence, sentence: AnswerSentence, quotes: Mapping[int, str]) -> bool:
    """Whether two sentences stand on one line: all plain ones, and those of one list item (a space parts them)."""
    if sentence.kind == "sentence":
        return True
    return any(f"{before.text} {sentence.text}" in quotes[number] for number in sentence.citations)
