"""What the addresses of the site say."""

from __future__ import annotations

from osce_news.urls import LISTING_URL, newest_first, page_number, same_site, with_page


def test_a_site_is_a_host_with_or_without_www_and_its_parts() -> None:
    assert same_site("http://osce.org/x", LISTING_URL)
    assert same_site("https://d6.web.osce.org/x", LISTING_URL)
    assert not same_site("https://notosce.org/x", LISTING_URL)
    assert not same_site("https://osce.org.example.com/x", LISTING_URL)


def test_all_hosts_of_the_osce_are_one_site() -> None:
    assert same_site(LISTING_URL, "https://odihr.osce.org/news")
    assert same_site("https://moldova.osce.org/node/1", "https://odihr.osce.org/news")
    assert not same_site("https://odihr.osce.org/node/1", "https://example.org/news")


def test_a_page_number_is_a_whole_number_or_unknown() -> None:
    assert page_number(f"{LISTING_URL}?page=12&rows=50") == 12
    assert page_number(LISTING_URL) is None
    assert page_number(f"{LISTING_URL}?page=x") is None
    assert page_number(f"{LISTING_URL}?page={'9' * 5000}") is None


def test_another_page_of_a_list_keeps_the_other_parameters_also_if_one_is_there_twice() -> None:
    url = f"{LISTING_URL}?topic=1&page=3&topic=2&rows=10&page=4&solrsort="
    assert with_page(url, 5, 50) == f"{LISTING_URL}?page=5&rows=50&topic=1&topic=2&solrsort="


def test_the_order_of_the_list_is_read_from_its_address() -> None:
    assert newest_first(f"{LISTING_URL}?solrsort=ds_date%20desc")
    assert not newest_first(LISTING_URL)
