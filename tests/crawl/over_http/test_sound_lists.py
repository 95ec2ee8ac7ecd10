"""Sound lists in which something is odd: they are read whole, and no run needs a person."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crawl.over_http.crawling import ROBOTS, asked, at, crawl, nodes, rows, stored
from tests.helpers import slow
from tests.newsroom import Newsroom, Reply, faults, make_newer, make_stories
from tests.newsroom.site import BeyondEnd

FIFTY = ("--rows", "50")
RESULT = b'<div class="search-result-news">'
WEEKS = [f"2026-02-{day:02}T06:00:00Z" for day in (1, 8, 15, 22)]


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(230), robots=ROBOTS) as server:
        yield server


def changed(newsroom: Newsroom, change: Callable[[list[bytes]], list[bytes]]) -> faults.Answer:
    """The usual page, with the HTML of its results changed."""

    def answer(exchange: faults.Exchange) -> None:
        head, *results = exchange.usual().body.split(RESULT)
        exchange.reply(Reply(body=RESULT.join([head, *change(results)])))

    return answer


def without_link(result: bytes) -> bytes:
    return re.sub(rb"<h3><a [^>]*>(.*?)</a></h3>", rb"<h3>\1</h3>", result)


def without_date(result: bytes) -> bytes:
    return re.sub(rb'<div class="publishing-date">.*?</div>', b"", result)


@pytest.mark.parametrize("without", [without_link, *slow(without_date)])
def test_six_odd_results_are_quarantined(
    newsroom: Newsroom, db: Path, without: Callable[[bytes], bytes]
) -> None:
    odd = changed(newsroom, lambda results: [*results[:4], *map(without, results[4:10]), *results[10:]])
    newsroom.fail(lambda path: "page=2&" in path, odd)
    done = crawl(newsroom, db, *FIFTY)
    assert (done.status, done.summary["status"], done.summary["quarantined"]) == (0, "complete", 6), (
        done.errors
    )
    assert len(nodes(newsroom) - stored(db)) == 6
    newsroom.faults.clear()
    done = crawl(newsroom, db, "--full", *FIFTY)
    assert (done.status, done.summary["new"]) == (0, 6)
    # As they are known now, they are asked for and stay if they are odd again.
    newsroom.fail(lambda path: "page=2&" in path, odd)
    done = crawl(newsroom, db, "--full", *FIFTY)
    assert (done.status, done.summary["withdrawn"]) == (0, 0)
    assert stored(db) == nodes(newsroom)


@pytest.mark.parametrize(("rich", "poor"), [(45, 49), *slow((52, 49), (20, 120), (120, 20))])
def test_an_item_listed_twice_has_the_labels_of_both(
    newsroom: Newsroom, db: Path, rich: int, poor: int
) -> None:
    """Its poorer copy may be the result that two pages share."""
    story = dataclasses.replace(
        newsroom.stories[rich], topics=("Elections", "Human rights"), offices=("OSCE Secretariat",)
    )
    newsroom.stories[rich] = story
    newsroom.stories.insert(poor, dataclasses.replace(story, topics=("Elections",), offices=()))
    labels = "SELECT topics_raw, offices_raw FROM items WHERE id = ?"
    for week in WEEKS[:3]:
        done = crawl(newsroom, db, "--full", *FIFTY, before=at(week))
        assert (done.status, done.summary["status"]) == (0, "complete"), done.errors
        assert rows(db, labels, str(story.node)) == [("Elections, Human rights", "OSCE Secretariat")]
        assert rows(db, "SELECT count(*) FROM revisions") == [(0,)]
    assert rows(db, "SELECT count(*) FROM items") == [(230,)]
    # A change at both places is one revision.
    newsroom.stories = [
        dataclasses.replace(one, topics=("Media freedom",)) if one.node == story.node else one
        for one in newsroom.stories
    ]
    crawl(newsroom, db, "--full", *FIFTY, before=at(WEEKS[3]))
    changes = rows(db, "SELECT field, before, after FROM revisions")
    assert changes == [("topics", "Elections, Human rights", "Media freedom")]


BESIDE: dict[str, Callable[[str], bool]] = {
    "above the first page": lambda path: "page=0&" in path,
    "above each page": faults.listing,
}


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("fixed", [10, *slow(None)])
def test_featured_items_break_no_crawl(newsroom: Newsroom, db: Path, name: str, fixed: int | None) -> None:
    """Also on days without news, when a server answers 304, and 304s have no pager."""
    newsroom.etags, newsroom.fixed_rows = True, fixed
    body = newsroom.answer("/press-releases?page=0&rows=10").body
    featured = [body.split(RESULT)[4], *body.split(RESULT)[6:8]]
    newsroom.fail(BESIDE[name], changed(newsroom, lambda results: [*featured, *results]))
    gone = newsroom.stories[150].node
    for week, options in zip(WEEKS, ((), (), ("--full",), ()), strict=True):
        if options:
            newsroom.remove(gone)
            newsroom.publish(*make_newer(newsroom.stories, 3))
        done = crawl(newsroom, db, *FIFTY, *options, before=at(week))
        assert (done.status, done.summary["status"]) == (0, "complete"), done.errors
        assert (done.summary["withdrawn"], done.summary["held"]) == (len(options), 0)
    assert stored(db) == nodes(newsroom)


def test_an_unchanged_list_of_an_own_page_size_ends_after_two_pages(newsroom: Newsroom, db: Path) -> None:
    newsroom.etags, newsroom.fixed_rows = True, 10
    assert crawl(newsroom, db, *FIFTY, before=at(WEEKS[0])).status == 0
    before = len(asked(newsroom))
    done = crawl(newsroom, db, *FIFTY, before=at("2026-02-02T06:00:00Z"))
    assert (done.status, done.summary["status"], done.summary["mode"]) == (0, "complete", "incremental")
    assert len(asked(newsroom)) - before == 2


@pytest.mark.parametrize("beyond_end", ["404", *slow("empty", "last")])
def test_a_list_of_one_page_of_a_fixed_size_is_complete(
    newsroom: Newsroom, db: Path, beyond_end: BeyondEnd
) -> None:
    """It has no pager, so the next page is requested, which is not there."""
    newsroom.stories, newsroom.fixed_rows, newsroom.beyond_end = make_stories(12), 25, beyond_end
    done = crawl(newsroom, db, *FIFTY)
    assert (done.status, done.summary["new"]) == (0, 12), done.errors
    assert len(asked(newsroom)) <= 4


@pytest.mark.slow
@pytest.mark.parametrize("fixed", [10, 50])
def test_a_list_that_shrinks_meanwhile_withdraws_nothing(newsroom: Newsroom, db: Path, fixed: int) -> None:
    newsroom.fixed_rows = fixed
    newsroom.stories = make_stories(450)
    assert crawl(newsroom, db, *FIFTY, before=at(WEEKS[0])).status == 0
    gone = newsroom.stories[2].node
    newsroom.at_request(4, lambda server: server.remove(gone))
    done = crawl(newsroom, db, "--full", *FIFTY, before=at(WEEKS[1]))
    assert (done.status, done.summary["withdrawn"]) == (4, 0)
    assert "the list lost 1 results while it was read" in done.lines[-1]
    done = crawl(newsroom, db, "--full", *FIFTY, before=at(WEEKS[2]))
    assert (done.status, done.summary["withdrawn"]) == (0, 1)
    assert stored(db) == nodes(newsroom)
