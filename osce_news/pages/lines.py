"""Turns a piece of markup into the lines that a reader sees.

Everything the listing page needs to know is in these lines and in what holds together in them, so the
markup around a label (`strong`, `dt`, `th`, `span`, nothing) does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml.etree import _Element as Element

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small "
    "span strike strong sub sup time tt u var wbr".split()
)
_SILENT = frozenset(
    "script style noscript template head select option button textarea input svg math iframe object "
    "video audio canvas map".split()
)
_CELLS = frozenset({"dd", "td", "li"})
_WHITE = re.compile(r"\s+")  # also the non-breaking spaces


@dataclass(slots=True)
class Piece:
    """A run of text; `link` is the link it stands in."""

    text: str
    link: Element | None


@dataclass
class Line:
    """What a reader sees as one line, with the block element and the heading it stands in."""

    block: Element
    heading: Element | None = None
    pieces: list[Piece] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """The line's text with its white space evened out."""
        return squeeze("".join(piece.text for piece in self.pieces))

    @cached_property
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
    return _WHITE.sub(" ", text).strip()


@dataclass(slots=True)
class _Open:
    """An element that is being read: what its text belongs to."""

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
    here = _Open(root, iter(root), root, None, root if root.tag in HEADINGS else None)
    stack = [here]
    line = Line(root, here.heading)

    def text(run: str | None, owner: _Open) -> None:
        if run:
            line.pieces.append(Piece(run, owner.link))

    def end(owner: _Open) -> Line:
        if line.pieces and line.text:
            found.append(line)
        return Line(owner.block, owner.heading)

    text(root.text, here)
    while True:
        child = next(here.children, None)
        if child is None:
            closed = stack.pop()
            if not stack:
                end(closed)
                return found
            here = stack[-1]
            if closed.block is closed.element:
                line = end(here)
            text(closed.element.tail, here)
            continue
        tag = child.tag
        if tag == "br":
            line = end(here)
            text(child.tail, here)
        elif not isinstance(tag, str) or tag in _SILENT or _hidden(child):
            text(child.tail, here)
        else:
            is_block = tag not in _INLINE
            here = _Open(
                child,
                iter(child),
                child if is_block else here.block,
                child if tag == "a" and child.get("href") is not None else here.link,
                child if tag in HEADINGS else here.heading,
            )
            stack.append(here)
            if is_block:
                line = end(here)
            text(child.text, here)


def values_after(block: Element, limit: Element) -> tuple[list[Element], Element | None]:
    """Return the elements that hold the value of a label which fills its block.

    That is the next element, and those like it behind it (more `dd`, `td`, `li`, or the same
    class). Also returned is the place climbed to, or None where nothing follows inside `limit`.
    """
    here = block
    while here is not limit:
        following = [e for e in here.itersiblings() if isinstance(e.tag, str) and e.tag != "br"]
        if following:
            first = following[0]
            alike = [first]
            for other in following[1:]:
                if other.tag != first.tag or other.get("class") != first.get("class"):
                    break
                if first.tag not in _CELLS and not first.get("class"):
                    break
                alike.append(other)
            return alike, here
        parent = here.getparent()
        if parent is None:
            break
        here = parent
    return [], None


def _hidden(element: Element) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or (
        style is not None and "display:none" in style.replace(" ", "").lower()
    )
