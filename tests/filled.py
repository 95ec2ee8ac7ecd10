"""Databases of as many made-up items as a test or a measurement wants, made without rendering pages."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from pathlib import Path

from osce_news.items import ListingItem, NewsItem
from osce_news.pipelines import prepare
from osce_news.storage import Writer
from tests.newsroom import Story, make_stories

_ROWS = 50
_LIST = "https://www.osce.org/press-releases"
FIRST_READ = datetime.datetime(2025, 11, 30, 6, tzinfo=datetime.UTC)


def page(stories: Sequence[Story], number: int, at: datetime.datetime) -> ListingItem:
    """Return a listing page of these stories as it comes to the writer."""
    records = [
        NewsItem(
            url_raw=f"https://www.osce.org{story.path}",
            title_raw=story.title,
            published_raw=f"{story.published.day} {story.published:%B %Y}",
            content_type_raw=story.content_type,
            offices_raw=", ".join(story.offices) or None,
            topics_raw=", ".join(story.topics) or None,
            collections_raw=story.collections,
            teaser_raw=story.teaser or None,
            language_raw="en",
        )
        for story in stories
    ]
    address = f"{_LIST}?page={number}"
    return prepare(
        ListingItem(
            url=address,
            fetched_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            sha256=hashlib.sha256(address.encode()).hexdigest(),
            status=200,
            results=len(records),
            records=records,
        )
    )


def fill(path: Path, stories: Sequence[Story] | int, at: datetime.datetime = FIRST_READ) -> None:
    """Store the stories (or so many made-up ones) in a database, as one full crawl that begins at `at`."""
    listed = make_stories(stories) if isinstance(stories, int) else stories
    with Writer(path) as writer:
        writer.begin("full", _LIST)
        for start in range(0, len(listed), _ROWS):
            number = start // _ROWS
            when = at + datetime.timedelta(seconds=10 * number)
            writer.store(page(listed[start : start + _ROWS], number, when))
        writer.finish("complete")
