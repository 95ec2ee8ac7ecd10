"""The words on a figure: title, filter, what is left out, source and date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from osce_news import __version__
from osce_news.normalize.vocabulary import vocabulary
from osce_news.storage.counts import Source
from osce_news.storage.queries import Filters

NOT_PRINTED = "(not printed)"
_PLURALS = {"office": "offices", "topic": "topics", "type": "types"}


def title(kind: str, by: Sequence[str]) -> str:
    """Return the title of a figure.

    >>> title("panels", ("year", "office"))
    'Items by year and office'
    """
    if kind == "shares":
        return f"Share of items that carry each label, by {by[0]}"
    return f"Items by {' and '.join(by)}"


def notes(
    filters: Filters, extent: Mapping[str, Any], dated: bool, remarks: Sequence[str], source: Source
) -> tuple[str, ...]:
    """Return what stands below the title: the filter, what is shown and what is not, the source."""
    period = f", published {extent['first']} to {extent['last']}" if extent["first"] else ""
    lines = [filter_text(filters), f"{number(extent['items'], 'item')}{period}."]
    if dated and extent["undated"]:
        lines[-1] += f" {extent['undated']:,} without a date are not shown."
    lines[-1] = " ".join([lines[-1], *remarks])
    read = f", list read on {source.read[:10]}" if source.read else ""
    lines.append(f"Source: {source.site}{read}, by osce-news {__version__}.")
    return tuple(line for line in lines if line)


def filter_text(filters: Filters) -> str:
    """Return the filters in words, the empty string if there are none.

    >>> filter_text(Filters(offices=["odihr"], since="2022-01-01"))
    'Filter: office: OSCE Office for Democratic Institutions and Human Rights; published since 2022-01-01.'
    """
    parts = [
        f"{one}: {' or '.join(vocabulary(kind).entries[name].label for name in names)}"
        for one, kind, names in (
            ("office", "offices", filters.offices),
            ("topic", "topics", filters.topics),
            ("type", "content_types", filters.types),
            ("place", "places", filters.places),
        )
        if names
    ]
    if filters.since or filters.until:
        since, until = (f"since {filters.since}", f"until {filters.until}")
        parts.append("published " + " ".join([since] * bool(filters.since) + [until] * bool(filters.until)))
    if filters.language:
        parts.append(f"language: {filters.language}")
    return f"Filter: {'; '.join(parts)}." if parts else ""


def others(name: str, count: int) -> str:
    """Return what "(other)" stands for."""
    return f"“(other)” takes the {count} {_PLURALS[name]} with fewer items together."


def several(names: Sequence[str]) -> str:
    """Return how an item with several labels counts."""
    plural = " or ".join(_PLURALS[name] for name in names)
    return f"An item with several {plural} counts for each."


def among(by: Sequence[str], keep: Mapping[str, Sequence[str]], items: int) -> str:
    """Return what a matrix shows of the items."""
    most = " and ".join(f"{len(keep[name])} {_PLURALS[name]}" for name in by)
    return f"{items:,} of them are shown here: those that print one of the most frequent {most}."


def both(by: Sequence[str]) -> str:
    """Return the two labels in words."""
    return " and ".join(f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in by)


def number(count: int, noun: str) -> str:
    """Return a number with its noun.

    >>> number(1, "item"), number(30000, "item")
    ('1 item', '30,000 items')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
