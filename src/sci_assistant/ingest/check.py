"""Lint articles: what must be mended before they are published, what should be, what an editor may know.

Takes articles as their reader gives them; gives `Finding`s in the order of the articles. `check_corpus` reads
folders and files itself, with the glossary and the facts that lie beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sci_assistant.errors import ArticleError, CorpusError
from sci_assistant.ingest.facts import FactRow, check_numbers, check_rows, read_facts
from sci_assistant.ingest.files import decode, list_files, read_bytes
from sci_assistant.ingest.findings import Finding
from sci_assistant.ingest.overlap import find_overlaps
from sci_assistant.ingest.parse import parse_body, read_articles
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


def check_corpus(paths: Sequence[Path], *, today: date, review_max_age_days: int = REVIEW_MAX_AGE_DAYS) -> CheckReport:
    """Check folders and files of articles, each with the glossary and facts in its folder.

    Raises:
        CorpusError: a path does not exist, or its glossary cannot be read.
    """
    checked: list[Checked] = []
    findings: list[Finding] = []
    for path in paths:
        folder = path if path.is_dir() else path.parent
        items = list(read_articles(path))
        terms = read_glossary_terms(folder)
        facts = read_facts(folder)
        rows = None if facts is None else facts[0]
        found = check_articles(
            items,
            glossary_terms=terms,
            today=today,
            review_max_age_days=review_max_age_days,
            known_ids={Path(name).stem for name, _ in list_files(folder)},
            raw=_raw_texts(path),
            facts=rows,
        )
        findings += [*found, *(facts[1] if facts else ())]
        checked += [
            Checked(name, item, measure(item, glossary_terms=terms))
            for name, item in items
            if isinstance(item, Article)
        ]
    return CheckReport(tuple(checked), tuple(findings))


def check_articles(
    items: Iterable[Item],
    *,
    glossary_terms: Iterable[str] = (),
    today: date,
    review_max_age_days: int = REVIEW_MAX_AGE_DAYS,
    known_ids: Iterable[str] = (),
    raw: Mapping[str, str] | None = None,
    facts: Sequence[FactRow] | None = None,
) -> tuple[Finding, ...]:
    """All findings on articles, in their order; those that concern several articles come last.

    Args:
        glossary_terms: words that count as easy in the reading grade.
        known_ids: articles that links may lead to beside those in `items`.
        raw: the raw text of a source, to be searched for what should not stand there.
        facts: rows that back numbers; None where the corpus keeps none.
    """
    items, terms = list(items), tuple(glossary_terms)
    articles = [(source, item) for source, item in items if isinstance(item, Article)]
    known = frozenset(known_ids) | {article.id for _, article in articles} | {Path(name).stem for name, _ in items}
    findings: list[Finding] = []
    for source, item in items:
        if isinstance(item, CorpusError):
            findings += [*_unreadable(source, item), *_check_draft(source, (raw or {}).get(source), known)]
            continue
        findings += _check_structure(source, item, known)
        if not item.sources and not item.url:
            message = "no sources are named. Import the file as Markdown and list them in its front matter."
            findings.append(Finding("error", "sources-missing", source, message, item.id))
        findings += _check_review(source, item, today, review_max_age_days)
        findings += check_wording(item, measure(item, glossary_terms=terms), source=source)
        findings += _check_suspicious(source, item, (raw or {}).get(source))
        if facts is not None and source.endswith(".md"):
            findings += check_numbers(item, facts, source=source)
    findings += _check_ids(articles)
    findings += find_overlaps(articles)
    if facts is not None:
        findings += check_rows(facts, {article.id: article for _, article in articles}, known_ids=known)
    return tuple(findings)


def read_glossary_terms(folder: Path) -> tuple[str, ...]:
    """Terms and synonyms of `glossary.yaml`, a list of `{term, synonyms, ...}`; none where there is no file.

    Raises:
        CorpusError: the file is not such a list.
    """
    import yaml

    file = folder / "glossary.yaml"
    if not file.is_file():
        return ()
    try:
        entries = yaml.safe_load(decode(read_bytes(file, name=file.name), name=file.name)) or []
        return tuple(str(term) for entry in entries for term in [entry["term"], *entry.get("synonyms", [])])
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        message = f"{file}: is not a list of `- term: …` with `synonyms: […]` ({error})."
        raise CorpusError(message) from error


def _raw_texts(path: Path) -> dict[str, str]:
    """The raw text of each file that can be read, by its name."""
    raw: dict[str, str] = {}
    for name, file in list_files(path):
        if isinstance(file, Path) and file.suffix.lower() in _RAW_READ:
            try:
                raw[name] = decode(read_bytes(file, name=name), name=name)
            except CorpusError:  # reported as unreadable
                continue
    return raw


def _unreadable(source: str, error: CorpusError) -> Iterator[Finding]:
    if not isinstance(error, ArticleError):
        yield Finding("error", "unreadable", source, str(error))
        return
    for fault in (error, *error.others):
        named = f"{fault.field}: " if fault.field else ""
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


def _check_ids(articles: Sequence[tuple[str, Article]]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for source, article in articles:
        if article.id in first:
            message = f"the id {article.id!r} is that of {first[article.id]}. Give each article its own."
            yield Finding("error", "duplicate-id", source, message, article.id)
        first.setdefault(article.id, source)


def _section_at(article: Article, offset: int) -> str:
    return next((each.title for each in article.sections if each.start <= offset < each.end), "")
