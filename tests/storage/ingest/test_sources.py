"""Items that several kinds of pages show: lists in several forms, the search service, items' own pages."""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from osce_news.clock import format_utc, parse_utc
from osce_news.items import RAW_FIELDS, Listing
from osce_news.normalize import normalize_listing
from osce_news.storage import Writer
from osce_news.storage.ingest.readings import Sources
from tests.helpers import NOON, dump, items_as_of, listing, values
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


def test_what_another_source_adds_is_shown_for_earlier_days_too(writer: Writer) -> None:
    stories = make_stories(3)
    writer.store(form_of(stories, TITLES))
    writer.store(form_of(stories, (*TITLES, "topics_raw"), NEXT_DAY, "search"))
    assert values(writer.connection, "SELECT count(*) FROM revisions") == [0]
    topics = {item["id"]: item["topics"] for item in items_as_of(writer.connection, NOON[:10])}
    assert topics == {str(story.node): list(story.topics) for story in stories}


YEAR_BEFORE, NEXT_YEAR = "2023-08-05T12:00:00Z", "2025-08-05T12:00:00Z"
CARD = (*TITLES, "published_raw", "language_raw")
LABELS = ("content_type_raw", "offices_raw", "topics_raw")


def searched(stories: Sequence[Story], at: str = NOON) -> Listing:
    """Return an answer of the search service: one office, its own preview, the date as an instant."""
    theirs = [
        replace(story, offices=story.offices[:1], teaser=f"Preview of {story.node}.") for story in stories
    ]
    page = form_of(theirs, (*TITLES, "published_raw", "teaser_raw", *LABELS), at, "search")
    for story, record in zip(stories, page.records, strict=True):
        record.published_raw = f"{story.published}T11:00:00Z"
    return normalize_listing(page)


def own_pages(stories: Sequence[Story], at: str = NOON) -> Listing:
    """Return items' own pages, which print no teaser, and here no topics."""
    return form_of(stories, (*TITLES, "published_raw", "content_type_raw", "offices_raw"), at, "page")


def stored(writer: Writer) -> list[tuple[object, ...]]:
    columns = ", ".join(("id", "title", "published", *RAW_FIELDS))
    return [tuple(row) for row in writer.connection.execute(f"SELECT {columns} FROM items ORDER BY id")]


@settings(max_examples=10)
@given(
    kinds=st.lists(
        st.sampled_from(("list", "cards", "search", "page", "captured list", "captured page")),
        min_size=2,
        max_size=6,
    ),
    seed=st.integers(0, 2**16),
    mode=st.sampled_from(("full", "replay")),
)
def test_sources_give_the_same_items_and_values_in_any_order(kinds: list[str], seed: int, mode: str) -> None:
    stories = make_stories(3, seed % 50)
    forms = {
        "list": lambda at: listing(stories, at),
        "cards": lambda at: form_of(stories, CARD, at),
        "search": lambda at: searched(stories, at),
        "page": lambda at: own_pages(stories, at),
        "captured list": lambda at: listing(stories, at.replace("-08-05", "-07-30")),
        "captured page": lambda at: own_pages(stories, at.replace("-08-05", "-07-30")),
    }
    found = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder, Writer(Path(folder, "db")) as writer:
            for hour, kind in enumerate(kinds):
                writer.begin("backfill" if kind.startswith("captured") else mode)
                writer.store(forms[kind](f"2024-08-05T{hour:02}:00:00Z"))
            found.append(stored(writer))
        random.Random(seed).shuffle(kinds)
    assert found[0] == found[1]
    assert [row[:3] for row in found[0]] == sorted(
        (str(story.node), " ".join(story.title.split()), story.published.isoformat()) for story in stories
    )


def test_values_that_a_higher_source_prints_count_and_are_not_revised(writer: Writer) -> None:
    stories = [replace(make_stories(1)[0], offices=("OSCE Secretariat", "OSCE Mission to Serbia"))]
    writer.store(searched(stories))
    writer.store(listing(stories, NEXT_DAY))
    whole = stored(writer)
    writer.store(searched(stories, "2024-08-07T12:00:00Z"))
    assert stored(writer) == whole
    assert (writer.summary.new, writer.summary.changed) == (1, 0)
    assert values(writer.connection, "SELECT count(*) FROM revisions") == [0]
    assert values(writer.connection, "SELECT count(*) FROM item_offices") == [2]


def test_a_value_that_only_a_lower_source_prints_is_kept_and_updated(writer: Writer) -> None:
    story = replace(make_stories(1)[0], topics=("Elections",))
    writer.store(form_of([story], CARD))
    writer.store(searched([story], NEXT_DAY))
    writer.store(form_of([story], CARD, NEXT_DAY))
    assert values(writer.connection, "SELECT topics_raw FROM items") == ["Elections"]
    writer.store(searched([replace(story, topics=("Youth",))], "2024-08-07T12:00:00Z"))
    assert values(writer.connection, "SELECT topics_raw FROM items") == ["Youth"]
    rows = writer.connection.execute("SELECT field, before, after FROM revisions").fetchall()
    assert [tuple(row) for row in rows] == [("topics", "Elections", "Youth")]


def test_another_title_or_date_is_an_edit_wherever_it_is_printed(writer: Writer) -> None:
    story = make_stories(1)[0]
    writer.store(searched([story]))
    writer.store(listing([replace(story, title="Another title")], NEXT_DAY))
    assert values(writer.connection, "SELECT field FROM revisions") == ["title"]


def test_a_list_captured_before_fills_what_cards_have_no_place_for(writer: Writer) -> None:
    """Also if the item's own page was read before the cards."""
    story = next(one for one in make_stories(9) if one.teaser)
    writer.store(own_pages([story]))
    writer.store(form_of([story], CARD, NEXT_DAY))
    writer.begin("backfill")
    writer.store(listing([story], DAY_BEFORE))
    assert values(writer.connection, "SELECT count(teaser_raw) FROM items") == [1]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_lower_source_counts_if_much_newer(writer: Writer, order: tuple[int, int]) -> None:
    story = make_stories(1)[0]
    pages = [listing([story], YEAR_BEFORE), searched([replace(story, title="The title of today")], NEXT_YEAR)]
    writer.begin("replay")
    for number in order:
        writer.store(pages[number])
    assert values(writer.connection, "SELECT title FROM items") == ["The title of today"]


def test_the_sources_of_values_are_stored_if_not_all_are_from_lists(writer: Writer) -> None:
    story = make_stories(1)[0]
    writer.store(form_of([story], CARD))
    unprinted = values(writer.connection, "SELECT json_extract(sources, '$.teaser') FROM items")
    assert unprinted == ["unprinted"]
    writer.store(searched([story], NEXT_DAY))
    assert values(writer.connection, "SELECT json_extract(sources, '$.teaser') FROM items") == ["search"]
    assert values(writer.connection, "SELECT json_extract(sources, '$.list') FROM items") == [NOON]


@pytest.mark.parametrize("origin", ["list", "search"])
def test_a_clock_that_was_set_back_hides_no_edit(writer: Writer, origin: str) -> None:
    (story,) = make_stories(1)
    for at, title in ((NOON, "First"), ("2040-01-01T12:00:00Z", "First"), (NEXT_DAY, "Edited")):
        writer.finish("complete")
        writer.begin("incremental")
        writer.store(form_of([replace(story, title=title)], RAW_FIELDS, at, origin))
    assert values(writer.connection, "SELECT title FROM items") == ["Edited"]
    assert values(writer.connection, "SELECT before FROM revisions") == ["First"]


def test_an_older_page_does_not_restore_what_a_newer_one_of_its_source_prints_no_more(tmp_path: Path) -> None:
    story = replace(make_stories(1)[0], topics=("Elections",))
    bare = replace(story, topics=())
    pages = [
        listing([story], DAY_BEFORE),
        listing([bare], NOON),
        form_of([replace(bare, teaser=story.teaser)], {*TITLES, "teaser_raw"}, NEXT_DAY, "search"),
    ]
    for number, order in enumerate(itertools.permutations(pages)):
        with Writer(tmp_path / f"{number}.db") as writer:
            writer.begin("replay")
            for page in order:
                writer.store(replace(page, records=[replace(one) for one in page.records]))
            assert values(writer.connection, "SELECT topics_raw FROM items") == [None], number


DAYS = st.integers(0, 120)
READINGS = st.lists(
    st.tuples(st.sampled_from(("list", "search", "page")), DAYS), min_size=2, max_size=7, unique=True
)


def on_day(days: int) -> str:
    return format_utc((parse_utc(NOON) + timedelta(days=days)).timestamp())


def titled(origin: str, days: int) -> Listing:
    """Return a page of this source, days after the first; each has a title of its own."""
    story = replace(make_stories(1)[0], title=f"The title of the {origin} on day {days}")
    return form_of([story], {*TITLES, "published_raw"}, on_day(days), origin)


def replayed(readings: Sequence[tuple[str, int]]) -> tuple[str, str]:
    """Return the title of the item and when it was last seen, after a replay of these pages in order."""
    with tempfile.TemporaryDirectory() as folder, Writer(Path(folder, "db")) as writer:
        writer.begin("replay")
        for reading in readings:
            writer.store(titled(*reading))
        title, last_seen = writer.connection.execute("SELECT title, last_seen FROM items").fetchone()
    return title, last_seen


@settings(max_examples=30, phases=(Phase.generate,))  # to shrink an example takes minutes, and it is short
@given(readings=READINGS, seed=st.randoms(use_true_random=False))
def test_the_last_reading_of_each_source_decides_and_the_last_list_says_when_it_was_seen(
    readings: list[tuple[str, int]], seed: random.Random
) -> None:
    """Between lists and the search service a month decides; an item's own page only fills gaps.

    An item was last seen when it was last on a list, or on its own page if it was on none.
    """
    last = dict(sorted(readings, key=itemgetter(1)))
    counts = "page"
    if last.keys() - {"page"}:
        on_list, by_search = last.get("list"), last.get("search")
        older = on_list is None or (by_search is not None and by_search > on_list + 30)
        counts = "search" if older else "list"
    listed = [day for origin, day in readings if origin != "page"]
    expected = (
        f"The title of the {counts} on day {last[counts]}",
        on_day(max(listed or [day for _, day in readings])),
    )
    for _ in range(2):
        assert replayed(readings) == expected
        seed.shuffle(readings)


def test_the_title_of_the_search_service_is_compared_with_its_own_last_time() -> None:
    """And not with that of the item's own page, which was read in between."""
    assert replayed([("search", 0), ("page", 20), ("search", 10)])[0] == "The title of the search on day 10"
    assert replayed([("list", 0), ("search", 20), ("search", 40)])[0] == "The title of the search on day 40"


@pytest.mark.parametrize("mode", ["full", "replay"])
def test_an_own_page_changes_nothing_that_a_list_of_cards_prints(writer: Writer, mode: str) -> None:
    (story,) = make_stories(1)
    writer.store(form_of([story], CARD))
    writer.begin(mode)
    edited = replace(story, title="The title of the page", published=story.published + timedelta(days=9))
    writer.store(own_pages([edited], NEXT_YEAR))
    writer.store(own_pages([replace(edited, title="Another title")], on_day(500)))
    assert [row[1:3] for row in stored(writer)] == [(story.title, story.published.isoformat())]
    assert values(writer.connection, "SELECT last_seen FROM items") == [NOON]
    assert values(writer.connection, "SELECT count(*) FROM revisions") == [0]
    assert values(writer.connection, "SELECT sources ->> '$.content_type' FROM items") == ["page"]


def test_an_older_list_page_replaces_newer_values_without_a_revision(writer: Writer) -> None:
    (story,) = make_stories(1)
    writer.store(searched([story]))
    writer.store(listing([replace(story, title="The title on the list")], DAY_BEFORE))
    assert values(writer.connection, "SELECT title FROM items") == ["The title on the list"]
    assert values(writer.connection, "SELECT count(*) FROM revisions") == [0]
    writer.store(listing([replace(story, title="A later title")], NEXT_DAY))
    assert values(writer.connection, "SELECT before FROM revisions") == ["The title on the list"]


@pytest.mark.parametrize(
    ("column", "seen"),
    [
        (None, {"list": NEXT_DAY}),
        (f'{{"list": "{NOON}", "topics": "search"}}', {"list": NOON, "search": NEXT_DAY}),
        (f'{{"list": "{NOON}", "teaser": "unprinted"}}', {"list": NOON}),
        ('{"published": "page", "title": "search"}', {"page": NEXT_DAY, "search": NEXT_DAY}),
    ],
)
def test_a_source_whose_time_an_older_version_did_not_store_was_last_seen_with_the_item(
    column: str | None, seen: dict[str, str]
) -> None:
    assert Sources.of(column, NEXT_DAY).seen == seen
