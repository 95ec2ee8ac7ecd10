"""Turns the markup of an article into paragraphs of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml.etree import _Element as Element

from osce_news.normalize import clean
from osce_news.normalize.vocabulary import known_language
from osce_news.pages.text_lines import HEADINGS, INLINE, SILENT, is_hidden, squeeze, text_of

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_MANY = 100  # letters; fewer may be a name
_SHARE = 0.1  # of all letters
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_CELLS = frozenset({"td", "th"})
_UNREAD = SILENT | {"figcaption"}
_BLOCKS_IN_CELLS = frozenset("p div ul ol table h1 h2 h3 h4 h5 h6 blockquote section article".split())


class Paragraph(NamedTuple):
    """A paragraph; a list or a table is one paragraph with a line for each item or row."""

    text: str
    is_heading: bool = False


def read_paragraphs(root: Element) -> list[Paragraph]:
    r"""Return the paragraphs inside the element in reading order; an empty list if it has no text.

    A `<br>` ends a line, two end a paragraph. List items are lines that begin with "- " or their number,
    indented by two spaces per level; cells of a table row are separated by " | ". Scripts, hidden text and
    captions are left out. Takes linear time, without recursion.

    >>> from lxml import html
    >>> page = html.fromstring("<div>One<br>two<br><br>three<ul><li>a<li>b</ul></div>")
    >>> [paragraph.text for paragraph in read_paragraphs(page)]
    ['One\ntwo', 'three', '- a\n- b']
    """
    writer = _Writer()
    writer.enter(root)
    stack: list[tuple[Element, Iterator[Element]]] = [(root, root.iterchildren())]
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            writer.leave(element)
            if stack:
                writer.write(element.tail)
            continue
        if not isinstance(child.tag, str) or child.tag in _UNREAD or is_hidden(child):
            pass
        elif child.tag == "br":
            writer.end_line()
        elif child.tag == "table" and (rows := _rows(child)) is not None:
            writer.write_lines(rows)
        else:
            writer.enter(child)
            stack.append((child, child.iterchildren()))
            continue
        writer.write(child.tail)
    return writer.paragraphs


def text_notes(text: Sequence[Paragraph]) -> list[str]:
    """Return notes on unreadable characters and mixed scripts; an empty list if there are none."""
    notes = []
    whole = "\n".join(one.text for one in text)
    if unreadable := whole.count("\ufffd"):
        notes.append(f"unreadable characters: {unreadable}")
    latin, cyrillic = (sum(map(len, letters.findall(whole))) for letters in (_LATIN, _CYRILLIC))
    if min(latin, cyrillic) > max(_MANY, _SHARE * (latin + cyrillic)):
        notes.append("Latin and Cyrillic letters: maybe two languages in one text")
    return notes


def language_notes(texts: Sequence[Element], language: str | None) -> list[str]:
    """Return a note on the languages that parts of the text declare, other than the page's language."""
    declared = (element.get("lang") for text in texts for element in text.iter("*"))
    codes = {code for tag in declared if (code := known_language(tag))} - {known_language(language)}
    return [f"parts declared as {', '.join(sorted(codes)[:5])}"] if codes else []


class _Writer:
    """Collects text into lines and paragraphs."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self._pieces: list[str] = []  # of the current line
        self._lines: list[str] = []  # of the current paragraph
        self._lists: list[int | None] = []  # per open list: the last item's number, None if not numbered
        self._mark = ""  # prefix of the next line of a list
        self._headings = 0
        self._preformatted = 0

    def enter(self, element: Element) -> None:
        """Start an element and add its leading text."""
        tag = element.tag
        if tag in _LISTS:
            self._end_line_or_paragraph()
            self._lists.append(_first_number(element) if tag == "ol" else None)
        elif tag == "li":
            self._end_line_or_paragraph()
            self._mark = self._item_mark()
        elif tag not in INLINE:
            self._end_line_or_paragraph()
            self._headings += tag in HEADINGS
            self._preformatted += tag == "pre"
        elif _is_footnote(element):
            self._pieces.append("[")
        self.write(element.text)

    def leave(self, element: Element) -> None:
        """End an element; the text after it is not added."""
        tag = element.tag
        if tag in _LISTS:
            self._end_line_or_paragraph()
            self._lists.pop()
            self._mark = ""
            if not self._lists:
                self.end_paragraph()
        elif tag not in INLINE:
            self._end_line_or_paragraph()
            self._headings -= tag in HEADINGS
            self._preformatted -= tag == "pre"
        elif _is_footnote(element):
            self._pieces.append("]")

    def write(self, text: str | None) -> None:
        """Add text to the line. White space is collapsed later, except for line breaks in `<pre>`."""
        if text:
            for number, part in enumerate(text.split("\n") if self._preformatted else (text,)):
                if number:
                    self.end_line()
                self._pieces.append(part)

    def write_lines(self, lines: Sequence[str]) -> None:
        """Add these lines as a paragraph, or to the one of the list that is open."""
        self._end_line_or_paragraph()
        self._lines.extend(lines)
        self._end_line_or_paragraph()

    def end_line(self) -> None:
        """End the line; an empty line also ends the paragraph."""
        text = clean("".join(self._pieces)) or ""
        self._pieces.clear()
        if text and self._lists:
            indent = "  " * (len(self._lists) - 1)
            self._lines.append(f"{indent}{self._mark or '  '}{text}")
            self._mark = ""
        elif text:
            self._lines.append(text)
        elif not self._lists:
            self.end_paragraph()

    def end_paragraph(self) -> None:
        """End the paragraph, if it has text."""
        if self._lines:
            # A heading is one line, even if its markup has line breaks.
            between = " " if self._headings else "\n"
            self.paragraphs.append(Paragraph(between.join(self._lines), self._headings > 0))
            self._lines.clear()

    def _end_line_or_paragraph(self) -> None:
        if "".join(self._pieces).strip():
            self.end_line()
        else:
            self._pieces.clear()
        if not self._lists:
            self.end_paragraph()

    def _item_mark(self) -> str:
        if not self._lists or (number := self._lists[-1]) is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "


def _first_number(element: Element) -> int:
    start = element.get("start") or "1"
    return int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1


def _is_footnote(element: Element) -> bool:
    """Whether this is a superscript link to a footnote; its number must not be joined to the word before."""
    if element.tag != "sup" or len(element) != 1:
        return False
    link = element[0]
    text = squeeze(link.text or "")
    return link.tag == "a" and (link.get("href") or "").startswith("#") and text[:1].isalnum()


def _rows(table: Element) -> list[str] | None:
    """Return a line for each row with text; None for a table used only for layout."""
    rows: list[list[Element]] = []
    for element in table.iterdescendants():
        if element.tag == "table":
            return None
        if element.tag == "tr":
            rows.append([])
        elif element.tag == "caption":
            rows.append([element])
        elif element.tag in _CELLS:
            rows = rows or [[]]
            rows[-1].append(element)
            if sum(child.tag in _BLOCKS_IN_CELLS for child in element) > 1:
                return None
    if max(map(len, rows), default=0) < 2:
        return None
    texts = ([text_of(cell) for cell in row] for row in rows)
    return [" | ".join(row).rstrip() for row in texts if any(row)]
