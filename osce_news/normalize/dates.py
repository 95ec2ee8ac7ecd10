"""Reads the dates that the newsroom prints, and nothing else."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import ClassVar, NamedTuple

from dateutil.parser import ParserError, parser, parserinfo

from osce_news.normalize.text import clean

# (English, its abbreviations, Russian as in "6 марта", Russian by itself)
MONTHS = (
    ("January", "Jan", "января", "январь"),
    ("February", "Feb", "февраля", "февраль"),
    ("March", "Mar", "марта", "март"),
    ("April", "Apr", "апреля", "апрель"),
    ("May", "мая", "май"),
    ("June", "Jun", "июня", "июнь"),
    ("July", "Jul", "июля", "июль"),
    ("August", "Aug", "августа", "август"),
    ("September", "Sep", "Sept", "сентября", "сентябрь"),
    ("October", "Oct", "октября", "октябрь"),
    ("November", "Nov", "ноября", "ноябрь"),
    ("December", "Dec", "декабря", "декабрь"),
)
MONTH_NAME = "(?:" + "|".join(sorted((n for names in MONTHS for n in names), key=len, reverse=True)) + ")"
_YEAR = r"[12][0-9]{3}"

# Day, month by name and a year of four figures, in the orders that were seen on the site.
DAY_FIRST = rf"[0-9]{{1,2}}\s+{MONTH_NAME}\.?,?\s+{_YEAR}(?:\s*(?:года|г\.?)(?!\w))?"
MONTH_FIRST = rf"{MONTH_NAME}\.?\s+[0-9]{{1,2}},?\s+{_YEAR}"
ISO = rf"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}"
_STATED = re.compile(rf"(?:{DAY_FIRST}|{MONTH_FIRST}|{ISO})", re.IGNORECASE)
_BY_ITSELF = r"\d{1,2}\s+[^\W\d_]{3,12}\.?\s+\d{4}(?:\s+(?:года|г\.))?"
_PLACE_AND_DAY = re.compile(rf"(?:(?P<place>[^\W\d_][^\d:]{{1,60}}?)[,\s|·–-]+)?(?P<day>{_BY_ITSELF})")
_LONGEST = 120  # characters of a line with a place and a date
_DAY_AND_YEAR = re.compile(r"(?<!\d)\d{1,2}(?!\d)\D{1,20}\d{4}(?!\d)|\d{4}-\d\d-\d\d")


class _NewsroomInfo(parserinfo):
    """What dateutil has to know of the newsroom: its months, and no weekdays and no hours."""

    MONTHS: ClassVar = list(MONTHS)
    WEEKDAYS: ClassVar[list[str]] = []
    HMS: ClassVar[list[str]] = []
    AMPM: ClassVar[list[str]] = []
    UTCZONE: ClassVar[list[str]] = []
    PERTAIN: ClassVar[list[str]] = []
    JUMP: ClassVar = [" ", ".", ",", "года", "г"]


_PARSER = parser(_NewsroomInfo())  # day first or not is no question: months are names, or it is ISO 8601
_MIDNIGHT = datetime.datetime(2000, 1, 1)


@lru_cache(maxsize=2_000)
def parse_date(text: str | None) -> str | None:
    """Return the date as YYYY-MM-DD, or None if the text is not one whole date.

    A date is day, month by name (English or Russian) and a year of four figures, or ISO 8601. What
    lacks one of these, or has words around it, is unknown and is never completed from today.

    >>> parse_date("15 March 2022"), parse_date("February 28, 2022"), parse_date("6 марта 2023 года")
    ('2022-03-15', '2022-02-28', '2023-03-06')
    >>> parse_date("Friday"), parse_date("March 2024"), parse_date("32 March 2024")
    (None, None, None)
    """
    text = clean(text)
    if text is None or len(text) > 60 or not _STATED.fullmatch(text):
        return None
    try:
        parsed: datetime.datetime = _PARSER.parse(text, default=_MIDNIGHT)
    except (ParserError, OverflowError):
        return None
    return parsed.date().isoformat()


def has_day_and_year(text: str) -> bool:
    """Whether the text has a day and a year close together; the month may be in any language.

    >>> has_day_and_year("on 6 бірінші 2023"), has_day_and_year("2022 (35)")
    (True, False)
    """
    return _DAY_AND_YEAR.search(text) is not None


def is_day_and_year(text: str) -> bool:
    """Whether the text is nothing but what `has_day_and_year` looks for."""
    return _DAY_AND_YEAR.fullmatch(text) is not None


class PlaceAndDay(NamedTuple):
    """A date as printed, and the place in front of it or None."""

    place: str | None
    day: str


def place_and_day(text: str) -> PlaceAndDay | None:
    """Return the parts of a line that is a date with at most a place in front; None for any other line.

    >>> place_and_day("VIENNA, 15 March 2022")
    PlaceAndDay(place='VIENNA', day='15 March 2022')
    >>> place_and_day("On 15 March 2022 the Council met.") is None
    True
    """
    match = _PLACE_AND_DAY.fullmatch(text) if len(text) <= _LONGEST else None
    return PlaceAndDay(match["place"], match["day"]) if match else None
