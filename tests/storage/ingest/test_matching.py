"""Stored items that a page shows under other addresses: known addresses, new numbers, words for numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from osce_news.errors import BadInputError
from osce_news.items import Listing
from osce_news.storage import Writer, queries
from tests.helpers import NOON, listing, values
from tests.newsroom import Story, make_stories
from tests.newsroom.dates import print_day

NEXT_DAY = "2024-08-06T12:00:00Z"
STORIES = [
    replace(story, title=f"{story.title}, part {number}") for number, story in enumerate(make_stories(12))
]


def worded(story: Story) -> Story:
    """The story with an address of words."""
    return replace(
        story, path=f"/news/{re.sub('[^a-z]+', '-', story.title.lower())}-{'x' * (story.node % 7)}"
    )


def renumbered(story: Story) -> Story:
    """The story with another number."""
    return replace(story, node=story.node + 1_000_000, path=f"/node/{story.node + 1_000_000}")


def restored(writer: Writer, stories: Sequence[Story], at: str = NEXT_DAY) -> Listing:
    """Store the stories in a full crawl after that of `STORIES`, and return the page."""
    writer.begin("full")
    writer.store(listing(STORIES))
    writer.begin("full")
    page = listing(stories, at)
    writer.store(page)
    return page


def ids(writer: Writer) -> set[object]:
    return set(values(writer.connection, "SELECT id FROM items"))


def reasons(writer: Writer) -> list[object]:
    return values(writer.connection, "SELECT reason FROM quarantine ORDER BY reason")


@pytest.mark.parametrize("change", [worded, renumbered])
def test_items_at_new_addresses_are_the_old_ones(writer: Writer, change: Callable[[Story], Story]) -> None:
    page = restored(writer, [change(story) for story in STORIES])
    assert ids(writer) == {str(story.node) for story in STORIES}
    assert (writer.summary.new, writer.summary.changed, writer.summary.unchanged) == (0, 0, 12)
    assert {key.partition(":")[0] for key in page.listed} == ids(writer)
    assert values(writer.connection, "SELECT count(*) FROM addresses GROUP BY item_id") == [2] * 12
    assert values(writer.connection, "SELECT count(*) FROM revisions") == [0]


@pytest.mark.parametrize("change", [worded, renumbered])
def test_copies_of_a_result_are_numbered_under_the_identifier_of_the_item(
    writer: Writer, change: Callable[[Story], Story]
) -> None:
    page = restored(writer, [change(story) for story in (*STORIES[:1] * 3, *STORIES[1:])])
    key = f"{STORIES[0].node}:{print_day(STORIES[0].published)}"
    assert page.listed[:3] == [key, f"{key}:2", f"{key}:3"]


def test_an_address_once_known_decides_whatever_the_page_prints(writer: Writer) -> None:
    restored(writer, [worded(story) for story in STORIES])
    edited = replace(worded(STORIES[0]), title="Quite another title", published=STORIES[5].published)
    writer.begin("full")
    writer.store(listing([edited], "2024-08-07T12:00:00Z"))
    assert (writer.summary.new, writer.summary.changed) == (0, 1)


def test_case_quotes_dashes_and_the_name_of_the_site_do_not_tell_titles_apart(writer: Writer) -> None:
    titles = [
        STORIES[0].title.upper(),
        STORIES[1].title.replace(" ", "  ") + " | OSCE",
        "\N{LEFT DOUBLE QUOTATION MARK}" + STORIES[2].title + "\N{RIGHT DOUBLE QUOTATION MARK}",
    ]
    restored(
        writer, [replace(worded(story), title=title) for story, title in zip(STORIES, titles, strict=False)]
    )
    assert ids(writer) == {str(story.node) for story in STORIES}


def test_one_or_two_other_numbers_with_a_known_title_and_date_are_items_of_their_own(writer: Writer) -> None:
    restored(writer, [renumbered(story) for story in STORIES[:2]])
    assert len(ids(writer)) == 14


def test_an_item_that_is_still_shown_under_its_own_number_is_not_the_other_one(writer: Writer) -> None:
    restored(writer, [*STORIES, worded(STORIES[0])])
    assert len(ids(writer)) == 13


def test_a_result_that_may_be_one_of_several_items_is_quarantined_and_they_are_named(writer: Writer) -> None:
    twin = replace(STORIES[0], node=1, path="/odihr/1")
    writer.begin("full")
    writer.store(listing([twin]))
    page = restored(writer, [worded(STORIES[0])])
    assert len(ids(writer)) == 13
    (reason,) = reasons(writer)
    assert "the same title and date as several items" in str(reason)
    assert {"1", str(STORIES[0].node)} <= set(re.findall(r"\d+", str(reason)))
    assert page.listed[0].partition(":")[0] in ids(writer)  # so that it is not taken for withdrawn


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"published": STORIES[0].published.replace(day=1)}, "another date"),
        ({"offices": ("OSCE Minsk Group",)}, "other offices"),
    ],
)
def test_a_result_that_nearly_matches_an_item_is_quarantined(
    writer: Writer, change: dict[str, object], reason: str
) -> None:
    story = replace(STORIES[0], offices=("OSCE Mission to Serbia",))
    stored = replace(story, published=story.published.replace(day=3))
    shown = replace(worded(stored), **change)  # type: ignore[arg-type]
    writer.begin("full")
    writer.store(listing([stored]))
    writer.begin("full")
    page = listing([shown], NEXT_DAY)
    writer.store(page)
    assert len(ids(writer)) == 1
    assert reason in str(reasons(writer)[0])
    assert page.possible_duplicates == 1


def test_of_two_items_with_one_number_on_a_page_the_second_is_quarantined(writer: Writer) -> None:
    node = STORIES[0].node
    other = replace(STORIES[5], node=node, path=f"https://polis.osce.org/node/{node}")
    page = listing([STORIES[0], other, other])
    writer.store(page)
    assert ids(writer) == {str(node)}
    assert f"its number, {node}, is that of another item" in str(reasons(writer)[0])
    assert [key.partition(":")[0] == str(node) for key in page.listed] == [True, False, False]


def test_items_of_other_sites_with_the_number_of_a_stored_one_are_stored_beside_it(writer: Writer) -> None:
    node = STORIES[0].node
    others = [
        replace(story, path=f"https://{host}.example/odihr/{node}")
        for host, story in zip(("elsewhere", "other"), STORIES[5:], strict=False)
    ]
    writer.store(listing([STORIES[0], *others], NOON))
    assert len(ids(writer)) == 3


def test_an_item_is_found_by_each_of_its_addresses(writer: Writer) -> None:
    restored(writer, [worded(story) for story in STORIES])
    for url in values(writer.connection, "SELECT url FROM addresses WHERE item_id = ?", str(STORIES[3].node)):
        assert queries.item_identifier(writer.connection, f"{url}?download=true") == str(STORIES[3].node)
    assert queries.item_identifier(writer.connection, "https://www.osce.org/node/17") == "17"


def test_an_item_is_found_by_each_of_its_numbers(writer: Writer) -> None:
    restored(writer, [renumbered(story) for story in STORIES])
    for story in (STORIES[3], renumbered(STORIES[3])):
        assert queries.find_item(writer.connection, str(story.node))["id"] == str(STORIES[3].node)
    with pytest.raises(BadInputError, match="no item '17'"):
        queries.find_item(writer.connection, "17")
