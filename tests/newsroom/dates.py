"""Days as the newsroom prints them."""

from __future__ import annotations

import datetime

ENGLISH = """
    January February March April May June July August September October November December
""".split()
RUSSIAN = """
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
""".split()


def print_day(day: datetime.date, language: str = "en") -> str:
    """Return the day as the list prints it: `15 March 2022`, in Russian `6 марта 2023`.

    >>> print_day(datetime.date(2022, 3, 15))
    '15 March 2022'
    """
    months = RUSSIAN if language == "ru" else ENGLISH
    return f"{day.day} {months[day.month - 1]} {day.year}"


def read_day(printed: str) -> datetime.date | None:
    """Return the day of an English `15 March 2022`; None for any other text.

    >>> read_day("15 March 2022")
    datetime.date(2022, 3, 15)
    >>> read_day("6 марта 2023") is None
    True
    """
    # Not strptime: its month names follow the machine's locale.
    words = printed.split()
    if len(words) != 3 or words[1] not in ENGLISH:
        return None
    return datetime.date(int(words[2]), ENGLISH.index(words[1]) + 1, int(words[0]))
