"""Reads the dates that the newsroom prints, and nothing else."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import ClassVar

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
