"""What a run stored is taken back; tests/crawl/spiders/test_held.py does it with the command."""

from __future__ import annotations

from dataclasses import replace

from osce_news.storage import Writer
from osce_news.storage.database import transaction
from osce_news.storage.undo import undo
from tests.helpers import listing, values
from tests.newsroom.samples import TEN


def test_a_value_that_a_later_run_has_changed_again_stays(writer: Writer) -> None:
    titles = ["The first", "The second", "The third"]
    runs = []
    for day, title in enumerate(titles, 1):
        runs.append(writer.begin("full").run)
        teaser = "Another teaser" if day > 1 else TEN[0].teaser
        writer.store(listing([replace(TEN[0], title=title, teaser=teaser)], f"2024-08-0{day}T12:00:00Z"))
        writer.finish("complete")
    run = writer.begin("undo").run
    with transaction(writer.connection):
        undone = undo(writer.connection, runs[1], run)
    assert (undone.changed, undone.kept) == (1, 1)
    assert values(writer.connection, "SELECT title FROM items") == ["The third"]
    assert values(writer.connection, "SELECT teaser FROM items") == [TEN[0].teaser]
