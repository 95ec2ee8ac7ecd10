"""Reads the dateline at the beginning of a teaser: its places and its date."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from osce_news.normalize.dates import DATELINE_DAY, parse_date
from osce_news.normalize.vocabulary import begins, vocabulary

_DASH = r"(?:-{1,3}|[‐‑‒–—―−]+)"
_NOTE = r"(?:\([^()]{1,120}\)\s*)?"
_PLACES = r"(?P<places>['’]?[^\W\d_][^\d()–—:;!?\"“”]{1,120}?)(?<![-‐‑‒\s])"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_PLACES}(?:\s*,\s*|\s+)(?P<date>{DATELINE_DAY})\s*,?\s*{_NOTE}{_DASH}",  # VIENNA, 15 March 2022 –
        rf"{_PLACES}\s*{_DASH}\s*(?P<date>{DATELINE_DAY})\s*(?:[.:]|{_DASH})",  # TIRANA – 6 October 2020.
        rf"(?P<date>{DATELINE_DAY})\s*,?\s+{_PLACES}\s*,?\s*{_DASH}",  # 12 June 2025, Sarajevo –
    )
)
_DIGIT = re.compile("[0-9]")
_FARTHEST_DIGIT = 200  # characters from the beginning; no form matches without a digit
_MOST_WORDS = 5  # of a place that is not in the vocabulary; a longer one is a sentence in capitals
_LONGEST_NOTICE = 300  # characters
_WORD = re.compile(r"(?<!\S)['’]?[^\W\d_]")
_BETWEEN = re.compile(r"(\s*/\s*|\s*,\s*|\s+(?:and|und|et|и)\s+|\s+&\s+)")


class Dateline(NamedTuple):
    """A dateline: the text as printed, the places as printed, the date or None."""

    raw: str
    places: tuple[str, ...]
    date: str | None  # YYYY-MM-DD


@lru_cache(maxsize=500)
def parse_dateline(teaser: str | None) -> Dateline | None:
    """Return the dateline at the beginning of the (cleaned) teaser, or None if it begins with a sentence.

    A dateline consists of places, a day and a dash. Places are in capitals or in the vocabulary, so that a
    sentence that begins with a capitalised word is not mistaken for one. The date is None if the dateline has
    no year or a range of days; it is not completed from the publishing date.

    >>> parse_dateline("TASHKENT/VIENNA, February 28, 2022- On March 3-4")
    Dateline(raw='TASHKENT/VIENNA, February 28, 2022-', places=('TASHKENT', 'VIENNA'), date='2022-02-28')
    >>> parse_dateline("BISHKEK, 12 April- The OSCE").date is None
    True
    >>> parse_dateline("Media freedom, 3 May 2021 – a day to remember") is None
    True

    If the places are known, a notice may precede it, in capitals or in words of the vocabulary:

    >>> parse_dateline("PLEASE FIND BELOW A STATEMENT. WARSAW, 6 July 2015 – The OSCE").raw
    'WARSAW, 6 July 2015 –'
    """
    if not teaser:
        return None
    return _dateline_at(teaser, 0) or _below_notice(teaser)


def _dateline_at(teaser: str, start: int) -> Dateline | None:
    if not _DIGIT.search(teaser, start, start + _FARTHEST_DIGIT):
        return None
    for form in _FORMS:
        if (match := form.match(teaser, start)) and (places := _places(match["places"])):
            return Dateline(match[0], places, parse_date(match["date"].replace(",", " ")))
    return None


def _below_notice(teaser: str) -> Dateline | None:
    """Return the dateline after a notice such as "PLEASE FIND BELOW ...", or None."""
    head = teaser[:_LONGEST_NOTICE]
    said = begins("notice", head)
    for word in _WORD.finditer(head, 1):
        before = head[: word.start()]
        if not said and before != before.upper():  # a sentence
            return None
        found = _dateline_at(teaser, word.start())
        if found is not None and all(map(vocabulary("places").find, found.places)):
            return found
    return None


def _places(text: str) -> tuple[str, ...]:
    """Return the places, or an empty tuple if the text is not a list of places.

    A country after its place ("OSH, Kyrgyzstan") is not a separate place; only the raw text has it.
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
        # otherwise a region in lower case after a place in capitals: "FAROB, Sughd region"
    return tuple(places)


def _in_capitals(part: str) -> bool:
    """Whether the part is in capitals (ß has none), no sentence, and no OSCE body such as "ODIHR"."""
    is_body = part in ("OSCE", "ОБСЕ") or vocabulary("offices").find(part) is not None
    if is_body or "." in part or part.count(" ") >= _MOST_WORDS:
        return False
    capitals = not any(letter.islower() and letter != "ß" for letter in part)
    return capitals and sum(map(str.isalpha, part)) > 1
