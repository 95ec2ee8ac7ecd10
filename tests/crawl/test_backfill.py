"""`osce-news backfill` against a web archive on loopback: what it copies and stores, and bad answers."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from osce_news.crawl.backfill import BackfillOptions
from osce_news.errors import BadInputError
from osce_news.items import RAW_FIELDS
from osce_news.storage import Writer
from tests.archive.making import bodies, warcio
from tests.archive.replaying import replay, warcs
from tests.crawl.over_http.crawling import is_sound, rows, until
from tests.helpers import run, slow
from tests.newsroom.cards import render_cards
from tests.newsroom.faults import Answer, always, cut, redirect, retry_later, status, truncated
from tests.newsroom.pages import render_challenge
from tests.newsroom.site import Reply
from tests.web_archive import LIST, STORIES, Kept, WebArchive, backfill, list_page, start, usual

NAMES = ("wayback", "commoncrawl")
ONE_FAST = ["wayback", *slow("commoncrawl")]
_VALUES = ", ".join(f"items.{name}" for name in ("id", "title", "published", "origin", *RAW_FIELDS))
VALUES = f"SELECT {_VALUES}, text FROM items JOIN articles ON item_id = id ORDER BY id"


@pytest.fixture
def server() -> Iterator[WebArchive]:
    with WebArchive(usual()) as server:
        yield server


@pytest.mark.parametrize("name", NAMES)
def test_lists_and_own_pages_are_copied_and_stored(server: WebArchive, tmp_path: Path, name: str) -> None:
    done = backfill(server, tmp_path, name)
    assert (done.status, done.lines) == (0, []), done.errors
    assert done.summary["index"] == {
        "captures": 18, "kept": 13, "kept_before": 0, "same": 1, "not_kept": 0,
        "other_pages": 3, "other_sites": 1, "unreadable": 0,
    }  # fmt: skip
    summary = done.summary
    assert (summary["mode"], summary["new"], summary["pages"], summary["articles"]) == ("backfill", 12, 1, 12)
    assert summary["requests"] == len(server.log)
    sql = "SELECT id, title, published, text IS NOT NULL, first_seen FROM newsroom"
    assert set(rows(tmp_path / "a.db", sql)) == {
        (str(one.node), one.title, one.published.isoformat(), 1, f"2026-11-2{number > 9:d}T10:00:00Z")
        for number, one in enumerate(STORIES)
    }
    assert rows(tmp_path / "a.db", "SELECT mode, status FROM runs") == [("backfill", "complete")]
    assert is_sound(tmp_path / "a.db")


@pytest.mark.parametrize("name", ONE_FAST)
def test_the_archive_is_standard_and_replays(server: WebArchive, tmp_path: Path, name: str) -> None:
    assert backfill(server, tmp_path, name).status == 0
    assert warcio("check", *warcs(tmp_path)) == (0, "")
    _, index = warcio("index", "-f", "warc-type,warc-target-uri,warc-date", *warcs(tmp_path))
    found = [json.loads(line) for line in index.splitlines()]
    assert [one["warc-type"] for one in found] == ["warcinfo", *["response"] * 13]
    wanted = [(one.url, one.when) for one in server.kept[:13]]
    assert sorted((one["warc-target-uri"], one["warc-date"]) for one in found[1:]) == sorted(wanted)
    assert sorted(bodies(*warcs(tmp_path))) == sorted(one.body for one in server.kept[:13])
    again = replay(tmp_path)
    assert again.status == 0, again.errors
    assert rows(tmp_path / "b.db", VALUES) == rows(tmp_path / "a.db", VALUES)


@pytest.mark.parametrize("name", ONE_FAST)
def test_what_is_kept_is_not_asked_for_again(server: WebArchive, tmp_path: Path, name: str) -> None:
    assert backfill(server, tmp_path, name).status == 0
    asked = len(server.captures_asked)
    before = rows(tmp_path / "a.db", VALUES)
    done = backfill(server, tmp_path, name)
    assert done.status == 0
    assert (done.summary["new"], done.summary["changed"], done.summary["index"]["kept_before"]) == (0, 0, 13)
    # Another capture of a page that is kept, and the only one in this period.
    done = backfill(server, tmp_path, name, "--from", "2026-11-22")
    assert (done.status, done.summary["index"]["kept_before"]) == (0, 1)
    assert len(server.captures_asked) == asked == 13
    assert rows(tmp_path / "a.db", VALUES) == before
    assert len(warcs(tmp_path)) == 1


@pytest.mark.parametrize("name", ONE_FAST)
@pytest.mark.parametrize("number", [signal.SIGKILL, *slow(signal.SIGTERM)])
def test_a_backfill_goes_on(server: WebArchive, tmp_path: Path, name: str, number: signal.Signals) -> None:
    """Twice, within the captures: nothing that was kept is asked for again."""
    for seen in (4, 9):
        with start(server, tmp_path, name) as command:
            sent = Event()
            server.before(
                lambda path: path.startswith(("/web/", "/data/")),
                lambda _, seen=seen, sent=sent: len(server.captures_asked) < seen or sent.wait(30),  # type: ignore[misc]
                None,
            )
            until(lambda seen=seen: len(server.captures_asked) >= seen)  # type: ignore[misc]
            command.send(number)
            sent.set()
            done = command.result(60)
        assert done.status == (130 if number == signal.SIGTERM else -number), done.errors
        if number == signal.SIGTERM:
            assert (done.summary["status"], len(done.lines)) == ("partial", 1)
            assert done.lines[0].startswith("osce-news: interrupted; run the command again")
    done = backfill(server, tmp_path, name)
    assert (done.status, done.lines) == (0, []), done.errors
    asked = server.captures_asked
    # At most the one that was on its way at each kill.
    assert len(set(asked)) == 13
    assert len(asked) <= 13 + 2 * (number == signal.SIGKILL)
    assert len(rows(tmp_path / "a.db", "SELECT id FROM items")) == 12
    assert is_sound(tmp_path / "a.db")
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM runs WHERE status = 'running'") == [(0,)]
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    assert backfill(server, undisturbed, name).status == 0
    assert rows(tmp_path / "a.db", VALUES) == rows(undisturbed / "a.db", VALUES)


def test_a_page_that_was_copied_before_is_read_from_there(server: WebArchive, tmp_path: Path) -> None:
    """An index without digests does not tell, so it is copied again, as a revisit record."""
    server.digests = False
    assert backfill(server, tmp_path).status == 0
    first = server.kept[1]
    server.kept.append(replace(first, when="2026-11-25T10:00:00Z"))
    done = backfill(server, tmp_path)
    assert (done.status, done.summary["index"]["kept"], done.summary["articles"]) == (0, 1, 1), done.errors
    _, index = warcio("index", "-f", "warc-type", warcs(tmp_path)[1])
    assert "revisit" in index
    assert rows(tmp_path / "a.db", "SELECT fetched_at FROM articles ORDER BY 1 DESC LIMIT 1") == [
        ("2026-11-25T10:00:00Z",)
    ]
    assert replay(tmp_path).status == 0
    assert rows(tmp_path / "b.db", VALUES) == rows(tmp_path / "a.db", VALUES)


def test_the_period_the_address_and_the_limit_are_kept_to(server: WebArchive, tmp_path: Path) -> None:
    server.kept += [list_page(STORIES[5:], 1, f"202{year}-11-20T10:00:00Z") for year in (6, 7)]
    options = ("--from", "2026", "--to", "2026-11", "--url", "www.osce.org/press-releases*")
    done = backfill(server, tmp_path, "wayback", *options)
    assert (done.status, done.summary["index"]["kept"]) == (0, 2)
    assert "from=20260101&to=20261130235959" in server.log[0].path
    assert backfill(server, tmp_path, "wayback", "--limit", "3").summary["index"]["kept"] == 3
    assert len(server.captures_asked) == 5


def test_a_crawl_outside_the_period_is_not_asked(server: WebArchive, tmp_path: Path) -> None:
    done = backfill(server, tmp_path, "commoncrawl", "--to", "2020")
    assert (done.status, done.summary["index"]["captures"]) == (0, 0)
    assert server.paths == ["/collinfo.json"]


def test_the_last_line_tells_what_was_found_and_which_days_are_missing(tmp_path: Path) -> None:
    days = [STORIES[0].published.replace(day=day) for day in (1, 2, 20)]
    stories = [replace(one, published=day) for one, day in zip(STORIES, days, strict=False)]
    with WebArchive([list_page(stories)]) as server:
        places = ["--cdx-url", f"{server.url}/cdx", "--data-url", f"{server.url}/web", "--delay", "0"]
        done = run("backfill", "wayback", *places, cwd=tmp_path)
    assert done.status == 0, done.err
    month = days[0].isoformat()[:8]
    assert done.out.splitlines()[-1] == (
        "wayback: 1 capture in the index, 1 copied now; stored 1 list and 0 own pages; 3 new items; "
        f"no items from {month}03 to {month}19"
    )


def test_the_last_line_does_not_praise_an_empty_database(tmp_path: Path) -> None:
    with WebArchive([]) as server:
        places = ["--cdx-url", f"{server.url}/cdx", "--data-url", f"{server.url}/web", "--delay", "0"]
        done = run("backfill", "wayback", *places, cwd=tmp_path)
    assert done.status == 0, done.err
    assert done.out.splitlines()[-1].endswith("0 new items; no items with a date yet")


@pytest.mark.slow
def test_the_program_names_itself_and_obeys_retry_after(server: WebArchive, tmp_path: Path) -> None:
    server.fail("/cdx", retry_later(1, 503), times=1)
    server.fail(server_capture(1), retry_later(1), times=1)
    done = backfill(server, tmp_path)
    assert (done.status, done.summary["index"]["kept"]) == (0, 13), done.errors
    assert all(entry.headers["User-Agent"].endswith("(+someone@example.org)") for entry in server.log)
    waits = [after.time - before.time for before, after in zip(server.log, server.log[1:], strict=False)]
    refused = [number for number, entry in enumerate(server.log) if entry.status in (429, 503)]
    assert len(refused) == 2
    assert all(waits[number] > 0.9 for number in refused)


def server_capture(number: int) -> str:
    one = usual()[number]
    return f"/web/{one.timestamp}id_/{one.url}"


HTML = always(Reply(200, b"<!DOCTYPE html><title>Sorry</title>"))


@pytest.mark.parametrize(
    ("name", "where", "answer", "wanted", "line"),
    [
        ("wayback", "/cdx", HTML, 3, "expected an answer of a CDX interface, got '<!DOCTYPE html>"),
        ("wayback", "/cdx", status(404), 3, "got status 404"),
        *slow(("wayback", "/cdx", status(503), 1, "status 503")),
        ("wayback", "/cdx", status(403), 6, "refuses (status 403)"),
        *slow(("wayback", "/cdx", retry_later(0, 429), 6, "refuses (status 429")),
        ("commoncrawl", "/collinfo.json", HTML, 3, "<!DOCTYPE html>"),
        ("commoncrawl", "/CC-MAIN-2026-48-index", HTML, 3, "<!DOCTYPE html>"),
        ("commoncrawl", "/CC-MAIN-2026-48-index", status(404), 3, "<h1>Not Found</h1>"),
    ],
)
def test_an_index_that_is_none_is_one_line_and_the_right_status(
    server: WebArchive, tmp_path: Path, name: str, where: str, answer: Answer, wanted: int, line: str
) -> None:
    server.fail(where, answer)
    done = backfill(server, tmp_path, name)
    assert (done.status, len(done.lines)) == (wanted, 1), done.errors
    assert line in done.lines[0]
    assert server.captures_asked == []


@pytest.mark.parametrize(
    ("host", "line"),
    [("127.0.0.1:1", "connection was refused"), ("a.invalid", "no such host, or no network")],
)
def test_an_index_that_can_not_be_reached_is_tried_once(tmp_path: Path, host: str, line: str) -> None:
    server: Any = SimpleNamespace(url=f"http://{host}")
    done = backfill(server, tmp_path, "wayback")  # which has two lists to ask for
    assert (done.status, len(done.lines)) == (1, 1), done.errors
    assert line in done.lines[0]
    assert done.errors.count("requesting http") == 1


def test_an_index_that_fails_later_loses_nothing_of_what_it_gave(server: WebArchive, tmp_path: Path) -> None:
    server.fail(lambda path: "resumeKey=10" in path, HTML)
    done = backfill(server, tmp_path)
    assert (done.status, len(done.lines)) == (3, 1), done.errors
    assert done.summary["index"]["kept"] == 10
    assert rows(tmp_path / "a.db", "SELECT status FROM runs") == [("failed",)]
    server.faults.clear()
    assert backfill(server, tmp_path).summary["index"]["kept"] == 3


@pytest.mark.parametrize("is_new", [True, False])
def test_an_index_that_never_ends_is_left(server: WebArchive, tmp_path: Path, is_new: bool) -> None:
    """Each part has a key of its own, and either other captures or the same ones."""

    def endless(exchange: object) -> None:
        count = len(asked) + 1
        asked.append(count)
        one = list_page(STORIES[:10])
        url = f"{one.url}&n={count if is_new else 0}"
        row = ["", one.timestamp, url, "text/html", "200", one.digest, "1"]
        names = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
        body = json.dumps([names, row, [], [str(count)]]).encode()
        exchange.reply(Reply(200, body, "application/json"))  # type: ignore[attr-defined]

    asked: list[int] = []
    server.fail("/cdx", endless)
    limit = "import osce_news.archive.web_archives as w\nw.MAX_PAGES = 20"
    done = backfill(server, tmp_path, "wayback", "--url", "www.osce.org/*", before=limit)
    assert (done.status, len(done.lines)) == (4, 1), done.errors
    assert "the index has more captures" in done.lines[0]
    assert len(asked) == (20 if is_new else 2)


MEMENTO = {"Memento-Datetime": "Tue, 01 Jan 2019 00:00:00 GMT"}


@pytest.mark.parametrize(
    ("name", "answer", "line", "tries"),
    [
        ("wayback", status(404), "the site answered with status 404", 1),
        *slow(("wayback", status(503), "answered with status 503", 4)),
        *slow(("commoncrawl", cut(), "the response is empty or truncated", 4)),
        ("wayback", redirect("/web/2019id_/x"), "the site answered with status 302", 1),
        ("wayback", HTML, "a page of the archive itself", 1),
        ("wayback", always(Reply(200, b"<p>", headers=MEMENTO)), "a capture of another time", 1),
        ("commoncrawl", truncated(0.01), "cut: ", 1),
        ("commoncrawl", HTML, "the whole file instead of a part", 1),
        ("commoncrawl", always(Reply(206, b"\0" * 9999)), "cut: 9,999 of", 1),
    ],
)
def test_a_capture_that_can_not_be_copied_is_counted(
    server: WebArchive, tmp_path: Path, name: str, answer: Answer, line: str, tries: int
) -> None:
    fault = server.fail(is_capture, answer, times=tries)
    done = backfill(server, tmp_path, name)
    assert (done.status, len(done.lines), fault.seen) == (4, 1, tries), done.errors
    assert "captures that could not be kept: 1; the first: http" in done.lines[0]
    assert line in done.lines[0]
    assert (done.summary["index"]["kept"], done.summary["index"]["not_kept"]) == (12, 1)
    assert rows(tmp_path / "a.db", "SELECT status FROM runs") == [("partial",)]


@pytest.mark.parametrize("name", ONE_FAST)
def test_a_failed_capture_is_asked_for_again(server: WebArchive, tmp_path: Path, name: str) -> None:
    server.fail(is_capture, status(404), times=1)
    assert backfill(server, tmp_path, name).status == 4
    again = backfill(server, tmp_path, name)
    assert (again.status, again.summary["index"]["kept"]) == (0, 1)
    assert len(rows(tmp_path / "a.db", VALUES)) == 12


def is_capture(path: str) -> bool:
    return path.startswith(("/web/", "/data/"))


@pytest.mark.parametrize(
    ("answer", "asked", "wanted"),
    [(status(403), 3, 6), *slow((retry_later(0, 429), 4, 6), (status(503), 8, 4))],
)
def test_an_archive_that_refuses_or_is_down_is_left_alone(
    server: WebArchive, tmp_path: Path, answer: Answer, asked: int, wanted: int
) -> None:
    """What was copied before is stored; what was not is asked for the next time."""
    fault = server.fail(lambda path: is_capture(path) and bool(server.captures_asked), answer)
    fewer = (
        "from osce_news.crawl.backfill import BackfillSpider as b\nb.custom_settings['CIRCUIT_BREAKER'] = 2"
    )
    done = backfill(server, tmp_path, before=fewer)
    assert (done.status, len(done.lines), fault.seen) == (wanted, 1, asked), done.errors
    assert done.summary["index"]["kept"] == 1
    assert len(rows(tmp_path / "a.db", "SELECT id FROM items")) == 10
    server.faults.clear()
    assert backfill(server, tmp_path).summary["index"]["kept"] == 12


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"since": "tomorrow"}, "--from: 'tomorrow' is not a date; write one like"),
        ({"since": "2020", "until": "2019"}, "--from 2020-01-01 is after --to 2019-12-31"),
        ({"urls": ["http://["]}, "not a web address: 'http://['"),
        ({"urls": ["www.osce.org/*", ""]}, "not a web address: 'https://'"),
        ({"urls": ["www.osce.org/*", "*"]}, "--url: '*' has no host; write one like 'www.osce.org/*'"),
        ({"urls": ["*.*"]}, "--url: '*.*' has no host"),
        ({"urls": ["https://*"]}, "--url: 'https://*' has no host"),
        ({"cdx_url": "osce"}, "not a web address: 'osce'"),
        ({"data_url": "https://me:secret@a.example/"}, "an address must not have a user name or a password"),
        ({"delay": "-1"}, "--delay: '-1' is not a number of seconds"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], line: str) -> None:
    with pytest.raises(BadInputError) as caught:
        BackfillOptions.parse("wayback", Path("archive"), **options)
    assert str(caught.value).startswith(line)


@pytest.mark.parametrize("name", NAMES)
def test_the_hosts_that_are_wanted_are_those_of_the_addresses(name: str) -> None:
    assert BackfillOptions.parse(name, Path("archive")).hosts == ["osce.org"]
    urls = ["*.osce.org", "https://www.elsewhere.example/news/*"]
    assert BackfillOptions.parse(name, Path("archive"), urls=urls).hosts == ["elsewhere.example", "osce.org"]


def test_an_unusable_database_is_reported_before_any_request(server: WebArchive, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database at all" * 100)
    assert backfill(server, tmp_path).status == 2
    (tmp_path / "a.db").unlink()
    with Writer(tmp_path / "a.db"):
        assert backfill(server, tmp_path).status == 5
    assert server.log == []


def test_a_list_of_cards_is_copied_if_its_address_is_given(tmp_path: Path) -> None:
    url = "https://odihr.osce.org/odihr/news"
    cards = render_cards(STORIES[:6], "views-row").encode()
    with WebArchive([Kept(url, "2026-11-20T10:00:00Z", cards)]) as server:
        done = backfill(server, tmp_path, "wayback", "--url", "*.osce.org")
        assert (done.status, done.summary["index"]["other_pages"]) == (0, 1)
        done = backfill(server, tmp_path, "wayback", "--url", url)
    assert (done.status, done.summary["new"]) == (0, 6), done.errors


def test_an_unknown_capture_is_named(server: WebArchive, tmp_path: Path) -> None:
    """It says nothing about the site of today, so the status is not that of a changed site."""
    server.kept += [
        Kept(LIST.format(5), "2026-11-20T10:00:00Z", b"<html><p>Be back soon</p></html>"),
        Kept(LIST.format(6), "2026-11-20T10:00:00Z", render_challenge().encode()),
    ]
    done = backfill(server, tmp_path)
    assert (done.status, len(done.lines), done.summary["new"]) == (4, 2, 12), done.errors
    assert all("press-releases?page=" in line for line in done.lines)
    assert rows(tmp_path / "a.db", "SELECT status FROM runs") == [("partial",)]


def test_two_backfills_do_not_copy_into_one_folder(server: WebArchive, tmp_path: Path) -> None:
    ended = Event()
    server.before("/cdx", lambda _: ended.wait(60))
    with start(server, tmp_path) as first:
        until(lambda: (tmp_path / "archive" / "backfill.lock").exists())
        with start(server, tmp_path, "wayback", "--db", str(tmp_path / "other.db")) as second:
            done = second.wait()
        ended.set()
        assert (done.status, len(done.lines)) == (5, 1), done.errors
        assert "is writing to it" in done.lines[0]
        assert first.wait().status == 0


@pytest.mark.slow
def test_a_crawl_that_began_meanwhile_is_waited_for(server: WebArchive, tmp_path: Path) -> None:
    with start(server, tmp_path) as command:
        until(lambda: bool(server.captures_asked))
        with Writer(tmp_path / "a.db", wait_s=30):
            until(lambda: len(server.captures_asked) == 13)
            time.sleep(1)
            assert command.is_running
        done = command.wait()
    assert (done.status, done.summary["new"]) == (0, 12), done.errors


def test_what_could_not_be_stored_is_stored_by_the_next(server: WebArchive, tmp_path: Path) -> None:
    full = (
        "from osce_news.storage import Writer\nfrom osce_news.errors import StorageError\n"
        "def full(*_): raise StorageError('the disk is full')\nWriter.store_article = full"
    )
    done = backfill(server, tmp_path, before=full)
    assert (done.status, done.lines) == (1, ["osce-news: the disk is full"]), done.errors
    done = backfill(server, tmp_path)
    assert (done.status, done.summary["index"]["kept"], done.summary["articles"]) == (0, 0, 12)


def test_an_archive_that_can_not_be_written_ends_the_backfill(server: WebArchive, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    full = (
        "import os, osce_news.archive.warc_writer as w\nwrite = os.write\n"
        "def full(handle, data):\n    if len(data) > 1000: raise OSError(28, 'No space left on device')\n"
        "    return write(handle, data)\nw.os.write = full"
    )
    done = backfill(server, tmp_path, before=full)
    assert (done.status, len(done.lines)) == (1, 1), done.errors
    assert "No space left on device" in done.lines[0]
    assert len(server.captures_asked) == 1
    assert backfill(server, tmp_path).summary["index"]["kept"] == 13
