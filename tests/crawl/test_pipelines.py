"""The item pipelines: their order, what they set aside, what they leave out."""

from __future__ import annotations

from osce_news.crawl import pipelines, settings
from osce_news.crawl.pipelines import MOST_NAMES, PeriodPipeline
from osce_news.items import Listing, NewsItem
from osce_news.normalize import normalize_listing


def page(*records: NewsItem) -> Listing:
    return Listing(
        "https://www.osce.org/press-releases", "2024-08-05T12:00:00Z", "0" * 64, records=[*records]
    )


def record(title: str = "A title", **fields: str) -> NewsItem:
    return NewsItem(url_raw="https://www.osce.org/odihr/1", title_raw=title, **fields)  # type: ignore[arg-type]


def test_a_replay_takes_the_steps_of_a_crawl_in_their_order() -> None:
    crawled = sorted(settings.ITEM_PIPELINES, key=lambda name: settings.ITEM_PIPELINES[name])
    replayed = [f"{type(step).__module__}.{type(step).__name__}" for step in pipelines.PREPARING]
    only = [f"osce_news.crawl.pipelines.{name}Pipeline" for name in ("Gate", "Period", "Storage")]
    assert crawled == [*replayed, *only]


def test_a_record_goes_through_all_steps() -> None:
    (item,) = normalize_listing(
        page(
            record(
                published_raw="15 March 2022",
                content_type_raw="PRESS RELEASE",
                offices_raw="OSCE Mission to Croatia (closed)",
                topics_raw="Media laws",
                teaser_raw="VIENNA,\u00a015 March 2022 – Today",
                language_raw="en",
            )
        )
    ).records
    assert (item.id, item.published, item.content_type) == ("1", "2022-03-15", "press-release")
    assert [(term.id, term.status) for term in item.offices] == [("mission-to-croatia", "closed")]
    assert [term.id for term in item.topics] == ["media-laws"]
    assert ([place.id for place in item.dateline_places], item.dateline_date) == (["vienna"], "2022-03-15")


def test_a_title_without_a_visible_character_is_set_aside_with_what_was_printed() -> None:
    item = normalize_listing(page(record("\u200b\u200b"), record("Another")))
    assert [one.title for one in item.records] == ["Another"]
    (rejected,) = item.rejected
    assert "title" in rejected.reason
    assert rejected.raw["title_raw"] == "\u200b\u200b"


def test_more_names_than_are_believed_are_set_aside() -> None:
    names = ", ".join(f"Office {number}" for number in range(MOST_NAMES + 1))
    item = normalize_listing(page(record(offices_raw=names), record(offices_raw=names.rsplit(", ", 1)[0])))
    assert len(item.records) == 1
    assert item.rejected[0].reason.startswith(f"{MOST_NAMES + 1} offices")


def test_a_period_keeps_its_first_and_last_day_and_what_has_no_date() -> None:
    dates = ["28 February 2022", "1 March 2022", "31 March 2022", "1 April 2022", "someday", None]
    records = [record(**({"published_raw": date} if date else {})) for date in dates]
    item = PeriodPipeline("2022-03-01", "2022-03-31").process_item(normalize_listing(page(*records)))
    assert [one.published_raw for one in item.records] == ["1 March 2022", "31 March 2022", "someday", None]
