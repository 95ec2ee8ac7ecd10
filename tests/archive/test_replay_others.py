"""WARC files that other tools made, saved pages beside them, and files that are none: through the command."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.archive import replay as archive_replay
from osce_news.archive.replay.execute import store_backfill
from osce_news.archive.warc_files import WarcFiles
from tests.archive.making import answer, exchange, packed, record, saved, sha1, write
from tests.archive.replaying import newsroom, replay
from tests.crawl.over_http.crawling import is_sound, rows
from tests.helpers import html_of
from tests.newsroom import Story, make_stories
from tests.newsroom.cards import render_cards
from tests.newsroom.pages import render_article, render_challenge

LIST = "https://www.osce.org/press-releases?page={}&rows=10"
STORIES = make_stories(30)
HTML = {"Content_Type": "text/html; charset=utf-8"}
EARLY, LATE = "2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z"


def listing(number: int, stories: list[Story], **more: str) -> bytes:
    """Return the record of a list page."""
    return record(answer(html_of(stories).encode(), **HTML), url=LIST.format(number), **more)


def tens() -> list[bytes]:
    return [listing(n, STORIES[n * 10 : n * 10 + 10], date=EARLY) for n in range(3)]


def address(story: Story) -> str:
    return f"https://www.osce.org{story.path}"


def test_a_listing_that_wget_saved_is_read(tmp_path: Path) -> None:
    wget = shutil.which("wget")
    if wget is None:
        pytest.skip("wget is not on this machine")
    with newsroom(30) as server:
        urls = [f"{server.url}/press-releases?page={n}&rows=10" for n in range(3)]
        urls.append(f"{server.url}{server.stories[0].path}")
        options = ["--no-config", "-q", "-e", "robots=off", "-O", "/dev/null", "--warc-file=archive"]
        subprocess.run([wget, *options, *urls], cwd=tmp_path, timeout=60, check=True)
        site = server.url
    passed = replay(tmp_path, what="archive.warc.gz", db="other.db")
    assert (passed.status, passed.summary["pages"]) == (0, 0)
    assert passed.summary["passed_over"]["other_hosts"] == 4
    assert "records skipped: 4 of other hosts" in passed.errors
    done = replay(tmp_path, "--start-url", f"{site}/press-releases", what="archive.warc.gz")
    assert (done.status, done.summary["pages"], done.summary["new"]) == (0, 3, 30), done.errors
    assert (done.summary["articles"], done.summary["passed_over"]["unknown_items"]) == (1, 0)
    assert rows(tmp_path / "b.db", "SELECT mode, status, archive FROM runs") == [("replay", "complete", None)]
    assert is_sound(tmp_path / "b.db")


def test_captures_of_many_years_and_other_hosts_are_sorted(tmp_path: Path) -> None:
    """As browsertrix and Common Crawl store them."""
    first, second, third = STORIES[:3]
    body = html_of(STORIES[:10]).encode()
    moved = {"Location": f"https://www.osce.org/odihr/{STORIES[5].node}"}
    parts = [
        record(b"software: Browsertrix-Crawler 1.0\r\n", "warcinfo", url=""),
        record(
            answer(render_article(first).encode(), **HTML), url=address(first), date=LATE
        ),  # before its list
        listing(0, STORIES[:10], date=EARLY, version="WARC/1.1", WARC_Page_ID="abc"),
        record(b"GET / HTTP/1.1\r\n\r\n", "request", url=LIST.format(0)),
        record(b'{"title": "x"}', "metadata", url=LIST.format(0)),
        record(b"hello", "resource", url="urn:pageinfo:https://www.osce.org/"),
        record(answer(b"<p>", **HTML), url="https://osce.example/press-releases?page=0"),
        record(answer(b"<p>", **HTML), url="https://notosce.org/press-releases?page=0"),
        record(b"1.2.3.4", "response", url="dns:www.osce.org"),
        listing(1, STORIES[10:20], date=EARLY, WARC_Truncated="length"),
        record(answer(b"<h1>Gone", "HTTP/1.1 404 Not Found", **HTML), url=address(second), date=LATE),
        record(answer(b"", "HTTP/1.1 301 Moved", **moved), url=address(third), date=LATE),
        record(answer(b"%PDF", Content_Type="application/pdf"), url="https://www.osce.org/odihr/1"),
        record(answer(b"<h1>About", **HTML), url="https://www.osce.org/who-we-are"),
        record(answer(b"<h1>A document</h1>", **HTML), url=address(STORIES[25])),
        record(
            b"",
            "revisit",
            url=LIST.format(0),
            date="2026-11-25T10:00:00Z",
            WARC_Profile="http://netpreserve.org/warc/1.1/revisit/server-not-modified",
            WARC_Refers_To_Target_URI=LIST.format(0),
            WARC_Refers_To_Date=EARLY,
            WARC_Payload_Digest=sha1(body),
        ),
    ]
    saved(tmp_path / "cc.warc.gz", packed(*parts))
    done = replay(tmp_path, what="cc.warc.gz")
    assert done.status == 0, done.errors
    assert done.summary["passed_over"] == {
        "other_hosts": 2, "not_http": 1, "truncated": 1, "too_large": 0, "unresolved": 0, "unreadable": 0,
        "other_types": 0, "other_pages": 2, "unknown_items": 1,
    }  # fmt: skip
    assert (done.summary["pages"], done.summary["new"], done.summary["unchanged"]) == (2, 10, 10)
    seen = rows(tmp_path / "b.db", "SELECT DISTINCT first_seen, last_seen FROM items")
    assert seen == [(EARLY, "2026-11-25T10:00:00Z")]
    articles = dict(rows(tmp_path / "b.db", "SELECT item_id, status FROM articles"))
    assert articles == {str(first.node): "read", str(second.node): "gone", str(third.node): "moved"}
    assert rows(tmp_path / "b.db", "SELECT count(*) FROM withdrawals") == [(0,)]
    for said in (
        "2 of other hosts",
        "1 not fetched by HTTP",
        "1 truncated by the tool",
        "numbered pages not stored: 1",
        "newsroom: 2",
    ):
        assert said in done.errors
    assert "--start-url" not in done.errors


def test_a_saved_page_of_another_site_is_read_a_record_only_if_its_site_is_named(tmp_path: Path) -> None:
    url = "https://osce.example/press-releases?page=0"
    body = html_of(STORIES[:10]).encode()
    saved(tmp_path / "a.warc", record(answer(body, **HTML), url=url, date=LATE))
    done = replay(tmp_path, what="a.warc")
    assert (done.status, done.summary["pages"]) == (0, 0), done.errors
    assert "1 of other hosts" in done.errors
    assert "`--start-url` names" in done.errors
    done = replay(tmp_path, "--start-url", url, what="a.warc")
    assert (done.status, done.summary["pages"]) == (0, 1), done.errors
    saved(tmp_path / "page.html", body)
    saved(tmp_path / "meta.json", json.dumps({"url": url}).encode())
    done = replay(tmp_path, what="page.html")
    assert (done.status, done.summary["pages"]) == (0, 1), done.errors


def test_passwords_in_addresses_of_captures_and_saved_pages_are_left_out(tmp_path: Path) -> None:
    url = "https://anna:geheim77@www.osce.org/press-releases?page={}"
    page = answer(html_of(STORIES[:10]).encode(), **HTML)
    saved(
        tmp_path / "a.warc.gz",
        packed(record(page, url=url.format(0), date=EARLY), record(b"", "request", url=url.format(0))),
    )
    (tmp_path / "page.html").write_text(html_of(STORIES[10:20]), encoding="utf-8")
    (tmp_path / "meta.json").write_text(f'{{"url": "{url.format(1)}"}}', encoding="utf-8")
    done = replay(tmp_path, what="a.warc.gz page.html")
    assert done.summary["new"] == 20
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection:
        assert not [line for line in connection.iterdump() if "geheim77" in line]


def test_pages_from_the_future_are_left_out(tmp_path: Path) -> None:
    """They would count as newer than all that is read until then."""
    future = "2099-01-01T00:00:00Z"
    saved(
        tmp_path / "a.warc.gz",
        packed(listing(0, STORIES[:10], date=EARLY), listing(1, STORIES[10:20], date=future)),
    )
    (tmp_path / "page.html").write_text(html_of(STORIES[20:30]), encoding="utf-8")
    (tmp_path / "meta.json").write_text(f'{{"fetched_at": "{future}"}}', encoding="utf-8")
    done = replay(tmp_path, what="a.warc.gz page.html")
    assert (done.status, done.summary["new"]) == (4, 10)
    assert done.errors.count(f"its time is in the future: {future}") == 2
    assert rows(tmp_path / "b.db", "SELECT max(last_seen) FROM items") == [(EARLY,)]


@pytest.mark.parametrize("way", ["packed", "plain", "one member"])
def test_pages_are_read_in_order_of_time_however_they_are_stored(tmp_path: Path, way: str) -> None:
    """As in Common Crawl's extracts, which are in order of addresses."""
    edited = [replace(STORIES[0], title="Another title"), *STORIES[1:10]]
    late, early = listing(0, edited, date=LATE), listing(0, STORIES[:10], date=EARLY)
    between = listing(1, STORIES[10:20], date="2026-11-20T20:00:00Z")
    parts = (early, between, late) if way == "one member" else (late, between, early)
    saved(tmp_path / "a.warc", b"".join(parts) if way == "plain" else packed(*parts))
    if way == "one member":  # whose records can't be read one by one: they keep their order
        saved(tmp_path / "a.warc", packed(b"".join(parts)))
    done = replay(tmp_path, what="a.warc")
    assert (done.status, done.summary["new"], done.summary["changed"]) == (0, 20, 1), done.errors
    changed = rows(tmp_path / "b.db", "SELECT item_id, field, before, after, seen_at FROM revisions")
    assert changed == [(str(STORIES[0].node), "title", STORIES[0].title, "Another title", LATE)]
    assert rows(tmp_path / "b.db", "SELECT DISTINCT fetched_at FROM pages ORDER BY id")[0] == (EARLY,)


def test_unreadable_pages_of_unknown_items_are_counted(tmp_path: Path) -> None:
    """Extracts of Common Crawl hold far more numbered pages than lists show."""
    guard = answer(render_challenge().encode(), **HTML)
    unknown = [record(guard, url=f"https://www.osce.org/node/{n}", date=LATE) for n in range(1, 4)]
    saved(tmp_path / "a.warc", b"".join([*unknown, *tens()]))
    done = replay(tmp_path, what="a.warc")
    assert (done.status, done.summary["new"]) == (0, 30), done.errors
    assert done.summary["passed_over"]["unknown_items"] == 3


def test_challenges_and_unknown_pages_are_reported_and_the_others_are_stored(tmp_path: Path) -> None:
    one, two, _ = tens()
    bad = [
        record(answer(render_challenge().encode(), **HTML), url=LIST.format(7)),
        record(answer(b"<html><h1>Another list</h1></html>", **HTML), url=LIST.format(8)),
    ]
    saved(tmp_path / "a.warc", b"".join([one, *bad, two]))
    done = replay(tmp_path, what="a.warc")
    assert (done.status, done.summary["status"], done.summary["new"]) == (3, "failed", 20)
    assert len(done.lines) == 2
    assert all(line.count("a.warc: byte ") == 1 for line in done.lines)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.warc.gz", b"<html>no archive", "not a WARC file"),
        ("a.warc.gz", packed(b"<html>no archive"), "not a WARC file"),
        ("a.warc", b"PK\x03\x04zip", "a zip file; if it is a WACZ, unpack it"),
        ("a.warc.zst", b"\x28\xb5\x2f\xfdzstd", "neither a saved page .* nor a WARC file"),
        ("folder/a.warc.gz", b"junk", "not a WARC file"),
    ],
)
def test_a_file_that_is_no_archive_stores_nothing(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    saved(tmp_path / "good.warc", b"".join(tens()))
    (tmp_path / "folder").mkdir()
    saved(tmp_path / name, data)
    done = replay(tmp_path, what=f"good.warc {name.partition('/')[0]}")
    assert (done.status, len(done.lines), len(done.errors.splitlines())) == (2, 1, 1)
    assert re.search(says, done.lines[0])
    assert not (tmp_path / "b.db").exists()


def test_what_cannot_be_read_in_a_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    saved(folder / "good.warc", b"".join(tens()))
    for name in ("a.wacz", "b.WARC.ZST", "c.mhtml", "._d.mhtml", "notes.txt"):
        saved(folder / name, b"")
    (folder / "e.warc.gz").symlink_to("/nowhere/e.warc.gz")
    (folder / "f.html").symlink_to("g.html")
    (folder / "g.html").symlink_to("f.html")
    done = replay(tmp_path, what="pages")
    assert (done.status, done.summary["status"], done.summary["new"]) == (4, "partial", 30)
    named = sorted(re.findall(r"pages/(\S+): ", line)[0] for line in done.lines)
    assert named == ["a.wacz", "b.WARC.ZST", "c.mhtml", "e.warc.gz", "f.html", "g.html"]
    (folder / "good.warc").unlink()
    assert replay(tmp_path, what="pages").status == 2


def test_cut_and_empty_files_give_their_complete_pages(tmp_path: Path) -> None:
    data = packed(*tens())
    saved(tmp_path / "a.warc.gz", data[:-50])
    saved(tmp_path / "empty.warc.gz", b"")
    done = replay(tmp_path, what="a.warc.gz empty.warc.gz")
    assert (done.status, done.summary["pages"], done.summary["cut_files"]) == (0, 2, 2)
    assert "a.warc.gz: cut at byte" in done.errors


def test_a_redirect_that_leads_nowhere_is_skipped(tmp_path: Path) -> None:
    moved = [
        record(answer(b"", "HTTP/1.1 301 Moved", Location=location), url=address(STORIES[place]), date=LATE)
        for place, location in enumerate(["http://[::1", "https://www.osce.org:99999/node/1", "/node/1"])
    ]
    saved(tmp_path / "a.warc", b"".join([*tens(), *moved]))
    done = replay(tmp_path, what="a.warc")
    assert (done.status, done.summary["new"]) == (0, 30), done.errors
    assert rows(tmp_path / "b.db", "SELECT item_id, status, moved_to FROM articles") == [
        (str(STORIES[2].node), "moved", "https://www.osce.org/node/1")
    ]


def test_a_revisit_whose_page_is_missing_is_an_error_that_names_it(tmp_path: Path) -> None:
    lost = record(
        b"HTTP/1.1 200 OK\r\n\r\n",
        "revisit",
        url=LIST.format(4),
        WARC_Profile="http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        WARC_Payload_Digest=sha1(b"elsewhere"),
    )
    saved(tmp_path / "a.warc", tens()[0] + lost)
    done = replay(tmp_path, what="a.warc")
    assert (done.status, done.summary["status"], done.summary["new"]) == (4, "partial", 10)
    assert done.summary["passed_over"]["unresolved"] == 1
    assert LIST.format(4) in done.errors
    assert json.loads(done.output)["message"].startswith("1 record of WARC files could not be read")


def test_a_time_of_the_first_century_is_one_like_any_other(tmp_path: Path) -> None:
    saved(tmp_path / "a.warc", b"".join([*tens(), listing(0, STORIES[:10], date="0001")]))
    done = replay(tmp_path, what="a.warc")
    assert (done.status, done.summary["new"], done.summary["held"]) == (4, 30, 1), done.errors


def test_a_file_that_is_changed_while_it_is_replayed_is_named(tmp_path: Path) -> None:
    """Pages are read a second time, in order of time."""
    saved(tmp_path / "a.warc", listing(0, STORIES[:10], date=LATE) + tens()[1])
    change = (
        "from osce_news.archive.replay.single_pages import SinglePages\n"
        "places = SinglePages._places\n"
        "def and_change(self):\n"
        "    found = places(self)\n"
        f"    open({str(tmp_path / 'a.warc')!r}, 'ab').truncate(500)\n"
        "    return found\n"
        "SinglePages._places = and_change\n"
    )
    done = replay(tmp_path, what="a.warc", before=change)
    assert (done.status, done.summary["status"], len(done.lines)) == (4, "partial", 2)
    assert all(line.endswith(": the record is gone") for line in done.lines)


def test_nothing_but_files_without_a_complete_record_is_an_error(tmp_path: Path) -> None:
    for name, content in (("a.warc", b""), ("b.warc.gz", b""), ("c.warc", tens()[0][:300])):
        saved(tmp_path / name, content)
    done = replay(tmp_path, what="a.warc b.warc.gz c.warc")
    assert done.status == 2
    assert "a.warc holds no complete record" in done.errors
    assert not (tmp_path / "b.db").exists()


CARDS = "https://odihr.osce.org/odihr/legal-opinions-and-comments"


def test_a_list_of_cards_at_any_address_is_read(tmp_path: Path) -> None:
    """A page of the site until 2025 with links to items is none: its only list of news had labels."""
    page = render_cards(STORIES, "teaser-link", dates="none")
    old = page.replace("Drupal 11", "Drupal 7").replace("Generator", "GENERATOR")
    parts = [
        record(answer(page.encode(), **HTML), url=CARDS, date=EARLY),
        record(answer(old.encode(), **HTML), url="https://www.osce.org/what-we-do", date=LATE),
    ]
    saved(tmp_path / "cards.warc.gz", packed(*parts))
    done = replay(tmp_path, what="cards.warc.gz")
    assert (done.status, done.summary["pages"], done.summary["new"]) == (0, 1, 30), done.errors
    assert done.summary["passed_over"]["other_pages"] == 1
    assert rows(tmp_path / "b.db", "SELECT DISTINCT published, origin FROM items") == [(None, "list")]


def test_a_saved_article_without_its_address_is_no_unknown_list(tmp_path: Path) -> None:
    html = render_article(STORIES[0])
    bare = re.sub(r"<(link|meta)[^>]*(canonical|shortlink|og:url)[^>]*>", "", html)
    saved(tmp_path / "article.html", bare.encode())
    done = replay(tmp_path, what="article.html")
    assert done.status == 3
    assert "article.html: its address is not known (a meta.json can give it); read as a list:" in done.errors


def test_each_backfill_of_a_folder_names_its_own_error(tmp_path: Path) -> None:
    for number in (1, 2):
        write(tmp_path / "archive", [exchange(number, b"<h1>No list</h1>")], "wayback")
    store_backfill(tmp_path / "archive", tmp_path / "b.db", hosts=["osce.org"])
    runs = rows(tmp_path / "b.db", "SELECT status, message LIKE '%page=' || id || ':%' FROM runs")
    assert runs == [("partial", 1), ("partial", 1)]


def test_a_replay_that_is_interrupted_while_it_looks_through_the_files_has_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    path = saved(tmp_path / "a.warc.gz", packed(*tens()))
    monkeypatch.setattr(WarcFiles, "contents", stop)
    with pytest.raises(KeyboardInterrupt):
        archive_replay.replay([path], tmp_path / "b.db")
    assert rows(tmp_path / "b.db", "SELECT status, finished IS NULL FROM runs") == [("interrupted", 0)]
