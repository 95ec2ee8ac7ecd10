"""Identifies the item of an address, in any form of the address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from osce_news.normalize.vocabulary import fold, languages
from osce_news.urls import DOMAIN, HOST, has_node_numbers, is_osce_host

_NODE = re.compile(r"(?:(?<=/node)/|/(?!(?:19|20)[0-9]{2}/?$))0*([1-9][0-9]{0,11})/?$")
# An address of the OSCE at the end of the address of an archive or a mirror.
_COPIED = re.compile(r"/https?:/((?:[^/]+\.)?osce\.org(?::\d+)?/.+)$", re.IGNORECASE)
_ENCODED_AGAIN = re.compile("%(?:25)+")  # in one go, because "%252525…" may be very long
_SUFFIX = re.compile(r"(?<=\S)\s*(?:\|[^|]{1,40}|- osce)$")  # what a site adds to its titles
_LANGUAGE = re.compile(r"^/([a-z]{2})(?=/|$)")
_KEPT = "/-_.~!$&'()*+,;=:@"


def is_web_address(text: str) -> bool:
    """Whether a text is a web address: http or https, with a valid host and, if any, a valid port.

    >>> [is_web_address(f"https://www.osce.org{port}/") for port in ("", ":8080", ":99999", ":x")]
    [True, True, False, False]
    >>> is_web_address("https://a..b/")
    False
    """
    try:
        parts = urlsplit(text)
        (parts.hostname or "").encode("idna")
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # "http://[", a port of eight digits, a part of the host that is empty or too long
        return False


@lru_cache(maxsize=1_000)
def item_id(url: str) -> str:
    """Return the item's identifier: the node number at the end of the path, else a hash.

    The node number identifies the item on the OSCE's site, under any path, host, language and query. For an
    address without one, or on another site, the identifier is "u" and the first 16 hexadecimal digits of the
    SHA-256 of its canonical form. A year at the end of a path is not a node number, except in /node/2014.

    >>> item_id("https://www.osce.org/odihr/575719"), item_id("http://osce.org/ru/node/575719?x=1")
    ('575719', '575719')
    >>> item_id("https://elsewhere.example/odihr/575719"), item_id("https://www.osce.org/reports/2014")
    ('uda719f58be957716', 'ue0fd04ef9634a1b6')
    """
    path, host = _path(url), _host(url)
    if (match := _NODE.search(path)) and has_node_numbers(host):
        return match[1]
    if (copied := _COPIED.search(path)) and not is_osce_host(host):
        return item_id(f"https://{copied[1]}")
    if path_language := language_of(url):
        path = path.removeprefix(f"/{path_language}") or "/"
    form = f"{host}{path.casefold().rstrip('/')}"
    return "u" + hashlib.sha256(form.encode("utf-8", "replace")).hexdigest()[:16]


@lru_cache(maxsize=1_000)
def canonical_url(url: str) -> str:
    """Return the address without query and fragment, and with each character encoded once at most.

    On osce.org the scheme is https and the host has www. The case of the path is kept, so that the address
    still works.

    >>> canonical_url("http://osce.org/cthb/513811?download=true#top")
    'https://www.osce.org/cthb/513811'
    """
    parts = urlsplit(url)
    host = _host(url)
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if is_osce_host(host) else parts.scheme.lower()
    path = quote(_path(url), safe=_KEPT, errors="replace")
    return f"{scheme}://{shown}{port}{path.rstrip('/') or '/'}"


def language_of(url: str) -> str | None:
    """Return the language at the beginning of the path ("ru" in /ru/node/1), or None without one."""
    match = _LANGUAGE.match(_path(url))
    return match[1] if match and match[1] in languages() else None


def preferred_url(urls: Iterable[str]) -> str:
    """Return the best of several addresses to show; their order does not matter.

    Addresses on www.osce.org come first, then those without a language, with a path other than /node/, and
    shorter ones.
    """
    return min(
        urls,
        key=lambda url: (_host(url) != HOST, bool(language_of(url)), "/node/" in url, len(url), url),
    )


def _host(url: str) -> str:
    host = (urlsplit(url).hostname or "").rstrip(".")
    return HOST if host == DOMAIN else host


@lru_cache(maxsize=1_000)
def _path(url: str) -> str:
    """Return the path, decoded until it does not change: some are encoded twice."""
    path = urlsplit(url).path
    while "%" in path and (decoded := unquote(_ENCODED_AGAIN.sub("%", path))) != path:
        path = decoded
    return re.sub("//+", "/", path)


@lru_cache(maxsize=10_000)
def title_key(title: str) -> str:
    """Return a title without case, punctuation, and what the site adds to all titles.

    >>> title_key("OSCE \N{LEFT DOUBLE QUOTATION MARK}Talks\N{RIGHT DOUBLE QUOTATION MARK} | OSCE")
    'oscetalks'
    """
    return letters(_SUFFIX.sub("", fold(title)))


def letters(text: str) -> str:
    """Return the letters and digits of a text, in lower case; the text itself if it has none."""
    folded = fold(text)
    return "".join(filter(str.isalnum, folded)) or folded
