"""Search results, index reports and the status -> plain text and JSON, for maintainers. Answers are in render.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sci_assistant.ingest.build import IndexReport
    from sci_assistant.types import Passage, Turn

LISTED = 20  # names that a line of a report shows at most


def search_to_json(turn: Turn, passages: Sequence[Passage]) -> dict[str, Any]:
    """The promised form of a search result."""
    return {
        "id": turn.id,
        "question": turn.question,
        "passages": [
            {
                "rank": rank,
                "score": round(passage.score, 6),
                "article": passage.article.id,
                "title": passage.article.title,
                "section": passage.section_title,
                "text": passage.chunk.text,
                "url": passage.article.url,
            }
            for rank, passage in enumerate(passages, start=1)
        ],
    }


def search_to_text(passages: Sequence[Passage]) -> str:
    """Ranked passages for a terminal."""
    if not passages:
        return "No passage was found."
    lines = []
    for rank, passage in enumerate(passages, start=1):
        place = " > ".join(part for part in (passage.article.title, passage.section_title) if part)
        scores = f"score {passage.score:.2f}, cosine {passage.dense:.2f}, keywords {passage.keyword:.1f}"
        lines.append(f"{rank}. {place} [{passage.article.id}] ({scores})\n   {passage.chunk.text}")
    return "\n".join(lines)


def report_to_text(report: IndexReport, *, dry_run: bool = False) -> str:
    """What indexing did, in lines for a maintainer."""
    would = "Would be " if dry_run else ""
    lines = []
    for word, names in (("added", report.added), ("updated", report.updated), ("removed", report.removed)):
        if names:
            label = f"{would}{word}" if dry_run else word.capitalize()
            lines.append(f"{label} ({len(names)}): {_names(names)}")
    lines.append(f"Unchanged: {len(report.unchanged)}")
    if report.failed:
        lines.append(f"Failed ({len(report.failed)}):")
        for failure in report.failed:
            kept = f" The last accepted version of {failure.kept} stays live." if failure.kept else ""
            lines.append(f"  {failure.reason}{kept}")
    if report.published:
        lines.append(f"Build {report.build} is live: {report.chunks} chunks, {report.embedded} texts embedded.")
    else:
        lines.append("Nothing was written." if dry_run else "Nothing changed.")
    return "\n".join(lines)


def _names(names: Sequence[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")


def status_to_text(status: Mapping[str, Any]) -> str:
    """The status in lines for a maintainer."""
    lines = [f"Store: {status['store']}"]
    build = status["build"]
    if build is None:
        lines.append(f"Index: {status['problem'] or 'nothing is indexed. Run: sci-assistant index'}")
    else:
        lines += [
            f"Build: {build['name']}, made {build['created']} ({build['age_days']} days ago)",
            f"Articles: {build['articles']} in {build['chunks']} chunks, {build['sentences']} sentences",
            f"Embedding model: {build['model']} ({build['revision'][:12]}, {build['form']})",
            f"Corpus: {', '.join(build['corpus'])}",
        ]
        lines += [f"  kept in its last accepted version: {failed}" for failed in build["failed"]]
    if status["changed"]:
        lines.append(f"The corpus differs from what is live: {status['changed']}")
    lines += [f"Setting {name} = {value}" for name, value in status["settings"].items()]
    return "\n".join(lines)
