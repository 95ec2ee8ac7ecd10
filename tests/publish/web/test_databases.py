"""The served copy and the pages of a past day: their files, what they show, and what can go wrong."""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from osce_news.publish.web.databases import _KEPT, make_copy
from osce_news.publish.web.server import application
from osce_news.storage import open_for_reading
from tests.helpers import digest, run
from tests.publish.web.conftest import EDITED, GONE, READ, STORIES, TEXT, Get, node, number_of_items, text_of

DAY = "as-of=2025-12-01"


def test_words_and_titles_are_those_of_the_day(get: Get) -> None:
    assert number_of_items(get(f"/?search=mended&{DAY}").text) == 0
    assert number_of_items(get("/?search=mended&as-of=2025-12-07").text) == 1
    assert number_of_items(get("/?search=quicksilver").text) == 1
    texts = get(f"/?search=quicksilver&{DAY}").text
    assert number_of_items(texts) == 0
    for page in ("", "figures", "cite"):
        assert "only titles and teasers were searched" in get(f"/{page}?search=police&{DAY}").text


def test_a_day_on_which_the_list_was_not_read_says_when_it_was(get: Get) -> None:
    assert "as of 2099-12-31 the list had last been read on 2025-12-07" in get("/?as-of=2099").text
    assert "had last been read" not in get("/?as-of=2025-12-07").text


@pytest.mark.parametrize("suffix", ["csv", "ris", "bib", "atom"])
def test_files_are_those_that_the_command_writes(
    get: Get, history: Path, tmp_path: Path, suffix: str
) -> None:
    words = ("--search", "police", "--as-of", "2025-12-01", "--db", history)
    assert run("export", f"items.{suffix}", *words, cwd=tmp_path).status == 0
    updated = re.compile("<updated>.*?</updated>")
    written = (tmp_path / f"items.{suffix}").read_bytes().decode()
    assert updated.sub("", get(f"/items.{suffix}?search=police&{DAY}").text) == updated.sub("", written)


def test_the_reference_is_that_of_the_command(get: Get, history: Path, tmp_path: Path) -> None:
    words = ("cite", "--search", "police", "--as-of", "2025-12-01")
    shown = text_of(get(f"/cite?search=police&{DAY}").text)
    assert run(*words, "--db", history, cwd=tmp_path).out.strip() in shown
    assert "(words: police; as of 2025-12-01)" in shown
    assert f"osce-news {' '.join(words)}" in shown


def test_the_page_of_an_item_shows_that_day_and_leads_to_today(get: Get) -> None:
    page = get(f"/items/{node(EDITED)}?{DAY}").text
    assert f"<h1>{html.escape(STORIES[EDITED].title, quote=False)}</h1>" in html.unescape(page)
    assert "A title that was mended" not in page
    assert f'<a href="/items/{node(EDITED)}">its present page</a>' in page
    assert "has not changed since" not in page
    assert TEXT not in get(f"/items/{node(READ)}?{DAY}").text
    assert "Withdrawn" not in get(f"/items/{node(GONE)}?{DAY}").text
    assert get(f"/items/{node(GONE)}?as-of=2025-12-07").status_code == 404
    labels = re.findall(r'<dd><a href="(/\?office=[^"]+)"', page)
    assert all(html.unescape(address).endswith(f"&{DAY}") for address in labels)
    (address,) = re.findall(r'<a href="([^"]+)">RIS<', page)
    assert STORIES[EDITED].title in get(address).text


def test_ten_days_at_once_are_answered_and_few_files_are_kept(snapshot: Path, tmp_path: Path) -> None:
    datasette = application(Path(shutil.copy(snapshot, tmp_path / "osce-news.db")))
    days = [f"2025-{day}" for day in ("11-30", *(f"12-{day:02}" for day in range(1, 10)))]

    async def reader(seed: int) -> None:
        for day in Random(seed).choices(days, k=8):
            page = (await datasette.client.get(f"/?search=title:mended&as-of={day}")).text
            assert number_of_items(page) == int(day >= "2025-12-07")

    async def ask() -> None:
        await datasette.client.get("/")  # starts Datasette, as the server does before it listens
        await asyncio.gather(*map(reader, range(12)))

    asyncio.run(ask())
    files = {path.name for path in tmp_path.iterdir()}
    assert "osce-news.db" in files
    assert len(files) == 1 + _KEPT


def test_a_file_that_cannot_be_made_is_an_error_line_and_is_tried_again(
    snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    datasette = application(Path(shutil.copy(snapshot, folder / "osce-news.db")))

    def ask(address: str) -> Any:
        return asyncio.run(datasette.client.get(address))

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("osce_news.publish.web.databases.database_as_of", full)
        for address in (f"/?{DAY}", f"/items.csv?{DAY}", f"/figures.svg?{DAY}"):
            answer = ask(address)
            assert answer.status_code == 500
            assert "2025-12-01 can't be stored" in text_of(answer.text)
            assert "database or disk is full" in answer.text
    folder.rename(tmp_path / "elsewhere")
    for address in (f"/?{DAY}", "/items.csv", "/osce-news.csv?sql=select+1"):
        answer = ask(address)
        assert answer.status_code == 500
        assert "the copy of the database is gone: start osce-news serve again" in text_of(answer.text)
    (tmp_path / "elsewhere").rename(folder)
    assert number_of_items(ask(f"/?{DAY}").text) == 300


@pytest.mark.parametrize(
    "address",
    [
        "?search=police",
        "cite?search=police",
        "figures?by=year",
        f"?{DAY}",
        "osce-news/full-text.csv?words=police",
    ],
)
def test_a_query_that_takes_too_long_is_an_error_line(
    get: Get, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr("osce_news.publish.web.databases.LONGEST_QUERY_S", 0)
    monkeypatch.setattr("osce_news.publish.web.query_pages._CSV_S", 0)
    answer = get(f"/{address}")
    assert answer.status_code == 400
    assert "the query takes more than 0 seconds" in text_of(answer.text)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_the_table_equals_the_view(history: Path, snapshot: Path) -> None:
    with closing(open_for_reading(history)) as connection:
        names = [row["name"] for row in connection.execute("PRAGMA table_info (newsroom)")]
    sql = f"SELECT {', '.join(names)} FROM newsroom ORDER BY id"
    assert len(rows(snapshot, sql)) == 300
    assert rows(snapshot, sql) == rows(history, sql)
    assert rows(snapshot, "SELECT type FROM sqlite_master WHERE name = 'newsroom'") == [("table",)]


def test_a_copy_is_made_during_a_write_and_the_database_is_unchanged(history: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(history, tmp_path / "osce-news.db"))
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("DELETE FROM revisions")
    copy = tmp_path / "copy.db"
    make_copy(path, copy)
    writing.execute("ROLLBACK")
    writing.close()
    assert rows(copy, "SELECT count(*) FROM revisions") == rows(history, "SELECT count(*) FROM revisions")
    assert rows(copy, "SELECT count(*) FROM revisions") != [(0,)]
    assert digest(path) == digest(history)


def test_commits_that_are_still_in_the_log_are_copied(history: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(history, tmp_path / "osce-news.db"))
    copy = tmp_path / "copy" / "osce-news.db"
    copy.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute("UPDATE items SET teaser = 'just now'")
        assert Path(f"{path}-wal").stat().st_size > 0
        make_copy(path, copy)
    assert rows(copy, "SELECT DISTINCT teaser FROM newsroom") == [("just now",)]
    assert sorted(one.name for one in copy.parent.iterdir()) == ["osce-news.db"]
