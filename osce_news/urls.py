"""The addresses of the site and of list pages: host, path, page number, page size, order."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

DOMAIN = "osce.org"
HOST = f"www.{DOMAIN}"
HOME_URL = f"https://{HOST}/"
LISTING_PATH = "/press-releases"
LISTING_URL = f"https://{HOST}{LISTING_PATH}"
_LOCAL = re.compile(r"[0-9.]+|.*:.*|localhost")
_LISTING = re.compile(r"/press-?releases(/|$)", re.IGNORECASE)
_LANGUAGE = re.compile(r"^/[a-z]{2}(?=/)")
# After "//" at the beginning of an address, not within a path.
_USER = re.compile(r"""(?<=//)(?<![^\s:/"'<>(=]//)[^/?#\\\s"'<>]*@""")
_PAGE = ("page", "rows")
_PAGING = (*_PAGE, "solrsort")  # query parameters that do not select items
NEWEST_FIRST = "ds_date desc"  # the value of `solrsort` that orders a list by date


def is_osce_host(host: str) -> bool:
    """Whether a host is osce.org or one below it: all are one site with one sequence of node numbers.

    >>> is_osce_host("odihr.osce.org"), is_osce_host("notosce.org")
    (True, False)
    """
    return host == DOMAIN or host.endswith(f".{DOMAIN}")


def has_node_numbers(host: str) -> bool:
    """Whether the numbers in addresses on a host are those of the OSCE's nodes.

    An IP address and localhost count as a copy of the site.
    """
    return is_osce_host(host) or _LOCAL.fullmatch(host) is not None


def is_listing_path(path: str) -> bool:
    """Whether the path is that of the list, or of the list for a keyword.

    >>> is_listing_path("/ru/press-releases/ukraine"), is_listing_path("/node/1")
    (True, False)
    """
    return _LISTING.search(path) is not None


def with_page(url: str, page: int, rows: int) -> str:
    """Return the list's address with this page number, counted from 0, and page size."""
    parts = urlsplit(url)
    others = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in _PAGE]
    query = [("page", str(page)), ("rows", str(rows)), *others]
    return urlunsplit(parts._replace(query=urlencode(query)))


def without_user(text: str) -> str:
    """Return an address or a message without the user names and passwords in its addresses.

    >>> without_user("a redirect to https://anna:secret@www.osce.org/a//b@c")
    'a redirect to https://www.osce.org/a//b@c'
    """
    return _USER.sub("", text) if "@" in text else text


def without_query(url: str) -> str:
    """Return the address without its query and fragment."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))


def list_key(url: str) -> str:
    """Return the key of a list: its address without page, size and order."""
    parts = urlsplit(url)
    chosen = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in _PAGING]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(sorted(chosen)), ""))


def is_unfiltered(url: str) -> bool:
    """Whether the address is that of a list without a filter or a keyword."""
    parts = urlsplit(list_key(url))
    return not parts.query and f"{LISTING_PATH}/" not in parts.path.lower().rstrip("/")


def page_number(url: str) -> int | None:
    """Return the page number, counted from 0; None if the address has none."""
    return _number(url, "page")


def page_size(url: str) -> int | None:
    """Return the number of results per page; None if the address has none."""
    return _number(url, "rows")


def newest_first(url: str) -> bool:
    """Whether the address requests the newest results first."""
    return parse_qs(urlsplit(url).query).get("solrsort", [""])[-1] == NEWEST_FIRST


def site_host(url: str) -> str:
    """Return the host that stands for the site: osce.org for each host of the OSCE, else without "www."."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return DOMAIN if is_osce_host(host) else host.removeprefix("www.")


def same_site(url: str, start: str) -> bool:
    """Whether the address is on the site of the start address, or on a subdomain of it."""
    host, site = site_host(url), site_host(start)
    return host == site or host.endswith(f".{site}")


def _number(url: str, name: str) -> int | None:
    value = parse_qs(urlsplit(url).query).get(name, [""])[-1]
    return int(value) if value.isdecimal() and len(value) < 8 else None


def same_path(url: str, other: str) -> bool:
    """Whether two addresses have the same path; case, language and host do not matter.

    >>> same_path("https://www.osce.org/press-releases?page=0", "https://osce.org/en/Press-Releases/")
    True
    >>> same_path("https://www.osce.org/press-releases", "https://www.osce.org/")
    False
    """
    return _path(url) == _path(other)


def _path(url: str) -> str:
    return _LANGUAGE.sub("", unquote(urlsplit(url).path).lower()).rstrip("/")


def is_search_answer(url: str) -> bool:
    """Whether an address is that of an answer of the search service."""
    try:
        return urlsplit(url).path.endswith("/documents/search")
    except ValueError:
        return False


def short_address(url: str) -> str:
    """Return an address for a message; the address of a search answer is without its query."""
    return url.partition("?")[0] if is_search_answer(url) else url
