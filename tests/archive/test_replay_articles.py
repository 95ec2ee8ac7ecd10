"""Recorded crawls that read articles, replayed: the same rows, whatever the site answered."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from tests.archive.replaying import assert_same, crawl, newsroom, replay, warcs
from tests.crawl.over_http import crawling
from tests.crawl.over_http.crawling import is_sound, rows
from tests.newsroom import Newsroom, Reply, faults, make_newer
from tests.newsroom.pages import render_not_found

STORIES = 25
AT = "import osce_news.clock as clock\nclock.utc_now = lambda: {!r}\n"
QUICK = "import osce_news.crawl.settings as s\ns.BACK_OFF_BASE = s.BACK_OFF_MAX = 0.01\n"


def silence(exchange: faults.Exchange) -> None:
    """No answer at all, of which no record can be: that it was asked for stands in a note only."""
    exchange.note(0)
    exchange.drop(reset=True)


def trouble(server: Newsroom) -> None:
    """Let some articles be gone, moved, not found, no page, or not to be had."""
    paths = [story.path for story in server.stories]
    server.fail(paths[3], faults.status(410))
    server.fail(paths[4], faults.redirect(paths[5], 301))
    server.fail(paths[6], faults.redirect(f"{paths[6]}?again", 301), times=1)
    server.fail(paths[7], faults.always(Reply(body=render_not_found().encode())))
    server.fail(paths[8], faults.wrong_type())
    server.fail(paths[9], faults.status(500))
    server.fail(paths[10], faults.cut())
    server.fail(paths[13], silence)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    with newsroom(STORIES) as server:
        trouble(server)
        done = crawl(server, folder, "--articles", before=QUICK + AT.format("2026-12-01T00:00:00Z"))
        assert (done.status, done.summary["articles"]) == (4, STORIES), done.errors
        statuses = dict(rows(folder / "a.db", "SELECT status, count(*) FROM articles GROUP BY 1"))
        assert statuses == {
            "read": STORIES - 7, "gone": 1, "moved": 1, "not_found": 1, "unreadable": 1, "failed": 3,
        }  # fmt: skip
        server.faults.clear()
        server.edit(server.stories[0].node, title="Another title", teaser="Another teaser.")
        server.publish(*make_newer(server.stories, 2))
        done = crawl(server, folder, "--articles", before=QUICK + AT.format("2026-12-03T00:00:00Z"))
        assert (done.status, done.summary["new"]) == (0, 2), done.errors
        server.remove(server.stories[12].node)
        done = crawl(
            server,
            folder,
            "--full",
            "--articles",
            "--max-articles",
            "9",
            before=AT.format("2026-12-20T00:00:00Z"),
        )
        assert (done.status, done.summary["withdrawn"], done.summary["articles"]) == (0, 1, 10), done.errors
    return folder


@pytest.mark.slow
def test_a_replay_gives_the_very_rows_of_the_crawls(recorded: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(recorded, tmp_path / "copy"))
    changes = rows(folder / "a.db", "SELECT count(*) FROM revisions WHERE field = 'text'")
    assert changes[0][0] >= 1
    modes = [mode for (mode,) in rows(folder / "a.db", "SELECT mode FROM runs ORDER BY id")]
    assert modes == ["full", "articles", "incremental", "articles", "full", "articles"]
    done = replay(folder)
    assert done.status == 0, done.errors
    assert_same(folder)
    assert is_sound(folder / "b.db")
    left = rows(folder / "b.db", "SELECT articles_left FROM runs ORDER BY id DESC LIMIT 1")
    assert left == [(done.summary["articles_left"],)] != [(0,)]
    text = "SELECT count(*) FROM items_fts WHERE items_fts MATCH 'the'"
    assert rows(folder / "b.db", text)[0][0] > STORIES // 2
    for db in ("a.db", "b.db"):  # a partial run lacks nothing that its archive has
        done = replay(folder, db=db)
        assert (done.status, done.summary["runs_known"], done.summary["runs"]) == (0, 6, []), done.errors


@pytest.mark.slow
def test_a_text_is_merged_into_a_database_in_which_a_later_request_failed(tmp_path: Path) -> None:
    with newsroom(STORIES) as server:
        before = AT.format("2026-11-01T00:00:00Z")
        assert crawl(server, tmp_path, "--articles", before=before).status == 0
        story = server.stories[5]
        server.fail(story.path, faults.status(500))
        before = QUICK + AT.format("2026-11-03T00:00:00Z")
        assert crawling.crawl(server, tmp_path / "b.db", "--articles", before=before).status == 4
    sql = "SELECT status, read_at, text IS NOT NULL FROM articles WHERE item_id = ?"
    assert rows(tmp_path / "b.db", sql, str(story.node)) == [("failed", None, False)]
    done = replay(tmp_path)
    assert (done.status, done.summary["runs_merged"]) == (0, 2), done.errors
    assert rows(tmp_path / "b.db", sql, str(story.node)) == [("failed", "2026-11-01T00:00:00Z", True)]
    assert replay(tmp_path).summary["runs_known"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("run", ["list", "articles"])
def test_an_end_that_a_kill_kept_from_the_database_is_not_replayed(tmp_path: Path, run: str) -> None:
    """Killed when the archive holds how a run ended and the database does not; a later run tells of it."""
    die = (
        "import os, signal\nfrom osce_news.storage import Writer\n"
        "finish = Writer.finish\n"
        "def finish_or_die(self, *arguments, **named):\n"
        f"    if (self.summary.mode == 'articles') == {run == 'articles'}:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return finish(self, *arguments, **named)\n"
        "Writer.finish = finish_or_die\n"
    )
    with newsroom(STORIES) as server:
        assert crawl(server, tmp_path, before=AT.format("2026-11-01T00:00:00Z")).status == 0
        server.remove(server.stories[3].node)
        done = crawl(server, tmp_path, "--full", "--articles", "--max-articles", "2", before=die)
        assert done.status == -signal.SIGKILL
        assert crawl(server, tmp_path).status == 0
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM withdrawals") == [(run == "articles",)]
    done = replay(tmp_path)
    assert done.status == 0, done.errors
    assert_same(tmp_path)


def test_an_article_that_is_not_in_the_archive_is_named(recorded: Path, tmp_path: Path) -> None:
    from osce_news.archive.records import records
    from osce_news.archive.report import Report

    folder = Path(shutil.copytree(recorded, tmp_path / "copy"))
    path = warcs(folder)[1]  # of the articles
    data = bytearray(path.read_bytes())
    found = [one for one in records(path, Report()) if one.kind == "response"]
    hit = found[-1]
    data[hit.offset + 150 : hit.offset + 190] = bytes(40)
    path.write_bytes(data)
    first = warcs(folder)[0]
    done = replay(folder, what=f"{first.relative_to(folder)} {path.relative_to(folder)}")
    assert done.status == 4
    assert f"{hit.headers['warc-target-uri']}, read at 2026-12-01T00:00:00Z" in done.errors
    assert done.summary["articles"] == STORIES - 1
