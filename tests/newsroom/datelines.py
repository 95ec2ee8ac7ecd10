"""Datelines in the forms that the newsroom has printed."""

from __future__ import annotations

import datetime
from random import Random

from tests.newsroom.dates import ENGLISH, print_day

EN = "\N{EN DASH}"
EM = "\N{EM DASH}"

# Misspelt places, two names of one place, place and country, several places: all were seen.
ODD_PLACES = (
    "YERAVAN",
    "SKOPE",
    "TBLISI",
    "PRISHTINË/PRIŠTINA",
    "BRNJEŠ/BËRNJESH",
    "OSH, Kyrgyzstan",
    "KHUJAND, Tajikistan",
    "STRASBOURG, VIENNA, WARSAW",
    "VIENNA / SARAJEVO",
    "TIRANA/COPENHAGEN/VIENNA/WARSAW/THE HAGUE",
)


def dateline(rng: Random, place: str, published: datetime.date) -> str:
    """Return a dateline, with the space after it if there is one: `VIENNA, 15 March 2022- `.

    Its date is the publishing date, or sometimes a few days earlier, rarely months.
    """
    if rng.random() < 0.06:
        place = rng.choice(ODD_PLACES)
    day = published - datetime.timedelta(days=_lag(rng))
    if rng.random() < 0.12:
        return _rare(rng, place, day)
    if day.year < 2002:
        return f"{place}, {print_day(day)}{rng.choice((' --', ' (OSCE)--', ' (OSCE)-', '-'))} "
    if day.year < 2011:
        return f"{place}, {print_day(day)}- "
    return f"{place}, {print_day(day)}{rng.choice((f' {EN}', f' {EN}', f' {EN}', '-', f' {EM}'))} "


def _lag(rng: Random) -> int:
    drawn = rng.random()
    if drawn < 0.9:
        return 0
    return rng.randint(1, 4) if drawn < 0.998 else rng.randint(60, 120)


def _rare(rng: Random, place: str, day: datetime.date) -> str:
    month = ENGLISH[day.month - 1]
    return rng.choice(
        (
            f"{place} {EN} {print_day(day)}. ",
            f"{print_day(day)}, {place.title()} {EN} ",
            f"{place}, {month} {day.day}, {day.year}- ",
            f"{place}, {day.day} {month}, {day.year} -- ",
            f"{place}, {day.day} {month.upper()} {day.year}- ",
            f"{place}, {day.day} {month} {EN} ",
            f"{place}, {print_day(day)} (Georgian and Spanish versions below.) {EN} ",
            f"{place}, {print_day(day)} {EN}",
        )
    )
