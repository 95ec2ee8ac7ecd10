"""The Atom feed, as feedparser reads it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import feedparser

from osce_news.publish.exporter import Options, export
from osce_news.publish.references import one_line
from osce_news.storage import open_for_writing, queries
from osce_news.storage.queries import Query
from tests.helpers import run


def _read(path: Path) -> Any:
    feed = feedparser.parse(path.read_bytes())
    assert not feed.bozo, feed.bozo_exception
    assert feed.version == "atom10"
    assert feed.feed.id.startswith("tag:osce.org,1997:newsroom")
    assert feed.feed.title
    assert feed.feed.updated_parsed
    return feed


def test_each_entry_has_dates_labels_summary_and_link(reading: sqlite3.Connection, tmp_path: Path) -> None:
    assert export(reading, Query(), tmp_path / "a.atom", options=Options(limit=0)) == 151
    feed = _read(tmp_path / "a.atom")
    assert (tmp_path / "a.atom").read_text("utf-8").count('<entry xml:lang="en">') == 151
    items = list(queries.items(reading, Query()))
    assert len({entry.id for entry in feed.entries}) == 151
    for entry, item in zip(feed.entries, items, strict=True):
        assert entry.id == f"tag:osce.org,1997:{item['id']}"
        assert entry.title_detail.type == "text/plain"
        assert (entry.title, entry.link) == (one_line(item["title"]), item["url"])
        assert entry.get("summary", "") == one_line(item["teaser"] or "")
        assert entry.updated == (item["withdrawn"] or item["first_seen"])
        assert ("published" in entry) == bool(item["published"])
        if item["published"]:
            assert entry.published == f"{item['published']}T00:00:00Z"
        labels = {(tag.scheme.rpartition(":")[2], tag.term) for tag in entry.get("tags", [])}
        assert labels == {
            *(("type", name) for name in [item["content_type"]] if name),
            *(("office", name) for name in item["offices"]),
            *(("topic", name) for name in item["topics"]),
        }
    assert feed.feed.updated == max(entry.updated for entry in feed.entries)


def test_the_newest_100_are_written_and_the_rest_is_mentioned(exported_from: Path, tmp_path: Path) -> None:
    shutil.copy(exported_from, tmp_path / "osce-news.db")
    result = run("export", "news.atom", cwd=tmp_path)
    assert (result.status, result.out) == (0, "news.atom: 100 items\n")
    assert result.err == "100 of 151 items; --limit 0 shows all\n"
    assert len(_read(tmp_path / "news.atom").entries) == 100
    result = run("search", "osce", "--format", "atom", "--limit", "3", cwd=tmp_path)
    assert result.status == 0
    assert result.out.count("<entry") == 3


def test_feeds_of_two_queries_differ_in_identifier_and_title(
    reading: sqlite3.Connection, tmp_path: Path
) -> None:
    for number, query in enumerate((Query(), Query(words="roma & <sinti>"), Query(offices=["odihr"]))):
        export(reading, query, tmp_path / f"{number}.atom")
    feeds = [_read(tmp_path / f"{number}.atom").feed for number in range(3)]
    assert len({feed.id for feed in feeds}) == len({feed.title for feed in feeds}) == 3


def test_a_feed_without_items_is_valid_and_says_so(reading: sqlite3.Connection, tmp_path: Path) -> None:
    assert export(reading, Query(since="2100-01-01"), tmp_path / "a.atom") == 0
    feed = _read(tmp_path / "a.atom")
    assert (feed.entries, feed.feed.subtitle) == ([], "No items.")


def test_characters_that_xml_cannot_hold_are_left_out(exported_from: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(exported_from, tmp_path / "osce-news.db"))
    with closing(open_for_writing(path)) as connection:
        connection.execute(
            "UPDATE items SET title = ?, teaser = ?", ["a\x00b\x0b\ufffe]]>", "\x1b[1m \x7f\x85"]
        )
        export(connection, Query(words=""), tmp_path / "a.atom")
    assert {entry.title for entry in _read(tmp_path / "a.atom").entries} == {"a b ]]>"}
