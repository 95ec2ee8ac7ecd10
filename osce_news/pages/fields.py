"""The fields of one result as printed: those with a label, and in the labelled list all others.

A label that the site has renamed must not end up in the teaser. `ResultFields.unlabelled` reports it: such a
line is recognised by markup like that of the known labels, or by a value that is in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence, Set
from functools import cached_property
from itertools import islice, takewhile
from typing import NamedTuple

from lxml.etree import _Element as Element

from osce_news.normalize.terms import kind_of_names
from osce_news.pages.labels import DATE, Label, join, names_behind_label, read_label, says_something
from osce_news.pages.text_lines import Line, is_item, kind_of, squeeze, upwards

_ONE_VALUE = frozenset({DATE, "content_type"})  # the other fields may have several
_CELLS = frozenset({"dd", "td", "li"})
_SHORT = 40  # characters of a label, and of a link such as "Read more"


class LabelledValues:
    """The labelled fields of the result that consists of these lines inside the element `limit`.

    `labels` has the label that each line begins with, or None; only the result's own ones count. `values` has
    the fields without those that have a label but no value, `used` the indexes of the lines with a label or a
    value.
    """

    def __init__(self, lines: Sequence[Line], limit: Element, labels: Sequence[Label | None]) -> None:
        self._lines = lines
        self._limit = limit
        self.labels = labels
        self.values: dict[str, str] = {}
        self.used: set[int] = set()
        self._without: set[str] = set()  # the fields with a dash instead of a value
        self._date = next((label for label in self.labels if label and label.field == DATE), None)
        for number, label in enumerate(self.labels):
            if label is None or number in self.used:
                continue
            further = self._value_lines(number, label)
            self.used.update((number, *further))
            printed = [label.value, *[join(lines[index].pieces) for index in further]]
            before = self.values.get(label.field)
            value = ", ".join(filter(says_something, printed))
            if not value and any(printed):
                self._without.add(label.field)
            if value and value != before:
                self.values[label.field] = f"{before}, {value}" if before else value

    @property
    def language(self) -> str | None:
        """The language of the date's label, such as "en"; None without one."""
        return self._date.language if self._date else None

    @property
    def empty(self) -> Set[str]:
        """The fields whose label is printed without a value, and without a dash in its place."""
        return {label.field for label in self.labels if label} - self.values.keys() - self._without

    @cached_property
    def _blocks(self) -> Set[Element]:
        """The blocks of the lines with a label."""
        return {line.block for line, label in zip(self._lines, self.labels, strict=True) if label}

    def _value_lines(self, number: int, label: Label) -> list[int]:
        """Return the indexes of the further lines with the value of the label on line `number`."""
        block, lines = self._lines[number].block, self._lines
        if label.value and label.field in _ONE_VALUE:
            return []
        if block is not self._limit and (number == 0 or not _within(lines[number - 1].block, {block})):
            inside = self._run_within(number + 1, {block})
            if inside != []:
                return inside or []
        if label.value:
            return []
        if wide := self._rest_of_holder(number):
            return wide[:1] if label.field in _ONE_VALUE else wide
        marked_up = block.tag in ("dt", "th") or "label" in (block.get("class") or "")
        if self._date and self._date.value and not marked_up:
            return []  # the other labels have their values on the same line, so this one has none
        elements = values_after(block, self._limit, self._blocks)
        wanted = {"dt": "dd", "th": "td"}.get(str(block.tag))
        if elements and wanted and elements[0].tag != wanted:
            return []
        inside = self._run_within(number + 1, set(elements))
        follows = number + 1 < len(lines) and self.labels[number + 1] is None
        if inside == [] and follows and lines[number + 1].block is block.getparent():
            inside = [number + 1]  # text or a link right after the label's element
        return inside or []

    def _rest_of_holder(self, number: int) -> list[int]:
        """Return the other lines of the widest element that begins with this label and has no second one."""
        following = (n for n in range(number + 1, len(self._lines)) if self.labels[n] is not None)
        outside = {self._limit}
        for other in (*range(number)[-1:], *islice(following, 1)):  # the line before, and the next label
            outside.update(upwards(self._lines[other].block))
        holders = takewhile(lambda one: one not in outside, self._lines[number].block.iterancestors())
        widest = list(holders)[-1:]
        return self._run_within(number + 1, set(widest)) or []

    def _run_within(self, start: int, elements: Set[Element]) -> list[int] | None:
        """Return the indexes of the lines inside the elements, or None if one of them has a label."""
        end = start
        while end < len(self._lines) and _within(self._lines[end].block, elements):
            if self.labels[end] is not None:
                return None
            end += 1
        return list(range(start, end))


def values_after(block: Element, limit: Element, labelled: Container[Element]) -> list[Element]:
    """Return the elements with the value of a label that fills the element `block`.

    They are the next element and its like (further `dd`, `td` or `li`, or the same class), up to one that is
    `labelled` itself; an empty list if no element follows inside `limit`.
    """
    for here in upwards(block):
        if here is limit:
            break
        following = (e for e in here.itersiblings() if isinstance(e.tag, str) and e.tag != "br")
        if (first := next(following, None)) is None:
            continue
        if first in labelled:
            break
        values = [first]
        # A class that the label has too does not mark a value.
        if first.tag in _CELLS or first.get("class") not in (None, block.get("class")):
            for element in following:
                if element in labelled or kind_of(element) != kind_of(first):
                    break
                values.append(element)
        return values
    return []


def _own_labels(lines: Sequence[Line]) -> list[Label | None]:
    """Return the label that each line begins with, or None; only the result's own labels count."""
    all_labels = [read_label(line) for line in lines]
    dates = [number for number, label in enumerate(all_labels) if label and label.field == DATE]
    if not dates:
        return all_labels
    # If the labels have elements of their own, a line of plain text that begins like one is prose.
    plain = not any(label.own_element for number in dates if (label := all_labels[number]))
    # Above a title whose date is below it there are only filters and sort options.
    begin = next((n for n, line in enumerate(lines) if line.heading is not None and line.links_item), 0)
    begin = begin if dates[-1] > begin else 0
    return [
        label if label and number >= begin and (plain or label.own_element) else None
        for number, label in enumerate(all_labels)
    ]


def _within(block: Element, elements: Set[Element]) -> bool:
    return block in elements or not elements.isdisjoint(block.iterancestors())


def _title_lines(others: Sequence[Line]) -> list[Line]:
    """Return the lines of the heading, else of the link, that is the title; best one with an item's link.

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
            if kind_of_names(names_behind_label(printed)) is not None:  # with or without a label before them
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
            and (block[1] or line.block.tag in ("dt", "th"))
            and (block in self._kinds.alone and self._kinds.values and block not in self._kinds.values)
        ):
            return True
        first = self._first_element(line)
        if first is None or len(line.pieces[0].text.strip()) > _SHORT:
            return False
        colon = ":" in "".join(piece.text for piece in line.pieces[:2])[: _SHORT + 2]
        sure = colon or kind_of(first)[1] is not None or kind_of_names(join(line.pieces[1:])) is not None
        return sure and kind_of(first) in self._kinds.first

    def _first_element(self, line: Line) -> Element | None:
        """Return the element inside the line's block that contains just its first words, or None."""
        if line.block.tag in ("dt", "th") or not line.pieces:
            return None
        if line.block not in self._children:  # a block may have many lines
            children = line.block.iterchildren(reversed=True)
            self._children[line.block] = {child.text: child for child in children if child.tag != "a"}
        return self._children[line.block].get(line.pieces[0].text)
