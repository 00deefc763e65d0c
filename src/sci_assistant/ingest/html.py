"""The main content of a web page as headings and lines.

Takes HTML; gives the page's title and its `Part`s. Menus, banners, comments and scripts are left out by
trafilatura; text is never lost to markup, because its XML output is read, not its Markdown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree

from sci_assistant.ingest.blocks import HIDDEN, Heading, Part, clean
from sci_assistant.ingest.markdown import TextLine, link_target


@dataclass(frozen=True, slots=True)
class WebPage:
    """A web page's title (may be empty) and main content."""

    title: str
    parts: tuple[Part, ...]


def read_html(raw: str) -> WebPage | None:
    """The page, or None where no main content is found."""
    import trafilatura

    extracted = trafilatura.extract(
        HIDDEN.sub("", raw),
        output_format="xml",
        include_comments=False,
        include_links=True,
        include_tables=True,
        favor_recall=True,
        with_metadata=True,
    )
    if not extracted:
        return None
    document = ElementTree.fromstring(extracted)
    main = document.find("main")
    if main is None:
        return None
    reader = _Reader()
    reader.walk(main)
    reader.flush()
    return WebPage(clean(document.get("title") or "").strip(), tuple(reader.parts))


_NAMES = {"p": "p", "li": "item", "tr": "row", "td": "cell", "th": "cell", "br": "lb", "img": "graphic"}


def read_simple_html(raw: str) -> WebPage:
    """All of a page that has no menus or banners, such as a converted document; its title is its first `h1`."""
    from lxml import html

    main = html.fragment_fromstring(HIDDEN.sub("", raw), create_parent="main")
    title = main.find(".//h1")
    for node in main.iter():
        name = str(node.tag)
        if name in ("ul", "ol"):
            node.tag = "list"
            node.set("rend", name)
        elif len(name) == 2 and name[0] == "h" and name[1].isdigit():
            node.tag = "head"
            node.set("rend", name)
        elif name == "a":
            node.tag = "ref"
            node.set("target", node.get("href") or "")
        elif name in ("strong", "em", "b", "i", "sup", "sub", "span"):
            node.tag = "hi"
        else:
            node.tag = _NAMES.get(name, name)
    reader = _Reader()
    reader.walk(main)
    reader.flush()
    return WebPage(clean("".join(title.itertext())).strip() if title is not None else "", tuple(reader.parts))


@dataclass(slots=True)
class _Reader:
    """Walks trafilatura's XML: head, p, list, item, quote, code, table, ref (a link), hi, lb, graphic."""

    parts: list[Part] = field(default_factory=list)
    open_line: TextLine = field(default_factory=TextLine)
    item: dict[str, int | None] = field(default_factory=dict)
    depth: int = -1
    list_id: int = -1

    def flush(self) -> None:
        line = self.open_line.line(**self.item)
        if line:
            self.parts.append(line)
            if self.item:
                self.item = {**self.item, "number": None}
        self.open_line = TextLine()

    def walk(self, element: ElementTree.Element, target: str | None = None) -> None:
        self.open_line.add(element.text or "", target)
        for child in element:
            self._child(child, target)
            self.open_line.add(child.tail or "", target)

    def _child(self, child: ElementTree.Element, target: str | None) -> None:
        match child.tag:
            case "head" if not self.item:
                self.flush()
                self._heading(child)
            case "list":
                self._list(child)
            case "row":
                self._row(child)
            case "ref":
                self.walk(child, link_target(child.get("target") or ""))
            case "graphic":
                self.open_line.add(child.get("alt") or "", target)
            case "hi" | "del":
                self.walk(child, target)
            case "lb":
                self.open_line.add(" ")
            case _ if self.item:  # paragraphs of one item are one line
                self.open_line.add(" ")
                self.walk(child, target)
                self.open_line.add(" ")
            case _:
                self.flush()
                self.walk(child, target)
                self.flush()

    def _heading(self, head: ElementTree.Element) -> None:
        text = clean("".join(head.itertext())).strip()
        level = (head.get("rend") or "h2")[1:]
        if text:
            self.parts.append(Heading(int(level) if level.isdigit() else 2, text))

    def _list(self, element: ElementTree.Element) -> None:
        self.flush()
        outer, ordered = self.item, element.get("rend") == "ol"
        self.depth += 1
        self.list_id += self.depth == 0
        for number, item in enumerate(element.findall("item"), start=1):
            self.item = {"number": number if ordered else None, "list_id": self.list_id, "depth": self.depth}
            self.walk(item)
            self.flush()
        self.depth -= 1
        self.item = {**outer, "number": None} if outer else {}

    def _row(self, row: ElementTree.Element) -> None:
        if not self.item:
            self.flush()
        for place, cell in enumerate(row.findall("cell")):
            self.open_line.add(" | " if place and self.open_line.text.strip() else " ")
            self.walk(cell)
        if not self.item:
            self.flush()
