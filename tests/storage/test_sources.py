"""Items that several kinds of pages show: lists in several forms, the search service, items' own pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest

from osce_news.items import RAW_FIELDS, Listing
from osce_news.normalize import normalize_listing
from osce_news.storage import Writer
from tests.helpers import NOON, dump, listing, values
from tests.newsroom import Story, make_stories

NEXT_DAY, DAY_BEFORE = "2024-08-06T12:00:00Z", "2024-08-04T12:00:00Z"
TITLES = ("url_raw", "title_raw")  # what the barest list of cards prints


def form_of(
    stories: Sequence[Story], fields: Collection[str], at: str = NOON, origin: str = "list"
) -> Listing:
    """Return a page in a form that prints only these fields."""
    page = listing(stories, at)
    others: dict[str, Any] = dict.fromkeys(name for name in RAW_FIELDS if name not in fields)
    records = [replace(record, **others) for record in page.records]
    return normalize_listing(replace(page, records=records, fields=frozenset(fields), origin=origin))


def test_a_form_that_does_not_print_a_field_neither_erases_nor_revises_it(writer: Writer) -> None:
    stories = make_stories(8)
    writer.store(listing(stories))
    before = dump(writer.connection)
    writer.store(form_of(stories, TITLES, NEXT_DAY))
    assert (writer.summary.new, writer.summary.changed, writer.summary.unchanged) == (8, 0, 8)
    assert dump(writer.connection) == before | {"addresses": dump(writer.connection)["addresses"]}
    assert values(writer.connection, "SELECT count(*) FROM revisions") == [0]


def test_what_such_a_form_prints_is_still_compared(writer: Writer) -> None:
    stories = make_stories(3)
    writer.store(listing(stories))
    edited = [replace(stories[0], title="Another title"), *stories[1:]]
    writer.store(form_of(edited, TITLES, NEXT_DAY))
    rows = writer.connection.execute("SELECT field, after FROM revisions").fetchall()
    assert [tuple(row) for row in rows] == [("title", "Another title")]


def test_a_missing_date_is_unknown_and_comes_with_a_form_that_prints_it(writer: Writer) -> None:
    stories = make_stories(3)
    writer.store(form_of(stories, TITLES))
    assert values(writer.connection, "SELECT count(published) FROM items") == [0]
    writer.store(listing(stories, NEXT_DAY))
    assert values(writer.connection, "SELECT count(published) FROM items") == [3]


@pytest.mark.parametrize(("at", "origin"), [(NEXT_DAY, "search"), (DAY_BEFORE, "list")])
def test_the_origin_is_that_of_the_page_that_was_fetched_first(writer: Writer, at: str, origin: str) -> None:
    writer.begin("replay")
    stories = make_stories(2)
    writer.store(replace(listing(stories), origin="search"))
    writer.store(listing(stories, at))
    assert values(writer.connection, "SELECT DISTINCT origin FROM newsroom") == [origin]
