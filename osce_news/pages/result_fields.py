"""The fields of a result of the labelled list.

A label that the site has renamed must not end up in the teaser. `ResultFields.unlabelled` reports it: such a
line is recognised by markup like that of the known labels, or by a value that is in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from typing import NamedTuple

from lxml.etree import _Element as Element

from osce_news.normalize.terms import field_of_names
from osce_news.pages.labels import (
    DATE,
    LABEL_TAGS,
    Label,
    LabelledValues,
    join,
    names_behind_label,
    read_label,
)
from osce_news.pages.text_lines import Line, is_item, kind_of, squeeze

_SHORT = 40  # characters of a label, and of a link such as "Read more"


class _Kinds(NamedTuple):
    """The kinds of the elements of a result's labels and values, see `kind_of`."""

    alone: Set[tuple[object, str | None]]  # blocks of labels without a value on their line
    values: Set[tuple[object, str | None]]  # blocks of values on lines of their own
    first: Set[tuple[object, str | None]]  # elements of labels inside their blocks


class ResultFields:
    """The fields of the result that consists of these lines inside the element.

    `link` is the title's link: the first one to an item, else the first; None if it has none. `title` is None
    if no line is a heading or a link.
    """

    def __init__(self, lines: Sequence[Line], element: Element) -> None:
        self.lines = lines
        self.element = element
        self.labelled = LabelledValues(lines, element, _own_labels(lines))
        self.values: Mapping[str, str] = self.labelled.values
        others = [line for number, line in enumerate(lines) if number not in self.labelled.used]
        title = _title_lines(others)
        links = [link for line in title for link in line.links]
        self.link = next(filter(is_item, links), links[0] if links else None)
        texts = [
            "".join([piece.text for piece in line.pieces if self.link in (None, piece.link)])
            for line in title
        ]
        self.title = squeeze(" ".join(texts)) or None
        self._teaser_lines = self._beside_title(others, title)
        self._children: dict[Element, dict[str | None, Element]] = {}  # of a block, by their first text

    @property
    def teaser(self) -> str | None:
        """The text below the title, or above it if nothing is below."""
        return " ".join(text for _, text in self._teaser_lines if text) or None

    @property
    def unlabelled(self) -> str | None:
        """The first line among the teaser's that is a value, not text; None if all are text."""
        for line, _ in self._teaser_lines:
            printed = line.text if len(line.pieces) == 1 else join(line.pieces)
            if field_of_names(names_behind_label(printed)) is not None:  # with or without a label before them
                return line.text
            if len(line.text) > _SHORT and len(line.pieces) == 1 and line.block.text == line.pieces[0].text:
                continue  # plain text, as in most teasers
            if self._looks_labelled(line):
                return line.text
        return None

    def _beside_title(self, others: Sequence[Line], title: Sequence[Line]) -> list[tuple[Line, str]]:
        """Return the lines below the title, each with its text; those above if there is no text below."""
        below = others[others.index(title[-1]) + 1 :] if title else others
        lines = [(line, self._without_link(line)) for line in below]
        if title and not any(text for _, text in lines):
            lines = [(line, self._without_link(line)) for line in others[: others.index(title[0])]]
        return lines

    def _without_link(self, line: Line) -> str:
        """Return the line's text without a final link that repeats the title's or says "Read more"."""
        last = next((piece for piece in reversed(line.pieces) if piece.text.strip()), None)
        if last is None or last.link is None:
            return line.text
        text = squeeze(last.text)
        to_item = self.link is not None and last.link.get("href") == self.link.get("href")
        repeats = to_item and self.title is not None and self.title in text
        if (line.is_link or to_item) and (len(text) <= _SHORT or repeats):
            return squeeze("".join(piece.text for piece in line.pieces if piece.link is not last.link))
        return line.text

    @cached_property
    def _kinds(self) -> _Kinds:
        labels = self.labelled.labels
        labelled = [(one, label) for one, label in zip(self.lines, labels, strict=True) if label]
        return _Kinds(
            alone={kind_of(line.block) for line, label in labelled if not label.value},
            values={kind_of(self.lines[n].block) for n in self.labelled.used if labels[n] is None},
            first={kind_of(one) for line, _ in labelled if (one := self._first_element(line)) is not None},
        )

    def _looks_labelled(self, line: Line) -> bool:
        """Whether the line, or its beginning, has the same markup as the labels of the result."""
        block = kind_of(line.block)
        if (
            len(line.text) <= _SHORT
            and (block[1] or line.block.tag in LABEL_TAGS)
            and (block in self._kinds.alone and self._kinds.values and block not in self._kinds.values)
        ):
            return True
        first = self._first_element(line)
        if first is None or len(line.pieces[0].text.strip()) > _SHORT:
            return False
        colon = ":" in "".join(piece.text for piece in line.pieces[:2])[: _SHORT + 2]
        sure = colon or kind_of(first)[1] is not None or field_of_names(join(line.pieces[1:])) is not None
        return sure and kind_of(first) in self._kinds.first

    def _first_element(self, line: Line) -> Element | None:
        """Return the element inside the line's block that contains just its first words, or None."""
        if line.block.tag in LABEL_TAGS or not line.pieces:
            return None
        if line.block not in self._children:  # a block may have many lines
            children = line.block.iterchildren(reversed=True)
            self._children[line.block] = {child.text: child for child in children if child.tag != "a"}
        return self._children[line.block].get(line.pieces[0].text)


def _own_labels(lines: Sequence[Line]) -> list[Label | None]:
    """Return the label that each line begins with, or None; only the result's own labels count."""
    labels = list(map(read_label, lines))
    # If the dates' labels have elements of their own, a line of plain text that begins like one is prose.
    plain = not any(label.own_element for label in labels if label and label.field == DATE)
    return [label if label and (plain or label.own_element) else None for label in labels]


def _title_lines(others: Sequence[Line]) -> list[Line]:
    """Return the lines of the title: a heading, else a link; preferably one with a link to an item.

    Markup may break a title into several lines. A heading without a link is a title without an address.
    """
    headings = [line for line in others if line.heading is not None]
    linked = [line for line in headings if line.link is not None]
    for group in (linked, headings):
        if group:
            best = next((line for line in group if line.links_item), group[0])
            return [line for line in others if line.heading is best.heading]
    links = [line for line in others if line.is_link]
    if not links:
        return []
    first = next((line for line in links if line.links_item), links[0])
    return [line for line in links if line.link is first.link]
