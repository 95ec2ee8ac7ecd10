"""Reads the dateline with which a teaser opens: its places and its date."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from osce_news.normalize.dates import DAY_FIRST, MONTH_FIRST, MONTH_NAME, parse_date
from osce_news.normalize.vocabulary import vocabulary

_DASH = r"(?:-{1,3}|[‐‑‒–—―−]+)"
_NOTE = r"(?:\([^()]{1,120}\)\s*)?"
# A day without a year, or a range of days, makes a dateline whose date is unknown.
_DAYS = rf"[0-9]{{1,2}}(?:\s*[-–/]\s*[0-9]{{1,2}})?\s+{MONTH_NAME}(?:,?\s+[12][0-9]{{3}})?"
_DAY = rf"(?:{_DAYS}\s*[-–/]\s*{_DAYS}|{DAY_FIRST}|{MONTH_FIRST}|{_DAYS})"
_PLACES = r"(?P<places>['’]?[^\W\d_][^\d()–—:;!?\"“”]{1,120}?)(?<![-‐‑‒\s])"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_PLACES}(?:\s*,\s*|\s+)(?P<date>{_DAY})\s*,?\s*{_NOTE}{_DASH}",  # VIENNA, 15 March 2022 –
        rf"{_PLACES}\s*{_DASH}\s*(?P<date>{_DAY})\s*(?:[.:]|{_DASH})",  # TIRANA – 6 October 2020.
        rf"(?P<date>{_DAY})\s*,?\s+{_PLACES}\s*,?\s*{_DASH}",  # 12 June 2025, Sarajevo –
    )
)
_BETWEEN = re.compile(r"(\s*/\s*|\s*,\s*|\s+(?:and|und|et|и)\s+|\s+&\s+)")


class Dateline(NamedTuple):
    """A dateline: the text as printed, the places as printed, the date or None."""

    raw: str
    places: tuple[str, ...]
    date: str | None  # YYYY-MM-DD


@lru_cache(maxsize=500)
def parse_dateline(teaser: str | None) -> Dateline | None:
    """Return the dateline that the (cleaned) teaser opens with, or None if it opens with a sentence.

    A dateline is places, a day and a dash. Places stand in capitals or are in the vocabulary, so that
    no sentence that begins with a capitalised word passes for one. The date is None if the
    dateline gives no year; it is not taken from the publishing date.

    >>> parse_dateline("TASHKENT/VIENNA, February 28, 2022- On March 3-4")
    Dateline(raw='TASHKENT/VIENNA, February 28, 2022-', places=('TASHKENT', 'VIENNA'), date='2022-02-28')
    >>> parse_dateline("BISHKEK, 12 April- The OSCE").date is None
    True
    >>> parse_dateline("Media freedom, 3 May 2021 – a day to remember") is None
    True
    """
    if not teaser:
        return None
    for form in _FORMS:
        if (match := form.match(teaser)) and (places := _places(match["places"])):
            return Dateline(match[0], places, parse_date(match["date"].replace(",", " ")))
    return None


def _places(text: str) -> tuple[str, ...]:
    """Return the places, or an empty tuple if this is no list of places.

    A country behind its place ("OSH, Kyrgyzstan") is no place of its own; it stays in the raw text.
    """
    known = vocabulary("places")
    places: list[str] = []
    between = ""
    for number, part in enumerate(_BETWEEN.split(text.strip())):
        if number % 2:
            between = part
        elif places and known.find(f"{places[-1]}{between}{part}"):  # "WASHINGTON, DC"
            places[-1] += f"{between}{part}"
        elif places and vocabulary("countries").find(part) and not known.find(part):
            continue
        elif _in_capitals(part) or known.find(part):
            places.append(part)
        elif part and (not places or not _in_capitals(places[0])):
            return ()
        # else a region in small letters behind a place in capitals: "FAROB, Sughd region"
    return tuple(places)


def _in_capitals(part: str) -> bool:
    """Whether the part stands in capitals (of which ß has none) and is no body's name: "ODIHR, 5 May –"."""
    capitals = not any(letter.islower() and letter != "ß" for letter in part)
    return capitals and sum(map(str.isalpha, part)) > 1 and not _is_a_body(part)


def _is_a_body(part: str) -> bool:
    return part in ("OSCE", "ОБСЕ") or vocabulary("offices").find(part) is not None
