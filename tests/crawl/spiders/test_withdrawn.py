"""Items that the list no longer has, and those that come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawl.spiders.crawling import asked, at, crawl, is_sound, killed, nodes, rows, stored
from tests.newsroom import Newsroom, faults, make_newer

DAYS = [f"2026-01-0{day}T12:00:00Z" for day in range(1, 8)]


def withdrawals(db: Path) -> list[tuple[object, ...]]:
    return rows(db, "SELECT item_id, withdrawn, restored FROM withdrawals ORDER BY id")


def test_what_is_gone_is_marked_with_the_time_and_what_comes_back_is_restored(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    """By an incremental crawl too, if it stands on the pages that it reads; the history keeps both."""
    db = tmp_path / "a.db"
    crawl(newsroom, db, before=at(DAYS[0]))
    top, deep = newsroom.stories[3].node, newsroom.stories[50].node
    for node in (top, deep):
        newsroom.remove(node)
    done = crawl(newsroom, db, "--full", before=at(DAYS[1]))
    assert (done.status, done.summary["withdrawn"], done.summary["restored"]) == (0, 2, 0)
    marked = rows(db, "SELECT id, title <> '', last_seen, withdrawn FROM newsroom WHERE withdrawn NOT NULL")
    assert sorted(marked) == sorted((str(node), 1, DAYS[0], DAYS[1]) for node in (top, deep))

    for node in (top, deep):
        newsroom.restore(node)
    done = crawl(newsroom, db, before=at(DAYS[2]))
    assert (done.summary["mode"], done.summary["restored"], done.summary["new"]) == ("incremental", 1, 0)
    done = crawl(newsroom, db, "--full", before=at(DAYS[3]))
    assert (done.summary["restored"], done.summary["withdrawn"], done.summary["new"]) == (1, 0, 0)
    assert stored(db) == nodes(newsroom)
    expected = [(str(top), DAYS[1], DAYS[2]), (str(deep), DAYS[1], DAYS[3])]
    assert sorted(withdrawals(db)) == sorted(expected)

    newsroom.remove(deep)
    crawl(newsroom, db, "--full", before=at(DAYS[4]))
    assert withdrawals(db)[-1] == (str(deep), DAYS[4], None)
    assert is_sound(db)


@pytest.mark.slow
def test_an_item_that_comes_back_to_a_page_with_an_etag_is_restored(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    newsroom.etags = True
    db = tmp_path / "a.db"
    crawl(newsroom, db)
    node = newsroom.stories[3].node
    newsroom.remove(node)
    crawl(newsroom, db, "--full")
    newsroom.restore(node)
    assert crawl(newsroom, db).summary["restored"] == 1


PARTS = {
    "a filter": ("/press-releases?filters=%20im_taxonomy_vid_3%3A17", []),
    "a keyword": ("/press-releases/human%20trafficking", []),
    "since": ("/press-releases", ["--since", "2020-01-01"]),
    "until": ("/press-releases", ["--until", "2030-01-01"]),
    "max pages": ("/press-releases", ["--max-pages", "40"]),
    "a later page": ("/press-releases?page=1", []),
    "an incremental crawl": ("/press-releases", ["--overlap", "40"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PARTS)
def test_a_crawl_of_a_part_of_the_list_withdraws_nothing(
    newsroom: Newsroom, tmp_path: Path, name: str
) -> None:
    """Though it reads every result that there is."""
    path, options = PARTS[name]
    db = tmp_path / "a.db"
    crawl(newsroom, db)
    crawl(newsroom, db, path=path)
    newsroom.remove(newsroom.stories[3].node)
    newsroom.remove(newsroom.stories[50].node)
    full = [] if name == "an incremental crawl" else ["--full"]
    done = crawl(newsroom, db, *full, *options, path=path)
    assert (done.status, done.summary["withdrawn"]) == (0, 0), done.errors
    assert withdrawals(db) == []


@pytest.mark.slow
def test_a_killed_or_partial_crawl_withdraws_nothing_and_the_one_that_ends_it_does(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    db = tmp_path / "a.db"
    crawl(newsroom, db)
    sixth = asked(newsroom)[5]
    for place in (50, 3):
        newsroom.remove(newsroom.stories[place].node)
    killed(newsroom, db, 5, "--full")
    newsroom.fail(sixth, faults.status(403))
    done = crawl(newsroom, db, "--full")
    assert (done.status, done.summary["status"], done.summary["withdrawn"]) == (6, "refused", 0)
    assert withdrawals(db) == []
    newsroom.faults.clear()
    done = crawl(newsroom, db, "--full")
    assert (done.status, done.summary["withdrawn"]) == (0, 2)
    assert stored(db) == nodes(newsroom)


@pytest.mark.slow
def test_what_was_seen_before_the_kill_and_removed_after_it_is_withdrawn_by_the_next_full_crawl(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    db = tmp_path / "a.db"
    crawl(newsroom, db)
    killed(newsroom, db, 6, "--full")
    newsroom.remove(newsroom.stories[15].node)
    assert crawl(newsroom, db, "--full").status == 0
    assert crawl(newsroom, db, "--full").status == 0
    assert stored(db) == nodes(newsroom)


@pytest.mark.slow
def test_too_many_at_once_are_not_believed_unless_accepted(newsroom: Newsroom, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    crawl(newsroom, db)
    newsroom.stories = newsroom.stories[:20] + newsroom.stories[41:]
    done = crawl(newsroom, db, "--full")
    assert (done.status, done.summary["status"], done.summary["withdrawn"]) == (4, "partial", 0)
    (line,) = done.lines
    assert "21 items" in line
    assert "--accept" in line
    assert withdrawals(db) == []
    done = crawl(newsroom, db, "--full", "--accept")
    assert (done.status, done.summary["withdrawn"]) == (0, 21)
    assert stored(db) == nodes(newsroom)


def test_twenty_at_once_are_believed(newsroom: Newsroom, tmp_path: Path) -> None:
    crawl(newsroom, tmp_path / "a.db")
    newsroom.stories = newsroom.stories[:20] + newsroom.stories[40:]
    assert crawl(newsroom, tmp_path / "a.db", "--full").summary["withdrawn"] == 20


def test_another_list_of_the_same_database_withdraws_nothing_of_this_one(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    db = tmp_path / "a.db"
    crawl(newsroom, db)
    others = make_newer(newsroom.stories, 12)
    with Newsroom(others, robots=newsroom.robots) as elsewhere:
        done = crawl(elsewhere, db, "--full")
    assert (done.status, done.summary["new"], done.summary["withdrawn"]) == (0, 12, 0)
    assert stored(db) == nodes(newsroom) | {story.node for story in others}
