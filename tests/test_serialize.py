"""Dataclasses as JSON, also those that an older version or another program has written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from osce_news.events import EventError, PageStored, parse_event, target_uri
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
    with pytest.raises(EventError):
        parse_event(target_uri(event), block.encode())


def test_an_event_may_lack_a_smallest_gap() -> None:
    event = PageStored(
        url="https://www.osce.org/", fetched_at=NOON, cost={"smallest_gap_s": None, "bytes": 5}
    )
    assert parse_event(target_uri(event), to_json(event).encode()) == event
