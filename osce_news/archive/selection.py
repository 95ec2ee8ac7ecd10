"""Which captures of a web archive a backfill copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from osce_news.archive.capture import ARTICLE, page_kind
from osce_news.archive.cdx import CdxRecord
from osce_news.archive.digests import DigestIndex
from osce_news.archive.warc_files import is_wanted


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
