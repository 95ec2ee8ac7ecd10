"""Answers of the search service that show stories of the newsroom, among documents that are not news."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from osce_news.search_query import SEARCH_URL, SearchQuery
from tests.newsroom.sound import Place, Sound
from tests.newsroom.stories import Story, make_stories

ANSWER_URL = SearchQuery(SEARCH_URL).url
Documents = list[dict[str, Any]]


def document(story: Story) -> dict[str, Any]:
    """The story as the service holds it."""
    day = story.published
    return {
        "id": str(story.node), "nid": story.node, "url": story.path, "title": story.title,
        "date": int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()),
        "bundle": "news", "item_type_label": story.content_type,
        "source_label": list(story.offices), "fow_label": list(story.topics), "preview": story.teaser,
        "full_text": f"{story.teaser}\n\nParticipants left with a plan: {story.title}.",
    }  # fmt: skip


def answer_text(documents: Sequence[Mapping[str, Any]]) -> str:
    """The body of an answer with these documents."""
    hits = [{"document": one, "highlights": []} for one in documents]
    return json.dumps({"found": len(hits), "hits": hits, "page": 1}, ensure_ascii=False)


class SoundAnswer(Sound):
    """An answer of the search service; `markup` is "texts" or "lists", the form of its labels."""

    @property
    def documents(self) -> Documents:
        """Its documents, in order."""
        return self._documents(self.stories)

    @property
    def list_bounds(self) -> tuple[int, int]:
        """Where the hits begin and end."""
        return self.html.index('"hits": [') + 9, self.html.rindex("]")

    def shows(self, stories: Sequence[Story], markup: str | None = None) -> str:
        """The same answer with other stories."""
        return answer_text(self._documents(stories))

    def labels(self, name: str) -> list[Place]:
        """No places: fields have names."""
        return []

    def dates(self) -> list[Place]:
        """No places: dates are numbers."""
        return []

    def _documents(self, stories: Sequence[Story]) -> Documents:
        documents: Documents = []
        for number, one in enumerate(map(document, stories)):
            if self.markup == "texts":
                one |= {name: ", ".join(one[name]) for name in ("source_label", "fow_label")}
            documents.append(one)
            if number % 5 == 4:  # a document of another type, in its place by date
                node = one["nid"] + 1_000_000
                documents.append(
                    {
                        "id": str(node), "nid": node, "url": f"/permanent-council/{node}",
                        "title": f"Decision No. {number}", "date": one["date"], "bundle": "decision",
                    }
                )  # fmt: skip
        return documents


def sound_answers() -> tuple[SoundAnswer, ...]:
    """An answer with labels as texts that shows the latest fifty stories, and one of a hundred with lists."""
    return tuple(_sound(markup, count) for markup, count in (("texts", 50), ("lists", 100)))


def _sound(markup: str, count: int) -> SoundAnswer:
    stories = tuple(make_stories(count))
    page = SoundAnswer(f"answer with {markup}", "", ANSWER_URL, "2025-12-01T12:00:00Z", stories, markup)
    return dataclasses.replace(page, html=page.shows(stories))
