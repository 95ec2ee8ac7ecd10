"""The options of a crawl, checked before the first request.

Each option is a field of `CrawlOptions` and defined only there: `osce-news crawl` and `scrapy crawl -a` take
their names from it.
"""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from osce_news.errors import BadInputError, command_line
from osce_news.normalize import is_web_address
from osce_news.normalize.dates import date_option, period_options
from osce_news.normalize.list_names import list_name
from osce_news.search_query import SEARCH_URL, search_base, search_key
from osce_news.urls import LISTING_URL, NEWEST_FIRST, is_unfiltered, list_key, without_user

MAX_ROWS = 50  # results per page; the site is not known to give more
SOURCES = ("auto", "list", "search")
_FLAGS = {"": True, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _text(value: Any, option: str) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise BadInputError(f"--{option}: {str(value)[:60]!r} is not a text")
    return value


def _addresses(value: Any, option: str) -> tuple[str, ...]:
    """Return the addresses in a list of texts, or in one text with white space or commas between them."""
    texts = re.split(r"[\s,]+(?=https?://)", value.strip()) if isinstance(value, str) else value
    if not isinstance(texts, list | tuple):
        raise BadInputError(f"--{option}: {str(value)[:60]!r} is not an address, and not a list of addresses")
    return tuple(_text(text, option) for text in texts)


def _folder(value: Any, option: str) -> Path:
    if value == "":
        raise BadInputError(f"--{option}: the path is empty")
    path = value if isinstance(value, Path) else Path(_text(value, option))
    if str(value).startswith(("http://", "https://")):
        raise BadInputError(f"--{option}: {value} is an address, not a folder")
    if path.exists() and not path.is_dir():
        raise BadInputError(f"--{option}: {path} is a file, not a folder")
    if path.is_symlink() and not path.exists():  # such as one on a disk that is not mounted
        raise BadInputError(f"--{option}: {path} is a link to {path.readlink()}, which does not exist")
    return path


def _date(value: Any, option: str) -> str | None:
    return date_option(str(value), option)


def _count(value: Any, option: str, most: int | None = None) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if number < 1 or (most is not None and number > most):
        limit = f"from 1 to {most}" if most else "of at least 1"
        raise BadInputError(f"--{option}: {str(value)[:60]!r} is not a whole number {limit}")
    return number


def _flag(value: Any, option: str) -> bool:
    if (flag := _FLAGS.get(str(value).strip().lower())) is None:
        raise BadInputError(f"--{option}: {str(value)[:60]!r} is neither 1 nor 0")
    return flag


def _source(value: Any, option: str) -> str:
    if value not in SOURCES:
        raise BadInputError(f"--{option}: {str(value)[:60]!r} is not one of {', '.join(SOURCES)}")
    return str(value)


def _names(value: Any, option: str) -> tuple[str, ...]:
    parts = value if isinstance(value, list | tuple) else _text(value, option).split(",")
    names = tuple(name for part in parts if (name := _text(part, option).strip()))
    if any("`" in name for name in names):
        raise BadInputError(f"--{option}: no type has a '`' in its name")
    return names


def delay_seconds(value: Any, option: str = "delay") -> float:
    """Return the delay between requests in seconds; raises BadInputError."""
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 3600:
        raise BadInputError(f"--{option}: {str(value)[:60]!r} is not a number of seconds from 0 to 3600")
    return number


def _option(
    parse: Callable[[Any, str], Any],
    metavar: str | None,
    text: str,
    *,
    default: Any = None,
    is_secret: bool = False,
    **click: Any,
) -> Any:
    """Return a field for an option: `parse` checks a value, `metavar` is None for a flag.

    `click` holds further arguments of `click.option`. A secret is never shown or recorded.
    """
    text += f"  [default: {default}]" if default else ""
    settings = {"metavar": metavar, "is_flag": metavar is None, "help": text} | click
    metadata = {"parse": parse, "click": settings, "is_secret": is_secret}
    return dataclasses.field(default=default, repr=not is_secret, metadata=metadata)


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """The options of a crawl; dates as YYYY-MM-DD, `delay` in seconds."""

    db: Path = Path("osce-news.db")
    full: bool = _option(_flag, None, "Read the whole list, even if the database holds items.", default=False)
    source: str = _option(
        _source,
        "|".join(SOURCES),
        "What to read. search: the site's search service; list and auto: its lists.",
        default="auto",
    )
    start_url: str = _option(
        _addresses,
        "URL",
        "The address of a list, also with a filter or a keyword, on any site. May be given several times.",
        default=LISTING_URL,
        multiple=True,
    )
    lists: tuple[str, ...] = (LISTING_URL,)  # the addresses of all lists
    search_url: str = _option(
        search_base,
        "URL",
        "The address of the search service.",
        default=SEARCH_URL,
        envvar="OSCE_NEWS_SEARCH_URL",
        show_envvar=True,
    )
    search_key: str | None = _option(
        search_key,
        "KEY",
        "The key of the search service. Default: the one that the site gives to every browser. Set it in the "
        "environment: other users of the machine can see options.",
        envvar="OSCE_NEWS_SEARCH_KEY",
        show_envvar=True,
        is_secret=True,
    )
    type: tuple[str, ...] = _option(
        _names,
        "TYPES",
        "Store documents of these types from the search service, such as 'Speech,Decision', instead of the "
        "newsroom.",
        default=(),
    )
    since: str | None = _option(
        _date, "DATE", "Skip items published before this day; the crawl ends where it reaches them."
    )
    until: str | None = _option(_date, "DATE", "Skip items published after this day.")
    max_pages: int | None = _option(_count, "N", "Stop after N pages.")
    overlap: int = _option(
        _count, "N", "Stop an incremental crawl after N pages without new or changed items.", default=2
    )
    rows: int = _option(
        partial(_count, most=MAX_ROWS), "N", "Results per page, 50 at most.", default=MAX_ROWS
    )
    delay: float | None = _option(
        delay_seconds,
        "SECONDS",
        "Seconds between requests; never less than robots.txt asks for.  [default: 10]",
    )
    restart: bool = _option(
        _flag, None, "Start a full crawl over instead of resuming an unfinished one.", default=False
    )
    accept: bool = _option(
        _flag, None, "Store pages even if they fail the checks. Look at them first.", default=False
    )
    archive: Path | None = _option(  # noqa: RUF009  # it returns a field
        _folder,
        "DIR",
        "Keep every response in this folder as WARC files, which `replay` reads.",
        envvar="OSCE_NEWS_ARCHIVE",
        show_envvar=True,
    )
    articles: bool = _option(_flag, None, "After the list, read the full texts of its items.", default=False)
    max_articles: int | None = _option(_count, "N", "Read at most N articles.  [default: all]")

    @classmethod
    def parse(cls, **given: Any) -> CrawlOptions:
        """Return the options from text values, such as those of `scrapy crawl -a`; raises BadInputError.

        None means that an option is not given.
        """
        values = {name: value for name, value in given.items() if value is not None}
        for name, option in OPTIONS.items():
            if name in values:
                values[name] = option["parse"](values[name], name.replace("_", "-"))
        if values.get("db") == "":
            raise BadInputError("--db: the path is empty")
        values["db"] = Path(values.get("db", "osce-news.db"))
        addresses = values.pop("start_url", ()) or (LISTING_URL,)
        urls = [listing_url(address, values.get("rows", MAX_ROWS)) for address in addresses]
        urls = list({list_key(url): url for url in reversed(urls)}.values())[::-1]
        options = cls(**values, start_url=urls[0], lists=tuple(urls))
        period_options(options.since, options.until)
        if options.max_articles is not None and not options.articles:
            raise BadInputError("--max-articles limits --articles: give both")
        if options.type and options.source != "search":
            raise BadInputError("--type selects documents of the search service: give --source search")
        return options

    def each_list(self) -> list[CrawlOptions]:
        """Return the options of the crawl for each of its lists; the search service is one list."""
        if self.source == "search":
            return [self]
        return [dataclasses.replace(self, start_url=url) for url in self.lists]

    @property
    def needs_key(self) -> bool:
        """Whether the key of the search service has to be found on the site."""
        return self.source == "search" and self.search_key is None

    @property
    def is_limited(self) -> bool:
        """Whether only a part of the list is crawled: items that are not seen may still be on it."""
        return bool(self.since or self.until or self.max_pages)

    @property
    def list_name(self) -> str:
        """The key of the list: its address without page, size and order."""
        return list_key(self.start_url)

    @property
    def list_with_limits(self) -> str:
        """The name of the list with the limits of the crawl, as stored with the run."""
        limits = {"since": self.since, "until": self.until, "max-pages": self.max_pages}
        return list_name(self.list_name, limits)

    @property
    def full_crawl(self) -> str:
        """The command that reads this whole list."""
        option = "" if self.list_name == LISTING_URL else f" --start-url {shlex.quote(self.list_name)}"
        option = " --source search" if self.source == "search" else option
        return command_line(f"crawl --full{option}", self.db)

    @property
    def is_unfiltered(self) -> bool:
        """Whether the start address is that of a list without a filter or a keyword."""
        return is_unfiltered(self.start_url)


# The options by their names in Python, which are those of `scrapy crawl -a`.
OPTIONS = {field.name: field.metadata for field in dataclasses.fields(CrawlOptions) if field.metadata}


def listing_url(start: str, rows: int) -> str:
    """Return the first address of a list: newest first and `rows` per page, unless `start` says otherwise.

    >>> listing_url("https://www.osce.org/press-releases", 50)
    'https://www.osce.org/press-releases?page=0&rows=50&solrsort=ds_date+desc'
    """
    parts = split_address(start.strip(), "the address of a list")
    given = parse_qsl(parts.query, keep_blank_values=True)
    defaults = {"page": "0", "rows": str(rows), "solrsort": NEWEST_FIRST}
    query = [pair for pair in defaults.items() if pair[0] not in dict(given)] + given
    return safe_url_string(urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(query), "")))


def split_address(url: str, what: str) -> SplitResult:
    """Return the parts of a web address; raises BadInputError, which names what was expected."""
    if not is_web_address(url):
        raise BadInputError(f"not {what}: {without_user(url)[:200]!r} (an address begins with https://)")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise BadInputError("an address must not have a user name or a password: leave them out")
    return parts
