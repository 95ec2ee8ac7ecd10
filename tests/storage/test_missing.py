"""Which items a list no longer shows."""

from __future__ import annotations

from pathlib import Path

from osce_news.storage import Writer
from osce_news.storage.crawl_state import resumed_run
from osce_news.storage.missing import missing_items
from tests.helpers import listing
from tests.newsroom.samples import TEN

LIST = "https://www.osce.org/press-releases"


def test_a_replayed_page_of_the_past_shows_nothing_of_today(db: Path) -> None:
    with Writer(db) as writer:
        for at, shown in (("2026-01-01T12:00:00Z", TEN[:3]), ("2026-02-01T12:00:00Z", TEN[:1])):
            run = writer.begin("full", LIST, list_name=LIST, started=at).run
            writer.store(listing(shown, at))
            writer.finish("complete" if len(shown) > 1 else "interrupted", whole=len(shown) > 1)
        writer.begin("replay")
        writer.store(listing(TEN[1:2], "2015-01-01T12:00:00Z"))
        writer.finish("complete")
        resumed = resumed_run(writer.connection, run, {"end": 1, "pages": 1})
        at = "2026-02-02T12:00:00Z"
        last = writer.begin("full", LIST, list_name=LIST, continues=resumed, started=at).run
        writer.store(listing(TEN[2:3], at))
        missing = missing_items(writer.connection, last, LIST)
    assert missing == [str(TEN[1].node)]
