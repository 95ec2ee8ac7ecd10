"""What a query finds, whatever is typed."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.storage import Writer, open_for_reading, queries
from osce_news.storage.queries import Query
from osce_news.storage.queries.query import identifiers
from osce_news.storage.queries.search import remarks, search
from tests.generated import add_texts
from tests.helpers import listing
from tests.newsroom.samples import TEN

WORDS = {
    "1": ("Human rights of Roma women", "A training course was held in Tiranë"),
    "2": ("Rights of humans in prison", "Trainers met judges in Prishtinë/Priština"),
    "3": ("Chairperson’s visit to Chișinău", "Ukraine and Moldova discussed trafficking; C++ was taught"),
    "4": ("Ukrainian trafficking cases", "Elections on 2022-03-15 😀"),
    "5": ("Наблюдение за выборами", "Ёлка стояла в Вене"),
    "7": ("Съёмка в Кёльне и Ѓорѓи", "Ἀθήνα, Αθήνα и й"),
    "6": ("Police co-operation with Türkiye", "OSCE/ODIHR and Turkiye on non-discrimination"),
}


@pytest.fixture(scope="module")
def words_db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Return a connection that reads these items."""
    path = tmp_path_factory.mktemp("queries") / "words.db"
    stories = [
        replace(TEN[0], node=int(node), path=f"/node/{node}", title=title, teaser=teaser)
        for node, (title, teaser) in WORDS.items()
    ]
    with Writer(path) as writer:
        writer.begin("replay")
        writer.store(listing(stories))
    with closing(open_for_reading(path)) as connection:
        yield connection


@pytest.fixture(scope="module")
def words(words_db: sqlite3.Connection) -> Callable[[str], list[str]]:
    """Return a function that searches these items and gives their sorted identifiers."""
    return lambda query: sorted(row["id"] for row in search(words_db, Query(query), None, ("[", "]")).rows)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("trafficking", "34"),
        ("human rights", "12"),
        ('"human rights"', "1"),
        ("“human rights”", "1"),
        ("«human rights»", "1"),
        ("„human rights“ AND roma", "1"),
        ("traf\u00adfick\u200bing", "34"),
        (unicodedata.normalize("NFD", "Türkiye"), "6"),
        ("train*", "12"),
        ("ukrain*", "34"),
        ("ukraine AND trafficking", "3"),
        ("prison OR roma", "12"),
        ("trafficking NOT moldova", "4"),
        ("title:trafficking", "4"),
        ("teaser : trafficking", "3"),
        ("{title teaser} : judge", "2"),
        ("NEAR(roma women)", "1"),
        ("^human", "1"),
        ("courses judge", ""),
        ("judge trainer", "2"),  # English stems
        ("Tirane", "1"),
        ("tiranë", "1"),
        ("TIRANË", "1"),
        ("Prishtine", "2"),
        ("chisinau", "3"),
        ("Chişinău", "3"),
        ("ВЫБОРАМИ", "5"),
        ("съемка", "7"),
        ("съёмка", "7"),
        ("СЪЕМ*", "7"),
        ("title:“съемка в Кельне”", "7"),
        ("Горги -выборами", "7"),
        ("Αθηνα", "7"),
        ("елка OR съемка", "57"),
        ("и", "7"),
        ("й", "7"),
        (unicodedata.normalize("NFD", "Съёмка"), "7"),
        ("Türkiye", "6"),
        ("Turkiye", "6"),
        ("TÜRKIYE", "6"),
        ("PRISHTINË", "2"),
        # A word that needs quotes gets them, and the rest of the query keeps its meaning.
        ("co-operation AND NOT-THERE", ""),
        ("co-operation OR c++", "36"),
        ("osce/odihr AND police", "6"),
        ("title:co-operation", "6"),
        ("teaser:co-operation", ""),
        ("police AND non-discrim*", "6"),
        ("trafficking NOT c++", "4"),
        ("2022-03-15 OR 😀 OR judge", "24"),
        # What is no valid query is taken as plain words.
        ("Chairperson's", "3"),
        ("Chairperson’s", "3"),
        ("human 'rights", "12"),
        ('"human', "12"),
        ("C++", "3"),
        ("C++ taught", "3"),
        ("(trafficking", "34"),
        ("trafficking)", "34"),
        ("2022-03-15", "4"),
        ("wrong:trafficking", ""),
        ("trafficking AND", "34"),
        ("OR trafficking", "34"),
        ("(trafficking NOT)", "34"),
        ("rights -prison", "1"),
        ("-prison rights", "1"),
        ("rights AND NOT prison", "1"),
        ('(prison OR roma) -"roma women"', "2"),
        ("trafficking (prison OR moldova)", "3"),
        ("teaser:(judge OR moldova) -courses", "23"),
        ("😀 trafficking", "34"),
        ("*raffick", ""),
        ("AND", "36"),
        ("'; DROP TABLE items; --", ""),
        ("NEAR(", ""),
        ("word " * 3000, ""),
        ("trafficking " * 9000, "34"),
        ("trafficking OR " * 7000, "34"),
        ("x" * 100_000, ""),
        (" ".join(map(str, range(20_000))), ""),
    ],
)
def test_a_query_finds_its_items(words: Callable[[str], list[str]], query: str, found: str) -> None:
    assert words(query) == list(found)


def test_if_nothing_is_found_the_nearest_word_that_occurs_is_named(words_db: sqlite3.Connection) -> None:
    def said(query: str) -> list[str]:
        return remarks(words_db, Query(query), 0)

    nearest = "{!r} occurs nowhere; did you mean {!r}?".format
    assert said("traficking police") == [nearest("traficking", "trafficking")]
    assert said("rigths OR prizon") == [nearest("rigths", "rights"), nearest("prizon", "prison")]
    assert said("выборамы") == [nearest("выборамы", "выборами")]
    assert said("police moldova") == said("police -zprison NOT zroma") == said("zzzzzz") == []
    assert remarks(words_db, Query("traficking"), 1) == []


def test_hits_in_titles_count_before_teasers_before_texts(writer: Writer, db: Path) -> None:
    titles = ["A plain title", "A quokka there", "Another title"]
    teasers = ["A quokka there", "A plain teaser", "Another teaser"]
    stories = [
        replace(TEN[0], node=node, path=f"/node/{node}", title=title, teaser=teaser)
        for node, (title, teaser) in enumerate(zip(titles, teasers, strict=True), 1)
    ]
    writer.store(listing(stories))
    add_texts(writer.connection, {"3": "A quokka there", "1": "Plain text", "2": "Plain text"})
    rows = search(writer.connection, Query("quokka"), None, ("<", ">")).rows
    assert [row["id"] for row in rows] == ["2", "1", "3"]
    assert [row["snippet"] for row in rows] == ["A <quokka> there"] * 3


def test_of_a_common_word_the_newest_are_ranked(hundred: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_for_reading(hundred)) as connection:
        everything = search(connection, Query("osce OR the"), None, ("", ""))
        exact = search(connection, Query("osce OR the"), 5, ("", ""))
        monkeypatch.setattr("osce_news.storage.queries.search.COMMON", 80)
        some = search(connection, Query("osce OR the"), 5, ("", ""))
        newest = [row["id"] for row in queries.items(connection, Query(), some.ranked)]
        assert (everything.ranked, exact.ranked) == (None, None)
        assert exact.rows == everything.rows[:5]
        assert some.ranked is not None
        assert 5 <= some.ranked < len(everything.rows) / 2
        assert [row["id"] for row in some.rows] == [
            row["id"] for row in everything.rows if row["id"] in newest
        ][:5]
        # As many as are asked for are found even if the newest are too few, or pass the filters.
        wide = search(connection, Query("osce OR the"), 40, ("", ""))
        assert wide.ranked == some.ranked * 8
        assert len(wide.rows) == 40
        many = search(connection, Query("osce OR the"), len(everything.rows), ("", ""))
        assert (many.ranked, many.rows) == (None, everything.rows)
        few = search(connection, Query("osce OR the", offices=["odihr"]), 5, ("", ""))
        assert few.ranked is None
        assert (
            few.rows == search(connection, Query("osce OR the", offices=["odihr"]), None, ("", "")).rows[:5]
        )
        assert search(connection, Query("osce OR the"), None, ("", "")) == everything


def test_an_office_is_found_by_its_earlier_names(writer: Writer) -> None:
    names = (
        "OSCE Mission to Serbia",
        "OSCE Mission to the Federal Republic of Yugoslavia",
        "OSCE Mission to Serbia and Montenegro",
        "OSCE Mission to Montenegro",
    )
    writer.store(
        listing(
            [
                replace(TEN[0], node=node, path=f"/node/{node}", title="Quokka counted", offices=(name,))
                for node, name in enumerate(names, 1)
            ]
        )
    )
    for asked in ("mission-to-serbia", *names[:3]):
        wanted = Query(offices=identifiers("offices", [asked]))
        rows = search(writer.connection, replace(wanted, words="quokka"), None, ("", "")).rows
        assert sorted(row["id"] for row in rows) == ["1", "2", "3"]


def test_an_error_that_is_not_the_querys_is_none_of_the_query(words_db: sqlite3.Connection) -> None:
    words_db.execute("SELECT 1 FROM items_fts LIMIT 1")  # it is loaded only once
    words_db.set_progress_handler(lambda: 1, 1)
    try:
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            search(words_db, Query("police"), 5, ("", ""))
    finally:
        words_db.set_progress_handler(None, 0)
