"""The SQLite database: its schema, its one writer, its readers.

`writer` stores pages, and `ingest` finds out what they change. `query` says which items are wanted;
`queries`, `counts`, `search` and `coverage` answer. `crawl_state`, `missing` and `article_queue` say what a
crawl is to read.
"""

from osce_news.storage.crawl_state import Validators
from osce_news.storage.database import open_for_reading, open_for_writing, refuse_missing
from osce_news.storage.ingest.listing import Changes
from osce_news.storage.runs import Summary
from osce_news.storage.writer import Writer

__all__ = [
    "Changes",
    "Summary",
    "Validators",
    "Writer",
    "open_for_reading",
    "open_for_writing",
    "refuse_missing",
]
