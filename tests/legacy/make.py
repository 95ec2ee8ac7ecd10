"""Makes the databases and archives of this folder; run it with the former version (see README.md).

Its crawls are commands in processes of their own. Their clocks start at a given time, so that articles
come due again, and go on from there.
"""

from __future__ import annotations

import datetime
import gzip
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.newsroom import Newsroom, Reply, faults, make_newer, make_stories

ROBOTS = "User-agent: *\nCrawl-delay: 0.02\n"
RUN = """
import sys, time
from datetime import UTC, datetime, timedelta
import osce_news.clock as clock
zero, start = time.monotonic(), datetime.fromisoformat(sys.argv.pop(1))
now = lambda: start + timedelta(seconds=time.monotonic() - zero)
clock.utc_now = lambda: now().strftime("%Y-%m-%dT%H:%M:%SZ")
from osce_news.storage import Writer
if method := sys.argv.pop(1):
    import os, signal
    setattr(Writer, method, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from osce_news.cli import main
main()
"""


class Case:
    """A newsroom whose crawls all go into one database and one archive."""

    def __init__(self, folder: Path, server: Newsroom) -> None:
        folder.mkdir(parents=True)
        self.folder, self.server = folder, server

    def crawl(
        self,
        start: str,
        *options: str,
        status: int = 0,
        kill_at: faults.Where | None = None,
        kill_in: str = "",
    ) -> None:
        """Crawl; kill the process when it requests such a path, or calls this method of the writer."""
        place = ["--start-url", f"{self.server.url}/press-releases", "--db", "a.db", "--archive", "archive"]
        pace = ["--delay", "0", "--rows", "10", "--json"]
        env = os.environ | {"OSCE_NEWS_CONTACT": "someone@example.org", "PYTHONPATH": os.getcwd()}
        with subprocess.Popen(
            [sys.executable, "-c", RUN, start, kill_in, "crawl", *place, *pace, *options],
            cwd=self.folder,
            env=env,
        ) as process:
            if kill_at or kill_in:
                status = -signal.SIGKILL
            if kill_at:
                self.server.before(kill_at, lambda _: process.kill())
        assert process.returncode == status, process.returncode

    def close(self) -> None:
        """Pack the database; the archive stays as it is."""
        with closing(sqlite3.connect(self.folder / "a.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        packed = gzip.compress((self.folder / "a.db").read_bytes(), mtime=0)
        (self.folder / "newsroom.db.gz").write_bytes(packed)
        for path in self.folder.glob("a.db*"):
            path.unlink()


def edit(server: Newsroom) -> None:
    """Publish, edit, redate, back-date and remove."""
    nodes = [story.node for story in server.stories]
    server.publish(*make_newer(server.stories, 4))
    server.edit(nodes[0], title="Another title", topics=("Elections",))
    server.edit(nodes[30], teaser="Another teaser, of a page far down.")
    server.redate(nodes[10], server.story(nodes[10]).published - datetime.timedelta(days=40))
    server.insert(*make_stories(2, first_node=900_001))
    for node in nodes[40:43]:
        server.remove(node)


def listed(case: Case) -> None:
    """A full crawl, one that gets 304s, edits, additions, withdrawals, a restored item, a period."""
    case.crawl("2026-02-01T06:00:00+00:00")
    case.crawl("2026-02-02T06:00:00+00:00")
    edit(case.server)
    case.crawl("2026-02-03T06:00:00+00:00")
    case.crawl("2026-02-07T06:00:00+00:00", "--full")
    case.server.restore(min(case.server.removed))
    case.crawl("2026-02-08T06:00:00+00:00", "--full", "--accept")
    case.crawl("2026-02-09T06:00:00+00:00", "--max-pages", "3", "--since", "1999-01-01")
    assert 304 in [entry.status for entry in case.server.log]


def articles(case: Case) -> None:
    """The list and articles in one run, with articles that are gone, moved, no page or not to be had."""
    paths = [story.path for story in case.server.stories]
    case.server.fail(paths[1], faults.status(410))
    case.server.fail(paths[2], faults.redirect(paths[3], 301))
    case.server.fail(paths[4], faults.wrong_type())
    case.server.fail(paths[5], faults.status(404))
    case.crawl("2026-02-01T06:00:00+00:00", "--articles", "--max-articles", "8")
    case.server.faults.clear()
    case.server.edit(case.server.stories[0].node, title="Another title", teaser="Another teaser.")
    case.server.publish(*make_newer(case.server.stories, 2))
    case.crawl("2026-02-03T06:00:00+00:00", "--articles", "--max-articles", "5")
    case.server.remove(case.server.stories[12].node)
    case.crawl("2026-02-20T06:00:00+00:00", "--full", "--articles", "--max-articles", "3")


def killed(case: Case) -> None:
    """Crawls that are killed in the list and among the articles, each continued by the next one."""
    case.crawl("2026-02-01T06:00:00+00:00", kill_at=faults.page(3))
    case.crawl("2026-02-01T07:00:00+00:00")
    case.server.publish(*make_newer(case.server.stories, 25))
    case.crawl("2026-02-05T06:00:00+00:00", kill_at=faults.page(1))
    case.crawl("2026-02-05T07:00:00+00:00")
    case.server.remove(case.server.stories[40].node)
    third = case.server.stories[2].path
    options = ("--full", "--articles", "--max-articles", "6")
    case.crawl("2026-02-08T06:00:00+00:00", *options, kill_at=lambda path: path == third)
    case.crawl("2026-02-08T07:00:00+00:00", "--articles", "--max-articles", "4")


def noted(case: Case) -> None:
    """Crawls that are killed between a note in the archive and its transaction; the last is not continued."""
    options = ("--full", "--articles", "--max-articles", "2")
    case.crawl("2026-02-01T06:00:00+00:00")
    case.server.remove(case.server.stories[3].node)
    case.crawl("2026-02-02T06:00:00+00:00", *options, kill_in="settle")
    case.crawl("2026-02-03T06:00:00+00:00")
    case.crawl("2026-02-04T06:00:00+00:00", *options, kill_in="finish")
    case.crawl("2026-02-05T06:00:00+00:00")
    case.crawl("2026-02-06T06:00:00+00:00", "--full", kill_at=faults.page(2))


def refused(case: Case) -> None:
    """A page that the checks refuse, which ends a crawl, and the crawl after it; a list that breaks off."""
    case.crawl("2026-02-01T06:00:00+00:00")
    case.server.publish(*make_newer(case.server.stories, 3))
    page = case.server.answer("/press-releases?page=0&rows=10").body
    broken = page.replace(b"Publishing date:", b"Released on:")
    assert page != broken
    case.server.fail(faults.page(0), faults.always(Reply(body=broken)))
    case.crawl("2026-02-02T06:00:00+00:00", status=3)
    case.server.faults.clear()
    case.crawl("2026-02-03T06:00:00+00:00")
    case.server.fail(faults.page(4), faults.status(404))
    case.crawl("2026-02-04T06:00:00+00:00", "--full", status=4)


CASES: dict[str, tuple[int, Callable[[Case], None]]] = {
    "list": (65, listed),
    "articles": (25, articles),
    "killed": (60, killed),
    "noted": (25, noted),
    "refused": (45, refused),
}


def main(folder: Path) -> None:
    """Make all cases in that folder, which must not hold them yet."""
    for name, (count, make) in CASES.items():
        with Newsroom(make_stories(count), robots=ROBOTS, etags=True, compress=True) as server:
            case = Case(folder / name, server)
            make(case)
            case.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
