"""Decide when an article is due to be read again. Plain values, no clock."""

from __future__ import annotations

from datetime import timedelta

from osce_news.clock import parse_utc

AGES = (1, 7, 30, 180)  # days after the first reading; from then on every 180 days
# A request further in the future than this was recorded by a wrong clock.
_AHEAD = timedelta(days=1)


def old_enough(first: str, last: str, now: str) -> bool:
    """Whether an article, first read and last requested at these times, is due.

    It is due if it has reached one of the AGES since the last request. It is also due if the last request
    lies in the future, as then a clock was wrong: another request corrects the time.

    >>> day = "2024-08-{:02}T12:00:00Z".format
    >>> [old_enough(day(1), day(1), day(now)) for now in (1, 2, 3)]
    [False, True, True]
    >>> [old_enough(day(1), day(2), day(now)) for now in (3, 7, 8)]
    [False, False, True]
    """
    began, asked, present = map(parse_utc, (first, last, now))
    if asked - present > _AHEAD:
        return True
    age = _last_age(present - began)
    return age is not None and asked - began < age


def _last_age(passed: timedelta) -> timedelta | None:
    """Return the greatest age that has passed; None if none has."""
    days = passed.days
    longest = AGES[-1]
    if days >= longest:
        return timedelta(days=days // longest * longest)
    reached = [age for age in AGES if age <= days]
    return timedelta(days=reached[-1]) if reached else None
