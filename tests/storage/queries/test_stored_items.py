"""The queries: each filter against plain Python over the same items, the search, and the counts."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from osce_news.errors import BadInputError
from osce_news.items import NewsItem, Term
from osce_news.normalize.vocabulary import vocabulary
from osce_news.storage import Writer, open_for_reading, queries
from osce_news.storage.queries import Query, counts
from osce_news.storage.queries.query import identifiers
from osce_news.storage.queries.search import search
from tests.helpers import fixture_page, html_of, listing, page_of
from tests.newsroom import make_stories
from tests.newsroom.samples import TEN


class Newsroom(NamedTuple):
    """A database and the items that it was filled with."""

    connection: sqlite3.Connection
    items: list[NewsItem]


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Return four hundred stories, and some in Russian, some without a date and some unknown words."""
    path = tmp_path_factory.mktemp("queries") / "newsroom.db"
    stories = make_stories(400)
    odd = [
        replace(TEN[0], offices=("OSCE Moon Base",), topics=("Tides", "Media pluralism")),
        replace(TEN[3], offices=("ODIHR", TEN[0].offices[0]), topics=("Elections", "Выборы")),  # two names
    ]
    pages = [listing(stories[start : start + 50]) for start in range(0, 400, 50)]
    pages += [fixture_page("russian"), page_of(html_of(odd).replace("2 August 2024<", "32 Foo 2024<"))]
    with Writer(path) as writer:
        writer.begin("replay")
        for page in pages:
            writer.store(page)
    with closing(open_for_reading(path)) as connection:
        items = [item for page in pages for item in page.records]
        assert len({item.id for item in items}) == len(items) == 408
        yield Newsroom(connection, items)


def _ids(terms: Sequence[Term]) -> set[str | None]:
    return {term.id for term in terms}


def _passes(item: NewsItem, filters: Query) -> bool:
    topics = set(filters.topics)
    topics |= {entry.id for entry in vocabulary("topics").entries.values() if entry.parent in topics}
    day = item.published
    return (
        (not filters.offices or bool(_ids(item.offices) & set(filters.offices)))
        and (not topics or bool(_ids(item.topics) & topics))
        and (not filters.places or bool(_ids(item.dateline_places) & set(filters.places)))
        and (not filters.types or item.content_type in filters.types)
        and (filters.language is None or item.language == filters.language)
        and (filters.since is None or (day is not None and day >= filters.since))
        and (filters.until is None or (day is not None and day <= filters.until))
    )


def _expected(items: Sequence[NewsItem], filters: Query) -> list[str]:
    kept = sorted((item for item in items if _passes(item, filters)), key=lambda item: item.id)
    return [item.id for item in sorted(kept, key=lambda item: item.published or "", reverse=True)]


OFFICES: tuple[Sequence[str], ...] = ((), ("odihr",), ("secretariat", "chairpersonship"), ("troika",))
TOPICS: tuple[Sequence[str], ...] = ((), ("environment",), ("media-freedom", "elections"))
PLACES: tuple[Sequence[str], ...] = ((), ("vienna",), ("tirana", "chisinau", "warsaw"))
TYPES: tuple[Sequence[str], ...] = ((), ("press-release", "press-statement"))
PERIODS = ((None, None), ("2025-10-01", None), (None, "2025-09-01"), ("2025-08-15", "2025-10-15"))
LANGUAGES = (None, "ru")


def test_every_combination_of_filters_gives_what_plain_python_gives(newsroom: Newsroom) -> None:
    sizes = set()
    for offices, topics, places, types, (since, until), language in product(
        OFFICES, TOPICS, PLACES, TYPES, PERIODS, LANGUAGES
    ):
        filters = Query("", offices, topics, types, places, since, until, language)
        expected = _expected(newsroom.items, filters)
        found = [row["id"] for row in queries.items(newsroom.connection, filters)]
        assert found == expected, filters
        assert queries.count(newsroom.connection, filters) == len(expected), filters
        sizes.add(len(expected))
    assert len(sizes) > 30  # the filters cut, and not all of them everything


def test_words_and_labels_are_not_looked_up_in_pairs(newsroom: Newsroom) -> None:
    """For 34,000 items that match and 4,000 with a topic that took 13 seconds."""
    for query in (
        Query("the", topics=["elections"]),
        Query("the", offices=["odihr"]),
        Query("the", places=["vienna"]),
    ):
        where, values = query.where()
        plan = newsroom.connection.execute(f"EXPLAIN QUERY PLAN SELECT 1 FROM items WHERE {where}", values)
        assert not [row["detail"] for row in plan if "id=? AND rowid=?" in row["detail"]]


@pytest.mark.parametrize("limit", [0, 1, 7, 408, 1000])
def test_a_limit_gives_the_newest(newsroom: Newsroom, limit: int) -> None:
    for filters in (Query(), Query(offices=["odihr"])):
        found = [row["id"] for row in queries.items(newsroom.connection, filters, limit)]
        assert found == _expected(newsroom.items, filters)[:limit]


@pytest.mark.parametrize(
    ("kind", "asked", "identifier"),
    [
        ("offices", "odihr", "odihr"),
        ("offices", " ODIHR ", "odihr"),
        ("offices", "osce CHAIRMANSHIP", "chairpersonship"),
        ("offices", "Бюро по демократическим институтам и правам человека", "odihr"),
        ("topics", "Human trafficking", "trafficking"),
        ("content_types", "press release", "press-release"),
        ("places", "Wien", "vienna"),
        ("places", "TIRANË", "tirana"),
    ],
)
def test_a_name_or_alias_means_its_entry(kind: str, asked: str, identifier: str) -> None:
    assert identifiers(kind, [asked]) == [identifier]


@pytest.mark.parametrize(
    ("kind", "asked", "says"),
    [
        ("offices", "odhir", "no office 'odhir'; did you mean odihr"),
        ("topics", "electoins", "did you mean elections"),
        ("content_types", "pres release", "no content type 'pres release'; did you mean press-release"),
        ("places", "Vieena", "did you mean vienna"),
        ("offices", "\N{SNOWMAN}" * 500, "no office"),
        ("offices", "", "no office ''"),
    ],
)
def test_an_unknown_name_is_an_error_that_names_the_nearest(kind: str, asked: str, says: str) -> None:
    with pytest.raises(BadInputError, match=says) as error:
        identifiers(kind, [asked])
    assert f"osce-news vocabulary {kind}" in str(error.value)
    assert len(str(error.value)) < 300


def test_the_title_counts_before_the_teaser_and_the_hit_stands_between_the_marks(newsroom: Newsroom) -> None:
    rows = search(newsroom.connection, Query("trafficking"), None, ("<b>", "</b>")).rows
    assert rows
    assert all("<b>" in row["snippet"] and "</b>" in row["snippet"] for row in rows)
    in_title = ["traffick" in row["title"].casefold() for row in rows]
    assert in_title[0]
    assert in_title == sorted(in_title, reverse=True)


@pytest.mark.parametrize("query", ["training", "participating states", "police OR border", "title:osce"])
def test_a_search_takes_all_filters_and_a_limit(newsroom: Newsroom, query: str) -> None:
    everything = search(newsroom.connection, Query(query), None, ("", "")).rows
    assert len(everything) > 4
    for offices, types, (since, until) in product(OFFICES, TYPES, PERIODS):
        filters = Query(offices=offices, types=types, since=since, until=until)
        passing = set(_expected(newsroom.items, filters))
        expected = [row["id"] for row in everything if row["id"] in passing]
        found = [
            row["id"]
            for row in search(newsroom.connection, replace(filters, words=query), None, ("", "")).rows
        ]
        assert found == expected
        some = search(newsroom.connection, replace(filters, words=query), 3, ("", "")).rows
        assert [row["id"] for row in some] == expected[:3]


def _groups(item: NewsItem, by: str) -> list[str | None]:
    if by in ("year", "month"):
        return [item.published[: 4 if by == "year" else 7] if item.published else None]
    if by == "type":
        entry = vocabulary("content_types").entries.get(item.content_type or "")
        return [entry.label if entry else item.content_type_raw]
    known = vocabulary(f"{by}s").entries
    terms = item.offices if by == "office" else item.topics
    return [known[term.id].label if term.id else term.raw for term in terms] or [None]


@pytest.mark.parametrize("by", [*((one,) for one in counts.GROUPS), ("year", "type"), ("office", "topic")])
def test_counts_are_those_of_plain_python(newsroom: Newsroom, by: tuple[str, ...]) -> None:
    for filters in (Query(), Query(topics=["elections", "media-freedom"]), Query(language="ru")):
        items = [item for item in newsroom.items if _passes(item, filters)]
        expected = Counter(
            key for item in items for key in set(product(*(_groups(item, name) for name in by)))
        )
        rows = counts.count_items(newsroom.connection, by, filters)
        assert {tuple(row[name] for name in by): row["items"] for row in rows} == expected
        assert len(rows) == len(expected)
        if by[0] in ("year", "month", "type") and len(by) == 1:
            assert sum(row["items"] for row in rows) == len(items)


def test_the_groups_that_are_not_kept_are_counted_together_each_item_once(newsroom: Newsroom) -> None:
    ranked = counts.most_frequent(newsroom.connection, "office", Query())
    numbers = Counter(
        name for item in newsroom.items for name in set(_groups(item, "office")) if name is not None
    )
    assert sorted(ranked) == sorted(numbers)
    assert [numbers[name] for name in ranked] == sorted(numbers.values(), reverse=True)
    keep = ranked[:3]

    def folded(item: NewsItem) -> set[str | None]:
        return {name if name is None or name in keep else counts.OTHER for name in _groups(item, "office")}

    expected = Counter((name, *_groups(item, "year")) for item in newsroom.items for name in folded(item))
    rows = counts.count_items(newsroom.connection, ("office", "year"), Query(), {"office": keep})
    assert {(row["office"], row["year"]): row["items"] for row in rows} == expected
    among = sum(bool(folded(item) & set(keep)) for item in newsroom.items)
    assert counts.count_among(newsroom.connection, Query(), {"office": keep}) == among


@pytest.mark.parametrize("filters", [Query(), Query(offices=["odihr"])])
def test_shares_of_labels_are_of_what_is_printed(newsroom: Newsroom, filters: Query) -> None:
    rows = {row["year"]: row for row in counts.label_shares(newsroom.connection, "year", filters)}
    for year, row in rows.items():
        items = [
            item
            for item in newsroom.items
            if _passes(item, filters) and (item.published[:4] if item.published else None) == year
        ]
        printed = {
            "type": sum(item.content_type_raw is not None for item in items),
            "office": sum(bool(item.offices) for item in items),
            "topic": sum(bool(item.topics) for item in items),
            "dateline": sum(item.dateline_raw is not None for item in items),
            "teaser": sum(item.teaser is not None for item in items),
            "text": 0,
        }
        assert (row.pop("year"), row["items"]) == (year, len(items))
        assert row == pytest.approx(
            {"items": len(items)} | {name: 100 * number / len(items) for name, number in printed.items()},
            abs=0.051,
        )
    assert sum(row["items"] for row in rows.values()) == queries.count(newsroom.connection, filters)


def test_periods_come_in_order_and_what_has_no_date_comes_last(newsroom: Newsroom) -> None:
    months = [row["month"] for row in counts.count_items(newsroom.connection, ["month"], Query())]
    assert months[-1] is None
    assert months[:-1] == sorted(months[:-1])
    years = [row["year"] for row in counts.label_shares(newsroom.connection, "year", Query())]
    assert (years[-1], years[:-1]) == (None, sorted(years[:-1]))


def test_printed_values_without_an_entry_are_listed_with_their_numbers(newsroom: Newsroom) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for item in newsroom.items:
        lists = (("office", item.offices), ("topic", item.topics), ("place", item.dateline_places))
        expected.update((kind, term.raw) for kind, terms in lists for term in terms if term.id is None)
        if item.published is None and item.published_raw:
            expected["date", item.published_raw] += 1
        if item.content_type is None and item.content_type_raw:
            expected["type", item.content_type_raw] += 1
    rows = queries.unknown_values(newsroom.connection)
    assert {(row["kind"], row["printed"]): row["items"] for row in rows} == expected
    assert {("office", "OSCE Moon Base"), ("topic", "Tides"), ("date", "32 Foo 2024")} <= set(expected)
    assert [row["items"] for row in rows] == sorted((row["items"] for row in rows), reverse=True)


def test_one_item_is_shown_with_all_that_is_stored_of_it(newsroom: Newsroom) -> None:
    for item in newsroom.items:
        row = queries.item(newsroom.connection, item.id)
        assert row is not None
        for name in ("id", "url", "title", "published", "teaser", "language", "dateline_date"):
            assert row[name] == getattr(item, name)
        for name, terms in (("office_ids", item.offices), ("topic_ids", item.topics)):
            assert [(one["id"], one["raw"], one.get("status")) for one in row[name]] == [
                (term.id, term.raw, term.status) for term in terms
            ]
        assert row["dateline_places"] == [term.raw for term in item.dateline_places]
        assert row["raw"]["title_raw"] == item.title_raw
        assert [address["url"] for address in row["addresses"]] == [item.url]
        assert row["revisions"] == []
    assert queries.item(newsroom.connection, "nobody") is None


def test_the_overview_says_what_the_database_holds(newsroom: Newsroom, db: Path) -> None:
    assert queries.overview(newsroom.connection) == {
        "items": 408,
        "first": min(item.published for item in newsroom.items if item.published),
        "last": "2025-11-28",
        "undated": 1,
        "offices": len({term.id for item in newsroom.items for term in item.offices if term.id}),
        "topics": len({term.id for item in newsroom.items for term in item.topics if term.id}),
        "withdrawn": 0,
    }
    with Writer(db) as writer:
        assert queries.overview(writer.connection)["items"] == 0
