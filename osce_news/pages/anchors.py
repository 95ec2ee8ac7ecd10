"""Finds the dates of the results on a page: each result has one, so they are the anchors of the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lxml.etree import _Element as Element

from osce_news.pages.labels import DATE, read_label
from osce_news.pages.lines import Line

BESIDE = frozenset({"nav", "aside", "footer"})

_DAY_AND_YEAR = re.compile(r"(?<!\d)\d{1,2}(?!\d)\D{1,20}\d{4}(?!\d)|\d{4}-\d\d-\d\d")


class Dates(NamedTuple):
    """The numbers of the lines that print results' dates, in the list and beside it.

    Not `clear` if of labels with a whole date some are marked up and others not, or some stand in links:
    which are those of results can't be told then.
    """

    main: list[int]
    beside: list[int]
    clear: bool = True


def find_dates(found: Sequence[Line]) -> Dates:
    """Return the lines that print the date's label, with a day and a year behind it.

    "Publishing date" as a facet, a way to sort or a field of a form is not the date of a result.
    """
    marked_up: dict[int, bool] = {}
    whole: set[int] = set()
    linked: list[int] = []
    for number, line in enumerate(found):
        label = read_label(line)
        if label is None or label.field != DATE:
            continue
        value = label.value or (found[number + 1].text if number + 1 < len(found) else "")
        if not _DAY_AND_YEAR.search(value):
            continue
        if label.value and _DAY_AND_YEAR.fullmatch(label.value):
            whole.add(number)
        if line.is_link:
            linked.append(number)
        else:
            marked_up[number] = label.own_element
    # Where the labels are marked up, a line of plain text that begins like one is prose.
    plain = not any(marked_up.values())
    mixed = [] if plain else [number for number in whole if not marked_up.get(number, True)]
    if marked_up and (linked or mixed):
        own = [number for number, own in marked_up.items() if own or plain]
        return Dates(sorted({*own, *linked, *mixed}), [], clear=False)
    numbers = [number for number, own in marked_up.items() if own or plain]
    # A box beside the list may have dates of its own; a list that stands in such a box is the list.
    main = [number for number in numbers if not is_beside(found[number].block)]
    if not main or len(main) == len(numbers):
        return Dates(numbers, [])
    return Dates(main, [number for number in numbers if number not in main])


def has_more_labels(found: Sequence[Line], dates: int) -> bool:
    """Whether more lines than there are dates, and one, begin with a date's label of its own element."""
    own = [
        line
        for line in found
        if (label := read_label(line)) is not None and label.field == DATE and label.own_element
    ]
    most = dates + 1
    return len(own) > most and sum(not is_beside(line.block) for line in own) > most


def is_beside(block: Element) -> bool:
    """Whether an element stands in a menu, a box or a footer."""
    return block.tag in BESIDE or next(block.iterancestors(*BESIDE), None) is not None
