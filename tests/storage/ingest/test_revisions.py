"""What counts as a change of an item, and what kind of change it is."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest

from osce_news.items import Listing
from osce_news.storage import Writer
from tests.helpers import html_of, listing, page_of, values
from tests.newsroom import Story
from tests.newsroom.samples import TEN

NEXT_DAY = "2024-08-06T12:00:00Z"
MODES = ["full", "incremental", "replay"]
MEMORIAL = TEN[0]
EN_DASH, OFFICE = "\N{EN DASH}", MEMORIAL.offices[0]


def _with(**changes: Any) -> Story:
    return replace(MEMORIAL, **changes)


def _revisions(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    sql = "SELECT field, class, before, after FROM revisions ORDER BY id"
    return [tuple(row) for row in connection.execute(sql)]


def _labels(connection: sqlite3.Connection) -> list[object]:
    """Return the offices and then the topics of the items, as printed and in their order."""
    return [
        name
        for table in ("item_offices", "item_topics")
        for name in values(connection, f"SELECT raw FROM {table} ORDER BY position")
    ]


def _printed_labels(page: Listing) -> list[str]:
    return [term.raw for item in page.records for term in (*item.offices, *item.topics)]


def _read_twice(writer: Writer, mode: str, first: Listing, later: Listing) -> int:
    """Store both pages, each in a run of its own; return the second run."""
    writer.begin(mode)
    writer.store(first)
    writer.finish("complete")
    run = writer.begin(mode).run
    writer.store(later)
    return run


QUOTED = _with(title="“Never again”: Roma memorial restored")
SPACED = _with(title="Roma memorial (1944) restored")
TWO = ("ODIHR", "OSCE Secretariat")
CHANGES = [
    # white space, quotes, dashes
    (SPACED, _with(title="Roma memorial ( 1944 ) restored"), "title", "cosmetic"),
    (SPACED, _with(title="Roma memorial (1944)\N{ZERO WIDTH SPACE} restored"), "title", "cosmetic"),
    (QUOTED, _with(title='"Never again": Roma memorial restored'), "title", "cosmetic"),
    (QUOTED, _with(title="«Never again»: Roma memorial restored"), "title", "cosmetic"),
    (MEMORIAL, _with(teaser=MEMORIAL.teaser.replace(EN_DASH, "--")), "teaser", "cosmetic"),
    (MEMORIAL, _with(teaser=MEMORIAL.teaser.replace(EN_DASH, "-")), "teaser", "cosmetic"),
    # case of a label, and other ways to print the same one
    (MEMORIAL, _with(content_type="NEWS"), "content_type", "cosmetic"),
    (_with(content_type="Press release"), _with(content_type="Press Release"), "content_type", "cosmetic"),
    (_with(offices=("ODIHR",)), _with(offices=("Odihr",)), "offices", "cosmetic"),
    (_with(offices=("OSCE Moon Base",)), _with(offices=("OSCE moon base",)), "offices", "cosmetic"),
    (_with(offices=TWO), _with(offices=TWO[::-1]), "offices", "cosmetic"),
    (_with(topics=("Elections", "Youth")), _with(topics=("Youth", "Elections")), "topics", "cosmetic"),
    (_with(topics=("Rule of law",)), _with(topics=("Rule of Law",)), "topics", "cosmetic"),
    (_with(topics=("Tides",)), _with(topics=("TIDES",)), "topics", "cosmetic"),
    (
        _with(topics=("Combating human trafficking",)),
        _with(topics=("Combating trafficking in human beings",)),
        "topics",
        "cosmetic",
    ),
    (_with(collections="Roma"), _with(collections="ROMA"), "collections", "cosmetic"),
    # labels
    (MEMORIAL, _with(offices=(*MEMORIAL.offices, "OSCE Secretariat")), "offices", "labels"),
    (MEMORIAL, _with(offices=(f"{OFFICE} (closed)",)), "offices", "labels"),
    (MEMORIAL, _with(offices=()), "offices", "labels"),
    (MEMORIAL, _with(topics=("Elections",)), "topics", "labels"),
    (MEMORIAL, _with(topics=MEMORIAL.topics[:1]), "topics", "labels"),
    (MEMORIAL, _with(content_type="Press release"), "content_type", "labels"),
    (MEMORIAL, _with(content_type=None), "content_type", "labels"),
    (_with(collections="Roma"), _with(collections=None), "collections", "labels"),
    # date
    (MEMORIAL, _with(published=MEMORIAL.published.replace(day=3)), "published", "date"),
    # text: letters, their case and their marks are what a title says
    (MEMORIAL, _with(title="Memorial for Roma victims restored"), "title", "text"),
    (MEMORIAL, _with(title=MEMORIAL.title.upper()), "title", "text"),
    (MEMORIAL, _with(title=MEMORIAL.title.replace("Roma", "Romá")), "title", "text"),
    (QUOTED, _with(title="Never again: Roma memorial restored"), "title", "text"),
    (MEMORIAL, _with(teaser=""), "teaser", "text"),
    (_with(teaser=""), MEMORIAL, "teaser", "text"),
]


@pytest.mark.parametrize(
    ("mode", "before", "after", "field", "kind"),
    [(mode, *change) for mode, change in zip(cycle(MODES), CHANGES, strict=False)],
    ids=[f"{kind}-{field}" for *_, field, kind in CHANGES],
)
def test_a_change_is_kept_with_what_was_printed_and_its_kind(
    writer: Writer, mode: str, before: Story, after: Story, field: str, kind: str
) -> None:
    first, later = listing([before]), listing([after], NEXT_DAY)
    run = _read_twice(writer, mode, first, later)
    printed = [getattr(page.records[0], f"{field}_raw") for page in (first, later)]
    assert printed[0] != printed[1]
    assert _revisions(writer.connection) == [(field, kind, *printed)]
    row = writer.connection.execute("SELECT item_id, run_id, seen_at FROM revisions").fetchone()
    assert tuple(row) == ("575719", run, NEXT_DAY)
    summary = writer.summary
    assert (summary.new, summary.changed, summary.unchanged) == (0, 1, 0)
    assert values(writer.connection, f"SELECT {field}_raw FROM items") == [printed[1]]
    assert _labels(writer.connection) == _printed_labels(later)


@pytest.mark.parametrize("mode", MODES)
def test_the_same_date_in_another_form_is_cosmetic(writer: Writer, mode: str) -> None:
    html = html_of([MEMORIAL])
    again = html.replace("2 August 2024</div>", "02 August 2024</div>")
    _read_twice(writer, mode, page_of(html), page_of(again, NEXT_DAY))
    assert _revisions(writer.connection) == [("published", "cosmetic", "2 August 2024", "02 August 2024")]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_with(offices=("OSCE Chairmanship",)), _with(offices=("OSCE Chairpersonship",))),
        (_with(offices=("ODIHR", "OSCE Chairmanship")), _with(offices=("ODIHR", "OSCE Chairpersonship"))),
        (_with(path="/node/575719"), MEMORIAL),
        (MEMORIAL, MEMORIAL),
    ],
    ids=["renamed", "one of two renamed", "another address", "nothing"],
)
def test_a_renamed_office_changes_no_item(writer: Writer, mode: str, before: Story, after: Story) -> None:
    later = listing([after], NEXT_DAY)
    _read_twice(writer, mode, listing([before]), later)
    assert _revisions(writer.connection) == []
    assert (writer.summary.new, writer.summary.changed, writer.summary.unchanged) == (0, 0, 1)
    # The stored names are nevertheless those printed now.
    row = writer.connection.execute("SELECT offices_raw, topics_raw, url_raw FROM items").fetchone()
    read = later.records[0]
    assert tuple(row) == (read.offices_raw, read.topics_raw, read.url_raw)
    assert _labels(writer.connection) == _printed_labels(later)


def test_a_rename_hides_no_other_change_of_the_same_list(writer: Writer) -> None:
    before = _with(offices=("OSCE Chairmanship", "ODIHR"))
    steps = [
        (("OSCE Chairpersonship", "Odihr"), "cosmetic"),  # the other one's case
        (("Odihr", "OSCE Chairmanship"), "cosmetic"),  # the order
        (("Odihr", "OSCE Chairpersonship", "OSCE Secretariat"), "labels"),
    ]
    writer.store(listing([before]))
    for day, (offices, _) in enumerate(steps, 6):
        writer.store(listing([_with(offices=offices)], f"2024-08-{day:02}T12:00:00Z"))
    assert [row[1] for row in _revisions(writer.connection)] == [kind for _, kind in steps]
    assert _revisions(writer.connection)[0][2:] == ("OSCE Chairmanship, ODIHR", "OSCE Chairpersonship, Odihr")


@pytest.mark.parametrize("mode", MODES)
def test_labels_printed_in_two_ways_in_one_reading_are_no_change(writer: Writer, mode: str) -> None:
    writer.begin(mode)
    writer.store(listing([_with(content_type="NEWS")]))
    writer.store(listing([_with(content_type="News", path="/node/575719")], "2024-08-05T12:00:10Z"))
    assert _revisions(writer.connection) == []
    assert writer.summary.changed == 0


def test_several_changes_at_once_are_several_revisions_of_one_changed_item(writer: Writer) -> None:
    writer.store(listing([MEMORIAL]))
    writer.store(listing([_with(title="Another", teaser="Another", topics=("Youth",))], NEXT_DAY))
    assert [row[:2] for row in _revisions(writer.connection)] == [
        ("title", "text"), ("topics", "labels"), ("teaser", "text"),
    ]  # fmt: skip
    assert writer.summary.changed == 1


def test_a_change_and_its_return_are_two_revisions(writer: Writer) -> None:
    writer.store(listing([MEMORIAL]))
    writer.store(listing([_with(title="Another")], NEXT_DAY))
    writer.store(listing([MEMORIAL], "2024-08-07T12:00:00Z"))
    assert [row[2:] for row in _revisions(writer.connection)] == [
        (MEMORIAL.title, "Another"), ("Another", MEMORIAL.title),
    ]  # fmt: skip
