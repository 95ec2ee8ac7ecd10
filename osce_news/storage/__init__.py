"""The SQLite database: its schema, its one writer, its readers."""

from osce_news.storage.crawl_state import Validators
from osce_news.storage.database import open_for_reading, open_for_writing, refuse_missing
from osce_news.storage.ingest import Changes
from osce_news.storage.runs import Stored, Summary
from osce_news.storage.writer import Writer

__all__ = [
    "Changes",
    "Stored",
    "Summary",
    "Validators",
    "Writer",
    "open_for_reading",
    "open_for_writing",
    "refuse_missing",
]
