"""The labelled list: divides a page into its results, and reads the fields of each.

Three ways to divide it are tried, the most reliable first: the class that a known layout gives its results;
the element around each date; the order of lines, if no element surrounds a result. All three are anchored by
the labelled dates: each date on the page belongs to exactly one result, so a changed layout cannot be
mistaken for a known one.

A label that the site has renamed must not end up in the teaser. `ResultFields.unlabelled` reports it: such a
line is recognised by markup like that of the known labels, or by a value that is in the vocabulary.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from lxml.etree import XPath
from lxml.etree import _Element as Element

from osce_news.normalize.dates import has_day_and_year, is_day_and_year
from osce_news.normalize.terms import field_of_names
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.labels import (
    DATE,
    Label,
    LabelledValues,
    join,
    names_behind_label,
    read_label,
    split_labels,
)
from osce_news.pages.text_lines import Line, is_item, kind_of, kind_of_result, squeeze, upwards

# Selectors of a result in known layouts of the list. This one is of www.osce.org, made with Drupal 7, from
# public crawlers of unknown date, which agree with each other. A page without these classes is read by its
# labels alone, so a new layout needs a line here only if that fails.
RESULTS = (".search-result-news",)

BOXES = frozenset({"nav", "aside", "footer"})  # elements next to a list
# Elements around a list that are never part of a result.
_AROUND = "nav, aside, footer, form, h1, [class*=pager]"
_HAS_LINK = XPath("boolean(.//a) and not(.//a[contains(@href, 'page=')])")  # no pager
_OUTER = frozenset({"main", "body", "html"})
_SHORT = 40  # characters of a label, and of a link such as "Read more"


class DateAnchors(NamedTuple):
    """Indexes of the lines with results' dates, in the list and in boxes next to it.

    `clear` is false if full dates occur both inside and outside of markup or links, so that it is not clear
    which of them belong to results.
    """

    in_list: list[int]
    in_boxes: list[int]
    clear: bool = True


def find_results(page: HtmlPage) -> list[ResultFields] | None:
    """Return the results in printed order; an empty list if they cannot be separated.

    Returns None if the page is not a labelled list: it has neither the class of a known layout nor dates with
    the label that such lists have, or only dates inside of links, as cards do.

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
    dates, in_boxes, clear = find_date_anchors(lines)
    if dates and _has_more_labels(lines, len(dates)):
        return []  # some labels have no recognisable date, so values could go to the wrong result
    regions = _by_class(page, lines, dates)
    if dates and clear and not regions:
        regions = (
            _by_element(page, lines, dates)
            or _by_order(lines, dates)
            or _by_element(page, lines, dates, titled=False)  # so that the error can name what is missing
        )
    if not (regions or dates or _has_more_labels([line for line in lines if not line.is_link], 0)):
        return None
    alike = {kind_of_result(region.element) for region in regions if region.element.get("class")}
    if any(
        kind_of_result(element) in alike for number in in_boxes for element in upwards(lines[number].block)
    ):
        # The box next to the list contains results too, such as those that are read most.
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
    for number, line in enumerate(lines):
        label = read_label(line)
        if label is None or label.field != DATE:
            continue
        value = label.value or (lines[number + 1].text if number + 1 < len(lines) else "")
        if not has_day_and_year(value):
            continue
        if not line.is_link and not label.own_element and is_day_and_year(label.value):
            whole.append(number)
        (linked if line.is_link else marked_up if label.own_element else plain).append(number)
    # If the labels have elements of their own, a line of plain text that begins like one is prose.
    numbers = marked_up or plain
    mixed = whole if marked_up else []
    if numbers and (linked or mixed):
        return DateAnchors(sorted({*numbers, *linked, *mixed}), [], clear=False)
    # Boxes next to the list may have dates of their own. If all dates are in boxes, one of them is the list.
    in_list = [number for number in numbers if not _is_in_box(lines[number].block)]
    in_boxes = sorted({*numbers} - {*in_list})
    return DateAnchors(in_list, in_boxes) if in_list else DateAnchors(numbers, [])


def _has_more_labels(lines: Sequence[Line], dates: int) -> bool:
    """Whether the list has at least two more date labels with an element of their own than dates."""
    labels = ((line, label) for line in lines if (label := read_label(line)) and label.field == DATE)
    return sum(label.own_element and not _is_in_box(line.block) for line, label in labels) > dates + 1


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
            if counts[element] > 1 or element.tag in _OUTER or element in around:
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
        if counts[element] == len(dates) and (element.tag in _OUTER or element in around_link):
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
            and (block[1] or line.block.tag in ("dt", "th"))
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
        if line.block.tag in ("dt", "th") or not line.pieces:
            return None
        if line.block not in self._children:  # a block may have many lines
            children = line.block.iterchildren(reversed=True)
            self._children[line.block] = {child.text: child for child in children if child.tag != "a"}
        return self._children[line.block].get(line.pieces[0].text)


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
