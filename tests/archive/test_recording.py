"""Crawls that are recorded: what the spider got, as it came, and that the crawl is the same."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from osce_news.archive.capture import Capture
from osce_news.archive.records import records
from osce_news.archive.report import Report
from osce_news.storage import open_for_reading
from tests.archive.making import read, warcio
from tests.helpers import values
from tests.newsroom import Newsroom, faults, make_stories
from tests.processes import Command

ROBOTS = "User-agent: *\nCrawl-delay: 0.02\n"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(120), robots=ROBOTS, compress=True) as server:
        yield server


def crawl(
    newsroom: Newsroom, folder: Path, archive: str, *options: str, status: int = 0, before: str = ""
) -> None:
    """Crawl by Scrapy's own command, which is soon done with a site in trouble."""
    place = ["-a", f"start_url={newsroom.url}/press-releases", "-s", f"OSCE_NEWS_DB={folder / 'a.db'}"]
    pace = ["-a", "delay=0", "-s", f"OSCE_NEWS_ARCHIVE={archive}", "-s", "OSCE_NEWS_CONTACT=a@example.org"]
    words = ["crawl", "newsroom", *place, *pace, "-s", "BACK_OFF_BASE=0.01", *options]
    with Command(words, folder, before=before, program="scrapy") as command:
        done = command.wait()
    assert done.status == status, done.errors


def answers(folder: Path) -> list[Capture]:
    found, report = read(*sorted(folder.glob("*.warc.gz")))
    assert report.lines() == []
    return found


def paths(newsroom: Newsroom, found: list[Capture]) -> list[str]:
    return [capture.url.removeprefix(newsroom.url) for capture in found]


def runs(db: Path) -> list[tuple[object, ...]]:
    with closing(open_for_reading(db)) as connection:
        return [tuple(row) for row in connection.execute("SELECT status, new, message FROM runs ORDER BY id")]


def test_every_answer_is_recorded_as_it_came(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.fail(faults.page(0), faults.status(503, body="<h1>busy"), times=1)
    newsroom.fail(faults.page(1), faults.redirect("/press-releases?page=1&rows=50&moved"), times=1)
    crawl(newsroom, tmp_path, "archive")
    found = answers(tmp_path / "archive")
    assert paths(newsroom, found) == newsroom.paths
    assert [one.status for one in found] == [entry.status for entry in newsroom.log]
    assert {one.status for one in found} == {200, 302, 503}
    assert found[0].body.decode() == ROBOTS
    with closing(open_for_reading(tmp_path / "a.db")) as connection:
        stored = values(connection, "SELECT fetched_at FROM pages ORDER BY id")
    at = [one.fetched_at for one in found if one.status == 200 and "press-releases" in one.url]
    assert at == stored  # the very times
    (path,) = (tmp_path / "archive").glob("*.warc.gz")
    assert "-1-00000" in path.name
    assert warcio("check", path) == (0, "")
    blocks = [one.block or b"" for one in records(path, Report()) if one.kind == "response"]
    bodies = [gzip.decompress(block.partition(b"\r\n\r\n")[2]) for block in blocks if b"gzip" in block[:500]]
    assert len(bodies) == len(blocks) - 1  # all but the redirect, which has none
    asked = [one.block or b"" for one in records(path, Report()) if one.kind == "request"]
    assert all(b"\r\nAccept-Encoding: gzip\r\n" in block for block in asked)
    assert all(b"\r\nUser-Agent: osce-news/" in block and b"(+a@example.org)" in block for block in asked)


def test_a_crawl_asks_nothing_without_its_archive(newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    crawl(newsroom, tmp_path, "file/archive", status=1)
    ((status, new, message),) = runs(tmp_path / "a.db")
    assert (status, new, newsroom.log) == ("failed", 0, [])
    assert str(message).startswith("the archive file/archive can't be written: ")


@pytest.mark.slow
def test_on_a_full_disk_no_page_is_stored_without_its_record(newsroom: Newsroom, tmp_path: Path) -> None:
    full = (
        "from osce_news.archive.warc_writer import _WarcFile\n"
        "write, count = _WarcFile.write, []\n"
        "def full(self, data):\n"
        "    count.append(1)\n"
        "    if len(count) > 5:\n"
        "        raise OSError(28, 'No space left on device')\n"
        "    write(self, data)\n"
        "_WarcFile.write = full\n"
    )
    crawl(newsroom, tmp_path, "archive", status=1, before=full)
    ((status, new, message),) = runs(tmp_path / "a.db")
    # What the run tells of itself was recorded, robots.txt, one page, and that it is stored.
    assert (status, new) == ("failed", 50)
    assert str(message).endswith("can't be written: No space left on device")
    assert len(read(*(tmp_path / "archive").glob("*.warc.gz"))[0]) == 2
