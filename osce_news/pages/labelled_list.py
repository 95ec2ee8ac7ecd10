"""Divides a labelled list into its results.

Three ways are tried, the most reliable first: the class that a known layout gives its results; the element
around each date; the order of lines, if no element surrounds a result. All three are anchored by the labelled
dates: each date on the page belongs to exactly one result, so a changed layout cannot be mistaken for a known
one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from lxml.etree import XPath
from lxml.etree import _Element as Element

from osce_news.normalize.dates import has_day_and_year, is_day_and_year
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.labels import DATE, read_label, split_labels
from osce_news.pages.result_fields import ResultFields
from osce_news.pages.text_lines import OUTER, Line, kind_of_result, upwards

# Selectors of a result in known layouts of the list. This one is of www.osce.org, made with Drupal 7, from
# public crawlers of unknown date, which agree with each other. A page without these classes is read by its
# labels alone, so a new layout needs a line here only if that fails.
RESULTS = (".search-result-news",)

BOXES = frozenset({"nav", "aside", "footer"})  # elements next to a list
# Elements around a list that are never part of a result.
_AROUND = "nav, aside, footer, form, h1, [class*=pager]"
_HAS_LINK = XPath("boolean(.//a) and not(.//a[contains(@href, 'page=')])")  # no pager


class DateAnchors(NamedTuple):
    """Indexes of the lines with results' dates, in the list and in boxes next to it.

    `clear` is false if full dates occur both inside and outside of markup or links, so that it is not clear
    which of them belong to results.
    """

    in_list: list[int]
    in_boxes: list[int]
    clear: bool = True
    undated: int = 0  # labels outside of boxes that have an element of their own, but no date


def find_results(page: HtmlPage) -> list[ResultFields] | None:
    """Return the results in printed order; an empty list if they cannot be separated.

    Returns None if the page is not a labelled list: it has neither the class of a known layout nor dates with
    the label that such lists have, or its only dates are inside of links, as on cards.

    >>> page = HtmlPage('''
    ...     <h3><a href="/node/1">First</a></h3> <p><b>Publishing date:</b> 2 May 2020</p>
    ...     <h3><a href="/node/2">Second</a></h3> <p><b>Publishing date:</b> 1 May 2020</p> <p>Its teaser.</p>
    ... ''', "")
    >>> for region in find_results(page):
    ...     print([line.text for line in region.lines])
    ['First', 'Publishing date: 2 May 2020']
    ['Second', 'Publishing date: 1 May 2020', 'Its teaser.']
    """
    lines = [part for line in page.lines for part in split_labels(line)]
    dates, in_boxes, clear, undated = find_date_anchors(lines)
    if dates and undated > 1:
        return []  # some labels have no recognisable date, so values could go to the wrong result
    regions = _by_class(page, lines, dates)
    if dates and clear and not regions:
        regions = (
            _by_element(page, lines, dates)
            or _by_order(lines, dates)
            or _by_element(page, lines, dates, titled=False)  # so that the error can name what is missing
        )
    if not (regions or dates or undated > 1):
        return None
    alike = {kind_of_result(region.element) for region in regions if region.element.get("class")}
    if any(
        kind_of_result(element) in alike for number in in_boxes for element in upwards(lines[number].block)
    ):
        # A box next to the list contains results too, such as the most-read ones.
        dates = sorted((*dates, *in_boxes))
        return _by_class(page, lines, dates) or _by_element(page, lines, dates)
    return regions


def find_date_anchors(lines: Sequence[Line]) -> DateAnchors:
    """Return the lines with the date's label, followed by a day and a year.

    "Publishing date" as a facet, as a sort option or in a form is not the date of a result.
    """
    linked: list[int] = []
    marked_up: list[int] = []
    plain: list[int] = []
    whole: list[int] = []  # of the plain ones, those with nothing but the date
    undated = 0
    for number, line in enumerate(lines):
        label = read_label(line)
        if label is None or label.field != DATE:
            continue
        value = label.value or (lines[number + 1].text if number + 1 < len(lines) else "")
        if not has_day_and_year(value):
            undated += label.own_element and not line.is_link and not _is_in_box(line.block)
        elif line.is_link:
            linked.append(number)
        elif label.own_element:
            marked_up.append(number)
        else:
            plain.append(number)
            if is_day_and_year(label.value):
                whole.append(number)
    # If the labels have elements of their own, a line of plain text that begins like one is prose.
    numbers = marked_up or plain
    mixed, undated = (whole, undated) if marked_up or not plain else ([], 0)
    if numbers and (linked or mixed):
        return DateAnchors(sorted({*numbers, *linked, *mixed}), [], False, undated)
    # Boxes next to the list may have dates of their own. If all dates are in boxes, one of them is the list.
    in_list = [number for number in numbers if not _is_in_box(lines[number].block)]
    in_boxes = sorted({*numbers} - {*in_list})
    return DateAnchors(in_list or numbers, in_boxes if in_list else [], True, undated)


def _is_in_box(block: Element) -> bool:
    """Whether an element is, or is inside, a menu, a box or a footer."""
    return block.tag in BOXES or next(block.iterancestors(*BOXES), None) is not None


def _are_in_boxes(lines: Sequence[Line], dates: Sequence[int]) -> bool:
    return any(_is_in_box(lines[number].block) for number in (*dates[:1], *dates[-1:]))


def _by_class(page: HtmlPage, lines: Sequence[Line], dates: Sequence[int]) -> list[ResultFields]:
    for selector in RESULTS:
        elements = page.find(selector)
        if not _are_in_boxes(lines, dates):
            elements = [element for element in elements if not _is_in_box(element)] or elements
        within = _lines_within(lines, elements, dates)
        dated = {lines[number] for number in dates}
        per_region = [len(dated.intersection(inside)) for inside in within.values()]
        if within and max(per_region) <= 1 and sum(per_region) == len(dates):
            return _results(within)
    return []


def _by_element(
    page: HtmlPage, lines: Sequence[Line], dates: Sequence[int], *, titled: bool = True
) -> list[ResultFields]:
    """Return the results by the outermost element around each date that contains no other date."""
    counts = Counter(element for number in dates for element in upwards(lines[number].block))
    around: set[Element] = set()
    for other in page.find(_AROUND):
        for above in other.iterancestors():
            if above in around:
                break
            around.add(above)
    elements = []
    for number in dates:
        widest = None
        for element in upwards(lines[number].block):
            if counts[element] > 1 or element.tag in OUTER or element in around:
                break
            widest = element
        if widest is None:
            return []
        elements.append(widest)
    regions = _results(_lines_within(lines, _with_dateless(elements), dates))
    if not titled or sum(region.link is not None for region in regions) * 2 > len(regions):
        return regions
    return []


def _with_dateless(elements: Sequence[Element]) -> list[Element]:
    """Return the elements, and their siblings of the same kind: results without a date."""
    kinds = {kind_of_result(element) for element in elements}
    parents = {element.getparent() for element in elements}
    if len(parents) != 1 or (parent := parents.pop()) is None:
        return list(elements)
    known = set(elements)
    return [
        child
        for child in parent
        if child in known
        or (isinstance(child.tag, str) and kind_of_result(child) in kinds and _HAS_LINK(child))
    ]


def _by_order(lines: Sequence[Line], dates: Sequence[int]) -> list[ResultFields]:
    """Return the results as runs of lines, each up to the beginning of the next."""
    holder = _holder(lines, dates)
    inside = _lines_within(lines, [holder])[holder]
    dated = {lines[number] for number in dates}
    at = [number for number, line in enumerate(inside) if line in dated]
    starts = _starts(inside, at)
    if not starts:
        return []
    ends = [*starts[1:], _end(inside, max(at[-1], starts[-1]))]
    return [ResultFields(inside[start:end], holder) for start, end in zip(starts, ends, strict=True)]


def _starts(inside: Sequence[Line], dates: Sequence[int]) -> list[int]:
    """Return where results begin: at their titles.

    Titles are headings of the same kind as those with a link (to an item, if there is one), else the links
    before each date. Returns an empty list if a result would have two dates: a title that is not recognised
    must not pass its date on to its neighbour.
    """
    headings = [(n, line.heading) for n, line in enumerate(inside) if line.heading is not None]
    linked = [(n, heading) for n, heading in headings if inside[n].link is not None]
    items = [(n, heading) for n, heading in linked if inside[n].links_item]
    before = [number - 1 for number in dates if number and inside[number - 1].is_link]
    for like in (items, linked):
        tags = {heading.tag for _, heading in like}
        alike = [(n, heading) for n, heading in headings if heading.tag in tags]
        titles = [next(group)[0] for _, group in groupby(alike, key=itemgetter(1))]  # their first lines
        if titles and titles[0] < dates[0] and _at_most_one(titles, dates, len(inside)):
            return titles
    return before if len(before) == len(dates) and not linked else []


def _at_most_one(starts: Sequence[int], marks: Sequence[int], end: int) -> bool:
    """Whether each part has at most one mark, if parts begin at `starts`; both are sorted."""
    bounds = zip(starts, [*starts[1:], end], strict=True)
    return all(bisect_left(marks, high) - bisect_left(marks, low) <= 1 for low, high in bounds)


def _end(inside: Sequence[Line], last: int) -> int:
    """Return where the last result ends: at a heading without a link, a box or the pager."""
    around = set(upwards(inside[last].block))
    for number in range(last + 1, len(inside)):
        line = inside[number]
        other = (element for element in upwards(line.block) if element not in around)
        if (line.heading is not None and line.link is None) or any(
            element.tag in BOXES or "pager" in (element.get("class") or "") for element in other
        ):
            return number
    return len(inside)


def _holder(lines: Sequence[Line], dates: Sequence[int]) -> Element:
    """Return the innermost element that contains all dates and a link before the first of them."""
    counts = Counter(element for number in dates for element in upwards(lines[number].block))
    linked = (line.block for line in lines[: dates[0]] if line.link is not None)
    around_link = {element for block in linked for element in upwards(block)}
    for element in upwards(lines[dates[0]].block):
        if counts[element] == len(dates) and (element.tag in OUTER or element in around_link):
            return element
    raise AssertionError("every line is inside a body")


def _lines_within(
    lines: Sequence[Line], elements: Sequence[Element], dates: Sequence[int] = ()
) -> dict[Element, list[Line]]:
    """Return the lines inside each element; those outside of all are left out.

    Lines in a box or in the page's footer are left out too, unless the dates are there: a result without an
    end tag would take them for its text.
    """
    within: dict[Element, list[Line]] = {element: [] for element in elements}
    boxes = BOXES if dates and not _are_in_boxes(lines, dates) else frozenset()
    for line in lines:
        element: Element | None = line.block
        while element is not None and element not in within:
            if element.tag in boxes and (element.tag != "footer" or element.get("role") == "contentinfo"):
                element = None
                break
            element = element.getparent()
        if element is not None:
            within[element].append(line)
    return within


def _results(within: dict[Element, list[Line]]) -> list[ResultFields]:
    return [ResultFields(lines, element) for element, lines in within.items()]
