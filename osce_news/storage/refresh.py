"""When an article is read again: plain values, no clock."""

from __future__ import annotations

from datetime import timedelta

from osce_news.clock import parse_utc

AGES = (1, 7, 30, 180)  # days since an article was first read; then as often as the last of them says
# A request that lies further ahead than this was noted by a clock that was wrong.
_AHEAD = timedelta(days=1)


def old_enough(first: str, last: str, now: str) -> bool:
    """Whether an article that was first read and last asked for at these times is to be asked for again.

    It is when one of its ages has passed since the last request. A request in the future says that a clock
    was wrong; asking once more puts the times right.

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
