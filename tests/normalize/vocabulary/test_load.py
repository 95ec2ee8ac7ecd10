"""The vocabulary files load and are sound, and every entry is found by any name in any case."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.items import RAW_FIELDS
from osce_news.normalize import split_offices
from osce_news.normalize import vocabulary as package
from osce_news.normalize.identity import language_of
from osce_news.normalize.vocabulary import (
    Entry,
    Vocabulary,
    fingerprint,
    fold,
    labels,
    language_code,
    languages,
    office_statuses,
    vocabulary,
    words,
)
from osce_news.pages import ArticlePage, ListingPage
from tests.normalize.vocabulary.editing import Edit, edit

__all__ = ["edit"]  # a fixture

NAMES = ("offices", "topics", "content_types", "places", "countries")
KEYS = {
    "offices": {"label", "aliases", "kind", "country", "from", "until", "printed"},
    "topics": {"label", "aliases", "parent"},
    "content_types": {"label", "aliases"},
    "places": {"label", "aliases", "country"},
    "countries": {"label", "aliases"},
}
KINDS = (
    *("field operation", "programme", "institution", "secretariat", "chair", "decision-making body"),
    *("conflict format", "related body", "partners", "site section"),
)


def rows(name: str) -> dict[str, dict[str, Any]]:
    """A vocabulary file as it is written."""
    return tomllib.loads(resources.files(package).joinpath(f"{name}.toml").read_text("utf-8"))


def test_every_file_of_the_folder_is_known_by_name() -> None:
    found = {file.name for file in resources.files(package).iterdir() if file.name.endswith(".toml")}
    assert found == {f"{name}.toml" for name in (*NAMES, "article", "labels", "languages")}


@pytest.mark.parametrize("name", NAMES)
def test_each_file_loads_whole_with_known_keys_and_short_stable_identifiers(name: str) -> None:
    written = rows(name)
    assert list(vocabulary(name).entries) == list(written)
    for identifier, row in written.items():
        assert set(row) <= KEYS[name], identifier
        assert row["label"] == " ".join(row["label"].split()), identifier
        assert identifier == fold(identifier)
        assert identifier.replace("-", "").isalnum()
        assert identifier.isascii()


def test_the_labels_are_texts_by_field_and_language() -> None:
    assert {f"{name}_raw" for name in labels()} <= set(RAW_FIELDS)
    for texts in labels().values():
        assert "en" in texts
        assert set(texts) <= languages()
        assert all(text == text.strip() != "" for language in texts.values() for text in language)


@pytest.mark.parametrize("file", ["labels", "article"])
def test_each_section_of_words_is_found_by_its_name_with_all_its_words(file: str) -> None:
    sections = {
        f"{name}.{inner}" if isinstance(below, dict) else name: below if isinstance(below, dict) else table
        for name, table in rows(file).items()
        for inner, below in table.items()
        if name not in ("fields", "office_status")
    }
    assert len(sections) > 3
    for section, by_language in sections.items():
        assert set(by_language) <= languages()
        assert words(section) == tuple(fold(text) for texts in by_language.values() for text in texts)
    with pytest.raises(KeyError):
        words("unheard.of")


def test_a_language_is_known_by_its_names_and_its_code() -> None:
    for code, names in rows("languages").items():
        assert code in languages()
        forms = [form for name in names for form in (name, name.upper(), f" {name}: ")]
        assert {language_code(form) for form in forms} <= {code}


def test_each_word_for_a_status_of_an_office_means_it() -> None:
    for status, texts in rows("labels")["office_status"].items():
        assert {office_statuses()[fold(text)] for text in texts} == {status}


def test_no_label_is_printed_for_two_fields() -> None:
    texts = [fold(t) for by_language in labels().values() for ts in by_language.values() for t in ts]
    assert len(texts) == len(set(texts))


def test_a_name_that_two_entries_bear_is_an_error() -> None:
    one = Entry("one", "The One", aliases=("Öne – 1",))
    for other in (
        Entry("two", "the  one"),
        Entry("two", "Two", aliases=("THE ONE",)),
        Entry("two", "one - 1"),
    ):
        with pytest.raises(ValueError, match="names both one and two"):
            Vocabulary("things", [one, other])


def test_a_name_that_one_entry_bears_twice_is_no_error() -> None:
    assert Vocabulary("things", [Entry("one", "One", aliases=("ONE",))]).find("one") is not None


def test_a_parent_that_is_not_there_is_an_error_wherever_it_should_stand() -> None:
    child, parent = Entry("child", "Child", parent="parent"), Entry("parent", "Parent")
    with pytest.raises(ValueError, match="no entry 'parent' for its parent"):
        Vocabulary("things", [child])
    assert Vocabulary("things", [child, parent]).entries["child"].parent == "parent"


def test_each_topic_of_the_second_level_lies_below_one_of_the_first() -> None:
    topics = vocabulary("topics").entries
    below = {topic.id: topic.parent for topic in topics.values() if topic.parent is not None}
    assert below["climate-change"] == "environment"
    assert len(below) >= 5
    assert all(topics[parent].parent is None for parent in below.values())


@pytest.mark.parametrize("name", ["offices", "places"])
def test_each_country_is_in_the_list_of_countries(name: str) -> None:
    used = {entry.country for entry in vocabulary(name).entries.values() if entry.country is not None}
    assert len(used) > 10
    assert all(code.isupper() and len(code) == 2 for code in used)
    assert {code.lower() for code in used} - set(vocabulary("countries").entries) == set()


def test_each_place_has_a_country() -> None:
    assert [entry.id for entry in vocabulary("places").entries.values() if entry.country is None] == []


def test_offices_have_a_known_kind_and_years_in_order() -> None:
    for entry in vocabulary("offices").entries.values():
        assert entry.kind in KINDS, entry.id
        assert 1972 <= (entry.first_year or 2000) <= (entry.last_year or 2030) <= 2030, entry.id


@pytest.mark.parametrize("name", NAMES)
def test_each_entry_is_found_by_identifier_label_and_alias_in_any_case(name: str) -> None:
    """Datelines are in capitals, so names must be found in capitals."""
    known = vocabulary(name)
    lost = [
        (entry.id, form)
        for entry in known.entries.values()
        for asked in (entry.id, entry.label, *entry.aliases)
        for form in (asked, asked.upper(), asked.lower(), asked.title(), f" {asked} ")
        if known.lookup(form) is not entry
    ]
    assert lost == []


@pytest.mark.parametrize("asked", ["", " ", "odihr", "ODIHR ", "nothing like this", "\0", "\ud800"])
def test_a_name_finds_its_entry_and_an_identifier_only_where_it_is_asked_for(asked: str) -> None:
    offices = vocabulary("offices")
    expected = "odihr" if asked.strip().lower() == "odihr" else None
    found = offices.lookup(asked)
    assert (found.id if found else None) == expected
    assert offices.find("smm-ukraine") is None
    assert offices.lookup("smm-ukraine") is not None


@pytest.mark.parametrize(
    ("name", "asked", "nearest"),
    [
        ("offices", "odhir", "odihr"),
        ("offices", "OSCE Mision to Serbia", "mission-to-serbia"),
        ("topics", "electons", "elections"),
        ("topics", "climat change", "climate-change"),
        ("places", "Viena", "vienna"),
        ("content_types", "pres release", "press-release"),
        ("topics", "roma", "roma-and-sinti"),
        ("offices", "kosovo", "mission-in-kosovo"),
        ("offices", "qqqqqqq", None),
        ("places", "Atlantis", None),
        ("places", "Vienne la Blanche", None),
        ("offices", "", None),
        ("offices", "x" * 1_000_000, None),
    ],
)
def test_the_nearest_entry_is_probably_meant(name: str, asked: str, nearest: str | None) -> None:
    found = vocabulary(name).nearest(asked)
    assert (found.id if found else None) == nearest


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.sampled_from("azàéêëïöüčšžłøßАЯйёіїљњџ -'"), max_size=20))
def test_folding_makes_case_and_white_space_no_matter(text: str) -> None:
    for other in (text.upper(), text.lower(), text.title(), f"\u00a0{text}\n", text.replace(" ", "  ")):
        assert fold(other) == fold(text)


@given(st.text())
def test_a_folded_text_has_single_spaces_and_no_marks(text: str) -> None:
    found = fold(text)
    assert found == " ".join(found.split())
    assert not set(found) & set("‐‑‒–—−’‘ʼ`“”èé\u0300\u0301\u0306\u030c")


FOLDED = {
    "PRISHTINË": "prishtine",
    "Co‑operation – a": "co-operation - a",
    "“Troika’s”": '"troika\'s"',
    "Йошкар‑Ола": "йошкар-ола",
    "и\u0306": "й",
    "Орёл": "орел",
    "ﬁeld ①": "field 1",
    "Straße": "strasse",
}


@pytest.mark.parametrize("text", FOLDED)
def test_folding_keeps_what_tells_names_apart(text: str) -> None:
    assert fold(text) == FOLDED[text]


def test_nothing_but_its_own_letter_folds_to_a_letter() -> None:
    assert fold("и") != fold("й")
    assert "й" not in fold("a\0b")


def test_the_fingerprint_is_the_same_each_time_and_short() -> None:
    assert fingerprint() == fingerprint.__wrapped__()
    assert len(fingerprint()) == 16


def test_a_new_word_of_a_label_is_one_line(edit: Edit) -> None:
    html = '<h3><a href="/node/1">A title</a></h3> <p><b>Erschienen am:</b> 1 May 2020</p>'
    edit("labels", "[fields.published]", '[fields.published]\nde = ["Erschienen am"]')
    (result,) = ListingPage(html, "https://www.osce.org/press-releases").results
    assert (result.published, result.language) == ("1 May 2020", "de")


def test_new_words_of_the_pager_and_of_articles_are_one_line_each(edit: Edit) -> None:
    html = '<a href="?page=1">weiter ›</a>'
    edit("labels", "[pager.next]", '[pager.next]\nde = ["weiter"]')
    assert ListingPage(html, "https://www.osce.org/list").pager.next == "https://www.osce.org/list?page=1"
    edit("article", "[not_found]", '[not_found]\nde = ["Seite nicht gefunden"]')
    assert ArticlePage("<h1>Seite nicht gefunden</h1>", "https://www.osce.org/node/1").is_not_found


def test_a_new_status_of_offices_is_one_line(edit: Edit) -> None:
    edit("labels", "[office_status]", '[office_status]\nmerged = ["merged", "объединён"]')
    terms = split_offices("OSCE Secretariat (merged), OSCE Office in Minsk (Объединён)")
    assert [(term.id, term.status) for term in terms] == [
        ("secretariat", "merged"),
        ("office-in-minsk", "merged"),
    ]


def test_a_new_language_is_one_line(edit: Edit) -> None:
    assert language_of("https://www.osce.org/eo/node/1") is None
    edit("languages", 'en = ["english"]', 'en = ["english"]\neo = ["esperanto", "Ĝeneva"]')
    assert language_of("https://www.osce.org/eo/node/1") == language_code("ĝeneva") == "eo"


def test_a_word_with_two_meanings_is_an_error(edit: Edit) -> None:
    edit("languages", 'en = ["english"]', 'en = ["english"]\neo = ["English"]')
    with pytest.raises(ValueError, match="'English' means both en and eo"):
        language_code("english")
