"""Full crawls over HTTP: a list that moves while it is read, and one that cannot be read whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawl.over_http.crawling import asked, crawl, nodes, pages_asked, pages_of, rows, stored
from tests.newsroom import Newsroom, faults


def test_a_full_crawl_finds_what_was_back_dated_and_what_is_gone(newsroom: Newsroom, db: Path) -> None:
    *back_dated, late = (newsroom.stories[place] for place in (30, 45, 60))
    for story in back_dated:
        newsroom.remove(story.node)
    crawl(newsroom, db)
    for story in back_dated:
        newsroom.restore(story.node)
    newsroom.remove(late.node)
    assert crawl(newsroom, db).summary["new"] == 0  # they stand too deep for an incremental crawl
    newsroom.log.clear()
    done = crawl(newsroom, db, "--full")
    assert done.status == 0, done.errors
    counts = [done.summary[name] for name in ("mode", "new", "withdrawn", "pages", "unchanged")]
    assert counts == ["full", 2, 1, pages_of(64), 62]
    assert pages_asked(newsroom) == pages_of(64)
    assert stored(db) == nodes(newsroom)


def remove_some(newsroom: Newsroom) -> set[int]:
    """Take three stories off the list, and return them."""
    return {newsroom.remove(newsroom.stories[place].node).node for place in (8, 30, 55)}


@pytest.mark.slow
@pytest.mark.parametrize("code", [404, 500])
def test_a_list_not_read_whole_withdraws_nothing(newsroom: Newsroom, db: Path, code: int) -> None:
    crawl(newsroom, db)
    fifth = asked(newsroom)[4]
    gone = remove_some(newsroom)
    newsroom.log.clear()
    newsroom.fail(fifth, faults.status(code))
    done = crawl(newsroom, db, "--full")
    assert (done.status, done.summary["status"], done.summary["withdrawn"]) == (4, "partial", 0)
    assert f"status {code}" in done.lines[0]
    assert "run the command again" in done.lines[0]
    assert len(done.lines) == 1
    assert stored(db) >= gone
    assert rows(db, "SELECT count(*) FROM withdrawals") == [(0,)]

    newsroom.faults.clear()
    done = crawl(newsroom, db, "--full", "--restart")
    assert (done.status, done.summary["withdrawn"]) == (0, 3)
    assert stored(db) == nodes(newsroom)


def test_results_that_a_page_hides_for_a_while_are_not_withdrawn(newsroom: Newsroom, db: Path) -> None:
    """The site leaves results out of one answer, and shows them in the next."""
    crawl(newsroom, db)
    fifth, stories = asked(newsroom)[4], newsroom.stories
    newsroom.before(fifth, lambda n: setattr(n, "stories", stories[:33] + stories[37:]))
    newsroom.before(faults.listing, lambda n: setattr(n, "stories", stories), skip=5)
    done = crawl(newsroom, db, "--full")
    assert done.status in (0, 4), done.errors
    assert done.summary["withdrawn"] == 0
    assert stored(db) == nodes(newsroom)
