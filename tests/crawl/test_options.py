"""The options of a crawl."""

from __future__ import annotations

from pathlib import Path

import pytest

from osce_news.crawl.options import CrawlOptions, listing_url
from osce_news.errors import BadInputError


def test_a_listing_is_asked_for_newest_first_and_with_many_rows() -> None:
    url = listing_url("https://www.osce.org/press-releases", 50)
    assert url == "https://www.osce.org/press-releases?page=0&rows=50&solrsort=ds_date+desc"


def test_filters_a_keyword_and_an_order_in_the_address_are_kept() -> None:
    url = listing_url(
        "https://www.osce.org/press-releases/human%20trafficking?filters=+im_taxonomy_vid_1%3A%2824%29"
        "&solrsort=score+desc&page=3&topic=1&topic=2",
        50,
    )
    assert "/press-releases/human%20trafficking?" in url
    assert "filters=+im_taxonomy_vid_1%3A%2824%29" in url
    assert "solrsort=score+desc" in url
    assert "page=3" in url
    assert url.endswith("&topic=1&topic=2")
    assert listing_url(url, 50) == url


def test_a_host_in_other_letters_is_the_one_that_is_requested() -> None:
    """Else the crawl takes its own requests for those of another site."""
    assert listing_url("https://Bücher.example/x", 50).startswith("https://xn--bcher-kva.example/x?")


@pytest.mark.parametrize(
    "address",
    ["", "osce.org", "ftp://osce.org/x", "https://", "https://a..b/", "https://x:99999/", "http://["],
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(BadInputError, match="not the address of a list"):
        listing_url(address, 50)


def test_a_link_to_an_archive_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """As of a disk that is not mounted."""
    (tmp_path / "archive").symlink_to("/nowhere")
    with pytest.raises(BadInputError, match="archive is a link to /nowhere, which does not exist"):
        CrawlOptions.parse(archive=tmp_path / "archive")


@pytest.mark.parametrize("host", ["www.osce.org", "a..b"])
def test_an_address_with_a_password_is_refused_without_repeating_it(host: str) -> None:
    with pytest.raises(BadInputError) as refused:
        CrawlOptions.parse(start_url=f"https://anna:secret77@{host}/press-releases")
    assert "secret77" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "is_all"),
    [
        ({}, True),
        ({"start_url": "https://www.osce.org/press-releases?rows=10&solrsort=score+desc"}, True),
        ({"start_url": "https://www.osce.org/press-releases?filters=+im_taxonomy_vid_3%3A17"}, False),
        ({"start_url": "https://www.osce.org/press-releases/human%20trafficking"}, False),
        ({"since": "2020-01-01"}, False),
        ({"until": "2030-01-01"}, False),
        ({"max_pages": "40"}, False),
    ],
)
def test_a_filter_a_keyword_a_period_or_a_number_of_pages_leave_a_part_of_the_list(
    given: dict[str, str], is_all: bool
) -> None:
    options = CrawlOptions.parse(**given)
    assert (options.is_unfiltered and not options.is_limited) is is_all


def test_options_are_read_from_text_as_scrapy_gives_them() -> None:
    options = CrawlOptions.parse(
        since="15 March 2022", until="2022-04-01", max_pages="3", rows="10", delay="0.5"
    )
    assert (options.since, options.until) == ("2022-03-15", "2022-04-01")
    assert (options.max_pages, options.rows, options.delay) == (3, 10, 0.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("since", "Friday"),
        ("until", "March 24"),
        ("max_pages", "0"),
        ("max_pages", "many"),
        ("rows", "51"),
        ("source", "feed"),
        ("rows", "0"),
        ("delay", "-1"),
        ("delay", "nan"),
        ("delay", "soon"),
    ],
)
def test_an_option_out_of_range_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(BadInputError, match=f"{name.replace('_', '-')}: "):
        CrawlOptions.parse(**{name: value})


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadInputError, match="is after"):
        CrawlOptions.parse(since="2022-02-01", until="2022-01-01")


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({}, ""),
        ({"db": "my news.db"}, " --db 'my news.db'"),
        (
            {"start_url": "https://www.osce.org/news?a=1&page=3"},
            " --start-url 'https://www.osce.org/news?a=1'",
        ),
        ({"source": "search", "db": "a.db"}, " --source search --db a.db"),
    ],
)
def test_the_full_crawl_to_type_names_the_list_and_the_database(
    given: dict[str, str], arguments: str
) -> None:
    assert CrawlOptions.parse(**given).full_crawl == f"osce-news crawl --full{arguments}"
