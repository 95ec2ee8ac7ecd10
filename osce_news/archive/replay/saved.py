"""Saved pages: HTML files, with or without a `meta.json` that has their address and time."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from osce_news.archive import Capture
from osce_news.archive.reader.files import files_at
from osce_news.clock import format_utc, parse_utc
from osce_news.errors import BadInputError, LayoutError, PartialError
from osce_news.items import Listing
from osce_news.normalize import is_web_address
from osce_news.pages.extract import extract_listing
from osce_news.site import LISTING_URL, MAX_PAGE_BYTES

_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
# Browsers write this comment at the beginning of a page that they save.
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S{1,2000})")
_CANONICAL = re.compile(rb"<link\b[^>]{0,500}?rel=[\"']canonical[\"'][^>]{0,500}?>", re.IGNORECASE)
_HREF = re.compile(rb"href=[\"']([^\"']{1,2000})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page on disk; `url` is None if no `meta.json` gives its address."""

    path: Path
    url: str | None
    fetched_at: str

    def capture(self) -> Capture:
        """Return the page as a capture; its status, which is not known, is set to 200.

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
        if b"\0" in body[:1024] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise LayoutError("html", expected="an HTML page", got="a binary file")
        url = self.url or _address_in(body) or LISTING_URL
        return Capture(url, self.fetched_at, HTTPStatus.OK, (), body, None, self.path, 0)


def saved_pages(paths: Sequence[Path]) -> list[SavedPage]:
    """Return the pages at these paths, the earliest first, each once.

    For a folder, all pages below it. A `meta.json` next to `page.html` gives address and time (keys `url` and
    `fetched_at`). Without one, the address is taken from the page, and the time is that of the file's last
    change. Raises BadInputError for a path that does not exist or holds no page.
    """
    files = files_at(paths, has_page_name, "saved page (.html)")
    for path in files:
        if not has_page_name(path):
            raise BadInputError(f"{path} is not a saved page: its name does not end in .html")
    return sorted(map(_saved_page, files), key=lambda page: (page.fetched_at, str(page.path)))


def has_page_name(file: Path) -> bool:
    """Whether a file is named like a saved page."""
    return file.suffix.lower() in _SUFFIXES


def read_saved(saved: SavedPage) -> Listing:
    """Return the records of a saved listing with their raw fields; raises LayoutError or PartialError."""
    capture = saved.capture()
    return extract_listing(capture.body, capture.url, fetched_at=saved.fetched_at, status=None)[0]


def _saved_page(path: Path) -> SavedPage:
    meta = _meta(path)
    return SavedPage(path, meta.get("url"), meta.get("fetched_at") or format_utc(path.stat().st_mtime))


def _meta(path: Path) -> dict[str, str]:
    file = path.with_name("meta.json")
    if path.stem != "page" or not file.is_file():
        return {}
    try:
        meta: Any = json.loads(file.read_text(encoding="utf-8"))
        values = {key: meta[key] for key in ("url", "fetched_at") if meta.get(key) is not None}
        if not all(isinstance(value, str) for value in values.values()):
            raise ValueError("url and fetched_at must be texts")
        if "url" in values and not is_web_address(values["url"]):
            raise ValueError(f"{values['url'][:100]!r} is not a web address")
        if "fetched_at" in values:  # in the one form in which times can be compared as text
            values["fetched_at"] = format_utc(parse_utc(values["fetched_at"]).timestamp())
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise BadInputError(f"{file}: {error}") from error
    return values


def _address_in(body: bytes) -> str | None:
    """Return the web address that the page itself gives; None if it gives none, or "about:internet"."""
    head = body[:20_000]
    matches = [_SAVED_FROM.search(head)]
    if link := _CANONICAL.search(head):
        matches.append(_HREF.search(link[0]))
    addresses = (match[1].decode("utf-8", "replace") for match in matches if match)
    return next(filter(is_web_address, addresses), None)
