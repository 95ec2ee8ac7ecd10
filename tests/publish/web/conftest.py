"""A database with a history, and the pages that serve it."""

from __future__ import annotations

import asyncio
import dataclasses
import html
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from osce_news.publish.web.databases import make_copy
from osce_news.publish.web.server import application
from osce_news.storage import Writer, open_for_reading
from tests.generated import add_texts, fill, page
from tests.helpers import run
from tests.newsroom import make_stories

Get = Callable[..., Any]
TABLE = "/osce-news/newsroom"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> & \"title\" 'of' 7/8"
HOSTILE_OFFICE = "</a></script><img src=x onerror=alert(3)>"
TEXT = "The full text speaks of quicksilver and of nothing else."
EDITED, GONE, STRANGE, READ = 3, 5, 7, 9  # the places of special stories, newest first
STORIES = make_stories(300)
LATER = "2025-12-07T06:00:00Z"


def node(place: int) -> str:
    """Return the identifier of the story at this index."""
    return str(STORIES[place].node)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a closed database, to be read only: two crawls a week apart, of 300 stories.

    In the second one story has another title, one is gone and one is hostile; of one the text was read.
    """
    path = tmp_path_factory.mktemp("web") / "history.db"
    stories = list(STORIES)
    stories[STRANGE] = dataclasses.replace(stories[STRANGE], title=HOSTILE, offices=(HOSTILE_OFFICE,))
    fill(path, stories)
    edited = dataclasses.replace(stories[EDITED], title="A title that was mended")
    first = [edited if story is stories[EDITED] else story for story in stories[:50]]
    with Writer(path) as writer:
        writer.begin("full", "https://www.osce.org/press-releases")
        writer.store(page([story for story in first if story is not stories[GONE]], LATER))
        add_texts(writer.connection, {node(READ): TEXT})
        writer.finish("complete", withdrawn=[node(GONE)], whole=True)
    return path


def text_of(page: str) -> str:
    """Return the visible text of a page, with single spaces."""
    body = re.sub(r"<(script|style).*?</\1>", " ", page.partition("<body")[2], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def found(page: str) -> list[str]:
    """Return the identifiers of the items on a page of results."""
    return re.findall(r'<li id="item-(\w+)">', page)


def links(page: str, part: str) -> dict[str, str]:
    """Return the links of the element with this identifier, as address by text."""
    _, _, rest = page.partition(f'id="{part}"')
    pairs = re.findall(
        r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.split("</(?:ul|ol|section)>", rest)[0], re.DOTALL
    )
    return {
        " ".join(html.unescape(re.sub("<[^>]+>", "", text)).split()): html.unescape(to) for to, text in pairs
    }


def number_of_items(page: str) -> int:
    """Return how many items a page of results says it has."""
    (heading,) = re.findall(r"<h1>([\d,]+) items?</h1>", page)
    return int(heading.replace(",", ""))


def searched(history: Path, *arguments: str) -> list[str]:
    """Return the identifiers that `osce-news search` finds, sorted."""
    result = run("search", *arguments, "--db", history, "--limit", "0", "--json", cwd=history.parent)
    assert result.status == 0, result.err
    return sorted(row["id"] for row in json.loads(result.out))


@pytest.fixture
def reading(history: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection that reads the database itself."""
    with closing(open_for_reading(history)) as connection:
        yield connection


@pytest.fixture
def db(history: Path, tmp_path: Path) -> Path:
    """Return a copy of the database in its own folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "temporary").mkdir()
    return Path(shutil.copy(history, tmp_path / "data" / "osce-news.db"))


@pytest.fixture(scope="session")
def snapshot(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of the served copy."""
    path = tmp_path_factory.mktemp("snapshot") / "osce-news.db"
    make_copy(history, path)
    return path


@pytest.fixture(scope="session")
def get(snapshot: Path) -> Callable[..., Any]:
    """Return a function that requests an address of the pages in this process."""
    datasette = application(snapshot)

    def asked(address: str, method: str = "get", **more: Any) -> Any:
        return asyncio.run(
            getattr(datasette.client, method)(address.removeprefix("http://localhost"), **more)
        )

    return asked
