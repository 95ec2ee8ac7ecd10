"""The date as an article's page prints it: alone, or with the place in front."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lxml.etree import _Element as Element

from osce_news.pages.lines import text_of

_DAY = r"\d{1,2}\s+[^\W\d_]{3,12}\.?\s+\d{4}(?:\s+(?:года|г\.))?"
_PLACE_AND_DAY = re.compile(rf"(?:(?P<place>[^\W\d_][^\d:]{{1,60}}?)[,\s|·–-]+)?(?P<day>{_DAY})")
_LONGEST = 120  # letters; what is longer is no date


class PlaceAndDay(NamedTuple):
    """A date as printed, and the place in front of it, or None."""

    place: str | None
    day: str


def place_and_day(text: str) -> PlaceAndDay | None:
    """Return what a line prints that holds a date and nothing but a place beside it; None for any other.

    >>> place_and_day("VIENNA, 15 March 2022")
    PlaceAndDay(place='VIENNA', day='15 March 2022')
    >>> place_and_day("On 15 March 2022 the Council met.") is None
    True
    """
    match = _PLACE_AND_DAY.fullmatch(text) if len(text) <= _LONGEST else None
    return PlaceAndDay(match["place"], match["day"]) if match else None


def first_date(elements: Sequence[Element]) -> tuple[str | None, str | None]:
    """Return the first date that the elements print, or None, and a remark on other ones, or None."""
    printed = list(dict.fromkeys(text for element in elements if (text := text_of(element))))
    if not printed:
        return None, None
    first, *others = printed
    return first, f"other dates on the page: {', '.join(others)[:100]}" if others else None
