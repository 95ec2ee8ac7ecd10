"""The SQLite database: its schema, its one writer, its readers.

- Schema: `schema` (with schema.sql), `upgrade` for older databases, `dictionary`; `database` opens files.
- Writing: `writer` stores pages under a `lock`, `ingest` finds what they change, `renormalize` recomputes.
- Reading: `queries`.
- What a crawl is to read: `crawl_state`, `own_pages`.
- Keeping: `runs` and `held` pages are listed, `undo` takes a run back, `integrity` checks a database.
"""

from osce_news.storage.crawl_state import LastReading
from osce_news.storage.database import open_for_reading, open_for_writing, read_transaction, refuse_missing
from osce_news.storage.ingest.listing import Changes
from osce_news.storage.runs import Summary
from osce_news.storage.writer import Writer

__all__ = [
    "Changes",
    "LastReading",
    "Summary",
    "Writer",
    "open_for_reading",
    "open_for_writing",
    "read_transaction",
    "refuse_missing",
]
