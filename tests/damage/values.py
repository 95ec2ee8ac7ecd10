"""Values and links that belong to other results, are constant, or have another form."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from tests.damage.mutation import Register
from tests.damage.sound import Sound, with_values
from tests.newsroom.stories import Story

values = Register("values")
links = Register("links")
contents = Register(
    "other contents"
)  # the page is consistent in itself; only a comparison with the items shows the damage

_FIELDS = {
    "dates": ("published",),
    "types": ("content_type",),
    "offices": ("offices",),
    "topics": ("topics",),
    "labels": ("content_type", "offices", "topics"),
    "labels and dates": ("published", "content_type", "offices", "topics"),
    "teasers": ("teaser",),
    "titles": ("title",),
    "titles with their links": ("title", "node", "path"),
}


def _moved(name: str, order: Callable[[int], Sequence[int]], how: str) -> None:
    def apply(page: Sound) -> str:
        stories = [
            replace(story, **{field: getattr(page.stories[other], field) for field in _FIELDS[name]})
            for story, other in zip(page.stories, order(len(page.stories)), strict=True)
        ]
        return page.shows(stories)

    register = contents if name in ("types", "topics", "titles") else values
    register.add(f"{name} {how}", apply)


def _next(count: int) -> list[int]:
    return [count - 1, *range(count - 1)]


def _shuffled(count: int) -> list[int]:
    return Random(3).sample(range(count), count)


for _name in _FIELDS:
    _moved(_name, _next, "moved to the next result")
for _name in _FIELDS:
    _moved(_name, _shuffled, "shuffled")


def _changed(name: str, change: Callable[[Story], Story], register: Register = values) -> None:
    register.add(name, lambda page: page.each(change))


_changed("dates a year later", lambda one: replace(one, published=one.published + timedelta(days=365)))
_changed("dates a year earlier", lambda one: replace(one, published=one.published - timedelta(days=365)))
_changed("dates a day later", lambda one: replace(one, published=one.published + timedelta(days=1)))
_changed("type and offices swapped", lambda one: _type_and(one, "offices"))
_changed("type and topics swapped", lambda one: _type_and(one, "topics"))
_changed("offices and topics swapped", lambda one: replace(one, offices=one.topics, topics=one.offices))
_changed("types all the same and unknown", lambda one: replace(one, content_type="Content"))
_changed("types all the same and known", lambda one: replace(one, content_type="News"), contents)
_changed("offices all the same", lambda one: replace(one, offices=("OSCE Secretariat",)))
_changed(
    "topics all unknown",
    lambda one: replace(one, topics=tuple(map(str.swapcase, map(_reversed, one.topics)))),
)
_changed(
    "offices as numbers", lambda one: replace(one, offices=tuple(str(len(name)) for name in one.offices))
)
_changed("titles all the same", lambda one: replace(one, title="News and press releases"))
_changed("titles in capitals", lambda one: replace(one, title=one.title.upper()))
_changed("titles cut", lambda one: replace(one, title=f"{one.title[:20]}..."))
_changed("teasers all gone", lambda one: replace(one, teaser=""))
_changed("teasers all the same", lambda one: replace(one, teaser="This site uses cookies. Read our policy."))
_changed("teasers are the titles", lambda one: replace(one, teaser=one.title))
_changed("teasers cut", lambda one: replace(one, teaser=one.teaser[:40]))


def _type_and(story: Story, other: str) -> Story:
    names: tuple[str, ...] = getattr(story, other)
    kept = (story.content_type,) if story.content_type else ()
    return with_values(story, {"content_type": ", ".join(names) or None, other: kept})


def _reversed(text: str) -> str:
    return text[::-1]


def _date_form(name: str, form: Callable[[Story], str]) -> None:
    values.add(
        f"dates as {name}", lambda page: page.replaced(page.dates(), [form(story) for story in page.stories])
    )


_date_form("15/03/2022", lambda one: one.published.strftime("%d/%m/%Y"))
_date_form("2022-03-15", lambda one: one.published.isoformat())
_date_form("March 15, 2022", lambda one: f"{one.published:%B} {one.published.day}, {one.published.year}")
_date_form("15 Mar 22", lambda one: one.published.strftime("%d %b %y"))
_date_form("15 March", lambda one: one.published.strftime("%d %B"))
_date_form("2 days ago", lambda one: f"{one.node % 5} days ago")
_date_form("Tue, 15 March 2022 - 12:00", lambda one: f"{one.published:%a, %d %B %Y} - 12:00")
_date_form("nothing", lambda one: "")
_date_form("today's", lambda one: "1 December 2025")


@values("half of the dates in another form")
def _half(page: Sound) -> str | None:
    texts = [f"{story.published:%d.%m.%Y}" for story in page.stories]
    places = page.dates()
    return page.replaced(places[::2], texts[::2])


@values("one date unreadable")
def _one(page: Sound) -> str | None:
    return page.replaced(page.dates()[1:2], "soon")


def _linked(name: str, href: Callable[[str, int], str], register: Register = links) -> None:
    def apply(page: Sound) -> str:
        start, end = page.list_bounds
        text, number = page.html[start:end], iter(range(len(page.stories)))
        prefix = "/ru" if page.language == "ru" else ""
        for story in page.stories:
            old = f'href="{prefix}{story.path}"'
            text = text.replace(old, href(f"{prefix}{story.path}", next(number)), 1)
        return page.html[:start] + text + page.html[end:]

    register.add(name, apply)


_linked("titles without href", lambda path, number: "")
_linked("href empty", lambda path, number: 'href=""')
_linked("href is #", lambda path, number: 'href="#"')
_linked("href is a script", lambda path, number: 'href="javascript:void(0)"')
_linked("links with their host", lambda path, number: f'href="https://www.osce.org{path}"')
_linked("links without a scheme", lambda path, number: f'href="//www.osce.org{path}"')
_linked("links with a query", lambda path, number: f'href="{path}?from=list"')
_linked("links to another host", lambda path, number: f'href="https://example.org{path}"')
_linked("all links to one item", lambda path, number: 'href="/node/600001"')
_linked("links to the list", lambda path, number: 'href="/press-releases"')
_linked("links by names instead of numbers", lambda path, number: f'href="{_named(path)}"')
_linked("links renumbered", lambda path, number: f'href="/content/{9_000_000 - number}"', contents)
_linked("links to pages of a tracker", lambda path, number: f'href="https://t.example/?u={path}"')
_linked("one link without href", lambda path, number: f'href="{path}"' if number != 1 else "")


def _named(path: str) -> str:
    return re.sub(r"\d+$", lambda found: f"story-{int(found[0]) * 7:x}x", path)


@links("titles are plain text, 'Read more' is the link")
def _read_more(page: Sound) -> str | None:
    start, end = page.list_bounds
    text = page.html[start:end]
    for story in page.stories:
        text = re.sub(
            rf'(<a [^>]*href="[^"]*{story.path}"[^>]*>)(.*?)</a>',
            r"\2 \1Read more</a>",
            text,
            count=1,
            flags=re.S,
        )
    return page.html[:start] + text + page.html[end:]
