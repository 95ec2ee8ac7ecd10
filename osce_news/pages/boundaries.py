"""Finds where each result of a listing page begins and ends.

Three ways, the surest first: by the class that a known layout gives its results; by the element
around each date; by the order of lines, where no element is around a result. The label of the date is
the anchor of all three: each date on the page belongs to exactly one result, so that a changed
layout can't pass for a known one.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.etree import _Element as Element
from parsel import Selector

from osce_news.pages.anchors import BESIDE, find_dates, has_more_labels, is_beside
from osce_news.pages.fields import is_item, read_fields
from osce_news.pages.labels import split_labels
from osce_news.pages.lines import Line, lines


@dataclass(frozen=True, slots=True)
class Layout:
    """How a layout of the site marks its results; `result` is a CSS selector.

    `valid_from` and `valid_until` are the days on which the first and the last page with it were fetched;
    None: not known. They and `where` are for people: a page's layout is told by its markup.
    """

    name: str
    result: str
    where: str  # the host that has it
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None


# From public crawlers of unknown date, which agree with one another. A page without these classes is read by
# its labels alone, so a new layout needs an entry here only if that fails.
LAYOUTS = (Layout("drupal7", ".search-result-news", "www.osce.org"),)

# What stands around a list and is never part of a result.
_AROUND = "self::nav or self::aside or self::footer or self::form or self::h1 or contains(@class, 'pager')"
_OUTER = frozenset({"main", "body", "html"})


@dataclass(frozen=True, slots=True)
class Region:
    """One result: its lines, and the element that holds them."""

    element: Element
    lines: Sequence[Line]

    @property
    def has_title(self) -> bool:
        """Whether one of the lines reads as a title with a link."""
        return read_fields(self.lines, self.element).link is not None


def find(page: Selector) -> list[Region]:
    """Return the results in printed order; an empty list if none can be told apart."""
    bodies = page.xpath("//body")
    if not bodies:
        return []
    found = [part for line in lines(bodies[0].root) for part in split_labels(line)]
    dates, beside, clear = find_dates(found)
    if dates and has_more_labels(found, len(dates)):
        return []  # labels without a date that can be told: what belongs to what is not known
    regions = _by_class(page, found, dates)
    if not regions and clear:
        regions = (
            _by_element(found, dates)
            or _by_order(found, dates)
            or _by_element(found, dates, titled=False)  # so that what they lack can be named
        )
    like = {_kind(region.element) for region in regions if region.element.get("class")}
    if any(_kind(element) in like for number in beside for element in _upwards(found[number].block)):
        return []  # what stands beside the list is a part of it
    return regions


def _by_class(page: Selector, found: Sequence[Line], dates: Sequence[int]) -> list[Region]:
    for layout in LAYOUTS:
        elements = [match.root for match in page.css(layout.result)]
        elements = [element for element in elements if not is_beside(element)] or elements
        regions = _regions(found, elements, dates)
        inside = {id(found[number]) for number in dates}
        per_region = [sum(id(line) in inside for line in region.lines) for region in regions]
        if regions and max(per_region) <= 1 and sum(per_region) == len(dates):
            return regions
    return []


def _by_element(found: Sequence[Line], dates: Sequence[int], *, titled: bool = True) -> list[Region]:
    """Return the results by the outermost element that holds just one date."""
    if not dates:
        return []
    counts: Counter[Element] = Counter()
    for number in dates:
        counts.update(_upwards(found[number].block))
    around: set[Element] = set()
    page = Selector(root=found[0].block.getroottree().getroot())
    for other in page.xpath(f"//*[{_AROUND}]"):
        for above in other.root.iterancestors():
            if above in around:
                break
            around.add(above)
    elements = []
    for number in dates:
        widest = None
        for element in _upwards(found[number].block):
            if counts[element] > 1 or element.tag in _OUTER or element in around:
                break
            widest = element
        if widest is None:
            return []
        elements.append(widest)
    regions = _regions(found, _with_dateless(elements), dates)
    if not titled or sum(region.has_title for region in regions) * 2 > len(regions):
        return regions
    return []


def _with_dateless(elements: Sequence[Element]) -> list[Element]:
    """Return the elements and their siblings of the same kind, which are results without a date."""
    kinds = {_kind(element) for element in elements}
    parents = {element.getparent() for element in elements}
    if len(parents) != 1 or (parent := parents.pop()) is None:
        return list(elements)
    known = set(elements)
    return [
        child
        for child in parent
        if child in known or (isinstance(child.tag, str) and _kind(child) in kinds and child.xpath(".//a"))
    ]


def _by_order(found: Sequence[Line], dates: Sequence[int]) -> list[Region]:
    """Return the results as runs of lines, each from its beginning to the next one's."""
    if not dates:
        return []
    holder = _holder(found, dates)
    inside = _regions(found, [holder])[0].lines
    dated = {id(found[number]) for number in dates}
    at = [number for number, line in enumerate(inside) if id(line) in dated]
    starts = _starts(inside, at)
    if not starts:
        return []
    ends = [*starts[1:], _end(inside, max(at[-1], starts[-1]))]
    return [Region(holder, inside[start:end]) for start, end in zip(starts, ends, strict=True)]


def _starts(inside: Sequence[Line], dates: Sequence[int]) -> list[int]:
    """Return where results begin: at their titles or, if the date stands above it, at their dates.

    Titles are headings like those with a link (to an item, if any is), else the links before each
    date. An empty list comes back unless each result then has at most one date: a title that can't be
    told must not hand its date to its neighbour.
    """
    headings = [n for n, line in enumerate(inside) if line.heading is not None]
    linked = [n for n in headings if inside[n].link is not None]
    items = [n for n in linked if any(p.link is not None and is_item(p.link) for p in inside[n].pieces)]
    before = [number - 1 for number in dates if number and inside[number - 1].is_link]
    for like in (items, linked):
        tags = {_tag(inside[number]) for number in like}
        titles = _first_lines(inside, [number for number in headings if _tag(inside[number]) in tags])
        if titles and titles[0] < dates[0] and _at_most_one(titles, dates, len(inside)):
            return titles
        if len(titles) == len(dates) and dates[0] < titles[0] and _at_most_one(dates, titles, len(inside)):
            return list(dates)
    return before if len(before) == len(dates) and not linked else []


def _at_most_one(starts: Sequence[int], marks: Sequence[int], end: int) -> bool:
    bounds = zip(starts, [*starts[1:], end], strict=True)
    return all(sum(low <= mark < high for mark in marks) <= 1 for low, high in bounds)


def _first_lines(inside: Sequence[Line], numbers: Sequence[int]) -> list[int]:
    """Return only the first line of each heading."""
    firsts: list[int] = []
    last: Element | None = None
    for number in numbers:
        if inside[number].heading is not last:
            firsts.append(number)
        last = inside[number].heading
    return firsts


def _tag(line: Line) -> object:
    return None if line.heading is None else line.heading.tag


def _end(inside: Sequence[Line], last: int) -> int:
    """Return where the last result ends: at a heading that is no title, or at what is beside a list."""
    around = set(_upwards(inside[last].block))
    for number in range(last + 1, len(inside)):
        line = inside[number]
        other = (element for element in _upwards(line.block) if element not in around)
        if (line.heading is not None and line.link is None) or any(
            element.tag in BESIDE or "pager" in (element.get("class") or "") for element in other
        ):
            return number
    return len(inside)


def _holder(found: Sequence[Line], dates: Sequence[int]) -> Element:
    """Return the innermost element that holds all dates and a link before the first of them."""
    counts: Counter[Element] = Counter()
    for number in dates:
        counts.update(_upwards(found[number].block))
    before = {id(line) for line in found[: dates[0]] if line.link is not None}
    for element in _upwards(found[dates[0]].block):
        if counts[element] == len(dates):
            if element.tag in _OUTER:
                return element
            if any(id(line) in before for line in _regions(found, [element])[0].lines):
                return element
    raise AssertionError("a line has a body above it")


def _regions(found: Sequence[Line], elements: Sequence[Element], dates: Sequence[int] = ()) -> list[Region]:
    """Return the lines of each element; a line outside of all of them is left out.

    So is what stands in a box or the page's footer, if the dates do not: a result whose end tag is
    missing would take it for its text.
    """
    within: dict[Element, list[Line]] = {element: [] for element in elements}
    boxes = BESIDE if dates and not is_beside(found[dates[0]].block) else frozenset()
    for line in found:
        element: Element | None = line.block
        while element is not None and element not in within:
            if element.tag in boxes and (element.tag != "footer" or element.get("role") == "contentinfo"):
                element = None
                break
            element = element.getparent()
        if element is not None:
            within[element].append(line)
    return [Region(element, inside) for element, inside in within.items()]


def _upwards(element: Element) -> Iterator[Element]:
    yield element
    yield from element.iterancestors()


def _kind(element: Element) -> tuple[object, str]:
    """Return the tag and the first class, which results have in common."""
    return element.tag, (element.get("class") or "").split(" ")[0]
