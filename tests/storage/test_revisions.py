"""What counts as a change of an item, and what kind of change it is."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from osce_news.storage import Writer
from tests.helpers import listing, values
from tests.newsroom import Story
from tests.newsroom.samples import TEN

NEXT_DAY = "2024-08-06T12:00:00Z"
MEMORIAL = TEN[0]


def _with(**changes: Any) -> Story:
    return replace(MEMORIAL, **changes)


def _revisions(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    sql = "SELECT field, class, before, after FROM revisions ORDER BY id"
    return [tuple(row) for row in connection.execute(sql)]


@pytest.mark.parametrize(
    ("after", "field", "kind"),
    [
        (_with(title=MEMORIAL.title.upper()), "title", "cosmetic"),
        (_with(title=MEMORIAL.title.replace("Roma", "Romá")), "title", "cosmetic"),
        (_with(teaser=MEMORIAL.teaser.replace("\N{EN DASH}", "-")), "teaser", "cosmetic"),
        (_with(title="Memorial for Roma victims restored"), "title", "text"),
        (_with(teaser=""), "teaser", "text"),
        (_with(published=MEMORIAL.published.replace(day=3)), "published", "date"),
        (_with(offices=(*MEMORIAL.offices, "OSCE Secretariat")), "offices", "labels"),
        (_with(offices=(f"{MEMORIAL.offices[0]} (closed)",)), "offices", "labels"),
        (_with(topics=("Elections",)), "topics", "labels"),
        (_with(content_type="Press release"), "content_type", "labels"),
        (_with(collections=None), "collections", "labels"),
    ],
)
def test_a_change_is_kept_with_its_kind(writer: Writer, after: Story, field: str, kind: str) -> None:
    first, later = listing([MEMORIAL]), listing([after], NEXT_DAY)
    writer.store(first)
    writer.store(later)
    name = field if field in ("title", "teaser") else f"{field}_raw"
    expected = (field, kind, getattr(first.records[0], name), getattr(later.records[0], name))
    assert _revisions(writer.connection) == [expected]
    assert (writer.summary.new, writer.summary.changed, writer.summary.unchanged) == (1, 1, 0)


@pytest.mark.parametrize("mode", ["full", "incremental", "replay"])
def test_a_later_reading_takes_labels_away_and_leaves_a_revision(writer: Writer, mode: str) -> None:
    writer.begin(mode)
    writer.store(listing([MEMORIAL]))
    second = writer.begin(mode).run
    summary = writer.store(listing([_with(topics=MEMORIAL.topics[:1])], NEXT_DAY))
    assert values(writer.connection, "SELECT raw FROM item_topics") == ["Roma and Sinti"]
    assert _revisions(writer.connection) == [
        ("topics", "labels", "Roma and Sinti, Tolerance and non-discrimination", "Roma and Sinti")
    ]
    row = writer.connection.execute("SELECT item_id, run_id, seen_at FROM revisions").fetchone()
    assert tuple(row) == ("575719", second, NEXT_DAY)
    assert (summary.changed, summary.unchanged) == (1, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_with(offices=("OSCE Chairmanship",)), _with(offices=("OSCE Chairpersonship",))),
        (_with(topics=("Combating human trafficking",)), _with(topics=("Trafficking in human beings",))),
        (_with(topics=("Elections", "Youth")), _with(topics=("Youth", "Elections"))),
        (_with(offices=("OSCE Moon Base",)), _with(offices=("OSCE  moon base",))),
        (_with(path="/node/575719"), MEMORIAL),
    ],
)
def test_another_spelling_order_or_address_is_no_change_of_the_item(
    writer: Writer, before: Story, after: Story
) -> None:
    writer.store(listing([before]))
    later = listing([after], NEXT_DAY)
    writer.store(later)
    assert _revisions(writer.connection) == []
    assert (writer.summary.new, writer.summary.changed, writer.summary.unchanged) == (1, 0, 1)
    # What is printed now stands there none the less.
    row = writer.connection.execute("SELECT offices_raw, topics_raw, url_raw FROM items").fetchone()
    read = later.records[0]
    assert tuple(row) == (read.offices_raw, read.topics_raw, read.url_raw)


def test_several_changes_at_once_are_several_revisions_of_one_changed_item(writer: Writer) -> None:
    writer.store(listing([MEMORIAL]))
    writer.store(listing([_with(title="Another", teaser="Another", topics=("Youth",))], NEXT_DAY))
    assert [row[:2] for row in _revisions(writer.connection)] == [
        ("title", "text"), ("teaser", "text"), ("topics", "labels"),
    ]  # fmt: skip
    assert writer.summary.changed == 1


def test_a_change_and_its_return_are_two_revisions(writer: Writer) -> None:
    writer.store(listing([MEMORIAL]))
    writer.store(listing([_with(title="Another")], NEXT_DAY))
    writer.store(listing([MEMORIAL], "2024-08-07T12:00:00Z"))
    assert [row[2:] for row in _revisions(writer.connection)] == [
        (MEMORIAL.title, "Another"), ("Another", MEMORIAL.title),
    ]  # fmt: skip
