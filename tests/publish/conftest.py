"""Databases to export."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.storage import Writer, open_for_reading
from tests.generated import add_texts
from tests.helpers import listing
from tests.newsroom import make_stories
from tests.newsroom.samples import TEN

HOSTILE = '=HYPERLINK("x") {\\TeX} 100 % & #1 $5 a_b ~^ “ä” Ёлка 😀 <b>, "; \'or\''


@pytest.fixture(scope="session")
def exported_from(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a closed database: 151 items, one with a hostile title, one without a date, one withdrawn."""
    path = tmp_path_factory.mktemp("exported") / "osce-news.db"
    stories = make_stories(150)
    with Writer(path) as writer:
        writer.begin("full")
        writer.store(listing(stories))
        writer.store(listing([replace(TEN[0], node=7, path="/node/7", title=HOSTILE, teaser=HOSTILE)]))
        add_texts(writer.connection, {"7": 'First paragraph.\n\nSecond "one".'})
        writer.connection.execute("UPDATE items SET published = NULL WHERE id = ?", [str(stories[3].node)])
        writer.connection.execute(
            "INSERT INTO quarantine (run_id, listing_url, reason, raw, first_seen, last_seen) "
            "VALUES (1, 'u', 'r', '{}', '1', '1')"
        )
        writer.finish("complete", withdrawn=[str(stories[5].node)])
    return path


@pytest.fixture
def reading(exported_from: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection that reads `exported_from`."""
    with closing(open_for_reading(exported_from)) as connection:
        yield connection
