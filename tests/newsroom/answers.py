"""Answers of the search service that show stories of the newsroom, among documents that are not news."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from osce_news.search_query import SEARCH_URL, SearchQuery
from tests.newsroom.stories import Story

ANSWER_URL = SearchQuery(SEARCH_URL).url
Documents = list[dict[str, Any]]


def document(story: Story) -> dict[str, Any]:
    """Return a story as a document of the service."""
    day = story.published
    return {
        "id": str(story.node), "nid": story.node, "url": story.path, "title": story.title,
        "date": int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()),
        "bundle": "news", "item_type_label": story.content_type,
        "source_label": list(story.offices), "fow_label": list(story.topics), "preview": story.teaser,
        "full_text": f"{story.teaser}\n\nParticipants left with a plan: {story.title}.",
    }  # fmt: skip


def answer_text(documents: Sequence[Mapping[str, Any]]) -> str:
    """Return the body of an answer with these documents."""
    hits = [{"document": one, "highlights": []} for one in documents]
    return json.dumps({"found": len(hits), "hits": hits, "page": 1}, ensure_ascii=False)
