"""Lint articles: what must be mended before they are published, what should be, what an editor may know.

Takes folders and files of articles, with the glossary and the facts that lie beside them; gives `Finding`s in the
order of the articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sci_assistant.errors import ArticleError, CorpusError
from sci_assistant.ingest.asked import FOLDER, asked_file, parse_entries, resolve
from sci_assistant.ingest.facts import FactRow, check_numbers, check_rows, read_facts
from sci_assistant.ingest.files import decode, list_files
from sci_assistant.ingest.findings import Finding
from sci_assistant.ingest.glossary import read_glossary, term_names
from sci_assistant.ingest.overlap import find_overlaps
from sci_assistant.ingest.parse import Sources, Unread, is_record, list_sources, parse_body
from sci_assistant.ingest.suspicious import find_suspicious
from sci_assistant.ingest.wording import Measures, check_wording, measure
from sci_assistant.types import Article

REVIEW_MAX_AGE_DAYS = 730
_RAW_READ = frozenset({".md", ".txt"})  # HTML has scripts by nature; its content is checked as text
_ADDRESS = ("http://", "https://", "mailto:", "tel:")

Item = tuple[str, Article | CorpusError]


@dataclass(frozen=True, slots=True)
class Checked:
    """One article that could be read, and its measures."""

    source: str
    article: Article
    measures: Measures


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was checked and found."""

    checked: tuple[Checked, ...]
    findings: tuple[Finding, ...]

    def count(self, severity: str) -> int:
        """How many findings have this severity."""
        return sum(finding.severity == severity for finding in self.findings)


def check_corpus(
    paths: Sequence[Path],
    *,
    today: date,
    review_max_age_days: int = REVIEW_MAX_AGE_DAYS,
    sources: Sources = list_sources,
) -> CheckReport:
    """Check folders and files of articles, each with the glossary and facts in its folder. `sources` are those of a
    path: of one who takes them further, those that are taken.

    Raises:
        CorpusError: a path does not exist, or its glossary cannot be read.
    """
    checked: list[Checked] = []
    findings: list[Finding] = []
    known = {Path(name).stem for path in paths for name, _ in list_files(_folder(path))}
    for path in paths:
        prefix = f"{path}/" if len(paths) > 1 and path.is_dir() else ""  # two folders may hold equal names
        found = tuple(sources(path))
        read = [(unread, unread.read()) for unread in found]
        items = [(prefix + unread.name, item) for unread, item in read]
        terms, facts = term_names(read_glossary(path)), read_facts(_folder(path))
        findings += _check_each(
            items,
            glossary_terms=terms,
            today=today,
            review_max_age_days=review_max_age_days,
            known=frozenset(known),
            raw={prefix + name: raw for name, raw in _raw_texts(found).items()},
            facts=facts[0] if facts else None,
        )
        findings += facts[1] if facts else ()
        findings += _check_asked(path, prefix, read)
        articles = [(name, item) for name, item in items if isinstance(item, Article)]
        checked += [Checked(name, item, measure(item, glossary_terms=terms)) for name, item in articles]
    findings += _check_across([(each.source, each.article) for each in checked])
    return CheckReport(tuple(checked), tuple(findings))


def _check_each(
    items: Sequence[Item],
    *,
    glossary_terms: tuple[str, ...],
    today: date,
    review_max_age_days: int,
    known: frozenset[str],
    raw: Mapping[str, str],
    facts: Sequence[FactRow] | None,
) -> Iterator[Finding]:
    """Findings on each article alone, and on the rows of facts."""
    for source, item in items:
        if isinstance(item, CorpusError):
            yield from _unreadable(source, item)
            yield from _check_draft(source, raw.get(source), known)
            continue
        yield from _check_structure(source, item, known)
        yield from _check_sources(source, item)
        yield from _check_review(source, item, today, review_max_age_days)
        yield from check_wording(item, measure(item, glossary_terms=glossary_terms), source=source)
        yield from _check_suspicious(source, item, raw.get(source))
        if facts is not None and source.endswith(".md"):
            yield from check_numbers(item, facts, source=source)
    by_id = {item.id: item for _, item in items if isinstance(item, Article)}
    yield from check_rows(facts or (), by_id, known_ids=known)


def _check_across(articles: Sequence[tuple[str, Article]]) -> Iterator[Finding]:
    """Findings that concern several articles: ids given twice, passages that repeat."""
    first: dict[str, str] = {}
    for source, article in articles:
        if article.id in first:
            message = f"the id {article.id!r} is that of {first[article.id]}. Give each article its own."
            yield Finding("error", "duplicate-id", source, message, article.id)
        first.setdefault(article.id, source)
    yield from find_overlaps(articles)


def _folder(path: Path) -> Path:
    """Where the facts of a corpus lie."""
    return path if path.is_dir() else path.parent


def _raw_texts(sources: Iterable[Unread]) -> dict[str, str]:
    """The raw text of each file that can be read, by its name."""
    raw: dict[str, str] = {}
    for source in sources:
        if Path(source.name).suffix.lower() in _RAW_READ:
            try:
                raw[source.name] = decode(source.raw(), name=source.name)
            except CorpusError:  # reported as unreadable
                continue
    return raw


def _unreadable(source: str, error: CorpusError) -> Iterator[Finding]:
    if not isinstance(error, ArticleError):
        yield Finding("error", "unreadable", source, str(error))
        return
    for fault in (error, *error.others):
        apart = str(fault.path or "") not in ("", source)  # a fault in the list of questions beside the article
        named = f"{fault.path}: " if apart else f"{fault.field}: " if fault.field else ""
        message = f"{named}{fault.problem} {fault.fix}".strip()
        yield Finding("error", "front-matter" if fault.field else "unreadable", source, message, line=fault.line)


def _check_structure(source: str, article: Article, known: frozenset[str]) -> Iterator[Finding]:
    """Sections without text, links without a target."""
    for section, after in zip(article.sections, [*article.sections[1:], None], strict=True):
        parts = after is not None and after.path[: len(section.path)] == section.path != after.path
        if section.start == section.end and not parts:
            message = "the section is empty. Write its text, or remove the heading."
            yield Finding("error", "empty-section", source, message, article.id, section.title)
    for link in article.links:
        if not link.target.lower().startswith(_ADDRESS) and link.target not in known:
            section_title = _section_at(article, link.start)
            message = f"{article.quote(link.start, link.end)!r} leads to {link.target!r}, which is no article."
            yield Finding("error", "broken-link", source, message, article.id, section_title)


def _check_sources(source: str, article: Article) -> Iterator[Finding]:
    if not article.sources and not article.url:
        message = "no sources are named. Import the file as Markdown and list them in its front matter."
        yield Finding("error", "sources-missing", source, message, article.id)


def _check_draft(source: str, raw: str | None, known: frozenset[str]) -> Iterator[Finding]:
    """What can be said of a Markdown file whose front matter is not finished."""
    if raw is None or not source.endswith(".md"):
        return
    try:
        article = parse_body(raw, path=source)
    except CorpusError:  # reported by the reader
        return
    yield from _check_structure(source, article, known)
    yield from _check_suspicious(source, article, raw)


def _check_review(source: str, article: Article, today: date, max_age_days: int) -> Iterator[Finding]:
    command = f"sci-assistant corpus review {article.id}"
    if article.reviewed is None:
        message = f"no clinician has reviewed the article. Record a review with `{command}`."
        yield Finding("note", "not-reviewed", source, message, article.id)
        return
    age = (today - article.reviewed.date).days
    if age > max_age_days:
        message = f"the review is {age:,} days old, at most {max_age_days:,} are wanted. Review it again."
        yield Finding("warning", "review-old", source, message, article.id)
    if article.review_changed:
        message = f"the text has changed since its review of {article.reviewed.date}. Record a new one: `{command}`."
        yield Finding("warning", "review-changed", source, message, article.id)


def _check_suspicious(source: str, article: Article, raw: str | None) -> Iterator[Finding]:
    for line, what in find_suspicious(article.text if raw is None else raw):
        message = f"{what}. Remove it, or find out who wrote it."
        yield Finding("warning", "suspicious-text", source, message, article.id, line=line if raw else None)


def _check_asked(path: Path, prefix: str, read: Iterable[tuple[Unread, Article | CorpusError]]) -> Iterator[Finding]:
    """Answers to listed questions that an edit took out of their article, and lists that belong to none."""
    lists = set((_folder(path) / FOLDER).glob("*.yaml"))
    for source, item in read:
        if isinstance(item, CorpusError) or is_record(source.name):
            continue
        file = asked_file(_folder(path) / source.name, item.id)
        lists.discard(file)
        for answer in resolve(replace(item, asked=()), parse_entries(file, source.listed(item.id)))[1]:
            problem = f"{FOLDER}/{file.name}: no sentence of the article reads {answer!r}."
            yield Finding(
                "warning", "answer-missing", prefix + source.name, f"{problem} Copy the sentence as it is now.", item.id
            )
    for file in sorted(lists) if path.is_dir() else ():
        if not file.with_name(f"{file.stem}.md").exists() and not (file.parent.parent / f"{file.stem}.md").exists():
            message = f"no article has the id {file.stem!r}. Name the file after its article, or remove it."
            yield Finding("warning", "answer-missing", f"{prefix}{FOLDER}/{file.name}", message)


def _section_at(article: Article, offset: int) -> str:
    return next((each.title for each in article.sections if each.start <= offset < each.end), "")
