"""What the database tells of a page: its own items, those of the same time, duplicates, former results."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.checks.limits import MAX_NEIGHBOURS
from osce_news.checks.neighbours import Neighbours, read_neighbours
from osce_news.storage import Writer, open_for_reading
from tests.damage.outcomes import sound_item
from tests.damage.sound import sound_answers
from tests.helpers import fixture_page, listing
from tests.newsroom import make_stories
from tests.newsroom.stories import Story

LIST = "https://www.osce.org/press-releases?page={}&rows=50&solrsort=ds_date+desc"
STORIES = make_stories(500)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of 450 stories, on pages 1 to 9 of the list."""
    path = tmp_path_factory.mktemp("history") / "filled.db"
    with Writer(path) as writer:
        writer.begin("replay")
        for number in range(1, 10):
            writer.store(listing(STORIES[50 * number :][:50], url=LIST.format(number)))
    return path


def stored_near(db: Path, stories: list[Story], url: str = LIST.format(0)) -> Neighbours:
    with closing(open_for_reading(db)) as connection:
        found = read_neighbours(connection, listing(stories, url=url))
        near = tuple(found.near())
        return replace(found, near=lambda: near)


def test_an_empty_database_knows_nothing(writer: Writer) -> None:
    found = read_neighbours(writer.connection, listing(STORIES[:50]))
    assert found == Neighbours()
    assert list(found.near()) == []


def test_stored_items_come_back_as_they_were_read(filled: Path) -> None:
    found = stored_near(filled, STORIES[30:70])
    assert (found.items, found.comparable) == (450, MAX_NEIGHBOURS)
    assert list(found.known) == [
        str(story.node) for story in sorted(STORIES[50:70], key=lambda one: one.node)
    ] or (set(found.known) == {str(story.node) for story in STORIES[50:70]})
    for record in listing(STORIES[50:70]).records:
        known = found.known[record.id]
        for name in ("url", "title", "published", "content_type", "offices", "topics", "teaser", "language"):
            assert getattr(known, name) == getattr(record, name)


@pytest.mark.parametrize("start", [0, 240, 450])
def test_neighbours_are_those_nearest_in_date(filled: Path, start: int) -> None:
    found = stored_near(filled, STORIES[start : start + 50])
    near = sorted(int(item.id) for item in found.near())
    assert MAX_NEIGHBOURS // 2 <= len(near) <= MAX_NEIGHBOURS
    stored = sorted(story.node for story in STORIES[50:])
    assert near == stored[stored.index(near[0]) :][: len(near)]  # without a gap
    middle = STORIES[start + 25].published.isoformat()
    assert min(item.published for item in found.near() if item.published) <= middle or start == 450


def test_a_page_of_many_years_is_compared_with_items_of_all_of_them(tmp_path: Path) -> None:
    stories = make_stories(6000)
    with Writer(tmp_path / "db") as writer:
        writer.begin("replay")
        for start in range(0, 6000, 1000):
            writer.store(listing(stories[start : start + 100]))
    found = stored_near(tmp_path / "db", stories[5:6000:130])
    assert len({(item.published or "")[:4] for item in found.near()}) >= 5


def test_items_without_a_language_are_compared_with_english_ones(filled: Path) -> None:
    (answer, _) = sound_answers()
    with closing(open_for_reading(filled)) as connection:
        found = read_neighbours(connection, sound_item(answer))
        assert {record.language for record in sound_item(answer).records} == {None}
        assert (found.comparable, {item.language for item in found.near()}) == (MAX_NEIGHBOURS, {"en"})


def test_items_of_other_languages_are_no_neighbours(filled: Path) -> None:
    with closing(open_for_reading(filled)) as connection:
        found = read_neighbours(connection, fixture_page("russian"))
        assert (found.items, found.comparable, list(found.near())) == (450, 0, [])


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        (LIST.format(0), True),
        (LIST.format(9), True),
        (LIST.format(10), False),
        ("https://www.osce.org/press-releases?solrsort=ds_date+desc&page=45", True),  # ten a page
        ("https://www.osce.org/press-releases?solrsort=ds_date+desc&page=46", False),
        ("https://www.osce.org/press-releases", True),
        ("https://www.osce.org/press-releases/trafficking?page=0&rows=50", False),
        (f"{LIST.format(0)}&filters=im_taxonomy_vid_1%3A%2824%29", False),
        ("https://example.org/press-releases", False),
    ],
)
def test_it_is_known_whether_a_part_of_a_list_has_had_results(filled: Path, url: str, listed: bool) -> None:
    with closing(open_for_reading(filled)) as connection:
        assert read_neighbours(connection, replace(fixture_page("empty"), url=url)).had_results is listed
        assert not read_neighbours(connection, listing(STORIES[:5], url=url)).had_results


def test_nothing_is_written_and_no_transaction_left_open(filled: Path) -> None:
    before = filled.read_bytes()
    with closing(open_for_reading(filled)) as connection:
        read_neighbours(connection, listing(STORIES[:50])).near()
        assert not connection.in_transaction
    assert filled.read_bytes() == before
