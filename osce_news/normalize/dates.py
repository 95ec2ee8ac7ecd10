"""All forms of dates that the newsroom prints: whole dates, days in datelines, dates on pages.

To add a form, add its pattern to `_WITH_MONTH_NAME`, or read it in `_day` if it is in numbers. Add the
printed text to the tests.
"""

from __future__ import annotations

import calendar
import datetime
import re
from functools import lru_cache
from typing import ClassVar, NamedTuple

from dateutil import tz
from dateutil.parser import parse, parser, parserinfo

from osce_news.errors import BadInputError
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
_MONTH = "(?:" + "|".join(sorted((n for names in MONTHS for n in names), key=len, reverse=True)) + ")"
_YEAR = r"[12][0-9]{3}"

_WITH_MONTH_NAME = (
    rf"[0-9]{{1,2}}\s+{_MONTH}\.?,?\s+{_YEAR}(?:\s*(?:года|г\.?)(?!\w))?",  # 15 March 2022, 6 марта 2023 года
    rf"{_MONTH}\.?\s+[0-9]{{1,2}},?\s+{_YEAR}",  # February 28, 2022
)
_DATE = re.compile("|".join((*_WITH_MONTH_NAME, rf"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}")), re.IGNORECASE)
_DAY_MONTH_YEAR = re.compile(rf"([0-9]{{1,2}})\.([0-9]{{1,2}})\.({_YEAR})")
_YEAR_MONTH_DAY = re.compile(rf"({_YEAR})[./]([0-9]{{1,2}})[./]([0-9]{{1,2}})")
_INSTANT = re.compile(
    rf"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,9}})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс"
).split()
# A date, perhaps with a weekday before it and a time after it, such as 14:30 CEST, 23:30 GMT and 2 p.m.
_WHOLE = re.compile(
    rf"(?:(?:{'|'.join(_WEEKDAYS)})\.?,?\s+)?(?P<day>.+?)(?:(?:\s*,|\s+[-–|]|\s+at)?\s+"
    r"(?P<time>(?:[01]?[0-9]|2[0-3])(?::[0-5][0-9]){1,2}(?:\s*[ap]\.?m\.?)?|[0-9]{1,2}\s*[ap]\.?m\.?)"
    r"(?:\s+(?:CES?T|(?P<utc>GMT|UTC)))?)?",
    re.IGNORECASE,
)
_NUMBERS = re.compile(rf"[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-]{_YEAR}")
_VIENNA = tz.gettz("Europe/Vienna")  # where the site is

# The day in a dateline: a date with a month name; a day without a year; or a range of days.
_DAYS = rf"[0-9]{{1,2}}(?:\s*[-–/]\s*[0-9]{{1,2}})?\s+{_MONTH}(?:,?\s+{_YEAR})?"
DATELINE_DAY = rf"(?:{_DAYS}\s*[-–/]\s*{_DAYS}|{'|'.join(_WITH_MONTH_NAME)}|{_DAYS})"

# Dates on a page are recognised with a month name in any language, too.
_DAY_AND_YEAR = re.compile(r"(?<!\d)\d{1,2}(?!\d)\D{1,20}\d{4}(?!\d)|\d{4}([-./])\d\d?\1\d\d?(?!\d)")
_ANY_LANGUAGE = r"\d{1,2}\s+[^\W\d_]{3,12}\.?\s+\d{4}(?:\s+(?:года|г\.))?"
_DAY = "|".join((_ANY_LANGUAGE, *_WITH_MONTH_NAME))
_PLACE_AND_DAY = re.compile(
    rf"(?:(?P<place>[^\W\d_][^\d:]{{1,60}}?)[,\s|·–-]+)?(?P<day>{_DAY})", re.IGNORECASE
)
_LONGEST_DATE = 60  # characters
_LONGEST = 120  # characters of a line with a place and a date


class _NewsroomInfo(parserinfo):
    """The months for dateutil's parser; without weekdays and times, it cannot complete a date from them."""

    MONTHS: ClassVar = list(MONTHS)
    WEEKDAYS: ClassVar[list[str]] = []
    HMS: ClassVar[list[str]] = []
    AMPM: ClassVar[list[str]] = []
    UTCZONE: ClassVar[list[str]] = []
    PERTAIN: ClassVar[list[str]] = []
    JUMP: ClassVar = [" ", ".", ",", "года", "г"]


_PARSER = parser(_NewsroomInfo())  # day and month cannot be confused: months are names, or it is ISO 8601
_MIDNIGHT = datetime.datetime(2000, 1, 1)


class PlaceAndDay(NamedTuple):
    """A date as printed, and the place in front of it or None."""

    place: str | None
    day: str


@lru_cache(maxsize=2_000)
def parse_date(text: str | None) -> str | None:
    """Return the date as YYYY-MM-DD, or None if the text is not exactly one whole date.

    A date is a day, a month name (English or Russian) and a year of four digits, or ISO 8601. A weekday may
    precede it, and a time may follow it. A time in GMT or with an offset gives the day in Vienna, as the site
    prints it. An incomplete date is never completed from today's; a date inside a sentence does not count.

    >>> parse_date("15 March 2022"), parse_date("February 28, 2022"), parse_date("6 марта 2023 года")
    ('2022-03-15', '2022-02-28', '2023-03-06')
    >>> parse_date("Thu, 11.06.2026 - 14:30"), parse_date("2026-06-10T22:00:00Z"), parse_date("06/11/2026")
    ('2026-06-11', '2026-06-11', None)
    >>> parse_date("11 June 2026, 21:30 GMT"), parse_date("11 June 2026, 22:30 GMT")
    ('2026-06-11', '2026-06-12')
    >>> parse_date("2026/06/11"), parse_date("Friday"), parse_date("March 2024"), parse_date("32 March 2024")
    ('2026-06-11', None, None, None)
    """
    text = clean(text)
    if text is None or len(text) > _LONGEST_DATE:
        return None
    try:
        if _INSTANT.fullmatch(text):
            return _day_in_vienna(datetime.datetime.fromisoformat(text))
        whole = _WHOLE.fullmatch(text)
        day = _day(whole["day"]) if whole else None
        if whole and whole["utc"] and day:
            return _day_in_vienna(parse(f"{day} {whole['time']} UTC"))
        return day
    except (ValueError, OverflowError):  # no day of the calendar, or no time of a day
        return None


def _day(text: str) -> str | None:
    """Return the day of a date without a weekday and a time; raises ValueError if the calendar has none."""
    if match := _DAY_MONTH_YEAR.fullmatch(text):
        return datetime.date(*map(int, reversed(match.groups()))).isoformat()
    if match := _YEAR_MONTH_DAY.fullmatch(text):
        return datetime.date(*map(int, match.groups())).isoformat()
    if not _DATE.fullmatch(text):
        return None
    parsed: datetime.datetime = _PARSER.parse(text, default=_MIDNIGHT)
    return parsed.date().isoformat()


def _day_in_vienna(instant: datetime.datetime) -> str:
    return (instant.astimezone(_VIENNA) if instant.tzinfo else instant).date().isoformat()


def is_date(text: str) -> bool:
    """Whether the text is one whole date, also one that `parse_date` can't be sure of.

    >>> is_date("06/11/2026"), is_date("On 11 June 2026")
    (True, False)
    """
    whole = _WHOLE.fullmatch(text[: _LONGEST_DATE + 1])
    return parse_date(text) is not None or (whole and _NUMBERS.fullmatch(whole["day"])) is not None


def has_day_and_year(text: str) -> bool:
    """Whether the text has a day and a year close together, or a date in ISO 8601.

    >>> has_day_and_year("on 15 March 2022"), has_day_and_year("2022 (35)")
    (True, False)
    """
    return _DAY_AND_YEAR.search(text) is not None


def is_day_and_year(text: str) -> bool:
    """Whether the text begins with a day and ends with a year, or is a date in ISO 8601."""
    return _DAY_AND_YEAR.fullmatch(text) is not None


def place_and_day(text: str) -> PlaceAndDay | None:
    """Return the parts of a line that is a date with at most a place in front; None for any other line.

    >>> place_and_day("VIENNA, 15 March 2022")
    PlaceAndDay(place='VIENNA', day='15 March 2022')
    >>> place_and_day("On 15 March 2022 the Council met.") is None
    True
    """
    match = _PLACE_AND_DAY.fullmatch(text) if len(text) <= _LONGEST else None
    return PlaceAndDay(match["place"], match["day"]) if match else None


def date_option(text: str | None, option: str) -> str | None:
    """Return the value of an option as YYYY-MM-DD, or None for None.

    A month or a year means its first day, in `until`, `to` and `as-of` its last one. Raises BadInputError,
    also for an empty text.

    >>> date_option("March 2020", "since"), date_option("2020-02", "until"), date_option("2015", "until")
    ('2020-03-01', '2020-02-29', '2015-12-31')
    >>> date_option("'1 March 2020'", "since")
    '2020-03-01'
    """
    if text is None:
        return None
    written = text.strip("'\" ")  # a form or osce-news.toml needs no quotes, which the message has for shells
    ends = option in ("until", "to", "as-of")
    if re.fullmatch(_YEAR, written):
        return f"{written}-12-31" if ends else f"{written}-01-01"
    month = parse_date(f"{written}-01" if re.fullmatch(rf"{_YEAR}-[0-9]{{2}}", written) else f"1 {written}")
    if month is not None and ends:
        last = calendar.monthrange(int(month[:4]), int(month[5:7]))[1]
        month = f"{month[:8]}{last}"
    date = parse_date(written) or month
    if date is None:
        raise BadInputError(
            f"--{option}: {text[:60]!r} is not a date; write one like 2015, 2022-03, 'March 2022', "
            "2022-03-15 or '15 March 2022'"
        )
    return date


def period_options(
    since: str | None, until: str | None, names: tuple[str, str] = ("since", "until")
) -> tuple[str | None, str | None]:
    """Return the values of two options, which have these names, as `date_option` does.

    Raises BadInputError also if the period ends before it begins.
    """
    first, last = date_option(since, names[0]), date_option(until, names[1])
    if first and last and first > last:
        raise BadInputError(f"--{names[0]} {first} is after --{names[1]} {last}")
    return first, last
