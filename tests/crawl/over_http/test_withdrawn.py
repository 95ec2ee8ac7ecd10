"""Items that the list no longer has, and those that come back."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.archive import replaying
from tests.crawl.over_http.crawling import (
    ROBOTS,
    asked,
    at,
    crawl,
    is_sound,
    killed,
    nodes,
    rows,
    start,
    stored,
)
from tests.helpers import slow
from tests.newsroom import Newsroom, faults, make_stories

DAYS = [f"2026-01-0{day}T12:00:00Z" for day in range(1, 8)]


def withdrawals(db: Path) -> list[tuple[object, ...]]:
    return rows(db, "SELECT item_id, withdrawn, restored FROM withdrawals ORDER BY id")


def test_what_is_gone_is_marked_and_what_comes_back_is_restored(newsroom: Newsroom, db: Path) -> None:
    """By an incremental crawl too, if it stands on the pages that it reads; the history keeps both."""
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
def test_an_item_that_comes_back_to_a_page_with_an_etag_is_restored(newsroom: Newsroom, db: Path) -> None:
    newsroom.etags = True
    crawl(newsroom, db)
    node = newsroom.stories[3].node
    newsroom.remove(node)
    crawl(newsroom, db, "--full")
    newsroom.restore(node)
    assert crawl(newsroom, db).summary["restored"] == 1


PARTS = {
    "a filter": ("/press-releases?filters=%20im_taxonomy_vid_3%3A17", []),
    "max pages": ("/press-releases", ["--max-pages", "40"]),
    "an incremental crawl": ("/press-releases", ["--overlap", "40"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PARTS)
def test_a_crawl_of_a_part_of_the_list_withdraws_nothing(newsroom: Newsroom, db: Path, name: str) -> None:
    """Though it reads every result that there is."""
    path, options = PARTS[name]
    crawl(newsroom, db)
    crawl(newsroom, db, path=path)
    newsroom.remove(newsroom.stories[3].node)
    newsroom.remove(newsroom.stories[50].node)
    full = [] if name == "an incremental crawl" else ["--full"]
    done = crawl(newsroom, db, *full, *options, path=path)
    assert (done.status, done.summary["withdrawn"]) == (0, 0), done.errors
    assert withdrawals(db) == []


@pytest.mark.slow
def test_only_the_crawl_that_ends_a_killed_one_withdraws(newsroom: Newsroom, db: Path) -> None:
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
def test_what_was_removed_after_a_kill_is_withdrawn_later(newsroom: Newsroom, db: Path) -> None:
    crawl(newsroom, db)
    killed(newsroom, db, 6, "--full")
    newsroom.remove(newsroom.stories[15].node)
    assert crawl(newsroom, db, "--full").status == 0
    assert crawl(newsroom, db, "--full").status == 0
    assert stored(db) == nodes(newsroom)


def take_off(newsroom: Newsroom, nodes: Iterable[int]) -> None:
    """Take items off the list, and keep their own pages."""
    for node in nodes:
        page = newsroom.answer(f"/node/{node}").body
        newsroom.remove(node)
        newsroom.article_pages[node] = page


def own_pages(newsroom: Newsroom) -> list[str]:
    """Return the items' own pages that were asked for, in order."""
    return [path for path in newsroom.paths if is_own_page(path)]


def is_own_page(path: str) -> bool:
    return not path.startswith(("/press-releases", "/robots.txt"))


@pytest.mark.slow
def test_an_index_that_lost_half_of_its_items_withdraws_none_of_them(newsroom: Newsroom, db: Path) -> None:
    crawl(newsroom, db, before=at(DAYS[0]))
    lost = [story.node for story in newsroom.stories[::2]]
    take_off(newsroom, lost)
    done = crawl(newsroom, db, "--full", before=at(DAYS[1]))
    assert (done.status, done.summary["status"], done.summary["withdrawn"]) == (0, "complete", 0)
    assert (len(own_pages(newsroom)), done.summary["articles"]) == (len(lost), len(lost))
    assert done.summary["message"] == (
        f"missing from the list, but not withdrawn: {len(lost)} items; {len(lost)} still have their own "
        "page, and a later full crawl requests the pages of 0"
    )
    # They are asked for again after a month, not each week.
    crawl(newsroom, db, "--full", before=at(DAYS[6]))
    assert len(own_pages(newsroom)) == len(lost)
    newsroom.article_pages.clear()
    done = crawl(newsroom, db, "--full", before=at("2026-03-01T12:00:00Z"))
    assert (done.status, done.summary["withdrawn"], done.summary["message"]) == (0, len(lost), None)
    assert stored(db) == nodes(newsroom)
    assert is_sound(db)


def redirect_to(path: str) -> faults.Answer:
    return faults.redirect(path, code=301)


def test_only_an_own_page_that_is_gone_proves_a_withdrawal(newsroom: Newsroom, db: Path) -> None:
    """By its status, by what it says, or by a redirect to another item."""
    crawl(newsroom, db, before=at(DAYS[0]))
    missing = newsroom.stories[10:17]
    gone, moved, says_so, elsewhere, broken, there, not_there = (story.node for story in missing)
    paths = {story.node: story.path for story in missing}
    not_found = newsroom.answer("/node/1").body
    take_off(newsroom, (story.node for story in missing))
    newsroom.fail(paths[gone], faults.status(410))
    newsroom.fail(paths[moved], redirect_to(newsroom.stories[0].path))
    newsroom.article_pages[says_so] = not_found
    newsroom.fail(paths[elsewhere], redirect_to("/press-releases"))
    newsroom.fail(paths[broken], faults.status(500))
    del newsroom.article_pages[not_there]
    quick = "\nimport osce_news.crawl.settings as s\ns.RETRY_TIMES = 0"
    done = crawl(newsroom, db, "--full", before=at(DAYS[1]) + quick)
    assert (done.status, done.summary["status"]) == (0, "complete"), done.errors
    marked = {int(row[0]) for row in rows(db, "SELECT id FROM items WHERE withdrawn IS NOT NULL")}
    assert marked == {gone, moved, says_so, not_there}
    # A request that failed proves nothing, and is made again.
    before = len(own_pages(newsroom))
    newsroom.faults.clear()
    crawl(newsroom, db, "--full", before=at(DAYS[2]))
    assert own_pages(newsroom)[before:] == [paths[broken]]
    assert there in stored(db)


@pytest.mark.slow
def test_fifty_are_asked_for_in_a_run_and_the_oldest_doubt_first(db: Path) -> None:
    options = ("--full", "--rows", "50")
    with Newsroom(make_stories(220), robots=ROBOTS) as newsroom:
        crawl(newsroom, db, *options, before=at(DAYS[0]))
        first = [story.node for story in newsroom.stories[100:170]]
        for node in first:
            newsroom.remove(node)
        done = crawl(newsroom, db, *options, before=at(DAYS[1]))
        assert (done.status, done.summary["withdrawn"]) == (0, 50)
        assert "a later full crawl requests the pages of 20" in done.summary["message"]
        later = [story.node for story in newsroom.stories[:40]]
        for node in later:
            newsroom.remove(node)
        done = crawl(newsroom, db, *options, before=at(DAYS[2]))
        assert (done.status, done.summary["withdrawn"]) == (0, 50)
        left = {int(row[0]) for row in rows(db, "SELECT id FROM items WHERE withdrawn IS NULL")}
        assert left & set(first) == set()
        done = crawl(newsroom, db, *options, before=at(DAYS[3]))
        assert (done.status, done.summary["withdrawn"], done.summary["message"]) == (0, 10, None)
        assert stored(db) == nodes(newsroom)


@pytest.mark.parametrize("refused", ["robots.txt", *slow("403")])
def test_refused_items_pages_leave_a_run_complete(newsroom: Newsroom, db: Path, refused: str) -> None:
    crawl(newsroom, db)
    gone = [newsroom.stories[place].node for place in (3, 30, 50)]
    paths = [newsroom.story(node).path for node in gone]
    for node in gone:
        newsroom.remove(node)
    if refused == "robots.txt":
        newsroom.robots += "".join(f"Disallow: {path}\n" for path in paths)
    else:
        newsroom.fail(lambda path: path in paths, faults.status(int(refused)))
    done = crawl(newsroom, db, "--full", before="import osce_news.crawl.settings as s\ns.RETRY_TIMES = 0")
    assert (done.status, done.summary["status"], done.summary["withdrawn"]) == (0, "complete", 0), done.errors
    assert withdrawals(db) == []
    newsroom.faults.clear()
    newsroom.robots = ROBOTS
    assert crawl(newsroom, db, "--full").summary["withdrawn"] == 3


@pytest.mark.slow
def test_a_crawl_that_is_interrupted_while_it_asks_has_read_the_list(newsroom: Newsroom, db: Path) -> None:
    crawl(newsroom, db)
    for place in (50, 30, 3):
        newsroom.remove(newsroom.stories[place].node)
    with start(newsroom, db, "--full") as command:
        newsroom.before(is_own_page, lambda _: command.send(signal.SIGINT), skip=1)
        done = command.wait()
    assert (done.status, done.summary["status"]) == (130, "interrupted")
    assert rows(db, "SELECT list_status FROM runs WHERE id = 2") == [("complete",)]
    assert 0 < done.summary["withdrawn"] <= 3
    assert crawl(newsroom, db).status == 0
    crawl(newsroom, db, "--full")
    assert stored(db) == nodes(newsroom)


@pytest.mark.slow
def test_the_replay_of_a_run_that_asked_gives_the_same_rows(tmp_path: Path) -> None:
    with replaying.newsroom() as newsroom:
        assert replaying.crawl(newsroom, tmp_path).status == 0
        kept, *gone = [newsroom.stories[place].node for place in (20, 40, 41, 42)]
        take_off(newsroom, [kept])
        for node in gone:
            newsroom.remove(node)
        for options in (("--full",), ("--full",), ()):
            assert replaying.crawl(newsroom, tmp_path, *options).status == 0
        newsroom.restore(gone[0])
        assert replaying.crawl(newsroom, tmp_path, "--full").summary["restored"] == 1
    done = replaying.replay(tmp_path)
    assert (done.status, done.summary["runs"]) == (0, [1, 2, 3, 4, 5]), done.errors
    replaying.assert_same(tmp_path)
    assert rows(tmp_path / "b.db", "SELECT count(*) FROM withdrawals") == [(3,)]
