"""Generated databases of any size: made-up stories stored as a crawl would store them, without pages.

The same arguments give the same items; a second crawl finds some of them edited and some withdrawn.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from osce_news.items import Listing, NewsItem
from osce_news.normalize import normalize
from osce_news.storage import Writer
from osce_news.storage.database import transaction
from tests.newsroom import Story, make_stories
from tests.newsroom.articles import article_paragraphs
from tests.newsroom.dates import print_day

LIST = "https://www.osce.org/press-releases"
FIRST_CRAWL, SECOND_CRAWL = "2025-12-01T02:00:00Z", "2025-12-08T02:00:00Z"
FIRST_READ = datetime.datetime(2025, 11, 30, 6, tzinfo=datetime.UTC)
_BATCH = 28_000  # stories that reach from the newest day back to 1997
_NODES = 400_000  # more than a batch of stories takes
_ROWS = 1_000  # results a page: more than the site prints, for pages cost time and say nothing here
_PRINTED_ROWS = 50  # those that it prints


def make_database(path: Path, items: int, *, texts: float = 0.0) -> None:
    """Create a database of this number of items; `texts` is the share of those with a full text.

    With more than 28,000 items a day has more of them; the years are always 1997 to 2025.
    """
    with Writer(path) as writer:
        _crawl(writer, items, texts)
        _crawl_again(writer, items)
        writer.connection.execute("INSERT INTO items_fts (items_fts) VALUES ('optimize')")


def fill(path: Path, stories: Sequence[Story] | int) -> None:
    """Store the stories, or this number of made-up ones, as one full crawl, page by page."""
    listed = make_stories(stories) if isinstance(stories, int) else stories
    with Writer(path) as writer:
        writer.begin("full", LIST)
        for number, start in enumerate(range(0, len(listed), _PRINTED_ROWS)):
            when = FIRST_READ + datetime.timedelta(seconds=10 * number)
            part = listed[start : start + _PRINTED_ROWS]
            writer.store(page(part, f"{when:%Y-%m-%dT%H:%M:%SZ}", f"{LIST}?page={number}"))
        writer.finish("complete")


def stories(items: int) -> Iterator[list[Story]]:
    """Yield the stories in batches, each newest first."""
    for number, start in enumerate(range(0, items, _BATCH), 1):
        yield make_stories(min(_BATCH, items - start), seed=number, first_node=number * _NODES)


def record(story: Story) -> NewsItem:
    """The item that a list page with this story gives."""
    return normalize(
        NewsItem(
            url_raw=f"https://www.osce.org{story.path}",
            title_raw=story.title,
            published_raw=print_day(story.published),
            content_type_raw=story.content_type,
            offices_raw=", ".join(story.offices) or None,
            topics_raw=", ".join(story.topics) or None,
            collections_raw=story.collections,
            teaser_raw=story.teaser or None,
            language_raw="en",
        )
    )


def page(part: Sequence[Story], at: str, url: str = LIST) -> Listing:
    """Return a list page of these stories as it comes to the writer, read at this time."""
    digest = hashlib.sha256(repr(part).encode()).hexdigest()
    records = [record(story) for story in part]
    listed = [f"{item.id}:" for item in records]
    return Listing(url, at, digest, status=200, results=len(part), listed=listed, records=records)


def add_texts(connection: sqlite3.Connection, texts: Mapping[str, str]) -> None:
    """Store the full texts of these items, as if their pages had been read."""
    with transaction(connection):
        connection.executemany(
            "INSERT INTO articles (item_id, text, status, first_asked, fetched_at, first_read, read_at) "
            "VALUES (?1, ?2, 'read', ?3, ?3, ?3, ?3)",
            [(identifier, text, FIRST_CRAWL) for identifier, text in texts.items()],
        )


def _crawl(writer: Writer, items: int, texts: float) -> None:
    """Store all stories, as the first full crawl does, and then the texts."""
    writer.begin("full", LIST, list_name=LIST)
    for batch in stories(items):
        for start in range(0, len(batch), _ROWS):
            part = batch[start : start + _ROWS]
            writer.store(page(part, FIRST_CRAWL, f"{LIST}?page={start // _ROWS}&rows={_ROWS}"))
        some = batch[: round(len(batch) * texts)]
        add_texts(
            writer.connection, {str(story.node): "\n\n".join(article_paragraphs(story)) for story in some}
        )
    writer.finish("complete", whole=True)
    _date(writer, FIRST_CRAWL)


def _crawl_again(writer: Writer, items: int) -> None:
    """Store the first page again, a week later: some titles edited, one item in fifty gone."""
    first = next(stories(min(items, _ROWS)))
    gone = [str(story.node) for story in first[10::50]]
    edited = [
        dataclasses.replace(story, title=f"{story.title} (corrected)") if number % 20 == 3 else story
        for number, story in enumerate(first)
        if str(story.node) not in gone
    ]
    writer.begin("full", LIST, list_name=LIST)
    writer.store(page(edited, SECOND_CRAWL, f"{LIST}?page=0&rows={_ROWS}"))
    writer.finish("complete", withdrawn=gone, whole=True)
    _date(writer, SECOND_CRAWL)


def _date(writer: Writer, at: str) -> None:
    """Give the run, and what it withdrew, the time of its pages, because it ran just now."""
    run = writer.summary.run
    with transaction(writer.connection):
        writer.connection.execute("UPDATE runs SET started = ?1, finished = ?1 WHERE id = ?2", [at, run])
        writer.connection.execute("UPDATE withdrawals SET withdrawn = ? WHERE withdrawn_run = ?", [at, run])
        writer.connection.execute(
            "UPDATE items SET withdrawn = ?1 WHERE withdrawn > ?1 AND id IN "
            "(SELECT item_id FROM withdrawals WHERE withdrawn_run = ?2)",
            [at, run],
        )
