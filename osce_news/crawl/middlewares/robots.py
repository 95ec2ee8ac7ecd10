"""The middleware that obeys robots.txt: its rules, its crawl-delay, and no requests if it can't be read."""

from __future__ import annotations

import logging
import re
from collections import Counter
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.utils.httpobj import urlparse_cached

from osce_news.crawl.failures import CrawlStoppedError, RobotsError, RobotsUnreachableError, cause_of

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

# The site measures from arrival to arrival, and one request may travel longer than the next.
_MARGIN, _MAX_MARGIN_S = 0.05, 0.05
MAX_CRAWL_DELAY_S = 3600.0  # a site that asks for a longer crawl-delay does not want to be crawled
MAX_ROBOTS_BYTES = 512 * 1024  # the rules after that are ignored; RFC 9309 asks for 500 KiB at least
_USER_AGENT = re.compile(rb"(?im)^([ \t]*user-?agent[ \t]*:[ \t]*)([a-z_-]+)[^\r\n]*")
_UNREADABLE = frozenset({401, 403, 408, 429})  # and 5xx; any other 4xx means that there are no rules


class StrictRobotsMiddleware(RobotsTxtMiddleware):
    """Fetches nothing if robots.txt can't be read, as RFC 9309 asks, and applies its crawl-delay.

    The middleware of Scrapy 2.19 lets everything through after a 5xx or a failed connection, and
    of the requests that wait for robots.txt, it lets all but the first two through. It ignores the
    crawl-delay. Here the longest one of the site's hosts counts, or DOWNLOAD_DELAY if that is longer.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._agent = str(crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"])
        self._unreadable: dict[str, IgnoreRequest] = {}
        self._received: Counter[Request] = Counter()  # bytes of each robots.txt
        crawler.signals.connect(self._bytes_received, signals.bytes_received)
        crawler.signals.connect(self.robots_parsed, signals.robots_parsed)

    async def process_request(  # type: ignore[override]  # Scrapy takes a request as well
        self, request: Request, spider: Spider | None = None
    ) -> Request | None:
        """Raise IgnoreRequest if robots.txt forbids the request, RobotsError if it can't be read."""
        if _is_robots(request):
            request.meta["download_maxsize"] = 0  # _bytes_received ends it
        try:
            await super().process_request(request)
        except CrawlStoppedError:
            return request  # back to the queue, see BackOffMiddleware
        return None

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Set the delay of the request's slot."""
        crawl_delay = robotparser.crawl_delay(self._agent)
        if not crawl_delay or self.crawler.engine is None:
            return
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        # The downloader drops a slot that is idle for a minute, and makes a new one from these settings.
        slot_settings = downloader.per_slot_settings.setdefault(key, {})
        delay = max(float(crawl_delay), self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        delay = max(delay + min(delay * _MARGIN, _MAX_MARGIN_S), slot_settings.get("delay", 0.0))
        slot_settings.update(delay=delay, concurrency=1, jitter=0)
        if slot := downloader.slots.get(key):
            slot.delay, slot.concurrency, slot.jitter = delay, 1, 0.0
        logger.info(
            "robots.txt asks for a crawl-delay of %g s; waiting %g s between requests", crawl_delay, delay
        )

    def _bytes_received(self, data: bytes, request: Request) -> None:
        if _is_robots(request):
            self._received[request] += len(data)
            if self._received[request] > MAX_ROBOTS_BYTES:
                raise StopDownload(fail=False)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the rules of the request's host; raises if they can't be fetched or obeyed."""
        await super().robot_parser(request)
        netloc = urlparse_cached(request).netloc
        if (reason := self._unreadable.get(netloc)) is not None:
            raise reason
        parser: RobotParser | None = self._parsers[netloc]  # type: ignore[assignment]  # awaited: no Deferred
        if parser is not None and (delay := parser.crawl_delay(self._agent) or 0) > MAX_CRAWL_DELAY_S:
            raise RobotsError(
                f"robots.txt asks for a crawl-delay of {delay:.0f} s, which is too long for a crawl, "
                "so nothing is fetched"
            )
        return parser

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        status = response.status
        if status >= 500 or status in _UNREADABLE:
            wait = response.meta.get("retry_after")
            why = f"status {status}" + (f", and asks to wait {wait:.0f} s" if wait else "")
            self._unreadable[netloc] = RobotsError(
                f"robots.txt can't be read ({why}), so nothing may be fetched"
            )
        body = response.body[:MAX_ROBOTS_BYTES]
        if len(body) < len(response.body):
            body = body[: body.rfind(b"\n") + 1]
        # An error's text holds no rules.
        response = response.replace(body=b"" if status >= 400 else _with_product_tokens(body))
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, CrawlStoppedError):
            self._unreadable[netloc] = exc
        elif isinstance(exc, IgnoreRequest):  # such as a redirect to another site
            self._unreadable[netloc] = RobotsError(
                f"robots.txt can't be read ({exc}), so nothing may be fetched"
            )
        else:
            self._unreadable[netloc] = RobotsUnreachableError(f"robots.txt can't be fetched: {cause_of(exc)}")
        super()._robots_error(exc, netloc)


def _is_robots(request: Request) -> bool:
    return bool(request.meta.get("dont_obey_robotstxt"))


def _with_product_tokens(robots: bytes) -> bytes:
    r"""Return robots.txt with each user agent cut to its product token (RFC 9309, 2.2.1).

    >>> _with_product_tokens(b"User-agent: OSCE-News/0.1 (+https://a.example)\nDisallow: /")
    b'User-agent: OSCE-News\nDisallow: /'
    """
    return _USER_AGENT.sub(rb"\1\2", robots)
