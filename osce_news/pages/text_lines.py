"""Turns markup into the lines of text that a reader sees.

The page objects read these lines and not the markup, so it does not matter which element (`strong`, `dt`,
`th`, `span` or none) the site puts around a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, cast

from lxml.etree import XPath, iterwalk
from lxml.etree import _Element as Element

HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small "
    "span strike strong sub sup time tt u var wbr".split()
)
OUTER = frozenset({"main", "body", "html"})  # elements that are too wide for a result
SILENT = frozenset(
    "script style noscript template head select option button textarea input svg math iframe object "
    "video audio canvas map".split()
)
_TITLES = HEADINGS - {"h1"}  # h1 is the heading of the page, not of a result
_COUNTING = frozenset("odd even first last".split())
_MOST_PARTS = 20  # of a card that is one link
_LONGEST_PART = 20  # characters of a part of a date or of a chip, which may be next to others on a line
_LETTERS = re.compile("[a-z]+")
_WITH_STYLE = XPath("descendant-or-self::*[@hidden or @style]")
_NUMBER = re.compile(r"[^?#]*/([0-9]++)/?(?:[?#]|$)")  # at the end of a path


class Piece(NamedTuple):
    """A run of text, and the link it is part of, if any."""

    text: str
    link: Element | None


@dataclass(slots=True, eq=False)
class Line:
    """One line of text, with the block element and the heading that contain it."""

    block: Element
    heading: Element | None  # h2 to h6
    pieces: Sequence[Piece]
    text: str  # with white space collapsed
    labels: dict[bool, Any] = field(default_factory=dict)  # cache of labels.read_label

    @property
    def links(self) -> list[Element]:
        """The links that have a text."""
        return [link for text, link in self.pieces if link is not None and text.strip()]

    @property
    def link(self) -> Element | None:
        """The first link that has a text, or None."""
        return next(iter(self.links), None)

    @property
    def is_link(self) -> bool:
        """Whether the whole line is one link."""
        first = self.link
        return first is not None and all(link is first or not text.strip() for text, link in self.pieces)

    @property
    def links_item(self) -> bool:
        """Whether one of the links leads to a news item."""
        return any(map(is_item, self.links))


def squeeze(text: str) -> str:
    """Return the text with each run of white space collapsed to one space, as a browser shows it."""
    return " ".join(text.split())


def text_lines(root: Element) -> list[Line]:
    """Return the lines of the element in reading order, without empty ones.

    Block elements and `<br>` end a line; inline elements do not. Scripts and hidden elements are left out.

    >>> from lxml import html
    >>> result = html.fromstring(
    ...     '<div><h3><a href="/1">A <em>title</em></a></h3><b>Content type:</b> News<br>The teaser.</div>'
    ... )
    >>> [(line.text, line.block.tag, line.is_link) for line in text_lines(result)]
    [('A title', 'h3', True), ('Content type: News', 'div', False), ('The teaser.', 'div', False)]
    """
    # A walk instead of a recursion, for which the elements of hostile pages are nested too deep.
    found: list[Line] = []
    pieces: list[Piece] = []  # of the current line; starts with a visible character

    def end() -> None:
        nonlocal pieces
        text = pieces[0].text if len(pieces) == 1 else "".join([piece.text for piece in pieces])
        found.append(Line(block, heading, pieces, squeeze(text)))
        pieces = []

    # What a text belongs to; in `outer`, the same for the text around each open element.
    block = root
    link: Element | None = None
    heading = root if root.tag in _TITLES else None
    outer: list[tuple[Element, Element | None, Element | None]] = []
    hidden = {one for one in cast("list[Element]", _WITH_STYLE(root)) if is_hidden(one)}
    if root.text and not root.text.isspace():
        pieces.append(Piece(root.text, None))
    walk = iterwalk(root, ("start", "end", "comment", "pi"))
    next(walk)  # the start of the root
    for event, element in walk:
        if event == "start":
            outer.append((block, link, heading))
            tag = element.tag
            if tag == "br" or tag in SILENT or element in hidden:
                if tag == "br" and pieces:
                    end()
                walk.skip_subtree()
                continue
            if tag not in INLINE or (tag == "span" and _is_line(element)):
                if pieces:
                    end()
                block = element
            if tag == "a" and element.get("href") is not None:
                link = element
            if tag in _TITLES:
                heading = element
            text = element.text
        else:
            if event == "end":
                if pieces and block is element:
                    end()
                if element is root:
                    break
                block, link, heading = outer.pop()
            text = element.tail
        if text and (pieces or not text.isspace()):
            pieces.append(Piece(text, link))
    return found


def _is_line(span: Element) -> bool:
    """Whether a style sheet must show a span with a class below the element before it.

    Their texts touch, so that nobody could read them, or both are parts of a card that is one link.
    """
    link, previous, text = span.getparent(), span.getprevious(), span.text or ""
    if link is None or previous is None or previous.tag not in INLINE or not span.get("class"):
        return False
    before = "".join(map(str, previous.itertext()))
    if max(len(before), len(text)) <= _LONGEST_PART:
        return False
    if not previous.tail and before[-1:].isalnum() and text[:1].isalnum():
        return True
    parts = islice(link.iterchildren("span"), _MOST_PARTS)
    return link.tag == "a" and len({one.get("class") for one in parts} - {None}) > 2


def text_of(element: Element) -> str:
    """Return the visible text of an element on one line, "" if it has none."""
    return " ".join(line.text for line in text_lines(element))


def is_hidden(element: Element) -> bool:
    """Whether the element's own attributes hide it; style sheets are not considered."""
    style = element.get("style")
    return element.get("hidden") is not None or (
        style is not None and "display:none" in style.replace(" ", "").lower()
    )


def is_item(link: Element) -> bool:
    """Whether the path of a link's address ends in a number, as those of news items do."""
    return number_of(link) is not None


def number_of(link: Element) -> str | None:
    """Return the number at the end of a link's path, without zeros in front; None if there is none.

    Query and fragment do not count: a link to share or to log in has the address of another page there.
    """
    match = _NUMBER.match(link.get("href") or "")
    return match[1].lstrip("0") if match else None


def upwards(element: Element) -> Iterator[Element]:
    """Yield the element and its ancestors, the innermost first."""
    yield element
    yield from element.iterancestors()


def outermost(elements: Iterable[Element], root: Element) -> list[Element]:
    """Return the elements below `root` that are not inside another of them, in the page's order."""
    wanted = set(elements).intersection(root.iterdescendants())
    return [one for one in root.iterdescendants() if one in wanted and wanted.isdisjoint(one.iterancestors())]


def class_words(element: Element) -> set[str]:
    """Return the words in the element's class, in lower case: "card__title-2" has "card" and "title"."""
    return set(_LETTERS.findall((element.get("class") or "").lower()))


def kind_of(element: Element) -> tuple[object, str | None]:
    """Return the tag and the class, which elements for the same purpose have in common."""
    return element.tag, element.get("class")


def kind_of_result(element: Element) -> tuple[object, str]:
    """Return the tag and the first class, which the results of one list have in common.

    Classes that count the results, such as "odd" and "row-3", do not matter.
    """
    classes = (one for one in (element.get("class") or "").split() if one not in _COUNTING)
    return element.tag, next(classes, "").rstrip("0123456789-_")
