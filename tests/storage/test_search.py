"""What a query finds, whatever is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from osce_news.storage import Writer, open_for_reading, queries
from osce_news.storage.queries import Filters
from tests.helpers import listing
from tests.newsroom.samples import TEN

WORDS = {
    "1": ("Human rights of Roma women", "A training course was held in Tiranë"),
    "2": ("Rights of humans in prison", "Trainers met judges in Prishtinë/Priština"),
    "3": ("Chairperson’s visit to Chișinău", "Ukraine and Moldova discussed trafficking; C++ was taught"),
    "4": ("Ukrainian trafficking cases", "Elections on 2022-03-15 😀"),
    "5": ("Наблюдение за выборами", "Ёлка стояла в Вене"),
}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list[str]]]:
    """Return a function that searches five items and gives their sorted identifiers."""
    path = tmp_path_factory.mktemp("queries") / "words.db"
    stories = [
        replace(TEN[0], node=int(node), path=f"/node/{node}", title=title, teaser=teaser)
        for node, (title, teaser) in WORDS.items()
    ]
    with Writer(path) as writer:
        writer.begin("replay")
        writer.store(listing(stories))
    with closing(open_for_reading(path)) as connection:
        yield lambda query: sorted(
            row["id"] for row in queries.search(connection, query, Filters(), None, ("[", "]"))
        )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("trafficking", "34"),
        ("human rights", "12"),
        ('"human rights"', "1"),
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
        # What is no valid query is taken as plain words.
        ("Chairperson's", "3"),
        ("Chairperson’s", "3"),
        ("human 'rights", "12"),
        ('"human', "12"),
        ('"', ""),
        ("C++", "3"),
        ("C++ taught", "3"),
        ("(trafficking", "34"),
        ("trafficking)", "34"),
        ("(", ""),
        ("2022-03-15", "4"),
        ("wrong:trafficking", ""),
        ("trafficking AND", "3"),
        ("rights -prison", "2"),
        ("NOT trafficking", ""),
        ("😀", ""),
        ("😀 trafficking", "34"),
        ("*", ""),
        ("*raffick", ""),
        ("", ""),
        (" \t ", ""),
        ("AND", "3"),
        (";", ""),
        ("'; DROP TABLE items; --", ""),
        ("NEAR(", ""),
        ("(" * 500, ""),
        ("word " * 3000, ""),
    ],
)
def test_a_query_finds_its_items_and_never_fails(
    words: Callable[[str], list[str]], query: str, found: str
) -> None:
    assert words(query) == list(found)


def test_a_query_that_cannot_be_written_in_utf8_finds_nothing(words: Callable[[str], list[str]]) -> None:
    assert words("\udcff") == []  # what a shell passes on for the byte FF
