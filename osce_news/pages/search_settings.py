"""The settings of the search service that the site gives to every browser: in its start page and its scripts.

The key only allows searching. It is returned to be used, and must not be stored or shown: a page that is kept
has `x` in its place.
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from osce_news.normalize import canonical_url, is_web_address
from osce_news.pages.html_page import HtmlPage, decode
from osce_news.urls import HOME_URL, same_site

MAX_SCRIPTS = 5  # of a page, to look for the key in
MIN_KEY_LENGTH = 16  # of a key that is recognised as one
_MAX_DEPTH = 12  # of settings in settings
_VALUE = re.compile(r"(?!x+$)[A-Za-z0-9+/=_-]{16,1000}")  # not one that was replaced by x
_MAY_HOLD_KEY = re.compile(rb"(?:api|search|only|typesense)[^a-z]{0,9}key", re.IGNORECASE)
_NOT_A_LETTER = re.compile("[^a-z]")
_NAMES = ("apikey", "searchkey", "searchonlykey", "typesensekey")  # without signs, at the end of a name
_CONTEXT = ("typesense", "search")
_QUOTE = r"""\\*["'`]"""  # with a backslash in JSON that is itself a text
_IN_SCRIPT = re.compile(
    r"(?<![\w$-])(?P<name>[\w$-]*?(?:api|search|searchonly|typesense)[_-]?key)"
    # In a script `name: "key"`, `name = other || "key"` and such; in an address `x-typesense-api-key=key`.
    rf"(?:(?:{_QUOTE})?\s*[:=,]\s*(?:[\w.]+\s*\|\|\s*)?{_QUOTE}|(?<=-key)=)"
    rf"(?P<key>(?!x+(?:{_QUOTE}|&))[A-Za-z0-9+/=_-]{{16,1000}})(?:{_QUOTE}|&)",
    re.IGNORECASE,
)
_HOST = re.compile(r"""\bhost["'`]?\s*:\s*["'`]([a-z0-9.-]+)["'`]""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """A key of the search service, and the service's base address if it is given."""

    key: str = field(repr=False)
    base: str | None = None


def settings_in_page(page: HtmlPage) -> Iterator[SearchSettings]:
    """Yield the settings in a page, the likeliest first: in JSON, data attributes or scripts."""
    for text in page.find("script[type*=json]::text"):
        with suppress(ValueError, RecursionError):
            yield from _in_json(json.loads(text), page.url)
    for element in page.root.iter():
        values: dict[str, Any] = {str(name): str(value) for name, value in element.items()}
        for name, value in values.items():
            with suppress(ValueError, RecursionError):
                values[name] = json.loads(value) if value.startswith("{") else value
        yield from _in_json(values, page.url, str(element.tag))
    for text in page.find("script:not([src])::text"):
        yield from settings_in_script(text, page.url)


def without_keys(body: bytes, known: str | None = None) -> tuple[bytes, int]:
    r"""Return a page with `x` for each character of the keys in it, and how many keys were replaced.

    `known` is a key that is in use; every occurrence is replaced.

    >>> without_keys(b'<i data-search="{&quot;apiKey&quot;: &quot;Ab0+Ab0+Ab0+Ab0=&quot;}">')
    (b'<i data-search="{&quot;apiKey&quot;: &quot;xxxxxxxxxxxxxxxx&quot;}">', 1)
    """
    keys = {known} if known else set()
    if b"key" in body.lower() and _MAY_HOLD_KEY.search(body):  # the first is quick
        keys |= {found.key for found in settings_in_page(HtmlPage(decode(body)[0], HOME_URL))}
    replaced = 0
    for key in sorted(keys, key=len, reverse=True):  # a key may be a part of another
        body, count = re.subn(_escaped(key), lambda found: b"x" * len(found[0]), body)
        replaced += count
    return body, replaced


def _escaped(key: str) -> bytes:
    """Return a pattern for a key in which any sign may be escaped, as in JSON, an address or HTML."""

    def forms(sign: str) -> str:
        plain, code = re.escape(sign), ord(sign)
        return rf"(?:\\?{plain}|(?i:\\u{code:04x}|%{code:02x}|&#x{code:x};|&#{code};))"

    return "".join(sign if sign.isalnum() else forms(sign) for sign in key).encode()


def settings_in_script(text: str, url: str) -> Iterator[SearchSettings]:
    """Yield the settings in a script of the site at `url`; none if it does not use Typesense.

    The nearest to "Typesense" come first: other keys may be of other services.
    """
    places = [match.start() for match in re.finditer("typesense", text, re.IGNORECASE)]
    keys = [match for match in _IN_SCRIPT.finditer(text) if "admin" not in match["name"].lower()]
    if not places:
        return

    def distance(match: re.Match[str]) -> int:
        after = bisect(places, match.start())
        return min(abs(match.start() - place) for place in places[max(0, after - 1) : after + 1])

    hosts = (match[1] for match in _HOST.finditer(text))
    base = next((f"https://{host}" for host in hosts if same_site(f"https://{host}", url)), None)
    for match in sorted(keys, key=distance):
        yield SearchSettings(match["key"], base)


def scripts_of(page: HtmlPage) -> list[str]:
    """Return the addresses of the few scripts of the page's own site in which to look for the key."""
    addresses = (page.address(script.get("src")) for script in page.find("script[src]"))
    own = dict.fromkeys(address for address in addresses if address and same_site(address, page.url))
    likeliest_first = sorted(own, key=lambda one: not any(word in one.lower() for word in _CONTEXT))
    return likeliest_first[:MAX_SCRIPTS]


def _in_json(value: Any, url: str, path: str = "") -> Iterator[SearchSettings]:
    for inner, values in _objects(value, path):
        for name, text in values.items():
            where = f"{inner} {name}".lower()
            if not isinstance(text, str) or not _VALUE.fullmatch(text) or "admin" in where:
                continue
            letters = _NOT_A_LETTER.sub("", name.lower())
            is_key = letters.endswith(_NAMES) or (letters == "key" and "typesense" in where)
            if is_key and any(word in where for word in _CONTEXT):
                yield SearchSettings(text, _base_in(values, url))


def _objects(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each JSON object with the names that lead to it."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield path, value
        for name, inner in value.items():
            yield from _objects(inner, f"{path} {name}", depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner, path, depth + 1)


def _base_in(values: dict[str, Any], url: str) -> str | None:
    """Return the address of the service that is given with a key, if it is on the site."""
    for _, one in _objects(values):
        host, port = one.get("host"), one.get("port")
        if isinstance(host, str) and host:
            protocol = one.get("protocol") if one.get("protocol") in ("http", "https") else "https"
            address = host if "://" in host else f"{protocol}://{host}" + (f":{port}" if port else "")
            if is_web_address(address) and same_site(address, url):
                return canonical_url(address).rstrip("/")
    return None
