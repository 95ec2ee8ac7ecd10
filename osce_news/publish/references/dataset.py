"""The reference to a database as a whole."""

from __future__ import annotations

import sqlite3

from osce_news import __version__
from osce_news.publish.references.model import PUBLISHER, Reference
from osce_news.site import LISTING_URL


def of_dataset(connection: sqlite3.Connection) -> Reference:
    """Return the reference to this database: what it covers, as of when, and what made it.

    Its version is the day of the last full crawl that read the whole list; without one that of the last
    page. For an empty database there is no day.
    """
    items, first, last = connection.execute(
        "SELECT count(*), min(published), max(published) FROM items"
    ).fetchone()
    whole = _day(connection, "SELECT max(finished) FROM runs WHERE mode = 'full' AND status = 'complete'")
    seen = _day(connection, "SELECT max(fetched_at) FROM pages")
    (texts,) = connection.execute("SELECT count(*) FROM articles WHERE text IS NOT NULL").fetchone()
    years = f"{first[:4]}–{last[:4]}" if first else "no dates"
    covered = f"{items:,} items, published {first} to {last}" if first else f"{items:,} items"
    crawled = f"last complete crawl {whole}" if whole else f"no complete crawl, last page read {seen or '-'}"
    with_texts = f", full text of {texts:,}" if texts else ""
    return Reference(
        key=f"osce-newsroom-{whole or seen or 'empty'}",
        title=f"OSCE newsroom: press releases and news items, {years}",
        authors=(PUBLISHER,),
        issued=whole or seen,
        accessed=seen,
        url=LISTING_URL,
        genre="Data set",
        version=whole or seen,
        note=f"{covered}{with_texts}; {crawled}; collected with osce-news {__version__}",
        is_dataset=True,
    )


def _day(connection: sqlite3.Connection, sql: str) -> str | None:
    (found,) = connection.execute(sql).fetchone()
    return found[:10] if found else None
