"""Reads the values of an article: after labels, as values that need no label, or stated for programs."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from lxml.etree import _Element as Element

from osce_news.normalize import parse_date
from osce_news.normalize.vocabulary import says
from osce_news.pages.card_fields import CardFields, Time
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.labels import (
    DATE,
    Label,
    LabelledValues,
    is_value,
    read_label,
    split_labels,
    values_after,
)
from osce_news.pages.text_lines import Line, text_lines, text_of, upwards

_STATED_DATES = (
    "meta[property='article:published_time']::attr(content)",
    "[itemprop=datePublished]::attr(content)",
    "[itemprop=datePublished]::attr(datetime)",
)
_DATE_IN_JSON = re.compile(r'"datePublished"\s*:\s*"([^"]+)"')
_LONGEST_LABEL = 60  # characters
_LONGEST_ROW = 400  # characters of the values of a row
_MOST_BLOCKS = 20  # beside the text in which to look; a hostile page may nest thousands in each other


def stated_date(page: HtmlPage) -> str | None:
    """Return the date of publishing that the page states for programs; None without one or with several.

    It is in Open Graph's meta element, or in schema.org's microdata or JSON-LD.
    """
    stated = [one for css in _STATED_DATES for one in page.find(css)]
    for script in page.find("script[type='application/ld+json']::text"):
        stated += _DATE_IN_JSON.findall(script)
    days = {day: one for one in stated if (day := parse_date(one))}
    return days.popitem()[1] if len(days) == 1 else None


def read_sidebar(page: HtmlPage) -> dict[str, str]:
    """Return the labelled values of the first block beside the text that has a date among them, by field."""
    for block in page.find("aside, [class*=sidebar]")[:_MOST_BLOCKS]:
        labelled = CardFields(text_lines(block), block, None).labelled.values
        if DATE in labelled and len(labelled) > 1:
            return labelled
    return {}


def read_labels(region: Element, texts: Sequence[Element]) -> tuple[dict[str, str], set[Element]]:
    """Return the labelled values inside the region by field, and the elements of labels and values.

    Inside the text, only labels with an element of their own count: plain text that begins like one is prose.
    The common words that label values in cards also need a known value there; without `texts`, the text may
    be anywhere. Rows with other labels, such as the Sustainable Development Goals, are among the elements.
    """
    holders = set(texts)
    lines = [part for line in text_lines(region) for part in split_labels(line, cards=True)]
    labels: list[Label | None] = []
    for number, line in enumerate(lines):
        label = read_label(line, cards=True)
        in_text = not holders.isdisjoint(upwards(line.block))
        if label is not None and (in_text or (label.is_common and not holders)):
            value = label.value or "".join(following.text for following in lines[number + 1 : number + 2])
            if not label.own_element or (label.is_common and not is_value(label.field, value)):
                label = None  # a sentence
        if label is not None and line.link is not None and not label.value:
            label = None  # a menu entry
        labels.append(label)
    values = LabelledValues(lines, region, labels)
    others = {line.block: line for line in lines if _begins_other_row(line) and line.block not in holders}
    elements = {one for line in others.values() for one in _other_row(line, region, others)}
    elements |= {lines[number].block for number in values.used} - holders - {region}
    return values.values, elements


def beside_text(
    region: Element, texts: Sequence[Element], times: Sequence[Time]
) -> tuple[CardFields, CardFields]:
    """Return the fields of the lines above the text, which have these times, and of those below it."""
    inside = set(texts)
    sides: tuple[list[Line], list[Line]] = ([], [])
    place = {element: number for number, element in enumerate(region.iter())}
    for line in text_lines(region):
        if inside.isdisjoint(upwards(line.block)):
            sides[place[line.block] > place[texts[0]]].extend(split_labels(line, cards=True))
    above, below = sides
    return CardFields(above, region, None, times=times), CardFields(below, region, None)


def _begins_other_row(line: Line) -> bool:
    """Whether the line begins with a label that says that its values are not text."""
    label = line.text.partition(":")[0]
    return len(label) <= _LONGEST_LABEL and says("other_row", label)


def _other_row(line: Line, region: Element, labelled: Container[Element]) -> list[Element]:
    """Return the elements of the row that begins with this line; none if they hold more than a row."""
    if line.text.partition(":")[2].strip() or line.block is region:
        return [line.block] if line.block is not region else []
    after = values_after(line.block, region, labelled)
    row = all(len(text_of(one)) <= _LONGEST_ROW for one in after)
    return [line.block, *(after if row else ())]
