"""Finds the publishing dates on a listing page. Each result has one, so they anchor the results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lxml.etree import _Element as Element

from osce_news.normalize.dates import has_day_and_year, is_day_and_year
from osce_news.pages.labels import DATE, read_label
from osce_news.pages.text_lines import Line

BOXES = frozenset({"nav", "aside", "footer"})  # elements next to a list


class DateAnchors(NamedTuple):
    """Indexes of the lines with results' dates, in the list and in boxes next to it.

    `clear` is false if full dates occur both inside and outside of markup or links, so that it is not clear
    which of them belong to results.
    """

    in_list: list[int]
    in_boxes: list[int]
    clear: bool = True


def find_date_anchors(lines: Sequence[Line]) -> DateAnchors:
    """Return the lines with the date's label, followed by a day and a year.

    "Publishing date" as a facet, as a sort option or in a form is not the date of a result.

    >>> from lxml import html
    >>> from osce_news.pages.text_lines import text_lines
    >>> facet = "<ul><li>Publishing date</li><li>2022 (35)</li></ul>"
    >>> page = html.fromstring(f"<div>{facet}<p><b>Publishing date:</b> 1 May 2020</p></div>")
    >>> find_date_anchors(text_lines(page))
    DateAnchors(in_list=[2], in_boxes=[], clear=True)
    """
    marked_up: dict[int, bool] = {}
    whole: set[int] = set()
    linked: list[int] = []
    for number, line in enumerate(lines):
        label = read_label(line)
        if label is None or label.field != DATE:
            continue
        value = label.value or (lines[number + 1].text if number + 1 < len(lines) else "")
        if not has_day_and_year(value):
            continue
        if label.value and is_day_and_year(label.value):
            whole.add(number)
        if line.is_link:
            linked.append(number)
        else:
            marked_up[number] = label.own_element
    # If the labels have elements of their own, a line of plain text that begins like one is prose.
    plain = not any(marked_up.values())
    mixed = [] if plain else [number for number in whole if not marked_up.get(number, True)]
    numbers = [number for number, own in marked_up.items() if own or plain]
    if marked_up and (linked or mixed):
        return DateAnchors(sorted({*numbers, *linked, *mixed}), [], clear=False)
    # Boxes next to the list may have dates of their own. If all dates are in boxes, one of them is the list.
    in_list = [number for number in numbers if not is_in_box(lines[number].block)]
    if not in_list or len(in_list) == len(numbers):
        return DateAnchors(numbers, [])
    return DateAnchors(in_list, [number for number in numbers if number not in in_list])


def has_more_labels(lines: Sequence[Line], dates: int) -> bool:
    """Whether there are at least two more date labels with an element of their own than dates."""
    own = [
        line
        for line in lines
        if (label := read_label(line)) is not None and label.field == DATE and label.own_element
    ]
    most = dates + 1
    return len(own) > most and sum(not is_in_box(line.block) for line in own) > most


def is_in_box(block: Element) -> bool:
    """Whether an element is, or is inside, a menu, a box or a footer."""
    return block.tag in BOXES or next(block.iterancestors(*BOXES), None) is not None
