"""What a database covers, and what the cookbook's question about it answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from osce_news.publish.figures import FigureOptions, build_figure
from osce_news.publish.references import dataset_reference
from osce_news.storage import Writer
from osce_news.storage.crawl_state import incomplete_since
from osce_news.storage.queries import Query
from osce_news.storage.queries.coverage import coverage
from osce_news.storage.undo import undo_run
from tests.generated import add_texts
from tests.helpers import ROOT, listing
from tests.newsroom.samples import TEN

LIST = "https://www.osce.org/press-releases"
(COOKBOOK,) = re.findall(
    r"(\(SELECT max\(finished\).*?\))\s+AS whole_list",
    (ROOT / "docs" / "cookbook.md").read_text("utf-8"),
    re.DOTALL,
)


def _crawl(writer: Writer, name: str, status: str = "complete", mode: str = "full") -> None:
    writer.begin(mode, LIST, list_name=name)
    writer.store(listing(TEN[:3]))
    writer.finish(status)


@pytest.mark.parametrize(
    ("name", "mode", "status", "whole"),
    [
        (LIST, "full", "complete", True),
        ("https://www.osce.org/ru/press-releases", "full", "complete", True),
        (f"{LIST} (max-pages 3)", "full", "complete", False),
        (f"{LIST} (since 2020-01-01)", "full", "complete", False),
        (f"{LIST}?filters=im_taxonomy", "full", "complete", False),
        (f"{LIST}/elections", "full", "complete", False),
        (LIST, "full", "partial", False),
        (LIST, "full", "interrupted", False),
        (LIST, "incremental", "complete", False),
        (LIST, "replay", "complete", False),
    ],
)
def test_only_some_crawls_are_whole(db: Path, name: str, mode: str, status: str, *, whole: bool) -> None:
    with Writer(db) as writer:
        _crawl(writer, name, status, mode)
        known = coverage(writer.connection)
        asked = writer.connection.execute(f"SELECT {COOKBOOK}").fetchone()[0]
    assert (known.whole_run is not None, asked is not None) == (whole, whole)
    assert any("no crawl has read the whole list" in gap for gap in known.gaps) is not whole


def test_a_sample_after_a_whole_reading_changes_nothing(db: Path) -> None:
    with Writer(db) as writer:
        _crawl(writer, LIST)
        _crawl(writer, f"{LIST} (max-pages 1)")
        assert coverage(writer.connection).whole_run == 1


def test_a_run_that_was_taken_back_has_read_nothing_unless_nothing_was_left(db: Path) -> None:
    with Writer(db) as writer:
        _crawl(writer, LIST)
        _crawl(writer, LIST)
        for undone, whole_run in ((2, 2), (1, None)):
            undo_run(writer, undone)
            assert coverage(writer.connection).whole_run == whole_run


@pytest.mark.parametrize("name", [LIST, f"{LIST} (max-pages 3)"])
def test_a_list_of_which_something_was_taken_back_later_is_not_whole(db: Path, name: str) -> None:
    with Writer(db) as writer:
        _crawl(writer, name)
        _crawl(writer, LIST)
        assert incomplete_since(writer.connection, LIST) is None
        undo_run(writer, 1)
        assert incomplete_since(writer.connection, LIST) is not None
        assert coverage(writer.connection).whole_run is None


def test_figures_and_references_name_the_day_of_the_last_page(db: Path) -> None:
    with Writer(db) as writer:
        _crawl(writer, LIST)
        writer.connection.execute("UPDATE pages SET fetched_at = '2099-01-02T03:04:05Z'")
        figure = build_figure(writer.connection, FigureOptions())
        reference = dataset_reference(coverage(writer.connection))
        assert f"read on {reference.accessed} with" in figure.notes[-1]
        assert reference.accessed == "2099-01-02"
        seen = writer.connection.execute("SELECT max(last_seen) FROM items").fetchone()[0]
        writer.connection.execute("DELETE FROM pages")
        assert coverage(writer.connection).read == seen


def test_missing_parts_are_reported(db: Path) -> None:
    with Writer(db) as writer:
        _crawl(writer, f"{LIST} (max-pages 3)")
        writer.connection.execute("UPDATE items SET published = NULL WHERE key = 1")
        known = coverage(writer.connection)
        (read,) = writer.connection.execute("SELECT id FROM items WHERE key = 2").fetchone()
        add_texts(writer.connection, {read: "A text."})
        assert coverage(writer.connection).gaps[-1] == "2 without a full text"
        one = coverage(writer.connection, Query(since="2000-01-01"))
    assert known.gaps == (
        f"no crawl has read the whole list, only parts of it: {LIST} (max-pages 3)",
        "1 without a date",
        "no full texts",
    )
    assert (one.items, one.in_database, one.first is not None) == (2, 3, True)
