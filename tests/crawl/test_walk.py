"""The walk from page to page, without a network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.walk import Walk, newest_first, page_number, same_site
from osce_news.errors import PartialError
from osce_news.pages.listing import PagerLink

LISTING = "https://www.osce.org/press-releases"
NO_LINKS = PagerLink(None, None)


def walk(**options: object) -> Walk:
    return Walk(CrawlOptions.parse(start_url=LISTING, **options))  # type: ignore[arg-type]


def page(number: int) -> str:
    return f"{LISTING}?page={number}&rows=50"


def pager(here: int, last: int) -> PagerLink:
    return PagerLink(page(here + 1), page(last)) if here < last else NO_LINKS


@given(st.integers(0, 40))
def test_every_page_is_read_once_and_in_order(last: int) -> None:
    steps = walk()
    url: str | None = steps.start
    seen = []
    while url is not None:
        here = page_number(url)
        assert here is not None
        seen.append(here)
        url = steps.next(url, pager(here, last), [])
    assert seen == list(range(last + 1))
    assert steps.pages == last + 1


def test_the_number_of_pages_is_known_from_the_pager() -> None:
    steps = walk()
    assert steps.total is None
    steps.next(steps.start, pager(0, 559), [])
    assert steps.total == 560


def test_max_pages_ends_the_walk_and_the_total() -> None:
    steps = walk(max_pages=2)
    assert steps.next(steps.start, pager(0, 9), []) == page(1)
    assert steps.total == 2
    assert steps.next(page(1), pager(1, 9), []) is None


def test_since_ends_the_walk_after_a_page_that_lies_before_it_as_a_whole() -> None:
    steps = walk(since="2022-03-01")
    assert steps.next(steps.start, pager(0, 9), ["2 March 2022", "27 February 2022"]) == page(1)
    assert steps.next(page(1), pager(1, 9), ["28 February 2022", None, "someday"]) is None


def test_since_does_not_end_a_walk_by_a_page_without_a_known_date() -> None:
    steps = walk(since="2022-03-01")
    assert steps.next(steps.start, pager(0, 9), [None, "someday"]) == page(1)


def test_since_does_not_end_a_walk_through_a_list_in_another_order() -> None:
    steps = Walk(CrawlOptions.parse(start_url=f"{LISTING}?solrsort=score+desc", since="2022-03-01"))
    assert steps.next(steps.start, pager(0, 9), ["1 January 2001"]) == page(1)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (PagerLink(None, page(9)), "links to no next page"),
        (PagerLink(page(3), page(9)), "read before"),
        (PagerLink(page(2), page(9)), "read before"),
        (PagerLink("https://example.org/?page=4", page(9)), "another site"),
    ],
)
def test_a_pager_that_leads_astray_makes_the_walk_partial(link: PagerLink, said: str) -> None:
    with pytest.raises(PartialError, match=said):
        walk().next(page(3), link, [])


def test_a_pager_without_numbers_that_leads_in_a_circle_makes_the_walk_partial() -> None:
    steps = walk()
    assert steps.next(f"{LISTING}?start=a", PagerLink(f"{LISTING}?start=b", None), []) is not None
    with pytest.raises(PartialError, match="read before"):
        steps.next(f"{LISTING}?start=b", PagerLink(f"{LISTING}?start=a", None), [])


def test_a_site_is_a_host_with_or_without_www_and_its_parts() -> None:
    assert same_site("http://osce.org/x", LISTING)
    assert same_site("https://d6.web.osce.org/x", LISTING)
    assert not same_site("https://notosce.org/x", LISTING)
    assert not same_site("https://osce.org.example.com/x", LISTING)


def test_a_page_number_is_a_whole_number_or_unknown() -> None:
    assert page_number(page(12)) == 12
    assert page_number(LISTING) is None
    assert page_number(f"{LISTING}?page=x") is None
    assert page_number(f"{LISTING}?page={'9' * 5000}") is None


def test_the_order_of_the_list_is_read_from_its_address() -> None:
    assert newest_first(f"{LISTING}?solrsort=ds_date%20desc")
    assert not newest_first(LISTING)
