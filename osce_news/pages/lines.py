"""Turns a piece of markup into the lines that a reader sees.

Everything the listing page needs to know is in these lines and in what holds together in them, so the
markup around a label (`strong`, `dt`, `th`, `span`, nothing) does not matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lxml.etree import _Element as Element

INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small "
    "span strike strong sub sup time tt u var wbr".split()
)
SILENT = frozenset(
    "script style noscript template head select option button textarea input svg math iframe object "
    "video audio canvas map".split()
)
_CELLS = frozenset({"dd", "td", "li"})


class Piece(NamedTuple):
    """A run of text; `link` is the link it stands in."""

    text: str
    link: Element | None


@dataclass(slots=True, eq=False)
class Line:
    """What a reader sees as one line, with the block element and the heading it stands in."""

    block: Element
    heading: Element | None
    pieces: Sequence[Piece]
    text: str  # with its white space evened out
    label: object = False  # what labels.read_label made of it; False: not read yet

    @property
    def link(self) -> Element | None:
        """The first link of the line that has a text, or None."""
        return next((p.link for p in self.pieces if p.link is not None and p.text.strip()), None)

    @property
    def is_link(self) -> bool:
        """Whether the whole line is one link."""
        first = self.link
        return first is not None and all(
            piece.link is first or not piece.text.strip() for piece in self.pieces
        )


HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})


def squeeze(text: str) -> str:
    r"""Return the text with each run of white space as one space, as a browser shows it.

    >>> squeeze("  15\u00a0March \n 2022 ")
    '15 March 2022'
    """
    return " ".join(text.split())


class _Open(NamedTuple):
    """An element that is being read: what the text in it belongs to."""

    element: Element
    children: Iterator[Element]
    block: Element
    link: Element | None
    heading: Element | None


def lines(root: Element) -> list[Line]:
    """Return the lines of the element in reading order; those without text are left out.

    Without recursion, because a hostile page nests ten thousand elements.
    """
    found: list[Line] = []
    pieces: list[Piece] = []  # of the line that is being read; begins with a visible letter

    def end(block: Element, heading: Element | None) -> None:
        if pieces:
            text = " ".join("".join([piece[0] for piece in pieces]).split())
            found.append(Line(block, heading, pieces[:], text))
            pieces.clear()

    here = _Open(root, root.iterchildren(), root, None, root if root.tag in HEADINGS else None)
    stack = [here]
    if root.text and not root.text.isspace():
        pieces.append(Piece(root.text, None))
    while stack:
        child = next(here.children, None)
        if child is None:
            stack.pop()
            closed = here
            if closed.block is closed.element:
                end(closed.block, closed.heading)
            if not stack:
                break
            here = stack[-1]
            text = closed.element.tail
        elif child.tag == "br":
            end(here.block, here.heading)
            text = child.tail
        elif not isinstance(child.tag, str) or child.tag in SILENT or is_hidden(child):
            text = child.tail
        else:
            tag = child.tag
            block = here.block if tag in INLINE else child
            if block is child:
                end(here.block, here.heading)
            link = child if tag == "a" and child.get("href") is not None else here.link
            heading = child if tag in HEADINGS else here.heading
            text = child.text
            if len(child):
                here = _Open(child, child.iterchildren(), block, link, heading)
                stack.append(here)
            else:  # most elements hold nothing but text
                if text and (pieces or not text.isspace()):
                    pieces.append(Piece(text, link))
                if block is child:
                    end(block, heading)
                text = child.tail
        if text and (pieces or not text.isspace()):
            pieces.append(Piece(text, here.link))
    return found


def values_after(block: Element, limit: Element, labelled: Container[Element]) -> list[Element]:
    """Return the elements that hold the value of a label which fills its block.

    That is the next element, and those like it behind it (more `dd`, `td`, `li`, or the same class), up
    to one that is `labelled` itself; an empty list if nothing follows inside `limit`.
    """
    here: Element | None = block
    while here is not None and here is not limit:
        following = (e for e in here.itersiblings() if isinstance(e.tag, str) and e.tag != "br")
        first = next(following, None)
        if first is None:
            here = here.getparent()
            continue
        found: list[Element] = []
        for element in itertools.chain((first,), following):
            # A class that the label has as well tells nothing of what is a value.
            several = first.tag in _CELLS or first.get("class") not in (None, block.get("class"))
            alike = element.tag == first.tag and element.get("class") == first.get("class")
            if element in labelled or (found and not (several and alike)):
                break
            found.append(element)
        return found
    return []


def text_of(element: Element) -> str:
    """Return the visible text of an element on one line, "" if there is none."""
    return " ".join(line.text for line in lines(element))


def is_hidden(element: Element) -> bool:
    """Whether the element says by itself, without a style sheet, that it is not shown."""
    style = element.get("style")
    return element.get("hidden") is not None or (
        style is not None and "display:none" in style.replace(" ", "").lower()
    )
