"""The Wayback Machine and Common Crawl: the addresses of their CDX interfaces and of captures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from osce_news.archive.cdx import CdxRecord, not_cdx, parse_json, parse_records
from osce_news.archive.http_messages import Exchange
from osce_news.archive.report import RecordError
from osce_news.archive.warc_files import capture_in
from osce_news.clock import parse_utc
from osce_news.errors import LayoutError
from osce_news.normalize import is_web_address

MAX_PAGES = 1_000  # for one address in one index; a longer index is read in parts, by --from and --to
_ROWS = 5_000  # records per page
_ORIGINAL = "x-archive-orig-"  # before the names of a capture's own headers
_DESCRIBE = frozenset({"content-type", "content-language", "etag", "last-modified"})
_OF_ENCODING = frozenset({"content-encoding", "content-length", "transfer-encoding"})  # bodies are unpacked


@dataclass(frozen=True, slots=True)
class IndexPage:
    """A page of an index: captures, and the addresses to request next."""

    records: Sequence[CdxRecord] = ()
    unreadable: int = 0  # records without an address, a time or a place
    next: Sequence[str] = ()
    is_cut: bool = False  # whether the index has more captures that can't be requested


@dataclass(slots=True)
class WebArchive(ABC):
    """Base class of the archives; `since` and `until` are days (YYYY-MM-DD) of captures."""

    urls: Sequence[str]  # "*" at the end or before the host is a wildcard
    since: str | None
    until: str | None
    cdx_url: str
    data_url: str

    CDX_URL: ClassVar[str]
    DATA_URL: ClassVar[str]
    URLS: ClassVar[Sequence[str]] = ("www.osce.org/*",)

    @abstractmethod
    def first(self) -> list[str]:
        """Return the addresses to request first."""

    @abstractmethod
    def read(self, address: str, status: int, body: bytes) -> IndexPage:
        """Return the page of the index in a response; raises LayoutError for anything else."""

    @abstractmethod
    def place(self, record: CdxRecord) -> tuple[str, dict[str, str]]:
        """Return the address of a capture, and the headers of its request."""

    @abstractmethod
    def exchange(
        self, record: CdxRecord, source: str, headers: Mapping[str, str], status: int, body: bytes
    ) -> Exchange:
        """Return the capture in a response; raises RecordError if it is something else."""

    def query(self, cdx_url: str, url: str, **more: object) -> str:
        """Return the address of a query for the captures of an address in the period."""
        match = "domain" if url.startswith("*.") else "prefix" if url.endswith("*") else "exact"
        period = {"from": self.since, "to": f"{self.until}235959" if self.until else None}
        days = {name: day.replace("-", "") for name, day in period.items() if day}
        parameters = {"url": url.removeprefix("*.").rstrip("*"), "matchType": match, "output": "json"}
        return f"{cdx_url}?{urlencode(parameters | days | more, doseq=True)}"


class Wayback(WebArchive):
    """The Wayback Machine, or pywb.

    The Wayback Machine answers in parts, each with the key of the next. pywb leaves out what is over the
    limit.
    """

    CDX_URL = "https://web.archive.org/cdx/search/cdx"
    DATA_URL = "https://web.archive.org/web"
    URLS = ("www.osce.org/press-releases*", "www.osce.org/*")  # lists first, if not everything is copied
    _last: tuple[list[CdxRecord], int] = ([], 0)  # the last part, and how many there were

    def first(self) -> list[str]:
        pages = ("statuscode:200", "mimetype:text/html")
        more = {"filter": pages, "limit": _ROWS, "showResumeKey": "true"}
        return [self.query(self.cdx_url, url, **more) for url in self.urls]

    def read(self, address: str, status: int, body: bytes) -> IndexPage:
        _check_status(status)
        records, unreadable, key = parse_records(body)
        before, _, key_before = address.partition("&resumeKey=")
        last, parts = self._last if key_before else ([], 0)
        self._last = (records, parts + 1)
        if key is None:
            return IndexPage(records, unreadable, is_cut=len(records) + unreadable >= _ROWS)
        if records == last or parts + 1 >= MAX_PAGES:  # an index that repeats itself, or never ends
            return IndexPage(records, unreadable, is_cut=True)
        return IndexPage(records, unreadable, [f"{before}&{urlencode({'resumeKey': key})}"])

    def place(self, record: CdxRecord) -> tuple[str, dict[str, str]]:
        return f"{self.data_url.rstrip('/')}/{record.timestamp}id_/{record.url}", {}

    def exchange(
        self, record: CdxRecord, source: str, headers: Mapping[str, str], status: int, body: bytes
    ) -> Exchange:
        if "memento-datetime" not in headers:
            raise RecordError("a page of the archive itself, not a capture")
        if (time := headers["memento-datetime"]) != format_datetime(parse_utc(record.when), usegmt=True):
            raise RecordError(f"a capture of another time: {time[:40]}")
        names = {name: name.removeprefix(_ORIGINAL) for name in headers}
        kept = [
            (short, headers[name])
            for name, short in names.items()
            if name != short or (short in _DESCRIBE and _ORIGINAL + short not in headers)
        ]
        return _exchange(record, source, kept, body)


class CommonCrawl(WebArchive):
    """Common Crawl: a list of crawls, each with a CDX interface that answers in numbered pages."""

    CDX_URL = "https://index.commoncrawl.org/collinfo.json"
    DATA_URL = "https://data.commoncrawl.org"

    def first(self) -> list[str]:
        return [self.cdx_url]

    def read(self, address: str, status: int, body: bytes) -> IndexPage:
        if address == self.cdx_url:
            _check_status(status)
            return IndexPage(next=list(self._crawls(parse_json(body))))
        if status == HTTPStatus.NOT_FOUND and isinstance(parse_json(body), dict):
            return IndexPage()  # no captures in this crawl
        _check_status(status)
        if "showNumPages" in parse_qs(urlsplit(address).query):
            count = parse_json(body)
            count = count.get("pages") if isinstance(count, dict) else count
            if not isinstance(count, int):
                raise not_cdx(body)
            pages = (address.replace("showNumPages=true", f"page={n}") for n in range(min(count, MAX_PAGES)))
            return IndexPage(next=list(pages), is_cut=count > MAX_PAGES)
        records, unreadable, _ = parse_records(body)
        placed = [
            one for one in records if one.filename and one.offset.isdecimal() and one.length.isdecimal()
        ]
        return IndexPage(placed, unreadable + len(records) - len(placed))

    def place(self, record: CdxRecord) -> tuple[str, dict[str, str]]:
        first, length = int(record.offset), int(record.length)
        headers = {"Range": f"bytes={first}-{first + length - 1}", "Accept-Encoding": "identity"}
        return urljoin(f"{self.data_url.rstrip('/')}/", record.filename.lstrip("/")), headers

    def exchange(
        self, record: CdxRecord, source: str, headers: Mapping[str, str], status: int, body: bytes
    ) -> Exchange:
        if status != HTTPStatus.PARTIAL_CONTENT:
            raise RecordError("the server sends the whole file instead of a part")
        if len(body) != int(record.length):
            raise RecordError(f"cut: {len(body):,} of {int(record.length):,} bytes")
        capture = capture_in(body)
        if (capture.url, capture.fetched_at, capture.status) != (record.url, record.when, HTTPStatus.OK):
            raise RecordError(f"another capture: {capture.url[:200]} of {capture.fetched_at}")
        return _exchange(record, source, capture.headers, capture.body)

    def _crawls(self, crawls: Any) -> Iterator[str]:
        """Yield the address that gives the number of pages, for each crawl of the period and each address."""
        found = [one for one in crawls if isinstance(one, dict)] if isinstance(crawls, list) else []
        indexes = [one for one in found if is_web_address(str(one.get("cdx-api")))]
        if not indexes:
            raise not_cdx(str(crawls).encode())
        for crawl in indexes:
            begins, ends = (str(crawl.get(name) or "")[:10] for name in ("from", "to"))
            if (self.until and begins > self.until) or (self.since and ends and ends < self.since):
                continue
            for url in self.urls:
                yield self.query(crawl["cdx-api"], url, pageSize=1, showNumPages="true")


ARCHIVES: dict[str, type[WebArchive]] = {"wayback": Wayback, "commoncrawl": CommonCrawl}


def _check_status(status: int) -> None:
    if status != HTTPStatus.OK:
        raise LayoutError("index", expected="an answer of a CDX interface", got=f"status {status}")


def _exchange(record: CdxRecord, source: str, headers: Iterable[tuple[str, str]], body: bytes) -> Exchange:
    """Return the exchange of a capture; the body is unpacked."""
    return Exchange(
        url=record.url,
        status=HTTPStatus.OK,
        headers=[pair for pair in headers if pair[0].lower() not in _OF_ENCODING],
        body=body,
        when=record.when,
        source=source,
    )
