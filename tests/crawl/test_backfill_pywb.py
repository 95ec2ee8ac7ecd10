"""`osce-news backfill wayback` against a real pywb that serves crawls and captures of other tools."""

from __future__ import annotations

import gzip
import signal
from pathlib import Path

import pytest

from tests import pywb
from tests.archive.making import answer, record, saved
from tests.archive.replaying import crawl, newsroom, replay, warcs
from tests.crawl.over_http.crawling import is_sound, rows
from tests.crawl.test_backfill import VALUES
from tests.processes import Command, Ended
from tests.web_archive import STORIES, Kept, usual

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pywb.installed(tmp_path_factory.getbasetemp().parent)


def backfill(collection: str, folder: Path, *options: str, before: str = "") -> Ended:
    """Copy from a collection of pywb into the folder's `copy` and `a.db`."""
    places = ["--cdx-url", f"{collection}/cdx", "--data-url", collection, "--delay", "0"]
    into = ["--archive", str(folder / "archive"), "--db", str(folder / "a.db"), "--json"]
    with Command(["backfill", "wayback", *places, *into, *options], folder, before=before) as command:
        return command.result()


def test_captures_of_other_tools_are_found_copied_and_replayed(programs: Path, tmp_path: Path) -> None:
    packed = Kept(f"https://www.osce.org{STORIES[1].path}", "2026-11-24T10:00:00Z", usual()[2].body)
    encoded = answer(gzip.compress(packed.body), Content_Type="text/html", Content_Encoding="gzip")
    chunked = answer(
        b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed.body), packed.body),
        Content_Type="text/html",
        Transfer_Encoding="chunked",
        ETag='"x"',
    )
    others = [record(encoded, url=packed.url, date=packed.when)]
    others += [record(chunked, url=packed.url, date="2026-11-25T10:00:00Z")]
    kept = saved(
        tmp_path / "others.warc.gz",
        b"".join([*(one.record for one in usual()), *(gzip.compress(one) for one in others)]),
    )
    (tmp_path / "pywb").mkdir()
    with pywb.running(programs, tmp_path / "pywb", [kept]) as collection:
        done = backfill(collection, tmp_path)
        assert done.status == 0, done.errors
        index = done.summary["index"]
        # pywb keeps to the filters, and gives the encoded pages another digest.
        assert (index["captures"], index["kept"], index["same"]) == (17, 15, 1), index
        assert done.summary["new"] == 12
        assert rows(tmp_path / "a.db", "SELECT count(*) FROM articles WHERE text IS NULL") == [(0,)]
        again = backfill(collection, tmp_path)
        assert (again.status, again.summary["index"]["kept"]) == (0, 0)
    assert is_sound(tmp_path / "a.db")
    assert replay(tmp_path).status == 0
    assert rows(tmp_path / "b.db", VALUES) == rows(tmp_path / "a.db", VALUES)


def test_a_crawl_that_pywb_serves_is_backfilled_to_the_same_items(programs: Path, tmp_path: Path) -> None:
    made, copied = tmp_path / "made", tmp_path / "copied"
    for folder in (made, copied, tmp_path / "pywb"):
        folder.mkdir()
    with newsroom(25) as server:
        assert crawl(server, made, "--articles").status == 0
    with pywb.running(programs, tmp_path / "pywb", warcs(made)) as collection:
        deadly = (
            "import os, signal, osce_news.archive.warc_writer as w\nrecord = w.ArchiveWriter.record\n"
            "def deadly(self, exchange):\n    record(self, exchange)\n"
            "    self._exchanges == 7 and os.kill(os.getpid(), signal.SIGKILL)\n"
            "w.ArchiveWriter.record = deadly"
        )
        options = ("--url", f"{server.url}/*")
        for kept in (7, 14):
            killed = backfill(collection, copied, *options, before=deadly)
            assert killed.status == -signal.SIGKILL
            assert len(rows(copied / "a.db", "SELECT id FROM items")) <= kept + 10
        done = backfill(collection, copied, *options)
        assert done.status == 0, done.errors
        assert done.summary["index"]["kept_before"] == 14
    assert rows(copied / "a.db", VALUES) == rows(made / "a.db", VALUES)
    assert is_sound(copied / "a.db")


def test_an_index_that_stops_at_its_limit_is_reported(programs: Path, tmp_path: Path) -> None:
    kept = saved(tmp_path / "others.warc.gz", b"".join(one.record for one in usual()))
    (tmp_path / "pywb").mkdir()
    few = "import osce_news.archive.web_archives as w\nw._ROWS = 5"
    with pywb.running(programs, tmp_path / "pywb", [kept]) as collection:
        done = backfill(collection, tmp_path, before=few)
        assert (done.status, done.summary["index"]["kept"]) == (4, 5), done.errors
        assert "the index has more captures" in done.errors
