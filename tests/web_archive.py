"""A web archive on a free port of 127.0.0.1: the Wayback Machine and Common Crawl at once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from osce_news.clock import parse_utc
from tests.archive.making import answer, record, sha1
from tests.helpers import html_of
from tests.newsroom import Newsroom, Story, make_stories
from tests.newsroom.pages import render_article
from tests.newsroom.site import Reply
from tests.processes import Command, Ended

LIST = "https://www.osce.org/press-releases?page={}&rows=10"
STORIES = make_stories(12)
_WAYBACK = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
FILE = "crawl-data/CC-MAIN-2026-48/segments/1/warc/a.warc.gz"


@dataclass(frozen=True, slots=True)
class Kept:
    """A capture in the archive."""

    url: str
    when: str
    body: bytes
    status: int = 200
    mime: str = "text/html"

    @property
    def timestamp(self) -> str:
        return "".join(char for char in self.when if char.isdigit())

    @property
    def digest(self) -> str:
        return sha1(self.body).removeprefix("sha1:")

    @property
    def record(self) -> bytes:
        """The WARC record, as a gzip member."""
        block = answer(self.body, f"HTTP/1.1 {self.status} X", Content_Type=f"{self.mime}; charset=utf-8")
        digests = {"WARC_Payload_Digest": f"sha1:{self.digest}", "WARC_Block_Digest": sha1(block)}
        return gzip.compress(record(block, url=self.url, date=self.when, **digests), mtime=0)


def list_page(stories: Iterable[Story], number: int = 0, when: str = "2026-11-20T10:00:00Z") -> Kept:
    return Kept(LIST.format(number), when, html_of(list(stories)).encode())


def own_page(story: Story, when: str = "2026-11-21T10:00:00Z") -> Kept:
    return Kept(f"https://www.osce.org{story.path}", when, render_article(story).encode())


def usual() -> list[Kept]:
    """Return a list of ten items, the own pages of twelve, and captures that are not wanted."""
    first = own_page(STORIES[0])
    return [
        list_page(STORIES[:10]),
        *map(own_page, STORIES),
        Kept(first.url, "2026-11-22T10:00:00Z", first.body),
        Kept(first.url, "2026-11-23T10:00:00Z", b"", status=302),
        Kept("https://www.osce.org/contacts", "2026-11-20T10:00:00Z", b"<p>Contacts"),
        Kept("https://www.osce.org/files/1.pdf", "2026-11-20T10:00:00Z", b"%PDF", mime="application/pdf"),
        Kept("https://elsewhere.example/node/1", "2026-11-20T10:00:00Z", b"<p>Elsewhere"),
    ]


class WebArchive(Newsroom):
    """Answers as the Wayback Machine below /cdx and /web, and as Common Crawl below /collinfo.json and /data.

    `part` is how many captures a part of an index has. Neither filters nor limits what it lists, so that
    clients have to. Without `digests` it lists none. `fail`, `before` and `log` are those of the newsroom.
    """

    def __init__(self, kept: Iterable[Kept], part: int = 5) -> None:
        super().__init__()
        self.kept, self.part, self.digests = list(kept), part, True

    @property
    def captures_asked(self) -> list[str]:
        """Return the requests other than those of the index, in order; for Common Crawl the ranges."""
        return [
            entry.headers.get("Range", entry.path)
            for entry in self.log
            if entry.path.startswith(("/web/", "/data/"))
        ]

    def answer(self, path: str) -> Reply:
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/web/"):
            return self._capture(path.removeprefix("/web/"))
        if parts.path == f"/data/{FILE}":
            body = b"".join(one.record for one in self.kept)
            return Reply(200, body, "application/octet-stream", {"Accept-Ranges": "bytes"})
        if parts.path == "/collinfo.json":
            crawl = {"id": "CC-MAIN-2026-48", "cdx-api": f"{self.url}/CC-MAIN-2026-48-index"}
            return _json([crawl | {"from": "2026-11-20T00:00:00", "to": "2026-11-30T00:00:00"}])
        if parts.path in ("/cdx", "/CC-MAIN-2026-48-index"):
            found = [one for one in self.kept if _matches(one, query)]
            return self._wayback(found, query) if parts.path == "/cdx" else self._crawl(found, query)
        return Reply(404, b"<h1>Not found</h1>")

    def _wayback(self, found: list[Kept], query: dict[str, str]) -> Reply:
        start = int(query.get("resumeKey", "0"))
        rows: list[object] = [_WAYBACK] if found else []
        for one in found[start : start + self.part]:
            mime, status = (one.mime, str(one.status)) if one.status < 600 else ("warc/revisit", "-")
            digest = one.digest if self.digests else "-"
            rows.append(["", one.timestamp, one.url, mime, status, digest, "1"])
        if start + self.part < len(found):
            rows += [[], [str(start + self.part)]]
        return _json(rows)

    def _crawl(self, found: list[Kept], query: dict[str, str]) -> Reply:
        pages = -(-len(found) // self.part)
        if "showNumPages" in query:
            return _json({"pages": pages, "pageSize": 1, "blocks": pages})
        start = int(query["page"]) * self.part
        if not found:
            return Reply(404, b'{"message": "No Captures found for: x"}', "application/json")
        lines = []
        for one in found[start : start + self.part]:
            at = sum(len(other.record) for other in self.kept[: self.kept.index(one)])
            line = {"url": one.url, "timestamp": one.timestamp, "mime": one.mime, "status": str(one.status)}
            place = {"filename": FILE, "offset": str(at), "length": str(len(one.record))}
            lines.append(json.dumps(line | place | {"digest": one.digest}))
        return Reply(200, "\n".join(lines).encode(), "text/x-ndjson")

    def _capture(self, name: str) -> Reply:
        timestamp, _, url = name.partition("id_/")
        for one in self.kept:
            if (one.timestamp, one.url) == (timestamp, url):
                time = format_datetime(parse_utc(one.when), usegmt=True)
                headers = {"Memento-Datetime": time, "X-Archive-Orig-Server": "nginx"}
                return Reply(one.status, one.body, f"{one.mime}; charset=utf-8", headers)
        return Reply(404, b"<h1>The Wayback Machine has not archived that URL.</h1>")


def _matches(one: Kept, query: dict[str, str]) -> bool:
    """Whether a capture is of the requested address and period."""
    address = one.url.partition("://")[2]
    wanted = query["url"].partition("://")[2] or query["url"]
    match = {
        "exact": address == wanted,
        "prefix": address.startswith(wanted) or "elsewhere" in address,
        "domain": address.partition("/")[0].endswith(wanted.rstrip("/")),
    }[query["matchType"]]
    return match and query.get("from", "") <= one.timestamp <= query.get("to", "9")


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), "application/json")


def start(
    server: WebArchive, folder: Path, name: str = "wayback", *options: str, before: str = ""
) -> Command:
    """Start a backfill into the folder's `a.db` and `archive`."""
    index, data = ("cdx", "web") if name == "wayback" else ("collinfo.json", "data")
    places = ["--cdx-url", f"{server.url}/{index}", "--data-url", f"{server.url}/{data}"]
    into = ["--db", str(folder / "a.db"), "--archive", str(folder / "archive")]
    return Command(
        ["backfill", name, *places, *into, "--delay", "0", "--json", *options],
        folder,
        {"OSCE_NEWS_CONTACT": "someone@example.org"},
        before,
    )


def backfill(
    server: WebArchive, folder: Path, name: str = "wayback", *options: str, before: str = ""
) -> Ended:
    with start(server, folder, name, *options, before=before) as command:
        return command.wait(60)
