"""What one source prints in its own way is no fault of another: the past is of the old list, say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from osce_news import checks
from osce_news.errors import DoubtfulPageError
from osce_news.items import Listing
from osce_news.storage import Writer
from tests.damage.outcomes import databases, refused
from tests.damage.sound import sound_pages
from tests.helpers import page_of
from tests.newsroom import Story, make_newer, make_stories
from tests.newsroom.answers import ANSWER_URL, answer_text, document
from tests.newsroom.cards import render_cards

STORIES = make_stories(50)
AT, LATER = "2025-12-01T12:00:00Z", "2025-12-02T12:00:00Z"


Refusal = Callable[[Listing], object]


@pytest.fixture(scope="module")
def refusal() -> Iterator[Refusal]:
    """Return a function that checks a page against 300 items that the old list has shown."""
    (page, *_) = sound_pages(long=("drupal7",))
    with databases() as made:
        yield lambda item: refused(item, made.of("new", page))


def cards(stories: list[Story]) -> Listing:
    html = render_cards(stories, "views-row", labels="new", dates="time")
    return page_of(html, AT, "https://odihr.osce.org/news")


@pytest.mark.parametrize("length", [0, 30, 50])
def test_cards_may_have_short_teasers(refusal: Refusal, length: int) -> None:
    assert refusal(cards([replace(story, teaser=story.teaser[:length].strip()) for story in STORIES])) is None


def test_the_first_card_alone_may_have_a_teaser(refusal: Refusal) -> None:
    page = cards([STORIES[0], *(replace(story, teaser="") for story in STORIES[1:])])
    assert page.records[0].teaser
    assert "teaser_raw" not in page.fields  # so stored teasers of the others stay
    assert refusal(page) is None


@pytest.mark.parametrize("name", ["preview", "source_label", "fow_label"])
def test_documents_may_lack_what_lists_print(refusal: Refusal, name: str) -> None:
    documents = [document(story) | {name: None} for story in STORIES]
    assert refusal(page_of(answer_text(documents), AT, ANSWER_URL)) is None


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("preview", "teaser"),
        ("source_label", "Where we are"),
        ("fow_label", "What we do"),
        ("item_type_label", "Content type"),
        ("full_text", "full texts"),
    ],
)
def test_an_answer_that_lacks_what_answers_had_before_is_refused(
    writer: Writer, name: str, label: str
) -> None:
    stories = make_stories(120)
    writer.begin("full")
    writer.store(page_of(answer_text([document(story) for story in stories]), AT, ANSWER_URL))
    documents = [document(story) for story in [*make_newer(stories, 1), *stories[:20]]]
    sound = page_of(answer_text(documents), LATER, ANSWER_URL)
    checks.check_page(writer.connection, sound, start_url=ANSWER_URL)
    for one in documents:
        del one[name]
    with pytest.raises(DoubtfulPageError, match=f"{label}: expected"):
        checks.check_page(
            writer.connection, page_of(answer_text(documents), LATER, ANSWER_URL), start_url=ANSWER_URL
        )


def test_documents_may_have_short_previews(refusal: Refusal) -> None:
    documents = [document(story) | {"preview": f"Item {story.node} in brief"} for story in STORIES]
    assert refusal(page_of(answer_text(documents), AT, ANSWER_URL)) is None
