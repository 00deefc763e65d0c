"""Article -> HTML for the reader: the whole article with one quoted part highlighted.

Takes a parsed `Article` and the offsets of a quote in `Article.text`; gives the article as a fragment (for the
panel beside the conversation) or as a page of its own. The highlighted part is `<mark id="quote">`, which can take
the focus. Links to other articles open in the reader; links elsewhere open a new tab, so that the conversation
is never left by accident.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sci_assistant.markup import Html, element, fragment
from sci_assistant.render import day, review_state
from sci_assistant.render_html import article_address, web_address
from sci_assistant.types import Article, Block, Link, Section, Source, Term
from sci_assistant.words import tokenize


@dataclass(frozen=True, slots=True)
class Quote:
    """The part of `Article.text` that is highlighted; empty where nothing is."""

    start: int = 0
    end: int = 0

    def within(self, start: int, end: int) -> tuple[int, int]:
        """What of this part lies between two offsets, as offsets; equal where nothing does."""
        first, last = max(self.start, start), min(self.end, end)
        return (first, last) if first < last else (end, end)


def read_quote(article: Article, start: str | None, end: str | None) -> Quote:
    """The offsets of an address, or nothing highlighted where they do not lie in the article."""
    if start is None or end is None or not (start.isdecimal() and end.isdecimal()):
        return Quote()
    if len(start) > 9 or len(end) > 9:  # longer than any article; int() of a huge string is slow
        return Quote()
    first, last = int(start), int(end)
    return Quote(first, last) if first < last <= len(article.text) else Quote()


def article_html(article: Article, quote: Quote, *, level: int = 2, glossary: Sequence[Term] = ()) -> Html:
    """The article, its title as a heading of `level`, one level deeper for its sections.

    Each term of the glossary that the article uses is explained in plain words at its end, where a button
    opens it: by click, key or voice, never by hovering.
    """
    review = article.reviewed.date if article.reviewed else None
    return element(
        "article",
        element(f"h{level}", article.title, id="article-title", tabindex=-1),
        element("p", article.summary, class_="summary") if article.summary else None,
        element("p", article.origin, class_="small") if article.origin else None,
        element("p", review_state(review, changed=article.review_changed), class_="small state"),
        *_sections(article, quote, level),
        _words_explained(article, glossary, level),
        _origins(article, level),
        class_="article",
        aria_labelledby="article-title",
    )


def missing_html(article_id: str, *, level: int = 2) -> Html:
    """What stands in the reader for an article that is not there (any more)."""
    return element(
        "article",
        element(f"h{level}", "This article is not here", id="article-title", tabindex=-1),
        element("p", f"No article is called “{article_id[:80]}”. It may have been removed or renamed."),
        element("p", "Close this page and ask your question again: answers use the articles that are there now."),
        class_="article",
    )


def page_html(article: Html, *, title: str, disclaimer: str) -> str:
    """An article as a page of its own, under `articles/` on this server."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("base", href="../"),  # addresses in an article are relative to the conversation's page
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("link", rel="stylesheet", href="page/chat.css"),
    )
    back = element("p", element("a", "Ask a question", href="./", class_="plain"))
    body = element("main", back, article, element("p", disclaimer, class_="small"), class_="sheet")
    page = element("html", head, element("body", body, class_="single"), lang="en")
    return f"<!doctype html>{page}"


def _sections(article: Article, quote: Quote, level: int) -> Iterator[Html]:
    before: tuple[str, ...] = ()
    for index, section in enumerate(article.sections):
        yield _headings(section, before, level + 1)
        before = section.path
        blocks = [block for block in article.blocks if block.section == index]
        for list_id, run in groupby(blocks, lambda block: block.list_id):
            parts = tuple(run)
            yield _paragraphs(article, parts, quote) if list_id is None else _list(article, parts, quote)


def _headings(section: Section, before: tuple[str, ...], level: int) -> Html:
    """The headings of a section that were not yet printed for the section before it."""
    kept = 0
    while kept < len(section.path) - 1 and kept < len(before) and section.path[kept] == before[kept]:
        kept += 1
    deeper = enumerate(section.path[kept:], start=level + kept)
    return fragment(*(element(f"h{min(depth, 6)}", heading) for depth, heading in deeper))


def _paragraphs(article: Article, run: tuple[Block, ...], quote: Quote) -> Html:
    return fragment(*(element("p", _block(article, block, quote)) for block in run))


def _list(article: Article, run: tuple[Block, ...], quote: Quote) -> Html:
    items = (element("li", _block(article, block, quote), value=block.number) for block in run)
    return element("ul" if run[0].number is None else "ol", *items)


def _block(article: Article, block: Block, quote: Quote) -> Html:
    """A block with the quoted part of it in `<mark>`. The first mark of the page carries the id and the focus."""
    start, end = quote.within(block.start, block.end)
    if start == end:
        return _words(article, block.start, block.end)
    first = all(other.end <= quote.start for other in article.blocks if other.start < block.start)
    return fragment(
        _words(article, block.start, start),
        element("mark", _words(article, start, end), id="quote" if first else None, tabindex=-1 if first else None),
        _words(article, end, block.end),
    )


def _words(article: Article, start: int, end: int) -> Html:
    """The text between two offsets with its links."""
    parts: list[Html] = []
    for link in article.links:
        first, last = max(link.start, start), min(link.end, end)
        if first >= last:
            continue
        parts += [fragment(article.text[start:first]), _link(link, article.text[first:last])]
        start = last
    return fragment(*parts, article.text[start:end])


def _link(link: Link, text: str) -> Html:
    if web_address(link.target):
        return _outside(text, link.target)
    if ":" in link.target or "/" in link.target:
        return fragment(text)  # neither an article nor a web address
    address = article_address(link.target)
    return element("a", text, href=address, data_open=address)


def _outside(text: str, url: str) -> Html:
    new_tab = element("span", " (new tab)", class_="small")
    return element("a", text, new_tab, href=url, target="_blank", rel="noopener noreferrer")


def _words_explained(article: Article, glossary: Sequence[Term], level: int) -> Html | None:
    """The glossary's terms that stand in the article, each a button that opens its meaning."""
    text = f" {' '.join(tokenize(article.text))} "
    used = [term for term in glossary if any(f" {' '.join(tokenize(name))} " in text for name in names(term))]
    if not used:
        return None
    explained = (
        element(
            "details",
            element("summary", term.term, aria_label=f"{term.term}: what it means"),
            element("p", term.meaning),
        )
        for term in used
    )
    return element(
        "section",
        element(f"h{level + 1}", "Words in this article", id="article-words"),
        *explained,
        class_="words",
        aria_labelledby="article-words",
    )


def names(term: Term) -> tuple[str, ...]:
    """A term and the abbreviations of it: what an article calls it."""
    return (term.term, *(synonym for synonym in term.synonyms if synonym.isupper()))


def _origins(article: Article, level: int) -> Html:
    written = f"Written {day(article.written)}." if article.written else None
    address = web_address(article.url)
    return element(
        "footer",
        element(f"h{level + 1}", "Sources of this article") if article.sources else None,
        element("ul", *(_source(source) for source in article.sources)) if article.sources else None,
        element("p", written, class_="small") if written else None,
        element("p", _outside("Publisher’s page", address)) if address else None,
    )


def _source(source: Source) -> Html:
    title = _outside(source.title, source.url) if web_address(source.url) else fragment(source.title)
    return element("li", title, element("span", f" {source.publisher}, read {day(source.read)}.", class_="small"))
