"""Which items a list no longer shows."""

from __future__ import annotations

from pathlib import Path

import pytest

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


@pytest.mark.parametrize(("read_to_end", "is_missing"), [("2026-01-01", True), ("2026-04-01", False)])
def test_another_list_counts_if_it_was_read_to_its_end_in_the_last_90_days(
    db: Path, read_to_end: str, is_missing: bool
) -> None:
    """That only its top has been read since then does not suffice."""
    other = "https://odihr.osce.org/press-releases"
    with Writer(db) as writer:
        for mode, url, day, shown in (
            ("full", other, read_to_end, TEN[:2]),
            ("full", LIST, "2026-04-02", TEN[:2]),
            ("incremental", other, "2026-05-01", TEN[1:2]),
            ("full", LIST, "2026-06-01", TEN[:1]),
        ):
            at = f"{day}T12:00:00Z"
            run = writer.begin(mode, url, list_name=url, started=at).run
            writer.store(listing(shown, at, url))
            missing = missing_items(writer.connection, run, LIST)
            writer.finish("complete", whole=mode == "full", finished=at)
    assert missing == ([str(TEN[1].node)] if is_missing else [])
