"""Finds the values of labels, on the label's line or on the lines after it."""

from __future__ import annotations

import itertools
from collections.abc import Container, Sequence, Set
from typing import NamedTuple

from lxml.etree import _Element as Element

from osce_news.pages.labels import DATE, Label, join, read_label
from osce_news.pages.text_lines import Line

_ONE_VALUE = frozenset({DATE, "content_type"})  # the other fields may have several
_CELLS = frozenset({"dd", "td", "li"})


class LabelledValues(NamedTuple):
    """The labelled fields of a result."""

    values: dict[str, str]  # by field; a field without a value is not in it
    labels: Sequence[Label | None]  # that each line begins with
    used: Set[int]  # indexes of the lines with a label or a value

    @property
    def language(self) -> str | None:
        """The language of the date's label; None without one."""
        return next((label.language for label in self.labels if label and label.field == DATE), None)

    @property
    def empty(self) -> Set[str]:
        """The fields whose label is printed without a value."""
        return {label.field for label in self.labels if label} - self.values.keys()


def read_values(lines: Sequence[Line], limit: Element) -> LabelledValues:
    """Return the labelled fields of the result that consists of these lines inside the element `limit`.

    >>> from lxml import html
    >>> from osce_news.pages.text_lines import text_lines
    >>> result = html.fromstring("<dl><dt>What we do</dt><dd>Elections</dd><dd>Youth</dd></dl>")
    >>> read_values(text_lines(result), result).values
    {'topics': 'Elections, Youth'}
    """
    own = _own_labels(lines)
    date = next((label for label in own if label and label.field == DATE), None)
    inline = date is not None and bool(date.value)
    labelled = {line.block for line, label in zip(lines, own, strict=True) if label}
    values: dict[str, str] = {}
    used: set[int] = set()
    for number, label in enumerate(own):
        if label is None or number in used:
            continue
        further = _value_lines(lines, own, number, limit, labelled=labelled, inline=inline)
        used.update((number, *further))
        printed = [label.value, *(join(lines[index].pieces) for index in further)]
        before = values.get(label.field)
        value = ", ".join(one for one in printed if one)
        if value and value != before:
            values[label.field] = f"{before}, {value}" if before else value
    return LabelledValues(values, own, used)


def values_after(block: Element, limit: Element, labelled: Container[Element]) -> list[Element]:
    """Return the elements with the value of a label that fills the element `block`.

    They are the next element and its like (further `dd`, `td` or `li`, or the same class), up to one that is
    `labelled` itself; an empty list if no element follows inside `limit`.
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
            # A class that the label has too does not mark a value.
            several = first.tag in _CELLS or first.get("class") not in (None, block.get("class"))
            alike = element.tag == first.tag and element.get("class") == first.get("class")
            if element in labelled or (found and not (several and alike)):
                break
            found.append(element)
        return found
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


def _value_lines(
    lines: Sequence[Line],
    own: Sequence[Label | None],
    number: int,
    limit: Element,
    *,
    labelled: Container[Element],
    inline: bool,
) -> list[int]:
    """Return the indexes of the further lines with the value of the label on line `number`."""
    label, block = own[number], lines[number].block
    assert label is not None
    if label.value and label.field in _ONE_VALUE:
        return []
    opens_block = number == 0 or not _within(lines[number - 1].block, {block})
    if block is not limit and opens_block:
        inside = _run_within(lines, own, number + 1, {block})
        if inside != []:
            return inside or []
    if label.value:
        return []
    wide = _rest_of_holder(lines, own, number, limit)
    if wide:
        return wide[:1] if label.field in _ONE_VALUE else wide
    marked_up = block.tag in ("dt", "th") or "label" in (block.get("class") or "")
    if inline and not marked_up:
        return []  # the other labels have their values on the same line, so this one has none
    elements = values_after(block, limit, labelled)
    wanted = {"dt": "dd", "th": "td"}.get(str(block.tag))
    if elements and wanted and elements[0].tag != wanted:
        return []
    inside = _run_within(lines, own, number + 1, set(elements))
    follows = number + 1 < len(lines) and own[number + 1] is None
    if inside == [] and follows and lines[number + 1].block is block.getparent():
        inside = [number + 1]  # text or a link right after the label's element
    return inside or []


def _rest_of_holder(
    lines: Sequence[Line], own: Sequence[Label | None], number: int, limit: Element
) -> list[int]:
    """Return the other lines of the widest element that begins with this label and has no second one."""
    widest: list[int] = []
    holder = lines[number].block.getparent()
    while holder is not None and holder is not limit:
        if number and _within(lines[number - 1].block, {holder}):
            break
        inside = _run_within(lines, own, number + 1, {holder})
        if inside is None:
            break
        widest = inside
        holder = holder.getparent()
    return widest


def _run_within(
    lines: Sequence[Line], own: Sequence[Label | None], start: int, elements: Set[Element]
) -> list[int] | None:
    """Return the indexes of the lines inside the elements, or None if one of them has a label."""
    end = start
    while end < len(lines) and _within(lines[end].block, elements):
        if own[end] is not None:
            return None
        end += 1
    return list(range(start, end))


def _within(block: Element, elements: Set[Element]) -> bool:
    here: Element | None = block
    while here is not None and here not in elements:
        here = here.getparent()
    return here is not None
