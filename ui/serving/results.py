"""Results for other programs -> JSON. Answers in the form of `render.to_json`; beside every search and article stand
its notice, the disclaimer and who wrote the articles too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sci_assistant.render import day, review_state
from sci_assistant.report import search_to_json
from sci_assistant.types import Article, Notice, Passage, Turn


def error_json(code: str, text: str, disclaimer: str) -> dict[str, Any]:
    """The one form of an error. An answer that could not be given has the same `error` among its fields."""
    return {"error": {"code": code, "text": text}, "disclaimer": disclaimer}


def search_json(
    turn: Turn, passages: Sequence[Passage], notice: Notice | None, *, disclaimer: str, authorship: str
) -> dict[str, Any]:
    """A search result with its notice."""
    found = search_to_json(turn, passages)
    return {"notice": notice_json(notice), **found, "disclaimer": disclaimer, "authorship": authorship}


def notice_json(notice: Notice | None) -> dict[str, Any] | None:
    """A notice as in an answer."""
    if notice is None:
        return None
    form = asdict(notice)
    return form | {name: list(form[name]) for name in ("rules", "steps", "numbers")}


def article_json(article: Article, *, disclaimer: str, authorship: str) -> dict[str, Any]:
    """An article to read. The offsets of sections and citations are into `text`."""
    return {
        **article_entry(article),
        "summary": article.summary,
        "review": _review(article),
        "text": article.text,
        "sections": [asdict(section) | {"path": list(section.path)} for section in article.sections],
        "sources": [asdict(source) | {"read": source.read.isoformat()} for source in article.sources],
        "disclaimer": disclaimer,
        "authorship": authorship,
    }


def article_entry(article: Article) -> dict[str, Any]:
    """An article in a list: what a citation of it names."""
    return {
        "article": article.id,
        "title": article.title,
        "url": article.url,
        "origin": article.origin,
        "written": article.written.isoformat() if article.written else None,
        "reviewed": article.reviewed.date.isoformat() if article.reviewed else None,
    }


def article_text(article: Article, *, disclaimer: str, authorship: str) -> str:
    """An article as plain text under its headings."""
    parts = [f"{article.title}\n{article.origin}. {_review(article)}."]
    for section in article.sections:
        words = article.quote(section.start, section.end)
        parts += [f"{section.title}\n{words}" if section.title else words]
    written = [f"Written {day(article.written)}."] if article.written else []
    return "\n\n".join([*parts, *written, f"{disclaimer}\n{authorship}"])


def _review(article: Article) -> str:
    return review_state(article.reviewed.date if article.reviewed else None, changed=article.review_changed)
