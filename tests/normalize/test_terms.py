"""Splitting the value of a label into names, and looking the names up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.items import Term
from osce_news.normalize import clean, find_places, split_offices, split_topics
from osce_news.normalize.terms import find_content_type
from osce_news.normalize.vocabulary import vocabulary
from tests.newsroom.values import printed_rows


def labels(name: str) -> st.SearchStrategy[list[str]]:
    """Labels and aliases of a vocabulary, without the two that contain a comma."""
    known = (text for entry in vocabulary(name).entries.values() for text in (entry.label, *entry.aliases))
    return st.lists(st.sampled_from([text for text in known if "," not in text]), unique=True)


def test_no_office_topic_or_type_of_the_443_printed_items_is_unknown() -> None:
    rows = printed_rows()
    assert len(rows) == 443
    offices = [term for row in rows for term in split_offices(row.get("where"))]
    topics = [term for row in rows for term in split_topics(row.get("what"))]
    types = [(row["type"], find_content_type(row["type"])) for row in rows if "type" in row]
    assert min(len(offices), len(topics), len(types)) > 320
    assert [term.raw for term in (*offices, *topics) if term.id is None] == []
    assert [raw for raw, found in types if found is None] == []


def test_each_printed_value_is_split_at_its_commas_and_at_nothing_else() -> None:
    for row in printed_rows():
        for terms, raw in (
            (split_offices(row.get("where")), "where"),
            (split_topics(row.get("what")), "what"),
        ):
            names = row[raw].split(", ") if raw in row else []
            assert [term.raw for term in terms] == list(dict.fromkeys(names))


@given(labels("offices"), labels("topics"))
def test_each_known_office_and_topic_comes_back_once_by_its_first_name(
    offices: list[str], topics: list[str]
) -> None:
    for names, split in ((offices, split_offices), (topics, split_topics)):
        first = {term.id: name for name in reversed(names) for term in split(name)}
        assert None not in first
        terms = {term.id: term.raw for term in split(", ".join(names))}
        assert terms == first
        assert list(terms.values()) == [name for name in names if name in first.values()]


names = st.text(st.characters(exclude_characters=",")).map(clean).filter(bool)


@given(st.lists(names, unique=True))
def test_joining_split_names_and_splitting_them_again_changes_nothing(given_names: list[str]) -> None:
    for split in (split_offices, split_topics):
        terms = split(", ".join(given_names))
        assert [term.raw for term in terms] == given_names
        assert split(", ".join(term.raw for term in terms)) == terms


@given(st.one_of(st.none(), st.text(st.sampled_from("ab ,;(closed)\n\0\ud800\u200b"))))
def test_any_text_is_split_into_names_that_are_clean_and_single(raw: str | None) -> None:
    for terms in (split_offices(raw), split_topics(raw)):
        assert [term.raw for term in terms] == list(dict.fromkeys(clean(term.raw) for term in terms))


@pytest.mark.parametrize(
    ("raw", "identifier", "status"),
    [
        ("OSCE Special Monitoring Mission to Ukraine (closed)", "smm-ukraine", "closed"),
        ("OSCE Office in Minsk (Closed)", "office-in-minsk", "closed"),
        ("OSCE Centre in Ashgabat (discontinued)", "centre-in-ashgabat", "discontinued"),
        ("OSCE Office on the Moon (closed)", None, "closed"),
        ("OSCE Secretariat", "secretariat", None),
    ],
)
def test_a_status_behind_an_office_is_no_part_of_its_name(
    raw: str, identifier: str | None, status: str | None
) -> None:
    assert split_offices(f"{raw}, Troika") == (Term(raw, identifier, status), Term("Troika", "troika"))


def test_a_known_name_with_a_comma_is_one_name() -> None:
    name = "CSCE Missions of Long Duration in Kosovo, Sandjak and Vojvodina"
    assert [(term.raw, term.id is None) for term in split_offices(name)] == [(name, False)]


def test_old_and_new_names_of_one_thing_mean_the_same() -> None:
    assert split_offices("OSCE Chairmanship, OSCE Chairpersonship") == (
        Term("OSCE Chairmanship", "chairpersonship"),
    )
    assert split_topics("Combating human trafficking, Combating trafficking in human beings") == (
        Term("Combating human trafficking", "trafficking"),
    )


@pytest.mark.parametrize(
    "raw", ["Elections,Youth", "Elections ,  Youth,", ", Elections,, Youth", "Elections,\n Youth, Elections"]
)
def test_commas_too_many_and_spaces_too_few_do_not_matter(raw: str) -> None:
    assert [(term.raw, term.id) for term in split_topics(raw)] == [
        ("Elections", "elections"),
        ("Youth", "youth"),
    ]


@pytest.mark.parametrize("raw", [None, "", " ", ",", " , ,"])
def test_without_a_name_there_is_no_term(raw: str | None) -> None:
    assert split_offices(raw) == split_topics(raw) == ()


def test_content_types_are_found_in_both_languages_and_unknown_ones_are_none() -> None:
    found = [
        find_content_type(name)
        for name in ("Press release", "PRESS RELEASE ", "Пресс-релиз", "Novella", "", None)
    ]
    assert found == ["press-release"] * 3 + [None] * 3


def test_places_are_found_and_unknown_ones_keep_their_name() -> None:
    assert find_places(("VIENNA", "Atlantis")) == (Term("VIENNA", "vienna"), Term("Atlantis", None))
    assert find_places(()) == ()
