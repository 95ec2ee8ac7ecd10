"""An Atom feed (RFC 4287), which feed readers follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from osce_news import __version__
from osce_news.publish.formats import Format, Row
from osce_news.publish.references import PUBLISHER, TITLE, item_reference, one_line
from osce_news.urls import LISTING_URL

_TAG = "tag:osce.org,1997:"  # RFC 4151; an item keeps its identifier when its address changes
_NEVER = "1970-01-01T00:00:00Z"  # a feed must have a time, also without items


def write(rows: Iterable[Row], file: TextIO, *, query: str, described: str) -> None:
    """Write a feed with an entry for each row.

    Its identifier ends in the query, as arguments of an address, and its title has the query in words.

    The time of an entry is when the item was first seen or withdrawn, and that of the feed is the latest of
    these: with the time of the last crawl, readers would show all items again.
    """
    entries = [_entry(row) for row in rows]
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"})
    _add(feed, "id", f"{_TAG}newsroom?{query}" if query else f"{_TAG}newsroom")
    _add(feed, "title", f"{TITLE} ({one_line(described)})" if query else TITLE)
    if not entries:
        _add(feed, "subtitle", "No items.")
    _add(feed, "updated", max((entry.findtext("updated", "") for entry in entries), default=_NEVER))
    _add(SubElement(feed, "author"), "name", PUBLISHER)
    SubElement(feed, "link", rel="alternate", href=LISTING_URL)
    _add(feed, "generator", "osce-news", version=__version__)
    feed.extend(entries)
    indent(feed)
    file.write(f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, encoding="unicode")}\n')


def _entry(row: Row) -> Element:
    reference = item_reference(row)  # without characters that XML can't hold
    language = {"xml:lang": reference.language} if reference.language else {}
    entry = Element("entry", language)
    _add(entry, "id", f"{_TAG}{row['id']}")
    _add(entry, "title", reference.title)
    _add(entry, "updated", row["withdrawn"] or row["first_seen"])
    if reference.issued:
        _add(entry, "published", f"{reference.issued}T00:00:00Z")
    for name in reference.authors:
        _add(SubElement(entry, "author"), "name", name)
    SubElement(entry, "link", rel="alternate", href=row["url"])
    types = (reference.genre,) if reference.genre else ()
    for kind, names in (("type", types), ("office", row["offices"]), ("topic", reference.keywords)):
        for name in names:
            SubElement(entry, "category", term=one_line(name), scheme=f"{_TAG}{kind}")
    if reference.abstract:
        _add(entry, "summary", reference.abstract)
    return entry


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = text


FORMAT = Format(
    "atom", (".atom",), write, options=("limit", "query"), newest=100, media_type="application/atom+xml"
)
