"""Recorded crawls, replayed into an empty database: the same rows as those that the crawls made."""

from __future__ import annotations

import datetime
import gzip
import shutil
import signal
from pathlib import Path

import pytest

from osce_news.archive.records import records
from osce_news.archive.report import Report
from tests.archive.replaying import assert_same, crawl, everything, newsroom, replay, warcs
from tests.crawl.over_http.crawling import at, is_sound, killed, rows
from tests.crawl.over_http.test_checks import changed
from tests.helpers import run
from tests.newsroom import Newsroom, faults, make_newer, make_stories


def edit(server: Newsroom) -> None:
    """Publish, edit, redate, back-date, remove, and break one item that is quarantined."""
    nodes = [story.node for story in server.stories]
    server.publish(*make_newer(server.stories, 4))
    server.edit(nodes[0], title="Another title", topics=("Elections",))
    server.edit(nodes[30], teaser="Another teaser, of a page far down.")
    server.redate(nodes[10], server.story(nodes[10]).published - datetime.timedelta(days=40))
    server.insert(*make_stories(2, first_node=900_001))
    for node in nodes[40:43]:
        server.remove(node)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database of six daily crawls, with edits, 304s and pages that were there before."""
    folder = tmp_path_factory.mktemp("recorded")
    with newsroom() as server:
        crawls = (
            (None, ()),
            (None, ()),  # 304s
            (edit, ()),
            (None, ("--full",)),  # finds what is back-dated and removed
            (lambda one: one.restore(min(one.removed)), ("--full", "--accept")),
            (None, ("--max-pages", "3", "--since", "1999-01-01")),
        )
        for day, (change, options) in enumerate(crawls, 1):
            if change is not None:
                change(server)
            done = crawl(server, folder, *options, before=at(f"2026-03-{day:02}T12:00:00Z"))
            assert done.status == 0, done.errors
        assert 304 in [entry.status for entry in server.log]
    return folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return Path(shutil.copytree(recorded, tmp_path / "copy"))


@pytest.mark.slow
def test_what_undo_removed_comes_back_only_in_a_new_database(folder: Path) -> None:
    count = "SELECT count(*) FROM items"
    ((items,),) = rows(folder / "a.db", count)
    undone = run("undo", "1", "--db", "a.db", cwd=folder)
    assert "a replay of an archive does so only into a new database" in undone.err
    ((left,),) = rows(folder / "a.db", count)
    assert left < items
    assert replay(folder, db="a.db").summary["runs_known"] == 6
    assert rows(folder / "a.db", count) == [(left,)]
    replay(folder)
    assert rows(folder / "b.db", count) == [(items,)]


def test_a_replay_into_an_empty_database_gives_the_very_rows_of_the_crawls(folder: Path) -> None:
    kinds = [one.kind for path in warcs(folder) for one in records(path, Report())]
    assert {"response", "revisit"} <= set(kinds)
    for table, least in (("revisions", 4), ("withdrawals", 3), ("withdrawals WHERE restored NOT NULL", 1)):
        ((count,),) = rows(folder / "a.db", f"SELECT count(*) FROM {table}")
        assert count >= least
    done = replay(folder)
    assert (done.status, done.errors) == (0, "")
    assert_same(folder)
    assert is_sound(folder / "b.db")
    ((pages, requests),) = rows(folder / "a.db", "SELECT sum(pages), sum(requests) FROM runs")
    summary = done.summary
    assert (summary["mode"], summary["status"], summary["runs"]) == ("replay", "complete", [1, 2, 3, 4, 5, 6])
    assert (summary["pages"], summary["requests"], summary["captures"]) == (pages, requests, requests)


@pytest.mark.slow
def test_the_files_may_be_renamed_moved_and_given_in_any_order(folder: Path) -> None:
    named = []
    for number, path in enumerate(reversed(warcs(folder))):
        place = folder / f"{number}"
        place.mkdir()
        named.append(path.rename(place / f"x{number}.warc.gz").relative_to(folder))
    done = replay(folder, what=" ".join(map(str, named)))
    assert (done.status, done.errors) == (0, "")
    assert_same(folder)


def test_replayed_again_nothing_changes(folder: Path) -> None:
    replay(folder)
    before = everything(folder / "b.db")
    done = replay(folder)
    assert (done.status, done.summary["runs"], done.summary["runs_known"]) == (0, [], 6)
    assert everything(folder / "b.db") == before
    done = replay(folder, db="a.db")  # that of the crawls themselves
    assert (done.summary["runs"], done.summary["runs_known"]) == ([], 6)


def test_of_several_copies_of_a_file_the_largest_is_read(folder: Path) -> None:
    for path in warcs(folder):
        copy = folder / "archive" / "a" / path.name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert replay(folder).status == 0
    assert_same(folder)


def test_of_runs_in_one_file_the_first_is_repeated_and_the_others_are_merged(folder: Path) -> None:
    first, *_ = files = warcs(folder)
    (folder / "joined.warc.gz").write_bytes(b"".join(path.read_bytes() for path in files))
    done = replay(folder, what="joined.warc.gz")
    assert (done.status, done.summary["runs_merged"]) == (0, 1), done.errors
    modes = rows(folder / "b.db", "SELECT mode, status, archive FROM runs")
    assert modes == [("full", "complete", first.name[: -len("-00000.warc.gz")]), ("replay", "complete", None)]
    read = "SELECT url, fetched_at FROM pages WHERE item_id IS NULL"
    assert set(rows(folder / "b.db", read)) == set(rows(folder / "a.db", read))
    assert replay(folder, what="joined.warc.gz").summary["runs_known"] == 1


@pytest.mark.slow
def test_runs_that_were_added_since_are_replayed_behind_those_that_the_database_holds(folder: Path) -> None:
    later = folder / "later"
    later.mkdir()
    for path in warcs(folder)[3:]:
        shutil.move(path, later)
    assert replay(folder).summary["runs"] == [1, 2, 3]
    done = replay(folder, what="archive later")
    assert (done.summary["runs"], done.summary["runs_known"]) == ([4, 5, 6], 3)
    assert_same(folder)


@pytest.mark.slow
def test_a_run_older_than_what_the_database_holds_is_merged_page_by_page(folder: Path) -> None:
    older = folder / "older"
    older.mkdir()
    shutil.move(warcs(folder)[0], older)
    assert replay(folder).status == 4  # its pages are what later runs refer to
    held = rows(folder / "b.db", "SELECT id, title FROM items ORDER BY id")
    done = replay(folder, what="older")
    assert (done.status, done.summary["pages"], done.summary["withdrawn"]) == (0, 10, 0), done.errors
    assert done.summary["runs_merged"] == 1
    assert (
        "recorded runs that are older than the database, were replayed in part, or share a file: 1; "
        in done.errors
    )
    assert rows(folder / "b.db", "SELECT mode FROM runs ORDER BY id DESC LIMIT 1") == [("replay",)]
    assert dict(held).items() <= dict(rows(folder / "b.db", "SELECT id, title FROM items")).items()
    firsts = "SELECT id, first_seen FROM items ORDER BY id"
    assert rows(folder / "b.db", firsts) == rows(folder / "a.db", firsts)
    before = everything(folder / "b.db")
    done = replay(folder, what="older")
    assert (done.status, done.summary["runs_known"], done.summary["runs"]) == (0, 1, [])
    assert everything(folder / "b.db") == before


def test_what_is_in_the_archive_of_a_run_that_is_not_given_is_named(folder: Path) -> None:
    first, *_ = warcs(folder)
    first.unlink()
    done = replay(folder)
    assert done.status == 4
    assert "/press-releases?page=0&rows=10&solrsort=ds_date+desc, read at 20" in done.errors
    assert "is in none of the files" in done.errors
    statuses = rows(folder / "b.db", "SELECT status, withdrawn FROM runs")
    assert ("partial", 0) in statuses
    assert rows(folder / "b.db", "SELECT count(*) FROM items WHERE withdrawn NOT NULL") == [(0,)]
    assert replay(folder).summary["runs_merged"] == 1  # a page of an item that a later run has shown
    done = replay(folder)
    assert (done.status, done.summary["runs_known"], done.summary["runs"]) == (0, 5, []), done.errors


ROLLED = "from osce_news.archive import warc_writer\nwarc_writer.MAX_FILE_BYTES = 8_000\n"
ROLLED += "warc_writer.ArchiveWriter.__init__.__kwdefaults__['max_bytes'] = 8_000"


@pytest.mark.slow
def test_a_run_that_was_rolled_is_put_together_and_a_missing_part_is_named(tmp_path: Path) -> None:
    with newsroom() as server:
        assert crawl(server, tmp_path, before=ROLLED).status == 0
    files = warcs(tmp_path)
    assert len(files) > 4
    assert replay(tmp_path).status == 0
    assert_same(tmp_path)
    kept = files[2].read_bytes(), files[-1].read_bytes(), files[0].read_bytes()
    for number, (place, data) in enumerate(zip((2, -1, 0), kept, strict=True)):
        files[place].unlink()
        done = replay(tmp_path, db=f"{number}.db")
        assert done.status == 4
        assert files[place].name in done.errors
        assert done.summary["pages"] < 10
        (status,) = rows(tmp_path / f"{number}.db", "SELECT status FROM runs")
        assert status == ("interrupted" if place == -1 else "partial",)
        assert rows(tmp_path / f"{number}.db", "SELECT position FROM runs") == [(None,)]  # not resumed
        files[place].write_bytes(data)
        done = replay(tmp_path, db=f"{number}.db")
        assert place == 0 or done.summary["runs_merged"] == 1  # without its first file, it was no run
        for table in ("items", "pages"):
            found = f"SELECT DISTINCT {'id, title' if table == 'items' else 'url, fetched_at'} FROM {table}"
            assert set(rows(tmp_path / f"{number}.db", found)) == set(rows(tmp_path / "a.db", found))
        before = everything(tmp_path / f"{number}.db")
        done = replay(tmp_path, db=f"{number}.db")
        assert (done.summary["runs_known"], done.summary["runs"]) == (1, [])
        assert everything(tmp_path / f"{number}.db") == before


@pytest.mark.slow
def test_the_times_of_the_database_are_those_of_the_exchanges(tmp_path: Path) -> None:
    """Though the clock goes on between an answer and its storing."""
    before = (
        "import itertools, osce_news.clock as clock\n"
        "count = itertools.count(1_900_000_000)\n"
        "clock.utc_now = lambda: clock.format_utc(next(count))\n"
    )
    with newsroom() as server:
        assert crawl(server, tmp_path, before=before).status == 0
        server.remove(server.stories[3].node)
        after = before.replace("1_900", "1_901")
        assert crawl(server, tmp_path, "--full", before=after).status == 0
    assert replay(tmp_path).status == 0
    assert_same(tmp_path)


@pytest.mark.slow
def test_by_a_clock_that_was_set_back_runs_are_replayed_in_their_order(tmp_path: Path) -> None:
    at = "import osce_news.clock as clock\nclock.utc_now = lambda: '20{}-01-01T00:00:00Z'"
    with newsroom() as server:
        assert crawl(server, tmp_path, before=at.format(40)).status == 0
        server.edit(server.stories[5].node, title="Another title")
        assert crawl(server, tmp_path, before=at.format(30)).status == 0
        server.edit(server.stories[5].node, title="A third title")
        assert crawl(server, tmp_path, "--full", before=at.format(35)).status == 0
    assert replay(tmp_path).status == 0
    assert_same(tmp_path)


def test_what_is_no_page_of_the_list_does_no_harm(tmp_path: Path) -> None:
    with newsroom() as server:
        server.fail(faults.page(0), faults.status(503, body="<h1>busy"), times=1)
        server.fail(faults.page(1), faults.redirect("/press-releases?page=1&rows=9&moved"), times=1)
        server.fail(faults.page(2), faults.status(404))
        server.fail(faults.page(3), faults.cut(), times=1)
        done = crawl(server, tmp_path, before="import osce_news.crawl.settings as s\ns.BACK_OFF_BASE = 0.01")
        assert (done.status, done.summary["status"]) == (4, "partial"), done.errors
        assert {200, 302, 404, 503} <= {entry.status for entry in server.log}
    done = replay(tmp_path)
    assert done.status == 0, done.errors  # all that was recorded is replayed, though the crawl lacked a page
    assert_same(tmp_path)
    assert replay(tmp_path).summary["runs_known"] == 1


def test_a_crawl_that_was_refused_is_replayed_as_refused(tmp_path: Path) -> None:
    with newsroom() as server:
        server.robots = "User-agent: *\nDisallow: /\n"
        assert crawl(server, tmp_path).status == 6
    done = replay(tmp_path)
    assert (done.status, done.summary["pages"]) == (0, 0), done.errors
    (archive,) = warcs(tmp_path)
    name = archive.name.partition("-00000")[0]
    assert f"recorded runs that stored no page: 1; the first: {name}, refused: http" in done.errors
    assert_same(tmp_path)
    assert rows(tmp_path / "b.db", "SELECT status FROM runs") == [("refused",)]


@pytest.mark.slow
def test_a_page_that_the_checks_refused_is_refused_again_and_the_run_ends_failed(tmp_path: Path) -> None:
    fifty = ("--rows", "50")
    with newsroom(150) as server:
        assert crawl(server, tmp_path, *fifty).status == 0
        server.publish(*make_newer(server.stories, 60))
        server.fail(faults.page(1), changed(b"Content type:", b"Kind of thing:"))
        done = crawl(server, tmp_path, *fifty)
        assert done.status == 3, done.errors
    assert f"the page is kept in {tmp_path / 'archive'}" in done.errors
    assert not list(tmp_path.glob("*not-understood*"))
    done = replay(tmp_path)
    assert (done.status, done.summary["status"]) == (3, "failed")
    (line,) = done.lines
    assert "page=1&rows=49" in line
    assert warcs(tmp_path)[1].name in line
    assert_same(tmp_path)
    assert rows(tmp_path / "b.db", "SELECT status FROM runs") == [("complete",), ("failed",)]


def test_a_page_that_is_understood_by_now_is_stored(tmp_path: Path) -> None:
    """What a repair of the page objects is for: the crawl failed, its archive need not."""
    broken = (
        "from osce_news import checks\nfrom osce_news.errors import LayoutError\n"
        "def check(connection, page, **_):\n"
        "    if 'page=1' in page.url:\n"
        "        raise LayoutError('a', expected='b', got='c')\n"
        "checks.check_page = check\n"
    )
    with newsroom() as server:
        assert crawl(server, tmp_path, before=broken).status == 3
    done = replay(tmp_path)
    assert (done.status, done.summary["pages"], done.summary["new"]) == (0, 2, 18), done.errors
    assert rows(tmp_path / "b.db", "SELECT status FROM runs") == [("failed",)]


# The disk is full when a transaction would leave two of something.
FULL = """
import sqlite3
from contextlib import contextmanager
import osce_news.storage.database as database
whole = database.transaction
@contextmanager
def transaction(connection):
    with whole(connection):
        yield
        if connection.execute({query!r}).fetchone()[0] == 2:
            raise sqlite3.OperationalError("database or disk is full")
database.transaction = transaction
"""


def test_a_page_that_the_database_could_not_take_is_not_replayed(tmp_path: Path) -> None:
    """Its event is in the archive when the transaction fails to be committed."""
    with newsroom() as server:
        done = crawl(server, tmp_path, before=FULL.format(query="SELECT count(*) FROM pages"))
        assert (done.status, "disk is full" in done.errors) == (1, True)
    assert rows(tmp_path / "a.db", "SELECT status, pages FROM runs") == [("failed", 1)]
    assert replay(tmp_path).status == 0
    assert_same(tmp_path)
    assert replay(tmp_path).summary["runs_known"] == 1


def test_the_archive_of_a_run_whose_end_the_database_could_not_take_says_failed(tmp_path: Path) -> None:
    with newsroom() as server:
        assert crawl(server, tmp_path).status == 0
        server.remove(server.stories[5].node)
        full = FULL.format(query="SELECT count(finished) FROM runs")
        done = crawl(server, tmp_path, "--full", before=full)
        assert (done.status, "disk is full" in done.errors) == (1, True)
    assert rows(tmp_path / "a.db", "SELECT status, withdrawn FROM runs WHERE id = 2") == [("running", 0)]
    assert replay(tmp_path).status == 0
    ended = rows(tmp_path / "b.db", "SELECT status, withdrawn, message LIKE '%disk is full%' FROM runs")
    assert ended == [("complete", 0, None), ("failed", 0, 1)]


def test_a_run_that_goes_on_with_one_that_was_not_recorded_withdraws_nothing(tmp_path: Path) -> None:
    with newsroom() as server:
        killed(server, tmp_path / "a.db", 6)
        assert crawl(server, tmp_path).summary["continues"] == 1
        server.remove(server.stories[3].node)
        crawl(server, tmp_path, "--full")
    done = replay(tmp_path)
    assert done.status == 4
    assert "continues run 1 (which was not recorded)" in done.errors
    assert rows(tmp_path / "b.db", "SELECT status, withdrawn FROM runs") == [("partial", 0), ("complete", 1)]


def test_a_crawl_that_was_killed_and_one_that_went_on_with_it(tmp_path: Path) -> None:
    archive = ("--archive", str(tmp_path / "archive"))
    with newsroom() as server:
        killed(server, tmp_path / "a.db", 5, *archive)
        server.publish(*make_newer(server.stories, 3))
        killed(server, tmp_path / "a.db", 6, *archive)
        done = crawl(server, tmp_path)
        assert (done.status, done.summary["continues"]) == (0, 2)
        server.remove(server.stories[5].node)
        assert crawl(server, tmp_path, "--full").summary["withdrawn"] == 1
    done = replay(tmp_path)
    assert done.status == 0, done.errors
    assert_same(tmp_path)
    statuses = rows(tmp_path / "b.db", "SELECT status FROM runs")
    assert statuses == [("interrupted",), ("interrupted",), ("complete",), ("complete",)]
    for db in ("a.db", "b.db"):
        assert replay(tmp_path, db=db).summary["runs_known"] == 4


@pytest.mark.slow
def test_a_crawl_that_was_killed_behind_its_first_record_is_passed_over(tmp_path: Path) -> None:
    """Only its number is known; later runs keep theirs."""
    kill_it = (
        "import os, osce_news.archive.warc_writer as writer\n"
        "writer.ArchiveWriter.record_event = lambda *_: os.kill(os.getpid(), 9)\n"
    )
    with newsroom() as server:
        assert crawl(server, tmp_path, before=kill_it).status == -signal.SIGKILL
        assert len(warcs(tmp_path)) == 1
        done = replay(tmp_path, db="none.db")
        assert (done.status, done.lines, done.summary["runs"]) == (0, [], [])
        for _ in range(2):
            assert crawl(server, tmp_path).status == 0
            server.edit(server.stories[0].node, title="Another title")
    done = replay(tmp_path)
    assert (done.status, done.lines) == (0, []), done.errors
    made, replayed = everything(tmp_path / "a.db"), everything(tmp_path / "b.db")
    assert made["runs"].pop(0)["status"] == "interrupted"
    assert replayed == made
    assert [row["run_id"] for row in made["revisions"]] == [3]


@pytest.mark.slow
@pytest.mark.parametrize("continues", [False, True])
def test_a_run_that_was_replayed_while_it_grew_is_read_to_its_end_by_the_next_replay(
    tmp_path: Path, continues: bool
) -> None:
    """Also if the first replay lacked something: the run that it continues."""
    with newsroom() as server:
        if continues:
            killed(server, tmp_path / "a.db", 3)  # and not recorded
        assert crawl(server, tmp_path).status == 0
    (path,) = warcs(tmp_path)
    whole = path.read_bytes()
    notes = [one for one in records(path, Report()) if one.url.endswith(":page-stored")]
    path.write_bytes(whole[: notes[4].offset])
    assert replay(tmp_path).summary["pages"] == 4
    for data, grown in ((None, 0), (whole[: notes[5].offset], 1), (None, 0), (whole, 1), (None, 0)):
        if data is not None:
            path.write_bytes(data)
        done = replay(tmp_path)
        assert (done.status, done.summary["runs_merged"], done.summary["runs_known"]) == (0, grown, 1 - grown)
        assert ("were replayed in part, or share a file: 1; " in done.errors) == bool(grown)
    made = rows(tmp_path / "a.db", "SELECT id FROM items WHERE first_run = (SELECT max(id) FROM runs)")
    assert set(made) <= set(rows(tmp_path / "b.db", "SELECT id FROM items"))


def damage(path: Path, number: int) -> None:
    """Damage the response with this number."""
    data = bytearray(path.read_bytes())
    places = [one.offset for one in records(path, Report()) if one.kind == "response"]
    place = places[number] + 200
    data[place : place + 40] = bytes(40)
    path.write_bytes(data)


def test_a_run_that_continued_one_with_missing_pages_is_not_taken_for_whole(tmp_path: Path) -> None:
    archive = ("--archive", str(tmp_path / "archive"))
    with newsroom() as server:
        killed(server, tmp_path / "a.db", 6, *archive)
        done = crawl(server, tmp_path)
        assert (done.status, done.summary["continues"]) == (0, 1)
    damage(warcs(tmp_path)[0], 3)
    done = replay(tmp_path)
    assert done.status == 4
    assert "not all of which was replayed: its pages are missing, and nothing is marked" in done.errors
    assert rows(tmp_path / "b.db", "SELECT status, position FROM runs") == [
        ("interrupted", None),
        ("partial", None),
    ]


def test_a_record_that_is_damaged_is_named_and_the_others_are_replayed(folder: Path) -> None:
    first, *_ = warcs(folder)
    damage(first, 4)
    done = replay(folder, what=f"archive/{first.name}")
    assert (done.status, done.summary["status"]) == (4, "partial")
    assert done.summary["passed_over"]["unreadable"] == 1
    assert done.summary["pages"] == 9
    assert "damaged up to byte" in done.errors
    assert "&solrsort=ds_date+desc, read at 20" in done.errors
    assert rows(folder / "b.db", "SELECT status FROM runs") == [("partial",)]


def test_an_event_that_does_not_match_its_digest_is_not_believed(tmp_path: Path) -> None:
    with newsroom(25) as server:
        assert crawl(server, tmp_path).status == 0
    (path,) = warcs(tmp_path)
    data = gzip.decompress(path.read_bytes())
    assert data.count(b'"status": "complete"') == 1
    path.write_bytes(gzip.compress(data.replace(b'"status": "complete"', b'"status": "refused!"')))
    done = replay(tmp_path)
    assert (done.status, done.summary["new"]) == (4, 25)
    assert "its bytes do not match its digest" in done.errors
    assert rows(tmp_path / "b.db", "SELECT status FROM runs") == [("interrupted",)]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    with newsroom(25) as server:
        assert crawl(server, tmp_path).status == 0
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"start_url": "http://', b'"start_url": "http://[::'),
        (b'"run": 1', b'"run": [1]'),
        (b'"bytes": ', b'"bytes": 99999999999999999999'),
        (b'"files": 1', b'"files": 99999999999999999'),
    ],
)
def test_a_senseless_note_of_a_run_is_reported(small: Path, old: bytes, new: bytes) -> None:
    (path,) = warcs(small)
    data = bytearray()
    for one in records(path, Report()):
        block = one.block or b""
        if one.url.startswith("osce-news:"):
            block = block.replace(old, new, 1)
        fields = {**one.headers, "content-length": str(len(block))} | {"warc-block-digest": ""}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        data += b"WARC/1.1\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"
    (small / "changed.warc").write_bytes(data)
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))"
    done = replay(small, what="changed.warc", before=limit)
    assert done.status == 4, done.errors
    assert "that is no event of a run" in done.errors or "a file of the run is missing" in done.errors


def test_a_socket_that_something_opens_ends_the_replay(small: Path) -> None:
    before = (
        "import osce_news.checks as checks, socket\n"
        "checks.check_page = lambda *_, **__: socket.create_connection(('127.0.0.1', 1))\n"
    )
    done = replay(small, before=before)
    assert done.status == 1
    assert "a replay opens no socket, but something called socket." in done.lines[0]


def test_a_replay_that_was_cut_short_leaves_nothing_and_the_next_starts_over(small: Path) -> None:
    before = (
        "import osce_news.archive.replay.recorded as recorded\n"
        "store, count = recorded.RecordedRun._store, []\n"
        "def stop(self, *arguments):\n"
        "    count.append(1)\n"
        "    if len(count) == 2:\n"
        "        raise KeyboardInterrupt\n"
        "    store(self, *arguments)\n"
        "recorded.RecordedRun._store = stop\n"
    )
    done = replay(small, before=before)
    assert (done.status, len(done.lines)) == (130, 1)
    assert done.lines == ["osce-news: interrupted; run the command again to continue"]
    assert rows(small / "b.db", "SELECT count(*) FROM runs") == [(0,)]
    done = replay(small)
    assert (done.status, done.summary["runs_known"]) == (0, 0)
    assert_same(small)
