"""Crawls of lists of cards over HTTP: on one page, on several, and filled by a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from osce_news.urls import page_number
from tests.crawl.over_http.crawling import ROBOTS, crawl, rows
from tests.helpers import slow
from tests.newsroom import Newsroom, Reply, faults, make_stories
from tests.newsroom.cards import render_cards

STORIES = make_stories(220)


@pytest.mark.parametrize("count", [220, *slow(50, 35)])
def test_a_list_on_one_page_without_a_pager_is_whole(tmp_path: Path, count: int) -> None:
    db = tmp_path / "osce.db"
    with Newsroom(
        STORIES[:count], robots=ROBOTS, markup="teaser-link", fixed_rows=count, etags=True
    ) as newsroom:
        first = crawl(newsroom, db)
        assert (first.status, first.summary["new"], first.summary["pages"]) == (0, count, 1), first.errors
        again = crawl(newsroom, db)
        assert (again.status, again.summary["pages"], again.summary["changed"]) == (0, 1, 0), again.errors
        newsroom.remove(STORIES[3].node)
        newsroom.fixed_rows = count - 1
        full = crawl(newsroom, db, "--full")
    assert (full.status, full.summary["withdrawn"]) == (0, 1), full.errors
    assert rows(db, "SELECT id FROM items WHERE withdrawn IS NOT NULL") == [(str(STORIES[3].node),)]


def test_items_of_cards_without_dates_get_them_from_their_own_pages(tmp_path: Path) -> None:
    db = tmp_path / "osce.db"
    with Newsroom(STORIES[:30], robots=ROBOTS, markup="teaser-link", dates="none") as newsroom:
        crawl(newsroom, db)
        assert rows(db, "SELECT count(*), count(published) FROM items") == [(30, 0)]
        crawl(newsroom, db, "--articles")
        crawl(newsroom, db, "--full")
    days = rows(db, "SELECT published FROM items ORDER BY published DESC")
    assert days == sorted(((str(one.published),) for one in STORIES[:30]), reverse=True)
    assert rows(db, "SELECT mode, seen, articles FROM runs") == [
        ("full", 30, 0), ("incremental", 18, 0), ("articles", 0, 30), ("full", 30, 0)
    ]  # fmt: skip
    assert rows(db, "SELECT count(*) FROM revisions") == [(0,)]


def test_a_list_that_a_script_fills_is_named_as_such(tmp_path: Path) -> None:
    page = b"""<html><head><script src="/typesense.min.js"></script></head>
        <body><h1>News</h1><div id="search"></div></body></html>"""
    with Newsroom(STORIES[:9], robots=ROBOTS) as newsroom:
        newsroom.fail(faults.listing, faults.always(Reply(body=page)))
        done = crawl(newsroom, tmp_path / "osce.db")
    assert done.status == 3
    (line,) = done.lines
    assert "the list is filled by a script from the search service; run with --source search" in line


BUTTON = '<div class="more"><button type="button">Load more</button></div>'


def card_page(first: int, last: int, below: str = "") -> bytes:
    """A page of cards without a pager, with something below them."""
    return render_cards(STORIES[first:last], "views-row").replace("</main>", f"{below}</main>").encode()


@pytest.mark.parametrize(
    ("below", "least"),
    [(BUTTON, 13), ("<p>Showing 1–12 of 1,340 results</p>", 1340), ("<p>Results: 12</p>", 0)],
)
def test_a_list_that_says_that_it_is_longer_than_its_page_is_not_complete(
    tmp_path: Path, below: str, least: int
) -> None:
    with Newsroom(STORIES, robots=ROBOTS) as newsroom:
        newsroom.fail(faults.listing, faults.always(Reply(body=card_page(0, 12, below))))
        done = crawl(newsroom, tmp_path / "osce.db")
    assert (done.status, done.summary["new"]) == (4 if least else 0, 12), done.errors
    if least:
        says = f"shows 12 results and says that there are more, at least {least}, but links no page with them"
        assert says in done.summary["message"]


@pytest.mark.parametrize("header", [False, True])
def test_pages_behind_a_button_or_a_link_header_are_read(tmp_path: Path, header: bool) -> None:
    def answer(exchange: faults.Exchange) -> None:
        number = page_number(f"http://a.example{exchange.path}") or 0
        first, is_last = number * 12, number == 2
        link = "http://[" if is_last else f"?page={number + 1}"  # not an address after the last page
        headers = {"Link": f'</robots.txt>; rel="help", <{link}>; title="a, b"; rel="prefetch next"'}
        exchange.reply(
            Reply(
                body=card_page(first, first + (6 if is_last else 12), "" if is_last or header else BUTTON),
                headers=headers if header else {},
            )
        )

    with Newsroom(STORIES, robots=ROBOTS) as newsroom:
        newsroom.fail(faults.listing, answer)
        done = crawl(newsroom, tmp_path / "osce.db")
    assert (done.status, done.summary["new"]) == (0, 30), (done.errors, newsroom.paths)


def test_a_last_page_with_a_single_card_below_its_date_completes_the_list(tmp_path: Path) -> None:
    with Newsroom(STORIES[:25], robots=ROBOTS, markup="teaser-link", fixed_rows=12) as newsroom:
        done = crawl(newsroom, tmp_path / "osce.db")
    assert (done.status, done.summary["new"]) == (0, 25), done.errors
