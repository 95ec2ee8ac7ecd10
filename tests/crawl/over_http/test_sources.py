"""One database filled from several sources in any order, and replayed from its archive."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from osce_news.clock import format_utc
from osce_news.items import RAW_FIELDS
from tests.archive.replaying import assert_same, replay
from tests.crawl.over_http.crawling import ROBOTS, crawl, rows
from tests.crawl.over_http.test_search import start
from tests.newsroom import Newsroom, Story, answers, make_stories
from tests.typesense import Typesense
from tests.web_archive import Kept, WebArchive, backfill

pytestmark = pytest.mark.slow

STORIES = make_stories(60)
_VALUES = ", ".join(f"items.{name}" for name in ("id", "title", "published", *RAW_FIELDS))
VALUES = f"SELECT {_VALUES} FROM items ORDER BY id"


def document(story: Story) -> dict[str, Any]:
    """Return the document of a story with one office, its own preview, and midnight in UTC."""
    return answers.document(story) | {
        "date": int((story.published - type(story.published)(1970, 1, 1)).total_seconds()),
        "item_type_label": story.content_type or "News",
        "source_label": next(iter(story.offices), None),
        "fow_label": ", ".join(story.topics) or None,
        "preview": f"The preview of {story.node}",
    }


def captures(newsroom: Newsroom) -> list[Kept]:
    """Return the pages of the list and the items' own pages, as a web archive captured them a week ago."""
    when = format_utc(time.time() - 7 * 86_400)
    paths = [f"/press-releases?page={number}&rows=50" for number in range(2)]
    paths += [story.path for story in STORIES]
    return [Kept(newsroom.url + path, when, newsroom.answer(path).body) for path in paths]


@pytest.mark.parametrize(
    "order",
    [
        "list cards search",
        "list search cards backfill",
        "search cards backfill list",
        "cards backfill list search",
        "backfill list search cards",
        "backfill search cards list",
    ],
)
def test_all_sources_fill_one_database_in_any_order(service: Typesense, tmp_path: Path, order: str) -> None:
    service.put(map(document, STORIES))
    with Newsroom(STORIES, robots=ROBOTS) as newsroom, WebArchive(captures(newsroom), 50) as web_archive:
        archive = ("--archive", str(tmp_path / "archive"))

        for source in order.split():
            newsroom.markup = "views-row" if source == "cards" else "drupal7"
            if source == "search":
                with start(service, tmp_path / "a.db", "--full", *archive) as command:
                    done = command.wait(120)
            elif source == "backfill":
                done = backfill(web_archive, tmp_path, "wayback", "--url", f"{newsroom.url}/*")
            else:
                done = crawl(newsroom, tmp_path / "a.db", "--full", *archive)
            assert done.status == 0, "\n".join((source, *done.lines))
            assert done.summary["withdrawn"] == 0
        newsroom.markup = "drupal7"
        assert crawl(newsroom, tmp_path / "only.db").status == 0
    found, only = (rows(tmp_path / name, VALUES) for name in ("a.db", "only.db"))
    for row, of_list in zip(found, only, strict=True):  # addresses are on the host of the source
        assert [one for one, other in zip(row, of_list, strict=True) if other and "://" not in other] == [
            other for other in of_list if other and "://" not in other
        ]
    layouts = rows(tmp_path / "a.db", "SELECT DISTINCT layout = 'search', count(*) FROM articles GROUP BY 1")
    assert layouts == [(int("backfill" not in order), 60)]
    again = replay(tmp_path)
    assert again.status == 0, again.errors
    assert rows(tmp_path / "b.db", VALUES) == found
    if "backfill" not in order:  # what it copied is replayed after the runs of crawls
        assert_same(tmp_path)
