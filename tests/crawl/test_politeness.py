"""How long is waited, when it is given up, what the receipt says: without a network."""

from __future__ import annotations

import asyncio
import random
import string
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Spider
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Request, Response
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.test import get_crawler

from osce_news.crawl import settings
from osce_news.crawl.failures import OffsiteError
from osce_news.crawl.middlewares.http import OneSiteMiddleware
from osce_news.crawl.middlewares.retry import (
    MAX_RETRY_AFTER_S,
    BackOffMiddleware,
    retry_after,
)
from osce_news.crawl.middlewares.robots import StrictRobotsMiddleware
from osce_news.crawl.spiders.base import PoliteSpider

OURS = (
    "RETRY_TIMES",
    "RETRY_HTTP_CODES",
    "BACK_OFF_BASE",
    "BACK_OFF_MAX",
    "RETRY_AFTER_MAX",
    "CIRCUIT_BREAKER",
)
NOON = datetime(2024, 8, 5, 12, 0, 0, tzinfo=UTC)
DATES = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2900, 1, 1)).map(
    lambda date: date.replace(microsecond=0, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("3", 3.0),
        (" 120 ", 120.0),
        ("86400", 86400.0),
        ("9" * 5000, MAX_RETRY_AFTER_S),
        ("Mon, 05 Aug 2024 12:01:00 GMT", 61.0),
        ("Monday, 05-Aug-24 12:01:00 GMT", 61.0),
        ("Mon Aug  5 12:01:00 2024", 61.0),
        ("Mon, 05 Aug 2024 14:01:00 +0200", 61.0),
        ("Mon, 05 Aug 2024 12:00:00 GMT", 1.0),
        ("Fri, 05 Aug 2124 12:00:00 GMT", MAX_RETRY_AFTER_S),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, seconds: float) -> None:
    assert retry_after(value, NOON) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "-1", "+5", "1.5", "1e3", "0x10", "5 s", "5 minutes", "soon", "1, 2", "\u00b2", "\u0665"),
        "Mon, 05 Aug 2024 11:59:59 GMT",
        "Mon, 35 Aug 2024 12:00:00 GMT",
        "Mon, 05 Aug 99999 12:00:00 GMT",
        "Mon, 05 Aug 2024 12:00:00 +9999999",
        "2024-08-05T13:00:00Z",
    ],
)
def test_what_is_no_time_to_come_asks_for_nothing(value: str | None) -> None:
    assert retry_after(value, NOON) is None


@given(now=DATES, wait=st.integers(0, 10**7), hours=st.integers(-12, 14))
def test_a_date_is_waited_for_by_the_clock_that_made_it(now: datetime, wait: int, hours: int) -> None:
    until = (now + timedelta(seconds=wait)).astimezone(timezone(timedelta(hours=hours)))
    assert retry_after(format_datetime(until), now) == wait + 1


@given(st.text() | st.text(string.digits + "+-:. ,GMTJanMon", max_size=40), DATES)
def test_any_text_asks_for_nothing_or_for_a_year_at_most(value: str, now: datetime) -> None:
    assert 0 <= (retry_after(value, now) or 0) <= MAX_RETRY_AFTER_S


class Slot(SimpleNamespace):
    """What is used of Scrapy's."""

    lastseen = 0.0


class Downloader:
    """What is used of Scrapy's."""

    def __init__(self) -> None:
        self.slots: dict[str, Slot] = {}
        self.per_slot_settings: dict[str, dict[str, Any]] = {}

    def get_slot_key(self, request: Request) -> str:
        return str(request.meta["download_slot"])


def crawler_with(downloader: Downloader, **settings: object) -> Any:
    crawler: Any = get_crawler(settings_dict={"ROBOTSTXT_OBEY": True, **settings})
    crawler.engine = SimpleNamespace(downloader=downloader)
    return crawler


def robots(text: str) -> ProtegoRobotParser:
    return ProtegoRobotParser(text.encode(), None)


@pytest.mark.parametrize(("asked", "delay"), [("20", 20.05), ("3", 10.05), ("1.5e1", 15.05), ("600", 600.05)])
def test_the_longer_of_robots_txt_and_the_setting_counts(asked: str, delay: float) -> None:
    """And a little more, since the site counts from arrival to arrival."""
    downloader = Downloader()
    downloader.slots["site"] = Slot(delay=10.0, concurrency=8, jitter=0.5)
    middleware = StrictRobotsMiddleware(crawler_with(downloader, DOWNLOAD_DELAY=10))
    request = Request("http://www.site/a", meta={"download_slot": "site"})
    middleware.robots_parsed(robots(f"User-agent: *\nCrawl-delay: {asked}\n"), request)
    assert vars(downloader.slots["site"]) == {"delay": delay, "concurrency": 1, "jitter": 0.0}
    assert downloader.per_slot_settings["site"] == {"delay": delay, "concurrency": 1, "jitter": 0}


def test_the_longest_crawl_delay_of_the_hosts_of_a_site_counts() -> None:
    downloader = Downloader()
    middleware = StrictRobotsMiddleware(crawler_with(downloader))
    for asked in ("30", "5"):
        request = Request("http://any.site/a", meta={"download_slot": "site"})
        middleware.robots_parsed(robots(f"User-agent: *\nCrawl-delay: {asked}\n"), request)
    assert downloader.per_slot_settings["site"]["delay"] == 30.05


@pytest.mark.parametrize("text", ["", "User-agent: *\nCrawl-delay: -5", "User-agent: *\nCrawl-delay: nan"])
def test_without_a_crawl_delay_the_setting_stays(text: str) -> None:
    downloader = Downloader()
    request = Request("http://site/a", meta={"download_slot": "site"})
    StrictRobotsMiddleware(crawler_with(downloader)).robots_parsed(robots(text), request)
    assert downloader.per_slot_settings == {}


def back_off_middleware(downloader: Downloader) -> BackOffMiddleware:
    crawler = crawler_with(downloader, **{name: getattr(settings, name) for name in OURS})
    crawler.spider = Spider.from_crawler(crawler, "any")
    return BackOffMiddleware.from_crawler(crawler)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What we said ourselves, and not Scrapy."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("osce_news")]


@pytest.mark.parametrize(("chance", "waits"), [(0.0, "20.0 40.0 80.0"), (1.0, "30.0 60.0 120.0")])
def test_the_delay_in_force_is_what_doubles_and_chance_adds_to_it(
    chance: float, waits: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(random, "random", lambda: chance)
    caplog.set_level("INFO", "osce_news")
    downloader = Downloader()
    downloader.slots["site"] = Slot(delay=10.0)
    middleware = back_off_middleware(downloader)
    request: Any = Request("http://site/a", meta={"download_slot": "site"})
    for _ in range(3):
        request = middleware.process_response(request, Response("http://site/a", status=503))
    assert said(caplog) == [
        f"http://site/a: status 503; retry {number} of 3 in {wait} s"
        for number, wait in enumerate(waits.split(), start=1)
    ]


def test_a_host_without_an_address_had_no_request_and_needs_no_rest(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "osce_news")
    downloader = Downloader()
    downloader.slots["site"] = Slot(delay=10.0)
    request = Request("http://site/a", meta={"download_slot": "site"})
    again = back_off_middleware(downloader).process_exception(request, CannotResolveHostError())
    assert isinstance(again, Request)
    assert float(said(caplog)[0].split()[-2]) <= 0.3
    assert said(caplog)[0].startswith("http://site/a: no such host, or no network: check ")


def test_the_announced_wait_includes_the_crawl_delay(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "osce_news")
    downloader = Downloader()
    downloader.slots["site"] = slot = Slot(delay=1000.0)
    slot.lastseen = monotonic()
    request = Request("http://site/a", meta={"download_slot": "site"})
    back_off_middleware(downloader).process_exception(request, CannotResolveHostError())
    assert 500 < float(said(caplog)[0].split()[-2]) <= 1000


@pytest.mark.parametrize(("meta", "lines"), [({}, 1), ({"retry_times": 1}, 0)])
def test_the_crawl_delay_is_told_unless_the_wait_for_a_retry_was(
    caplog: pytest.LogCaptureFixture, meta: dict[str, Any], lines: int
) -> None:
    caplog.set_level("INFO", "osce_news")
    downloader = Downloader()
    downloader.slots["site"] = Slot(delay=1000.0, lastseen=monotonic())
    middleware = back_off_middleware(downloader)
    crawler: Any = middleware.crawler
    crawler.crawling = crawler.engine.running = True
    waiting = middleware.process_request(Request("http://site/a", meta={"download_slot": "site"} | meta))
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(waiting, 0.1))
    assert len(said(caplog)) == lines


def one_site() -> OneSiteMiddleware:
    crawler: Any = get_crawler()
    crawler.spider = Spider("any", allowed_domains=["osce.org"])
    middleware = OneSiteMiddleware.from_crawler(crawler)
    middleware.spider_opened(crawler.spider)
    return middleware


@pytest.mark.parametrize("host", ["osce.org", "www.osce.org", "polis.osce.org:8080"])
def test_all_hosts_of_a_site_share_one_clock(host: str) -> None:
    """Also when the request was led there from elsewhere and has the slot of where it came from."""
    request = Request(f"http://{host}/a", meta={"download_slot": "elsewhere"})
    one_site().process_request(request)
    assert request.meta["download_slot"] == "osce.org"


@pytest.mark.parametrize("dont_filter", [False, True])
def test_another_site_is_not_asked_not_even_by_a_request_that_was_tried_again(dont_filter: bool) -> None:
    with pytest.raises(OffsiteError):
        one_site().process_request(Request("http://notosce.org/a", dont_filter=dont_filter))


def polite_spider(downloader: Downloader) -> PoliteSpider:
    class AnySpider(PoliteSpider):
        name, options = "any", SimpleNamespace(delay=None)

        def spider_error(self, failure: object) -> None:
            pass

    return AnySpider.from_crawler(crawler_with(downloader))


def test_the_receipt_adds_up_what_scrapy_counted() -> None:
    spider = polite_spider(Downloader())
    assert set(spider.request_counts().values()) == {0, None}
    stats: Any = spider.crawler.stats
    for name, value in {
        "downloader/request_count": 7,
        "downloader/response_bytes": 12_000,
        "retry/count": 3,
        "back_off/count": 4,
        "back_off/seconds": 1.5,
    }.items():
        stats.set_value(name, value)
    assert spider.request_counts() == {
        "requests": 7, "bytes": 12_000, "retries": 3, "back_offs": 4, "waited_s": 1.5, "smallest_gap_s": None,
    }  # fmt: skip
    spider.count_from_0()
    stats.inc_value("retry/count")
    assert spider.request_counts()["retries"] == 1


def test_the_smallest_gap_is_that_between_departures_and_that_of_the_present_run() -> None:
    downloader = Downloader()
    spider = polite_spider(downloader)
    request = Request("http://site/a", meta={"download_slot": "site"})
    gaps = []
    for time in (100.0, 112.0, 123.0, 140.0, 145.0):
        if time == 140.0:
            spider.count_from_0()
        downloader.slots["site"] = Slot(lastseen=time)
        spider.request_left(request)
        gaps.append(spider.request_counts()["smallest_gap_s"])
    assert gaps == [None, 12.0, 11.0, 17.0, 5.0]
