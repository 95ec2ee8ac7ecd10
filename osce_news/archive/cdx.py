"""The index of a web archive, read through a CDX interface; which of its captures a backfill copies."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from osce_news.archive.capture import ARTICLE, page_kind
from osce_news.archive.digests import DigestIndex
from osce_news.archive.warc_files import is_wanted
from osce_news.errors import LayoutError
from osce_news.normalize import is_web_address
from osce_news.urls import without_user

_HTML = frozenset({"text/html", "application/xhtml+xml"})
# The names of the fields at pywb and Common Crawl, and those at the Wayback Machine if they differ.
_NAMES = {"url": "original", "status": "statuscode", "mime": "mimetype"} | {
    name: name for name in ("timestamp", "digest", "filename", "offset", "length")
}


@dataclass(frozen=True, slots=True)
class CdxRecord:
    """A capture as an index lists it; a field that it does not give is empty."""

    url: str
    timestamp: str  # fourteen digits, UTC
    status: str = ""
    mime: str = ""
    digest: str = ""  # SHA-1 of the page in base 32
    filename: str = ""  # of the WARC file; the next two are the place of the record in it, in bytes
    offset: str = ""
    length: str = ""

    @property
    def when(self) -> str:
        """The time of the capture in the form of clock.py; raises ValueError if it is not a time."""
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def is_page(self) -> bool:
        """Whether the capture is an HTML page, and neither an error nor a redirect."""
        return self.status == "200" and self.mime in _HTML


def parse_records(body: bytes) -> tuple[list[CdxRecord], int, str | None]:
    r"""Return the records of an answer, the number of unreadable ones, and the key of the next part, if any.

    An answer is an array of arrays, the first of which names the fields, or has one object per line. Raises
    LayoutError if it is neither.

    >>> parse_records(b'{"url": "https://www.osce.org/node/1", "timestamp": "20200131120000"}\n{}')[1:]
    (1, None)
    """
    rows, key = _table(parse_json(body)) if body.lstrip().startswith(b"[") else (_lines(body), None)
    records = [record for row in rows if (record := _record(row)) is not None]
    return records, len(rows) - len(records), key


def parse_json(body: bytes) -> Any:
    """Return the value of an answer; raises LayoutError if it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise not_cdx(body) from error


def not_cdx(body: bytes) -> LayoutError:
    """Return the error for an answer that is not one of an index; it shows the beginning."""
    begins = " ".join(body.decode("utf-8", "replace").split())[:80]
    return LayoutError("index", expected="an answer of a CDX interface", got=repr(begins))


def _table(table: list[Any]) -> tuple[list[Mapping[str, Any]], str | None]:
    """Return the rows of an array of arrays; an empty row precedes the key of the next part."""
    if not all(isinstance(row, list) for row in table):
        raise not_cdx(json.dumps(table).encode())
    key = None
    if len(table) > 1 and not table[-2] and len(table[-1]) == 1:
        key = str(table[-1][0])
        table = table[:-2]
    return [dict(zip(map(str, table[0]), row, strict=False)) for row in table[1:]], key


def _lines(body: bytes) -> list[Mapping[str, Any]]:
    """Return the objects of the lines; an empty one for a line that is not an object, such as a cut line."""
    rows: list[Mapping[str, Any]] = []
    for line in filter(None, body.strip().splitlines()):
        row = None
        with suppress(ValueError, RecursionError):
            row = json.loads(line)
        if not rows and (not isinstance(row, dict) or not row.get("timestamp")):
            raise not_cdx(body)
        rows.append(row if isinstance(row, dict) else {})
    return rows


def _record(row: Mapping[str, Any]) -> CdxRecord | None:
    """Return the record of a row; None if it has no address or time."""
    values = {name: str(row.get(name) or row.get(other) or "") for name, other in _NAMES.items()}
    record = CdxRecord(**values | {"url": without_user(values["url"])})
    with suppress(ValueError):
        is_time = re.fullmatch("[0-9]{14}", record.timestamp) and record.when
        return record if is_time and is_web_address(record.url) else None
    return None


class Selection:
    """The captures to copy: pages of the newsroom, each body once, and none of those in `digests`.

    Captures of an address that is given without a wildcard are always wanted, because lists of cards may
    have any address.
    """

    def __init__(self, urls: Sequence[str], hosts: list[str], digests: DigestIndex) -> None:
        self.hosts, self.digests = hosts, digests
        self._named = {_bare(url) for url in urls if "*" not in url}
        self.counts: Counter[str] = Counter()
        self._first: dict[str, CdxRecord] = {}  # by digest
        self._kept: set[str] = set()
        self._seen: set[int] = set()  # two requests to the index may find the same capture

    def __len__(self) -> int:
        return len(self._first) - len(self._kept)

    def add(self, record: CdxRecord) -> None:
        """Count a record of the index, and take it if it is wanted."""
        seen = hash((record.url, record.timestamp))
        if seen in self._seen:
            return
        self._seen.add(seen)
        self.counts["captures"] += 1
        if not is_wanted(record.url, self.hosts):
            self.counts["other_sites"] += 1
        elif not record.is_page or (page_kind(record.url) is None and _bare(record.url) not in self._named):
            self.counts["other_pages"] += 1
        else:
            key = record.digest.strip("-") or f"{record.url} {record.timestamp}"
            digests = self.digests
            if digests.holds(record.url, record.when) or digests.find(f"sha1:{record.digest}"):
                self._kept.add(key)
            first = self._first.setdefault(key, record)
            self.counts["same"] += first is not record
            if record.timestamp < first.timestamp:
                self._first[key] = record

    def chosen(self) -> list[CdxRecord]:
        """Return the captures to copy: lists, then items' own pages, the oldest first."""
        self.counts["kept_before"] = len(self._kept)
        chosen = (record for key, record in self._first.items() if key not in self._kept)
        return sorted(chosen, key=lambda one: (page_kind(one.url) == ARTICLE, one.timestamp, one.url))


def _bare(url: str) -> str:
    """Return an address without the parts that an index ignores: scheme, "www.", port, slash at the end."""
    host, slash, path = url.partition("://")[2].partition("/") if "://" in url else url.partition("/")
    return f"{host.partition(':')[0].removeprefix('www.')}{slash}{path}".rstrip("/").lower()
