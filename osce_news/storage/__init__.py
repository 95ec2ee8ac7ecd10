"""The SQLite database: its schema, its one writer, its readers."""

from osce_news.storage.database import open_for_reading, open_for_writing
from osce_news.storage.writer import Summary, Writer

__all__ = ["Summary", "Writer", "open_for_reading", "open_for_writing"]
