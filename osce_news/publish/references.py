"""References to items and to the data set, independent of the format in which they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from osce_news import __version__
from osce_news.normalize.dates import MONTHS
from osce_news.normalize.text import numbered, printable
from osce_news.storage.queries.coverage import Coverage
from osce_news.urls import LISTING_URL

PUBLISHER = "Organization for Security and Co-operation in Europe"
TITLE = "OSCE newsroom: press releases and news items"


@dataclass(frozen=True, slots=True)
class Reference:
    """A source that can be cited. Dates are YYYY-MM-DD; unknown values are None."""

    key: str
    title: str
    authors: tuple[str, ...]
    """Institutions, not persons: formats must not split their names."""
    issued: str | None
    accessed: str | None
    url: str | None
    genre: str | None = None
    language: str | None = None
    abstract: str | None = None
    keywords: tuple[str, ...] = ()
    version: str | None = None
    note: str | None = None
    is_dataset: bool = False


def item_reference(row: Mapping[str, Any]) -> Reference:
    """Return the reference to an item, given as a row of the view `newsroom` with decoded lists.

    The authors are the offices printed with the item, or the organization if there are none. The access
    date is the day on which a crawl last saw the item.
    """
    return Reference(
        key=f"osce-{row['id']}",
        title=one_line(row["title"]),
        authors=tuple(map(one_line, row["offices"])) or (PUBLISHER,),
        issued=row["published"],
        accessed=row["last_seen"][:10],
        url=row["url"],
        genre=one_line(row["content_type"]) if row["content_type"] else None,
        language=row["language"],
        abstract=one_line(row["teaser"]) if row["teaser"] else None,
        keywords=tuple(map(one_line, row["topics"])),
    )


def dataset_reference(known: Coverage) -> Reference:
    """Return the reference to the items of a database or a query: coverage, date and origin.

    The address is that of the list that a crawl last read to its end, or else of the site's former list. The
    version is the day of that crawl, or else of the last page that was read. An empty database has none.
    """
    years = "–".join(sorted({day[:4] for day in (known.first, known.last) if day})) or "no dates"
    items = numbered(known.items, "item")
    if known.query:
        items = f"{known.items:,} of {numbered(known.in_database, 'item')} ({known.query})"
    published = f", published {known.first} to {known.last}" if known.first else ""
    read = known.read and known.read[:10]
    whole = f"whole list last read {known.whole_read}" if known.whole_read else None
    page = f"last page read {read}" if read and read != known.whole_read else None
    parts = (f"{items}{published}", whole, *known.gaps, page)
    issued = known.whole_read or read
    return Reference(
        key=f"osce-newsroom-{issued or 'empty'}",
        title=f"{TITLE}, {years}",
        authors=(PUBLISHER,),
        issued=issued,
        accessed=read,
        url=known.whole_list or LISTING_URL,
        genre="Data set",
        version=issued,
        note=f"{'; '.join(filter(None, parts))}; collected with osce-news {__version__}",
        is_dataset=True,
    )


def citation(reference: Reference) -> str:
    """Return the reference as one line of text, close to APA style.

    >>> citation(Reference("k", "A title", ("ODIHR",), "2022-03-15", "2022-04-01", "https://x.example/1"))
    'ODIHR (2022, March 15). A title. https://x.example/1 (accessed 1 April 2022)'
    """
    *most, last = reference.authors
    issued = "{}, {} {}".format(*_parts(reference.issued)) if reference.issued else "n.d."
    note = reference.note and f"{reference.note[0].upper()}{reference.note[1:]}."
    accessed = reference.accessed and "(accessed {2} {1} {0})".format(*_parts(reference.accessed))
    version = f" (version {reference.version})" if reference.version else ""
    genre = f" [{reference.genre}]" if reference.genre else ""
    authors = f"{', '.join(most)} & {last}" if most else last
    cited = f"{authors} ({issued}). {reference.title}{version}{genre}."
    return " ".join(filter(None, (cited, note, reference.url, accessed)))


def one_line(text: str) -> str:
    """Return the text without line breaks and control characters, which would end a field.

    >>> one_line("  a" + chr(13) + chr(10) + "b" + chr(0) + " c")
    'a b c'
    """
    return " ".join(printable(text).split())


def _parts(day: str) -> tuple[int, str, int]:
    """Return the year, the name of the month and the day of a date."""
    year, month, number = map(int, day.split("-"))
    return year, MONTHS[month - 1][0], number
