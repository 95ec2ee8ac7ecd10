"""Damaged answers of the search service are refused before anything of them is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from osce_news import checks
from osce_news.errors import DoubtfulPageError, LayoutError
from osce_news.items import Listing
from osce_news.normalize import normalize_listing
from osce_news.pages.extract import extract_listing
from osce_news.search_query import SEARCH_URL, SearchQuery
from osce_news.storage import Writer
from tests.newsroom.stories import Story, make_stories

URL = SearchQuery(SEARCH_URL).url
STORIES = make_stories(500)
Documents = list[dict[str, Any]]


def document(story: Story) -> dict[str, Any]:
    noon = datetime(story.published.year, story.published.month, story.published.day, 12, tzinfo=UTC)
    return {
        "id": str(story.node), "nid": story.node, "url": story.path, "title": story.title,
        "date": int(noon.timestamp()), "bundle": "news", "item_type_label": story.content_type,
        "source_label": list(story.offices), "fow_label": list(story.topics), "preview": story.teaser,
        "full_text": f"{story.teaser}\n\nMore.",
    }  # fmt: skip


def answer(documents: Documents) -> Listing:
    hits = [{"document": one} for one in documents]
    body = json.dumps({"found": len(hits), "hits": hits}).encode()
    page, _ = extract_listing(body, URL, fetched_at="2026-11-01T12:00:00Z", status=200)
    return normalize_listing(page)


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writer]:
    """A database with the other items of these days, as the service shows them."""
    with Writer(Path(tmp_path_factory.mktemp("answers"), "osce-news.db")) as writer:
        writer.begin("replay")
        writer.store(answer([document(story) for story in STORIES[::2]]))
        yield writer


def each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Documents], Documents]:
    return lambda documents: [one | change(one) for one in documents]


def moved(documents: Documents, field: str) -> Documents:
    """Return the documents with the field of the next one."""
    following = [*documents[1:], documents[0]]
    return [one | {field: other[field]} for one, other in zip(documents, following, strict=True)]


DAMAGES: dict[str, Callable[[Documents], Documents]] = {
    "dates in milliseconds": each(lambda one: {"date": one["date"] * 1000}),
    "dates as texts": each(lambda one: {"date": str(one["date"])}),
    "dates a year earlier": each(lambda one: {"date": one["date"] - 365 * 86_400}),
    "dates a day earlier": each(lambda one: {"date": one["date"] - 86_400}),
    "offices and topics swapped": each(
        lambda one: {"source_label": one["fow_label"], "fow_label": one["source_label"]}
    ),
    "type and topics swapped": each(
        lambda one: {"item_type_label": one["fow_label"], "fow_label": one["item_type_label"]}
    ),
    "letters wrong": each(lambda one: {"preview": f"{one['preview']} –".encode().decode("latin-1")}),
    "one title": each(lambda one: {"title": "OSCE | Search"}),
    "titles cut": each(lambda one: {"title": f"{one['title'][:20]}..."}),
    "titles as previews": each(lambda one: {"preview": one["title"]}),
    "addresses on another site": each(lambda one: {"url": f"https://example.org/{one['nid']}", "nid": None}),
    "no labels": each(lambda one: {"source_label": [], "fow_label": [], "item_type_label": ""}),
    "the next one's preview": lambda documents: moved(documents, "preview"),
    "neither numbers nor addresses": each(lambda one: {"nid": None, "url": None}),
}


def test_a_sound_answer_passes(writer: Writer) -> None:
    page = answer([document(story) for story in STORIES[1::2]])
    checks.check_page(writer.connection, page, start_url=URL)
    assert len(page.records) == len(page.articles) == 250


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_answer_is_refused(writer: Writer, name: str) -> None:
    documents = DAMAGES[name]([document(story) for story in STORIES[1::2]])
    with pytest.raises((LayoutError, DoubtfulPageError)):
        checks.check_page(writer.connection, answer(documents), start_url=URL)
