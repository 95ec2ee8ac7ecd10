"""What a listing's address says: the page, its size, the order, the site."""

from __future__ import annotations

from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from osce_news.crawl.options import NEWEST_FIRST
from osce_news.crawl.windows import Window


def with_window(url: str, asked: Window) -> str:
    """Return the listing's address with another page number and size."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query |= {"page": str(asked.page), "rows": str(asked.rows)}
    return urlunsplit(parts._replace(query=urlencode(query)))


def list_of(url: str) -> str:
    """Return the address of the list itself, without its query."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))


def page_number(url: str) -> int | None:
    """Return the page's number, counted from 0, or None if the address names none."""
    return _number(url, "page")


def page_size(url: str) -> int | None:
    """Return how many results a page the address asks for, or None if it does not say."""
    return _number(url, "rows")


def newest_first(url: str) -> bool:
    """Whether the listing at this address is asked for in order of dates."""
    return parse_qs(urlsplit(url).query).get("solrsort", [""])[-1] == NEWEST_FIRST


def site_of(url: str) -> str:
    """Return the host name that stands for the site: without "www."."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def same_site(url: str, start: str) -> bool:
    """Whether the address is on the site of the start address (or a part of it)."""
    host, site = site_of(url), site_of(start)
    return host == site or host.endswith(f".{site}")


def _number(url: str, name: str) -> int | None:
    value = parse_qs(urlsplit(url).query).get(name, [""])[-1]
    return int(value) if value.isdecimal() and len(value) < 8 else None
