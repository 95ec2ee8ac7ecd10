"""The cards in one element: their lines, the times and dates around them, and the fields of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from lxml.etree import _Element as Element

from osce_news.errors import LayoutError
from osce_news.normalize.dates import parse_date
from osce_news.pages.card_fields import CardFields, Time, time_in, times_in
from osce_news.pages.card_values import is_dated, is_of_values
from osce_news.pages.text_lines import Line, text_of, upwards


@dataclass(slots=True, eq=False)
class CardGroup:
    """The cards in one element; `links` has the link of each, None for a card without one.

    `is_featured` marks a single card above the list.
    """

    parent: Element
    links: dict[Element, Element | None] = field(default_factory=dict)
    lines: list[tuple[Line, Element | None]] = field(default_factory=list)  # each with its card
    is_featured: bool = False

    def cards(self, days: Mapping[Element, str]) -> Iterator[CardFields]:
        """Yield the fields of each card; `days` are the dates above them."""
        before, after = self._times_around()
        texts = {one.text for gap in (*before.values(), *after.values()) for one in gap if one.datetime}
        runs = _runs(self.lines, texts)
        if runs is not None:
            owners = dict(self.lines)
            for card, lines in runs.items():
                near = (after if owners.get(lines[0]) is card else before)[card]
                shown = [one for one in near if one.text]
                yield CardFields(lines, self.parent, self.links[card], times=shown, day=days.get(card))
        else:
            yield from self.elements(days)

    def elements(self, days: Mapping[Element, str]) -> Iterator[CardFields]:
        """Yield the fields of each card as its element alone has them; `days` are the dates above them."""
        by_card: dict[Element, list[Line]] = {card: [] for card in self.links}
        for line, owner in self.lines:
            if owner is not None:
                by_card[owner].append(line)
        columns = _columns(self.parent)
        for card, link in self.links.items():
            times = times_in(card)
            yield CardFields(by_card[card], card, link, times=times, columns=columns, day=days.get(card))

    def _times_around(self) -> tuple[dict[Element, list[Time]], dict[Element, list[Time]]]:
        """Return the times from the card before to each card, and those from it to the next."""
        before: dict[Element, list[Time]] = {}
        after: dict[Element, list[Time]] = {}
        gap: list[Time] = []
        for element in self.parent.iter():
            if element in self.links:
                before[element] = gap
                after[element] = gap = []
            elif element.tag == "time" and (time := time_in(element)) is not None:
                gap.append(time)
        return before, after


def days_above(groups: Sequence[CardGroup]) -> dict[Element, str]:
    """Return the date of each card if dates are above groups of cards; empty if that is unclear.

    If they are, the list begins with a date, and the dates are in the order of the list.
    """
    days: list[str] = []
    found: dict[Element, str] = {}
    for group in groups:
        is_above = False
        for line, card in group.lines:
            if card is not None and is_above:
                found[card] = days[-1]
            elif card is None and parse_date(line.text):
                days.append(line.text)
                is_above = True
        if not found.keys() >= group.links.keys():
            return {}
    order = [parse_date(day) or "" for day in days]
    return found if len({*order}) > 1 and order == sorted(order, reverse=True) else {}


def _columns(rows: Element) -> list[str]:
    """Return the headings of the columns if the cards are rows of a table, else an empty list."""
    table = next((one for one in upwards(rows) if one.tag == "table"), None)
    if table is None:
        return []
    heads = ([text_of(cell) for cell in row] for row in table.iter("tr") if row.find("td") is None)
    return next(heads, [])


def _runs(owned: Sequence[tuple[Line, Element | None]], times: Set[str]) -> dict[Element, list[Line]] | None:
    """Return the lines of each card if the cards' elements hold only the titles; None if they hold more.

    `owned` has the lines of a list, each with the card whose element contains it, or None; `times` are the
    texts of time elements, such as "3 days ago". A card begins at its title or, if dates are above the
    titles, at the values above it.
    """
    lines = [line for line, _ in owned]
    starts: dict[Element, int] = {}
    for number, (_, owner) in enumerate(owned):
        if owner is not None:
            starts.setdefault(owner, number)
    at = list(starts.values())
    follows = [any(card is None for _, card in owned[a:b]) for a, b in pairwise([*at, len(lines)])]
    if not at or sum(follows) * 2 < len(follows):
        return None
    begins_at = [start - lead for start, lead in zip(at, _leads(lines, at, times), strict=True)]
    return {
        card: _until_heading(lines[begin:end], lines[start])
        for card, start, (begin, end) in zip(starts, at, pairwise([*begins_at, len(lines)]), strict=True)
    }


def _leads(lines: Sequence[Line], at: Sequence[int], times: Set[str]) -> list[int]:
    """Return how many lines with values above each title belong to it: none if dates are below titles.

    Raises LayoutError if dates are only between titles, so that they may belong to those above or below.
    """

    def is_day(line: Line) -> bool:
        return line.text in times or is_dated(line)

    def is_value(line: Line) -> bool:
        return is_day(line) or is_of_values(line)

    above = [
        list(takewhile(is_value, reversed(lines[before + 1 : start])))
        for before, start in pairwise([-1, *at])
    ]
    up_to_date = [next((n for n, line in enumerate(run, 1) if is_day(line)), 0) for run in above]
    least = min(map(len, above))
    if any(map(is_day, lines[at[-1] + 1 :])):
        return [0 for _ in at]
    if up_to_date[0]:
        return up_to_date
    if any(up_to_date):
        raise LayoutError("dates", expected="one above the first title or below the last", got="neither")
    return [least for _ in at]


def _until_heading(run: list[Line], title: Line) -> list[Line]:
    """Return the run without what follows a heading of the title's level or above, such as a month."""
    level = title.heading.tag if title.heading is not None else "h6"
    for number in range(run.index(title) + 1, len(run)):
        heading = run[number].heading
        if heading is not None and heading is not title.heading and str(heading.tag) <= str(level):
            return run[:number]
    return run
