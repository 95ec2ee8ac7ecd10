"""Pages saved by a browser or another program, and their address and time."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from lxml import etree, html

from osce_news.archive.capture import Capture
from osce_news.archive.http_messages import MAX_PAGE_BYTES
from osce_news.clock import format_utc, parse_utc
from osce_news.errors import BadInputError, LayoutError, PartialError
from osce_news.normalize import is_web_address
from osce_news.pages.html_page import decode
from osce_news.search_query import SEARCH_URL, SearchQuery
from osce_news.urls import HOME_URL, LISTING_URL, without_user

# Where programs that save pages write the address: browsers, and SingleFile.
_COMMENT = re.compile(r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(\S{1,2000})")
_HEAD_TAG = re.compile(r"<(?:link|meta)\b[^>]{1,3000}>", re.IGNORECASE)


def is_saved_page(file: Path) -> bool:
    """Whether a file is named like a saved page, or is a saved answer of the search service."""
    suffix = file.suffix.lower()
    return suffix in (".html", ".htm", ".xhtml") or (suffix == ".json" and _begins_as_answer(file))


def _begins_as_answer(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return b'"hits"' in opened.read(2000)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page on disk; `url` is None if no `meta.json` gives its address."""

    path: Path
    url: str | None
    fetched_at: str

    def capture(self) -> Capture:
        """Return the page as a capture.

        Raises LayoutError if the file is too large for a page or holds no HTML, PartialError if it
        can't be read.
        """
        try:
            size = self.path.stat().st_size
            if size > MAX_PAGE_BYTES:
                limit = MAX_PAGE_BYTES // 1024**2
                raise LayoutError("html", expected=f"a page of at most {limit} MiB", got=f"{size} bytes")
            body = self.path.read_bytes()
        except OSError as error:
            raise PartialError(f"{self.path}: can't be read: {error.strerror}") from error
        if b"multipart/related" in body[:4000].lower() and not body.lstrip().startswith(b"<"):
            raise LayoutError("html", expected="an HTML page", got="an MHTML file: save it as HTML")
        if b"\0" in body[:1024] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise LayoutError("html", expected="an HTML page", got="a binary file")
        url = self.url or self.stated_address(body) or LISTING_URL
        return Capture(without_user(url), self.fetched_at, None, (), body, None, self.path, 0)

    def stated_address(self, body: bytes) -> str | None:
        """Return the address that the page itself gives; None if it gives none."""
        return SearchQuery(SEARCH_URL).url if self.path.suffix.lower() == ".json" else _address_in(body)


def saved_page(path: Path) -> SavedPage:
    """Return the saved page in a file.

    A `meta.json` next to `page.html` or `page.json` gives address and time (keys `url` and `fetched_at`).
    Without one, the address is taken from the page, and the time is that of the file's last change. Raises
    BadInputError if the file holds no page.
    """
    if not is_saved_page(path):
        raise BadInputError(
            f"{path} is neither a saved page (.html) nor an answer of the search service (.json)"
        )
    file = path.with_name("meta.json")
    url = fetched_at = None
    if path.stem == "page" and file.is_file():
        try:
            meta: Any = json.loads(file.read_text(encoding="utf-8"))
            if not isinstance(meta, dict):
                raise ValueError("not a JSON object with `url` and `fetched_at`")
            url, fetched_at = meta.get("url"), meta.get("fetched_at")
            if not all(value is None or isinstance(value, str) for value in (url, fetched_at)):
                raise ValueError("url and fetched_at must be texts")
            if url is not None and not is_web_address(url):
                raise ValueError(f"{url[:100]!r} is not a web address")
            if fetched_at is not None:  # in the one form in which times can be compared as text
                fetched_at = format_utc(parse_utc(fetched_at).timestamp())
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadInputError(f"{file}: not valid JSON: {error}") from error
        except (OSError, ValueError) as error:
            raise BadInputError(f"{file}: {error}") from error
    return SavedPage(path, url, fetched_at or format_utc(path.stat().st_mtime))


def _address_in(body: bytes) -> str | None:
    """Return the web address that the page states; None if it states none, or "about:internet".

    It is looked for in the comments of programs that save pages, then in the page's links rel=canonical and
    rel=shortlink and in og:url.
    """
    text, _ = decode(body)
    addresses = [match[1] for match in _COMMENT.finditer(text[:20_000])]
    stated: dict[str, str] = {}
    for tag in _HEAD_TAG.findall(text.partition("</head")[0]):
        with suppress(etree.ParserError, ValueError):  # nothing that lxml can read
            element = html.fragment_fromstring(tag)
            for name in (element.get("rel") or element.get("property") or "").lower().split():
                stated.setdefault(name, element.get("href") or element.get("content") or "")
    links = [stated[name] for name in ("canonical", "shortlink", "og:url") if stated.get(name)]
    for link in links:
        with suppress(ValueError):  # such as "http://["
            addresses.append(urljoin(HOME_URL, link))
    return next(filter(is_web_address, addresses), None)
