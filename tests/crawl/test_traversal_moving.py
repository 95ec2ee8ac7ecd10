"""The traversal through a list that moves while it is read, and through one that holds items twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from osce_news.pages.page_facts import PageFacts
from tests.crawl.moving import LISTING, Crawler, MovingList, identifier, rows_of


@given(st.integers(0, 400), st.integers(1, 50), st.booleans())
def test_a_list_that_stands_still_is_read_whole(length: int, rows: int, pager: bool) -> None:
    crawler = Crawler(MovingList(pager=pager).grow(length), rows=rows)
    done = crawler.crawl()
    assert done.problems == []
    assert done.has_read_all
    assert crawler.seen == {identifier(key) for key in crawler.site.items}
    assert crawler.requests <= 3 + 2 * length / rows


def move_at_random(site: MovingList, rng: random.Random, most: int, *, twice: bool = True) -> None:
    for _ in range(rng.randint(0, most)):
        place = rng.randrange(10_000)
        moves: dict[str, Callable[[], object]] = {
            "insert on top": partial(site.insert, 0),
            "insert": partial(site.insert, place),
            "remove": partial(site.remove, place),
            "remove on top": partial(site.remove, place % 10),
            "edit": partial(site.edit, place),
            "nothing": lambda: None,
        }
        if twice and rng.random() < 0.2:  # seldom, or the list grows faster than it is read
            moves["list twice"] = partial(site.repeat, place, rng.randint(1, 60))
        moves[rng.choice(list(moves))]()


def moved_at_random(
    site: MovingList, rng: random.Random, most: int, *, twice: bool = True
) -> tuple[set[str], Callable[[], None]]:
    """Return the items that are on the list throughout, and a function that moves the list."""
    throughout = {identifier(key) for key in site.items}

    def move() -> None:
        move_at_random(site, rng, most, twice=twice)
        throughout.intersection_update(identifier(key) for key in site.items)

    return throughout, move


@settings(max_examples=120)
@given(st.integers(0, 150), st.integers(11, 50), st.integers(0, 6), st.integers(0, 2**32), st.booleans())
@example(
    length=141, rows=11, most=5, seed=803, pager=False
)  # five pages without news, all of them read before
def test_a_moving_list_is_read_or_partial(length: int, rows: int, most: int, seed: int, pager: bool) -> None:
    rng = random.Random(seed)
    site = MovingList(pager=pager).grow(length)
    crawler = Crawler(site, rows=rows)
    throughout, move = moved_at_random(site, rng, most)
    done = crawler.crawl(move)
    assert throughout <= crawler.seen or not done.has_read_all
    assert done.has_read_all == (not done.problems)


@settings(max_examples=60)
@given(st.integers(0, 300), st.integers(11, 50), st.integers(0, 6), st.integers(0, 2**32))
@example(length=299, rows=24, most=6, seed=24)
def test_so_is_one_whose_traversal_is_resumed(length: int, rows: int, most: int, seed: int) -> None:
    rng = random.Random(seed)
    site = MovingList().grow(length)
    crawler = Crawler(site, rows=rows)
    throughout, move = moved_at_random(site, rng, most)
    for _ in range(rng.randint(1, 8)):
        crawler.crawl(move, stop_after=rng.randint(0, 6))
        for _ in range(rng.choice((0, 0, 1, 20, 120))):
            site.insert(0)
    done = crawler.crawl(move)
    assert throughout <= crawler.seen or not done.has_read_all


def test_no_list_of_any_pages_ends_whole_too_early_while_items_are_added() -> None:
    """With a page size of its own or not, with links or not, with and without pinned items."""
    whole = 0
    for seed in range(500):
        rng = random.Random(seed)
        site = MovingList(
            largest=rng.choice((50, rng.randint(12, 49))),
            fixed=rng.choice((None, rng.randint(5, 100))),
            pager=rng.random() < 0.5,
            names_last=rng.random() < 0.5,
            pinned=rng.choice((0, 1, 3)),
            pinned_on_each=rng.random() < 0.5,
            beyond_end=rng.choice(("empty", "last", "gone")),
        ).grow(rng.randint(0, 400))
        crawler, throughout = Crawler(site), {identifier(key) for key in site.items}

        def move(site: MovingList = site, rng: random.Random = rng) -> None:
            if rng.random() < 0.1:
                site.insert(0)

        done = crawler.crawl(move)
        assert throughout <= crawler.seen or not done.has_read_all, seed
        whole += done.has_read_all
    assert whole == 500


@pytest.mark.parametrize("pager", [True, False])
def test_a_page_of_the_top_that_is_once_sent_instead_of_another_is_no_part_of_the_list(pager: bool) -> None:
    site = MovingList(pager=pager).grow(1_203)
    crawler = Crawler(site)
    right = site.read

    def read(url: str) -> PageFacts:
        page = right(url)
        if crawler.requests != 15:
            return page
        return replace(page, keys=right(f"{LISTING}?page=0&rows={rows_of(url)}").keys)

    site.read = read  # type: ignore[method-assign]
    done = crawler.crawl()
    assert crawler.seen == {identifier(key) for key in site.items}
    assert done.has_read_all


def test_a_list_that_has_items_twice_is_read_whole() -> None:
    """The site does that, and each full crawl would be partial forever."""
    whole = 0
    for seed in range(300):
        rng = random.Random(seed)
        crawler = Crawler(MovingList().grow(rng.randint(60, 400)), rows=rng.randint(16, 50))
        for _ in range(rng.randint(1, 10)):
            crawler.site.repeat(rng.randint(0, 10_000), rng.randint(1, 30))
        done = crawler.crawl()
        assert crawler.seen == {identifier(key) for key in crawler.site.items}
        whole += done.has_read_all
    assert whole >= 290  # the others: copies too near to one another for a look at each


@pytest.mark.parametrize("most", [1, 3])
def test_a_list_that_moves_now_and_then_is_made_whole(most: int) -> None:
    """Re-reading mends what the usual movements break, so that few runs are partial."""
    whole = 0
    for seed in range(50):
        rng = random.Random(seed)
        site = MovingList().grow(500)
        crawler = Crawler(site)
        throughout, move = moved_at_random(site, rng, most, twice=False)
        done = crawler.crawl(move)
        whole += done.has_read_all
        assert throughout <= crawler.seen
    assert whole >= 45  # the others: something was inserted behind the reader's back, so it says partial


@pytest.mark.parametrize("pager", [True, False])
@pytest.mark.parametrize(
    ("length", "pages", "first", "removed"),
    [(230, 2, 0, 120), (120, 1, 0, 48), (60, 1, 0, 30), (700, 5, 100, 200)],
)
def test_a_list_that_loses_many_results_at_once_is_not_whole_unless_all_others_were_read(
    length: int, pages: int, first: int, removed: int, pager: bool
) -> None:
    crawler = Crawler(MovingList(pager=pager).grow(length))

    def move() -> None:
        if crawler.requests == pages:
            del crawler.site.items[first : first + removed]

    done = crawler.crawl(move)
    assert {identifier(key) for key in crawler.site.items} <= crawler.seen or not done.has_read_all


def test_a_result_that_jumps_over_the_border_is_found() -> None:
    """Removed above what was read last: with pages that do not overlap, one result would be lost."""
    site = MovingList().grow(200)
    crawler = Crawler(site)
    removed = iter([False, True, False, False, False, False, False, False])
    throughout = {identifier(key) for key in site.items[1:]}
    done = crawler.crawl(lambda: site.remove(0) if next(removed) else None)
    assert done.has_read_all
    assert throughout <= crawler.seen


def test_a_traversal_goes_on_where_it_was_killed_shifted_by_what_is_new() -> None:
    site = MovingList().grow(1000)
    crawler = Crawler(site)
    crawler.crawl(stop_after=15)
    for _ in range(70):
        site.insert(0)
    before = crawler.requests
    done = crawler.crawl()
    assert done.has_read_all
    assert crawler.seen == {identifier(key) for key in site.items}
    assert crawler.requests - before < 15


@given(st.integers(1, 400), st.integers(1, 50))
def test_a_site_that_gives_pages_of_its_own_size_is_read_by_its_links(length: int, fixed: int) -> None:
    crawler = Crawler(MovingList(fixed=fixed).grow(length))
    done = crawler.crawl()
    assert crawler.seen == {identifier(key) for key in crawler.site.items}
    assert done.problems == []
    assert crawler.requests <= length / fixed + 16


@pytest.mark.parametrize("fixed", [10, 20, 25])
@pytest.mark.parametrize("on_each", [False, True])
def test_so_is_one_whose_second_page_joins_by_chance(fixed: int, on_each: bool) -> None:
    """A pinned item makes the page one longer, and a new one moves the list down."""

    def move() -> None:
        if crawler.requests == 1:
            crawler.site.grow(1)

    crawler = Crawler(MovingList(fixed=fixed, pinned=1, pinned_on_each=on_each, names_last=False).grow(400))
    crawler.crawl(move)
    assert crawler.seen >= {identifier(key) for key in crawler.site.items[1:]}


@given(st.integers(1, 300), st.integers(1, 49))
def test_a_site_with_a_smaller_largest_page_is_read_whole(length: int, largest: int) -> None:
    crawler = Crawler(MovingList(largest=largest).grow(length))
    done = crawler.crawl()
    assert done.problems == []
    assert crawler.seen == {identifier(key) for key in crawler.site.items}
