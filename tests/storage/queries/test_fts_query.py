"""How a query is read, and what a person is told about it."""

from __future__ import annotations

import pytest

from osce_news.errors import BadInputError
from osce_news.storage.queries.fts_query import parse_words


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("police", []),
        ("co-operation OR c++", []),
        ("title:c++ -media", []),
        ("roma or sinti or sinti", ['"or" is searched for as a word; the operator is written OR']),
        ('"war and peace"', []),
        (
            "wrong:police",
            ['"wrong:police" is searched for as words: the columns are title:, teaser: and text:'],
        ),
        (
            "police " * 2_000,
            ["not a valid query (longer than 10,000 characters), so its words were searched for"],
        ),
        ("(police", ["not a valid query (syntax error at its end), so its words were searched for"]),
    ],
)
def test_notes_say_how_a_query_was_read(query: str, notes: list[str]) -> None:
    assert list(parse_words(query).notes) == notes


@pytest.mark.parametrize("query", ["-police", "NOT police", "-(police OR media)", "-a -b"])
def test_a_query_that_only_excludes_is_refused(query: str) -> None:
    with pytest.raises(BadInputError, match="only excludes"):
        parse_words(query)


@pytest.mark.parametrize("query", ['"', "???", "😀", "___", '""', "-??", "(" * 500, "\u200b", "\udcff"])
def test_a_query_without_a_word_is_refused(query: str) -> None:
    with pytest.raises(BadInputError, match="no word to search for"):
        parse_words(query)


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("a -b c", "( a AND c ) NOT b"),
        ("roma OR sinti -media", "( roma OR sinti ) NOT media"),
        ("(a -b) OR c", "( a NOT b ) OR c"),
        ("a AND -b", "a NOT b"),
        ("a -title:b-c", 'a NOT title:"b-c"'),
        ("Vienna - Moscow", "Vienna AND Moscow"),
        ("title:(a OR b) c", "title:( a OR b ) AND c"),
        ("“a b”* «c»", '"a b" * AND "c"'),
        ("a AND 😀 b", "a AND b"),
        ("", '""'),
    ],
)
def test_what_is_typed_becomes_a_valid_expression(query: str, expression: str) -> None:
    assert parse_words(query).expression == expression
