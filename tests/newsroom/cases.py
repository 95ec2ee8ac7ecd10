"""The fixtures of the listing: which page each case is, and how it was made."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.newsroom.cards import render_cards
from tests.newsroom.markup import MARKUPS, render_page
from tests.newsroom.pages import render_challenge
from tests.newsroom.russian import SIX
from tests.newsroom.samples import TEN
from tests.newsroom.seed import seed_stories
from tests.newsroom.stories import Story, make_stories

HOST = "https://www.osce.org"
NEWSROOM = f"{HOST}/press-releases"
RECONSTRUCTED = (
    "The structure of the results and of the pager is the site's as far as it is known "
    "(class names); the rest of the page is reconstructed."
)


@dataclass(frozen=True, slots=True)
class Case:
    """One fixture: the folder's name, the page, and what its meta.json says."""

    name: str
    html: str
    url: str
    fetched_at: str
    made: str


def all_cases() -> Iterator[Case]:
    """Every case of fixtures/listing, the seed first."""
    yield _seed()
    yield from _two_pages()
    for markup in MARKUPS:
        if markup != "drupal7":
            yield _markup(markup)
    yield _known_markup()
    yield _empty()
    yield _challenge()
    yield _russian()
    yield _twice()
    yield _cards()


def _page(stories: Sequence[Story], path: str = "/press-releases") -> str:
    return render_page(stories, page=0, rows=50, total=len(stories), path=path)


def _seed() -> Case:
    return Case(
        name="seed",
        html=_page(seed_stories(), "/press-releases/trafficking"),
        url=f"{NEWSROOM}/trafficking?page=0&rows=50&solrsort=ds_date+desc",
        fetched_at="2022-03-15T12:00:00Z",
        made="Titles, labels, values and teasers of the seven items are the site's own, to the "
        "letter. The address of the page, the time and the items' addresses (all node numbers) "
        f"are assumed. {RECONSTRUCTED}",
    )


def _two_pages() -> Iterator[Case]:
    stories = make_stories(73)
    made = "of 73 invented stories in real values, 50 a page."
    for name, page, which in (
        ("first-page", 0, "The first page"),
        ("last-page", 1, "The second and last page, with 23 results and no link to a next one,"),
    ):
        yield Case(
            name=name,
            html=render_page(stories[50 * page :][:50], page=page, rows=50, total=len(stories)),
            url=f"{NEWSROOM}?page={page}&rows=50&solrsort=ds_date+desc",
            fetched_at="2025-12-01T12:00:00Z",
            made=f"{which} {made} {RECONSTRUCTED}",
        )


def _ten(name: str, markup: str, made: str) -> Case:
    return Case(
        name=name,
        html=render_page(TEN, page=2, rows=10, total=73, markup=markup),
        url=f"{NEWSROOM}?page=2&rows=10&solrsort=ds_date+desc",
        fetched_at="2024-08-05T12:00:00Z",
        made=made,
    )


def _known_markup() -> Case:
    made = "Ten invented stories that are hard to read, the same as in every markup-* case."
    return _ten("markup-drupal7", "drupal7", f"{made} {RECONSTRUCTED}")


def _markup(markup: str) -> Case:
    return _ten(
        f"markup-{markup}",
        markup,
        "Ten invented stories, the same as in every markup-* case, in a markup that the site was "
        "never seen to use: what another developer might write. Only the visible labels, their "
        "order and the form of the values are the site's.",
    )


def _empty() -> Case:
    return Case(
        name="empty",
        html=render_page((), page=900, rows=50, total=28000),
        url=f"{NEWSROOM}?page=900&rows=50&solrsort=ds_date+desc",
        fetched_at="2025-12-01T12:00:00Z",
        made="A page beyond the end: no result, and words that say so. Reconstructed; the hints "
        "are those of Drupal's Apache Solr module.",
    )


def _challenge() -> Case:
    return Case(
        name="challenge",
        html=render_challenge(),
        url=f"{NEWSROOM}?page=0&rows=50&solrsort=ds_date+desc",
        fetched_at="2025-12-01T12:00:00Z",
        made="A page of the kind that a content delivery network puts in front of a site, which "
        "would come with status 403. Made up; the site was not seen to answer like this.",
    )


def _russian() -> Case:
    return Case(
        name="russian",
        html=render_page(SIX, page=0, rows=50, total=len(SIX), language="ru"),
        url=f"{HOST}/ru/press-releases?page=0&rows=50&solrsort=ds_date+desc",
        fetched_at="2023-03-07T12:00:00Z",
        made="Six invented stories in Russian. Labels, page headings, the type, the first topic, "
        "the form of the date and of the first dateline are real. No label for offices was seen "
        f"in Russian, so none is printed. {RECONSTRUCTED}",
    )


def _twice() -> Case:
    first, second = TEN[0], TEN[2]
    again = dataclasses.replace(first, path=f"/node/{first.node}", topics=first.topics[:1], collections=None)
    namesake = dataclasses.replace(
        TEN[8],
        node=571044,
        path="/odihr/elections/bulgaria/571044",
        published=datetime.date(2024, 4, 19),
        teaser="SOFIA, 19 April 2024- The mission is the first of two in this year..",
    )
    stories = (first, again, TEN[1], second, TEN[8], TEN[9], namesake)
    return Case(
        name="twice",
        html=_page(stories),
        url=f"{NEWSROOM}?page=0&rows=50&solrsort=ds_date+desc",
        fetched_at="2024-08-05T12:00:00Z",
        made="Invented stories: node 575719 stands on the page twice, under two addresses, the "
        "second time with fewer topics; two other nodes, 575299 and 571044, bear one title. Both "
        f"happen on the site. {RECONSTRUCTED}",
    )


def _cards() -> Case:
    return Case(
        name="cards",
        html=render_cards(TEN, "teaser-link", labels="new", dates="time"),
        url="https://odihr.osce.org/odihr/news",
        fetched_at="2026-06-12T12:00:00Z",
        made="The ten invented stories of the markup-* cases as cards. Real are one link around each, its "
        "classes and the title in it, as a public program reads them on odihr.osce.org in June 2026; what "
        "else stands in a card, its labels, the page around the list and its address are reconstructed.",
    )
