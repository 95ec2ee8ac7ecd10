"""The item pipelines by themselves: what they set, and what they drop."""

from __future__ import annotations

from typing import Any

import pytest
from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem

from osce_news.crawl.pipelines import NormalizePipeline
from osce_news.items import ArticleItem, Listing, NewsItem
from osce_news.normalize import normalize_listing
from osce_news.normalize.record import MOST_NAMES

RAW: dict[str, Any] = {
    "url_raw": "https://www.osce.org/odihr/1",
    "title_raw": "A title",
    "published_raw": "15 March 2022",
    "content_type_raw": "PRESS RELEASE",
    "offices_raw": "OSCE Mission to Croatia (closed)",
    "topics_raw": "Media laws",
    "teaser_raw": "VIENNA,\u00a015 March 2022 – Today",
    "language_raw": "en",
}
NAMES = ", ".join(f"Office {number}" for number in range(MOST_NAMES + 1))


@pytest.mark.parametrize("item", [NewsItem(**RAW), dict(RAW)], ids=["dataclass", "dictionary"])
def test_a_record_of_any_kind_that_itemadapter_knows_is_normalised(item: Any) -> None:
    record = ItemAdapter(NormalizePipeline().process_item(item))
    assert (record["id"], record["published"], record["content_type"]) == ("1", "2022-03-15", "press-release")
    assert [(term.id, term.status) for term in record["offices"]] == [("mission-to-croatia", "closed")]
    assert [term.id for term in record["topics"]] == ["media-laws"]
    assert ([place.id for place in record["dateline_places"]], record["dateline_date"]) == (
        ["vienna"],
        "2022-03-15",
    )
    assert record["title_raw"] == "A title"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"title_raw": "\u200b\u200b"}, "title"), ({"offices_raw": NAMES}, f"{MOST_NAMES + 1} offices")],
)
def test_crawls_drop_and_replays_quarantine_impossible_records(changed: dict[str, str], reason: str) -> None:
    with pytest.raises(DropItem, match=reason):
        NormalizePipeline().process_item(NewsItem(**{**RAW, **changed}))
    page = Listing("https://www.osce.org/press-releases", "2024-08-05T12:00:00Z", "0" * 64)
    page.records = [NewsItem(**RAW), NewsItem(**{**RAW, **changed})]
    normalize_listing(page)
    assert [record.title for record in page.records] == ["A title"]
    (quarantined,) = page.quarantined
    assert reason in quarantined.reason
    assert quarantined.raw.items() >= changed.items()


@pytest.mark.parametrize(
    "item",
    [
        ArticleItem("1", "https://www.osce.org/odihr/1", "2024-08-05T12:00:00Z", "gone"),
        {"text": "Of another spider", "author": None},
        object(),
    ],
    ids=["article", "dictionary", "object"],
)
def test_what_is_no_record_of_the_list_passes_unchanged(item: Any) -> None:
    before = repr(item)
    assert NormalizePipeline().process_item(item) is item
    assert repr(item) == before
