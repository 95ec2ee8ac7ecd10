"""Reads the values of labels: on the label's line, or on the lines after it."""

from __future__ import annotations

from collections.abc import Container, Sequence, Set
from itertools import islice, takewhile

from lxml.etree import _Element as Element

from osce_news.pages.labels import DATE, Label, join, read_label, says_something
from osce_news.pages.text_lines import Line, kind_of, upwards

_ONE_VALUE = frozenset({DATE, "content_type"})  # the other fields may have several
_CELLS = frozenset({"dd", "td", "li"})


class LabelledValues:
    """The labelled fields of the result that consists of these lines inside the element `limit`.

    `values` has them by field, without those that have a label but no value. `labels` has the label that each
    line begins with, or None; `used` the indexes of the lines with a label or a value.
    """

    def __init__(
        self, lines: Sequence[Line], limit: Element, labels: Sequence[Label | None] | None = None
    ) -> None:
        """Read the values; `labels` are those of the lines if not all of these are the result's own."""
        self._lines = lines
        self._limit = limit
        self.labels = _own_labels(lines) if labels is None else labels
        self.values: dict[str, str] = {}
        self.used: set[int] = set()
        self._without: set[str] = set()  # the fields with a dash in the place of a value
        self._date = next((label for label in self.labels if label and label.field == DATE), None)
        self._blocks = {line.block for line, label in zip(lines, self.labels, strict=True) if label}
        for number, label in enumerate(self.labels):
            if label is None or number in self.used:
                continue
            further = self._value_lines(number, label)
            self.used.update((number, *further))
            printed = [label.value, *(join(lines[index].pieces) for index in further)]
            before = self.values.get(label.field)
            value = ", ".join(one for one in printed if says_something(one))
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
