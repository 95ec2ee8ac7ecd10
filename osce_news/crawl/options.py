"""The options of a crawl, checked before the first request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from osce_news.errors import BadInputError
from osce_news.normalize import is_web_address
from osce_news.normalize.dates import check_period, date_option
from osce_news.site import LISTING_URL
from osce_news.urls import NEWEST_FIRST, is_whole_list, list_key

MAX_ROWS = 50  # results per page; the site is not known to give more
OVERLAP = 2  # pages in a row without news, after which an incremental crawl stops
_FLAGS = {"": True, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """The options of a crawl; dates as YYYY-MM-DD, `delay` in seconds."""

    start_url: str = LISTING_URL
    db: Path = Path("osce-news.db")
    since: str | None = None
    until: str | None = None
    max_pages: int | None = None
    rows: int = MAX_ROWS
    delay: float | None = None
    full: bool = False
    overlap: int = OVERLAP
    restart: bool = False
    accept: bool = False
    articles: bool = False
    max_articles: int | None = None
    archive: Path | None = None

    @classmethod
    def parse(
        cls,
        *,
        start_url: str | None = None,
        db: str | Path = "osce-news.db",
        since: str | None = None,
        until: str | None = None,
        max_pages: str | int | None = None,
        rows: str | int = MAX_ROWS,
        delay: str | float | None = None,
        full: str | bool = False,
        overlap: str | int = OVERLAP,
        restart: str | bool = False,
        accept: str | bool = False,
        articles: str | bool = False,
        max_articles: str | int | None = None,
        archive: str | Path | None = None,
    ) -> CrawlOptions:
        """Return the options from text values, as of `scrapy crawl -a`; raises BadInputError."""
        options = cls(
            start_url=listing_url(start_url or LISTING_URL, _positive_int(rows, "rows", most=MAX_ROWS)),
            db=Path(db),
            since=date_option(since, "since"),
            until=date_option(until, "until"),
            max_pages=None if max_pages is None else _positive_int(max_pages, "max-pages"),
            rows=_positive_int(rows, "rows", most=MAX_ROWS),
            delay=None if delay is None else delay_seconds(delay),
            full=_boolean(full, "full"),
            overlap=_positive_int(overlap, "overlap"),
            restart=_boolean(restart, "restart"),
            accept=_boolean(accept, "accept"),
            articles=_boolean(articles, "articles"),
            max_articles=None if max_articles is None else _positive_int(max_articles, "max-articles"),
            archive=Path(archive) if archive else None,
        )
        check_period(options.since, options.until)
        if options.max_articles is not None and not options.articles:
            raise BadInputError("--max-articles limits --articles: give both")
        return options

    @property
    def is_limited(self) -> bool:
        """Whether only a part of the list is crawled: items that are not seen may still be on it."""
        return bool(self.since or self.until or self.max_pages)

    @property
    def list_name(self) -> str:
        """The key of the list: its address without page, size and order."""
        return list_key(self.start_url)

    @property
    def run_name(self) -> str:
        """The list with the limits of the crawl, as stored with the run."""
        limits = {"since": self.since, "until": self.until, "max-pages": self.max_pages}
        suffix = ", ".join(f"{name} {value}" for name, value in limits.items() if value)
        return f"{self.list_name} ({suffix})" if suffix else self.list_name

    @property
    def is_whole_list(self) -> bool:
        """Whether the start address is that of a list without a filter or a keyword."""
        return is_whole_list(self.start_url)


def listing_url(start: str, rows: int) -> str:
    """Return the first address of a listing: newest first and `rows` per page, unless it says otherwise.

    >>> listing_url("https://www.osce.org/press-releases", 50)
    'https://www.osce.org/press-releases?page=0&rows=50&solrsort=ds_date+desc'
    """
    if not is_web_address(start.strip()):
        raise BadInputError(f"not the address of a listing: {start[:200]!r} (it begins with https://)")
    parts = urlsplit(start.strip())
    if "@" in parts.netloc:
        raise BadInputError("an address must not have a user name or a password: leave them out")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query = {"page": "0", "rows": str(rows), "solrsort": NEWEST_FIRST} | query
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))


def _positive_int(text: str | int, option: str, most: int | None = None) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1 or (most is not None and number > most):
        limit = f"from 1 to {most}" if most else "of at least 1"
        raise BadInputError(f"--{option}: {str(text)[:60]!r} is not a whole number {limit}")
    return number


def _boolean(text: str | bool, option: str) -> bool:
    if isinstance(text, bool):
        return text
    if (flag := _FLAGS.get(text.strip().lower())) is None:
        raise BadInputError(f"--{option}: {text[:60]!r} is neither 1 nor 0")
    return flag


def delay_seconds(text: str | float) -> float:
    """Return the delay between requests in seconds; raises BadInputError."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 3600:
        raise BadInputError(f"--delay: {str(text)[:60]!r} is not a number of seconds from 0 to 3600")
    return number
