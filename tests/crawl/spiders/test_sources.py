"""One database filled from several sources in any order, and replayed from its archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from osce_news.items import RAW_FIELDS
from tests.archive.replaying import assert_same, replay
from tests.crawl.spiders.crawling import ROBOTS, crawl, rows
from tests.crawl.spiders.test_search import start
from tests.newsroom import Newsroom, Story, make_stories
from tests.typesense import Typesense

pytestmark = pytest.mark.slow

STORIES = make_stories(60)
_VALUES = ", ".join(f"items.{name}" for name in ("id", "title", "published", *RAW_FIELDS))
VALUES = f"SELECT {_VALUES} FROM items ORDER BY id"


def document(story: Story) -> dict[str, Any]:
    """Return the document of a story: one office, its own preview, midnight in UTC."""
    return {
        "id": f"node-{story.node}",
        "nid": story.node,
        "title": story.title,
        "url": story.path,
        "date": int((story.published - type(story.published)(1970, 1, 1)).total_seconds()),
        "item_type_label": story.content_type or "News",
        "bundle": "news",
        "source_label": next(iter(story.offices), None),
        "fow_label": ", ".join(story.topics) or None,
        "preview": f"The preview of {story.node}",
        "full_text": f"The text of {story.node}.",
    }


@pytest.mark.parametrize("order", ["list cards search", "search cards list", "cards search list"])
def test_lists_cards_and_the_search_service_fill_one_database_in_any_order(
    service: Typesense, tmp_path: Path, order: str
) -> None:
    service.put(map(document, STORIES))
    with Newsroom(STORIES, robots=ROBOTS) as newsroom:
        archive = ("--archive", str(tmp_path / "archive"))

        for source in order.split():
            newsroom.markup = "views-row" if source == "cards" else "drupal7"
            if source == "search":
                with start(service, tmp_path / "a.db", "--full", *archive) as command:
                    done = command.wait(120)
            else:
                done = crawl(newsroom, tmp_path / "a.db", "--full", *archive)
            assert done.status == 0, "\n".join((source, *done.lines))
            assert done.summary["withdrawn"] == 0
        newsroom.markup = "drupal7"
        assert crawl(newsroom, tmp_path / "only.db").status == 0
    found = rows(tmp_path / "a.db", VALUES)
    assert [row[:3] for row in found] == [row[:3] for row in rows(tmp_path / "only.db", VALUES)]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM articles WHERE layout = 'search'") == [(60,)]
    again = replay(tmp_path)
    assert again.status == 0, again.errors
    assert rows(tmp_path / "b.db", VALUES) == found
    assert_same(tmp_path)
