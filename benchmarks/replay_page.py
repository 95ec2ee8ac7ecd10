"""What one replayed page costs, compared with lxml and sqlite3 alone.

    python -m benchmarks.replay_page [--pages 200] [--rounds 5]

For the limit, lxml parses the page and reads the fields by XPaths that know the markup, and sqlite3 inserts
the same rows that osce-news stores (items, offices, topics, places, addresses, page), one transaction per
page, into the same schema with its indexes and search index. Both ways read the same files from disk.
`osce-news replay` also checks each page before it stores it; the line "without the checks" leaves that out.
Rounds are interleaved and each begins with an empty database, so that other work of the machine affects all.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from lxml import html
from lxml.etree import XPath

from osce_news.archive.replay import replay
from osce_news.archive.saved_page import SavedPage, saved_page
from osce_news.storage import Writer, open_for_writing
from tests.newsroom import make_stories, render_page

ROWS = 50
_RESULT = XPath("//*[contains(concat(' ', @class, ' '), ' search-result-news ')]")
_LINK = XPath(".//*[contains(@class, 'search-title')]//a")
_DATE = XPath(".//*[contains(@class, 'publishing-date')]/text()")
_TEASER = XPath("string(.//*[contains(@class, 'search-snippet')])")
_FIELDS = XPath(".//*[contains(@class, 'label')]/..")

_TABLES = ("items", "item_offices", "item_topics", "item_places", "addresses", "pages")
Rows = dict[str, list[tuple[object, ...]]]


def main() -> None:
    """Measure, and print a line with the ratio for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = make_pages(folder, arguments.pages)
        rows = stored_rows(folder, pages)
        ways: dict[str, Callable[[Path], object]] = {
            "osce-news": lambda db: replay([folder / "pages"], db),
            "osce-news, without the checks": lambda db: store(pages, db),
            "lxml + sqlite3, same schema": lambda db: limit(pages, rows, db, bare=False),
            "lxml + sqlite3, bare tables": lambda db: limit(pages, rows, db, bare=True),
            "lxml alone": lambda db: parse_all(pages),
        }
        times: dict[str, list[float]] = {way: [] for way in ways}
        again: list[float] = []
        for number in range(arguments.rounds):
            for place, (way, run) in enumerate(ways.items()):
                times[way].append(timed(run, folder / f"{number}-{place}.db") / len(pages))
            again.append(timed(ways["osce-news"], folder / f"{number}-0.db") / len(pages))
    medians = {way: statistics.median(values) for way, values in times.items()}
    medians["osce-news, a second time"] = statistics.median(again)
    base = medians["lxml + sqlite3, same schema"]
    print(f"{arguments.pages} pages of {ROWS} results, median of {arguments.rounds} rounds")
    for way, seconds in medians.items():
        print(f"{way:30} {seconds * 1000:7.2f} ms a page   {seconds / base:5.2f} x the limit")


def make_pages(folder: Path, count: int) -> list[SavedPage]:
    """Write generated list pages, and return them as saved pages."""
    stories = make_stories(count * ROWS)
    total = len(stories)
    for number in range(count):
        place = folder / "pages" / f"{number:04}"
        place.mkdir(parents=True)
        part = stories[number * ROWS : (number + 1) * ROWS]
        text = render_page(part, page=number, rows=ROWS, total=total, markup="drupal7")
        place.joinpath("page.html").write_text(text, encoding="utf-8")
        url = f"https://www.osce.org/press-releases?page={number}&rows={ROWS}"
        meta = {"url": url, "fetched_at": f"2026-01-01T{number // 60 % 24:02}:{number % 60:02}:00Z"}
        place.joinpath("meta.json").write_text(json.dumps(meta), encoding="utf-8")
    return [saved_page(path) for path in sorted((folder / "pages").glob("*/page.html"))]


def store(pages: list[SavedPage], db: Path) -> None:
    """Read, normalise and store the pages, without checking them."""
    with Writer(db) as writer:
        writer.begin("replay")
        for saved in pages:
            writer.store(saved.capture().listing())
        writer.finish("complete")


def stored_rows(folder: Path, pages: list[SavedPage]) -> list[Rows]:
    """Return the rows that osce-news stores, page by page."""
    db = folder / "rows.db"
    store(pages, db)
    connection = sqlite3.connect(db)
    found: list[Rows] = []
    for (page,) in connection.execute("SELECT url FROM pages ORDER BY id").fetchall():
        ids = "SELECT id FROM items WHERE listing_url = ?"
        conditions = {"items": "listing_url = ?", "pages": "url = ?"}
        found.append(
            {
                table: connection.execute(
                    f"SELECT * FROM {table} WHERE {conditions.get(table, f'item_id IN ({ids})')}", [page]
                ).fetchall()
                for table in _TABLES
            }
        )
    connection.close()
    return found


def limit(pages: list[SavedPage], rows: list[Rows], db: Path, *, bare: bool) -> None:
    """Parse with lxml and insert with sqlite3: the least that a replay must do."""
    connection = prepared(db, bare=bare)
    for saved, of_page in zip(pages, rows, strict=True):
        parse(saved)
        connection.execute("BEGIN IMMEDIATE")
        for table, values in of_page.items():
            if values:
                marks = ", ".join("?" * len(values[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
        connection.execute("COMMIT")
    connection.close()


def prepared(db: Path, *, bare: bool) -> sqlite3.Connection:
    """Return an empty database with our schema, or only with its tables."""
    if not bare:
        connection = open_for_writing(db)
        connection.execute("PRAGMA foreign_keys = OFF")  # the tables of terms are empty here
        return connection
    connection = sqlite3.connect(db, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    source = open_for_writing(db.with_suffix(".schema"))
    for table in _TABLES:
        columns = [row["name"] for row in source.execute(f"PRAGMA table_info({table})")]
        connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    source.close()
    return connection


def parse_all(pages: list[SavedPage]) -> None:
    """Only parse."""
    for saved in pages:
        parse(saved)


def parse(saved: SavedPage) -> list[tuple[object, ...]]:
    """Return the fields of a page's results, by XPaths that know the markup."""
    root = html.document_fromstring(saved.path.read_bytes().decode())
    found: list[tuple[object, ...]] = []
    for result in _all(_RESULT, root):
        (link,) = _all(_LINK, result)
        fields = ["".join(field.itertext()).strip() for field in _all(_FIELDS, result)]
        teaser = str(_TEASER(result)).strip()
        found.append((link.text_content(), link.get("href"), _all(_DATE, result)[-1].strip(), fields, teaser))
    assert len(found) == ROWS
    assert all(row[0] and row[1] and row[2] for row in found)
    return found


def _all(path: XPath, element: Any) -> list[Any]:
    return cast("list[Any]", path(element))


def timed(run: Callable[[Path], object], db: Path) -> float:
    """Return how many seconds the call took."""
    start = time.perf_counter()
    run(db)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
