"""Undamaged pages: their text, their stories, and the places of their parts."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.newsroom.answers import ANSWER_URL, Documents, answer_text, document
from tests.newsroom.cards import CARD_LABELS, CARDS, render_cards
from tests.newsroom.dates import RUSSIAN, print_day, read_day
from tests.newsroom.labels import LABELS
from tests.newsroom.markup import MARKUPS, render_page
from tests.newsroom.site import FIXTURES
from tests.newsroom.stories import Story, make_stories

_DATES = "label"  # where a card has its date
_SPACE = r"(?:\s|&nbsp;)"


@dataclass(frozen=True, slots=True)
class Sound:
    """An undamaged page that shows these stories in its markup and language."""

    name: str
    html: str
    url: str
    fetched_at: str
    stories: tuple[Story, ...]
    markup: str = "drupal7"
    language: str = "en"

    def shows(self, stories: Sequence[Story], markup: str | None = None) -> str:
        """Return the same page with other stories."""
        total = len(stories)
        return render_page(
            stories, page=0, rows=50, total=total, markup=markup or self.markup, language=self.language
        )

    def each(self, change: Callable[[Story], Story]) -> str:
        """Return the same page with each story changed."""
        return self.shows([change(story) for story in self.stories])

    @property
    def printed_labels(self) -> Mapping[str, str]:
        """Return the labels by field."""
        return LABELS[self.language]

    @property
    def list_bounds(self) -> tuple[int, int]:
        """Return where the list begins, at the link of its first title, and a place after its end."""
        start = self.html.index("<a", self.html.rindex('<h2 class="pane-title">'))
        return start, self.html.index("<aside", start)

    def labels(self, name: str) -> list[Place]:
        """Return the places of a label in the results, with its colon; empty if it is not printed."""
        text = self.printed_labels.get(name)
        if text is None:
            return []
        words = _SPACE.join(map(re.escape, text.removesuffix(":").split(" ")))
        pattern = re.compile(rf"(?<=>)(\s*){words}({_SPACE}*:|(?=\s*<))", re.IGNORECASE)
        start, end = self.list_bounds
        return [Place(found.end(1), found.end()) for found in pattern.finditer(self.html, start, end)]

    def dates(self) -> list[Place]:
        """Return the places of the publishing dates, one per story."""
        found, at = [], self.list_bounds[0]
        labels = iter(self.labels("date"))
        for story in self.stories:
            at = next(label.end for label in labels if label.end > at)
            words = print_day(story.published, self.language).split(" ")
            match = re.compile(_SPACE.join(words)).search(self.html, at)
            assert match is not None
            found.append(Place(match.start(), match.end()))
            at = match.end()
        return found

    def with_list(self, change: Callable[[str], str]) -> str:
        """Return the page with the text of its list changed."""
        start, end = self.list_bounds
        return self.html[:start] + change(self.html[start:end]) + self.html[end:]

    def sub(self, pattern: str, to: str) -> str:
        """Return the page with all matches of the pattern in its list replaced."""
        return self.with_list(lambda text: re.sub(pattern, to, text))

    def replaced(self, places: Sequence[Place], texts: Sequence[str] | str) -> str | None:
        """Return the page with other texts at these places, one for all or one each; None without places."""
        if not places:
            return None
        new = [texts] * len(places) if isinstance(texts, str) else texts
        parts, at = [], 0
        for place, text in zip(places, new, strict=True):
            parts += [self.html[at : place.start], text]
            at = place.end
        return "".join([*parts, self.html[at:]])


class SoundCards(Sound):
    """A page of cards with the labels of the search service; `markup` is the layout of a card."""

    def shows(self, stories: Sequence[Story], markup: str | None = None) -> str:
        """Return the same page with other stories."""
        return render_cards(stories, markup if markup in CARDS else self.markup, labels="new", dates=_DATES)

    @property
    def printed_labels(self) -> Mapping[str, str]:
        """Return the labels by field."""
        return CARD_LABELS["new"]

    @property
    def list_bounds(self) -> tuple[int, int]:
        """Return where the list begins, at its first card, and a place after its end."""
        before = CARDS[self.markup][1]
        start = self.html.find(before) + len(before)
        return start, self.html.index('<div class="block block-most-read"', start)


class SoundAnswer(Sound):
    """An answer of the search service; `markup` is "texts" or "lists", the form of its labels."""

    @property
    def documents(self) -> Documents:
        """Return its documents, in order."""
        return self._documents(self.stories)

    @property
    def list_bounds(self) -> tuple[int, int]:
        """Return where the hits begin and end."""
        return self.html.index('"hits": [') + 9, self.html.rindex("]")

    def shows(self, stories: Sequence[Story], markup: str | None = None) -> str:
        """Return the same answer with other stories."""
        return answer_text(self._documents(stories))

    def labels(self, name: str) -> list[Place]:
        """Return no places, because fields have names."""
        return []

    def dates(self) -> list[Place]:
        """Return no places, because dates are numbers."""
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


class Place(NamedTuple):
    """A part of the text of a page."""

    start: int
    end: int


@functools.cache
def sound_pages(*, long: Sequence[str] = MARKUPS) -> tuple[Sound, ...]:
    """Return the fixtures of lists, and fifty results of the newsroom in each of the markups in `long`."""
    return (*_fixtures(), *_long(long), *(_cards() if long else ()))


def with_values(story: Story, values: Mapping[str, Any]) -> Story:
    """Return the story with other values in these fields."""
    return dataclasses.replace(story, **values)


def _fixtures() -> Iterator[Sound]:
    from osce_news.pages import ListingPage

    for case in sorted(FIXTURES.iterdir()):
        if case.name.startswith(("empty", "challenge", "cards")):
            continue
        html = (case / "page.html").read_text(encoding="utf-8")
        meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
        language = "ru" if case.name == "russian" else "en"
        markup = case.name.removeprefix("markup-") if case.name.startswith("markup-") else "drupal7"
        stories = []
        for result in ListingPage(html, meta["url"]).results:
            assert result.url is not None
            assert result.published is not None
            path = urlsplit(result.url).path.removeprefix("/ru")
            stories.append(
                Story(
                    node=int(path.rsplit("/", 1)[1]),
                    path=path,
                    title=result.title or "",
                    published=_day(result.published),
                    content_type=result.content_type,
                    offices=tuple(result.offices.split(", ")) if result.offices else (),
                    topics=tuple(result.topics.split(", ")) if result.topics else (),
                    collections=result.collections,
                    teaser=result.teaser or "",
                )
            )
        yield Sound(case.name, html, meta["url"], meta["fetched_at"], tuple(stories), markup, language)


def _day(printed: str) -> datetime.date:
    day, month, year = printed.split(" ")
    found = read_day(printed)
    return found or datetime.date(int(year), RUSSIAN.index(month) + 1, int(day))


def _long(markups: Sequence[str]) -> Iterator[Sound]:
    stories = make_stories(50)
    for markup in markups:
        yield Sound(
            f"fifty in {markup}",
            render_page(stories, page=0, rows=50, total=50, markup=markup),
            "https://www.osce.org/press-releases?page=0&rows=50&solrsort=ds_date+desc",
            "2025-12-01T12:00:00Z",
            tuple(stories),
            markup,
        )


def _cards() -> Iterator[Sound]:
    stories = tuple(make_stories(50))
    for layout in ("teaser-link", "views-row", "table-row"):
        page = SoundCards(
            f"cards in {layout}",
            "",
            "https://www.osce.org/odihr/news",
            "2025-12-01T12:00:00Z",
            stories,
            layout,
        )
        yield dataclasses.replace(page, html=page.shows(stories))


def sound_answers() -> tuple[SoundAnswer, ...]:
    """Return an answer of fifty stories, with labels as texts, and one of a hundred, with lists."""
    return tuple(_sound(markup, count) for markup, count in (("texts", 50), ("lists", 100)))


def _sound(markup: str, count: int) -> SoundAnswer:
    stories = tuple(make_stories(count))
    page = SoundAnswer(f"answer with {markup}", "", ANSWER_URL, "2025-12-01T12:00:00Z", stories, markup)
    return dataclasses.replace(page, html=page.shows(stories))
