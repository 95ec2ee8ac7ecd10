"""Dataclasses as JSON, also those that an older version or another program has written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from osce_news.events import Cost, EventError, FileRolled, PageStored, RunFinished, RunStarted, parse_event
from osce_news.items import Listing
from osce_news.serialize import from_json, to_json
from tests.helpers import NOON, listing
from tests.newsroom.samples import TEN


def test_a_field_that_an_older_version_lacked_has_its_default() -> None:
    written = json.loads(to_json(listing(TEN[:1])))
    del written["records"][0]["dateline_date"], written["origin"]
    page = from_json(Listing, json.dumps(written))
    assert (page.records[0].dateline_date, page.origin) == (None, "list")


def test_a_field_without_a_default_is_needed() -> None:
    with pytest.raises(ValueError, match="Listing"):
        from_json(Listing, json.dumps({"url": "https://www.osce.org/press-releases"}))


@pytest.mark.parametrize(
    "more",
    [
        {"cost": {"requests": None}},
        {"cost": {"requests": 1.5}},
        {"cost": {"waited_s": None}},
        {"cost": {"waited_s": float("nan")}},
        {"position": {"end": float("inf")}},
    ],
)
def test_an_event_with_values_that_no_database_holds_is_refused(more: dict[str, Any]) -> None:
    event = PageStored(url="https://www.osce.org/press-releases", fetched_at=NOON)
    block = json.dumps(json.loads(to_json(event)) | more).replace("Infinity", "1e999")
    with pytest.raises(EventError, match=r"^a record 'osce-news:page-stored' that is no event of a run$"):
        parse_event(event.TARGET, block.encode())


def test_an_event_may_lack_a_smallest_gap() -> None:
    event = PageStored(url="https://www.osce.org/", fetched_at=NOON, cost=Cost(smallest_gap_s=None, bytes=5))
    assert parse_event(event.TARGET, to_json(event).encode()) == event


def test_fields_of_older_archives_have_their_present_names() -> None:
    values = {"status": "complete", "message": None, "finished": NOON, "pages": 1, "files": 1}
    block = json.dumps(values | {"tells_gone": True, "asked": True}).encode()
    end = RunFinished(**values, withdraws=True, only_if_page_gone=True)  # type: ignore[arg-type]
    assert parse_event(end.TARGET, block) == end
    rolled = FileRolled(next_file="a.warc.gz", files=1)
    assert parse_event(rolled.TARGET, b'{"goes_on": "a.warc.gz", "files": 1}') == rolled
    url = "https://www.osce.org/press-releases"
    started = {"run": 2, "mode": "full", "started": NOON, "start_url": url, "list": url}
    begins = RunStarted(**started, killed_pages={"a": 3})  # type: ignore[arg-type]
    assert parse_event(begins.TARGET, json.dumps(started | {"held": {"a": 3}}).encode()) == begins
