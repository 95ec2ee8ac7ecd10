"""Two readings of one item, merged and compared."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osce_news.items import Listing, NewsItem, Term
from osce_news.normalize import normalize
from osce_news.storage.ingest.readings import (
    Sources,
    merge_reading,
    merge_records,
    records_by_id,
    term_key,
)
from tests.helpers import NOON
from tests.normalize.test_record import URLS, items, reading


def known(terms: tuple[Term, ...]) -> set[str]:
    """The set of entries or names in a list of terms."""
    return set(map(term_key, terms))


def copy(item: NewsItem) -> NewsItem:
    return dataclasses.replace(item)


def merged(one: NewsItem, other: NewsItem, *, newer: bool, same_reading: bool) -> NewsItem:
    """The stored item after another reading of it by lists, newer or older."""
    sources, at = Sources.of(None, NOON), "2024-08-06T12:00:00Z" if newer else "2024-08-04T12:00:00Z"
    page = Listing("https://www.osce.org/press-releases", at, "")
    after, united = merge_reading(one, sources, other, page, saved=True, same_reading=same_reading)
    assert united.to_json() is None
    return after


@given(items(), items())
@settings(max_examples=200)
def test_merging_names_the_same_labels_whichever_reading_comes_first(one: NewsItem, other: NewsItem) -> None:
    forth, back = merge_records(copy(one), copy(other)), merge_records(copy(other), copy(one))
    for name in ("offices", "topics"):
        mine, theirs = known(getattr(one, name)), known(getattr(other, name))
        assert known(getattr(forth, name)) == known(getattr(back, name)) == mine | theirs
    assert (forth.id, forth.url) == (back.id, back.url)


@given(items(), items())
@settings(max_examples=200)
def test_merging_with_itself_or_a_half_changes_nothing(one: NewsItem, other: NewsItem) -> None:
    assert merge_records(copy(one), copy(one)) == one
    united = merge_records(copy(one), copy(other))
    assert merge_records(copy(united), copy(united)) == united
    assert merge_records(copy(united), copy(one)) == united
    assert merge_records(copy(united), copy(other)) == united


@given(items(), items())
def test_merging_keeps_the_first_readings_values_and_fills_its_gaps(one: NewsItem, other: NewsItem) -> None:
    united = merge_records(copy(one), copy(other))
    assert united.title_raw == one.title_raw
    for name in ("published_raw", "content_type_raw", "collections_raw", "teaser_raw", "language_raw"):
        assert getattr(united, name) == (getattr(one, name) or getattr(other, name))


def test_the_fuller_list_of_labels_is_kept_in_its_printed_order() -> None:
    fuller, shorter = "OSCE Secretariat, OSCE Mission to Serbia", "OSCE Mission to Serbia"
    assert merge_records(reading(shorter), reading(fuller)).offices_raw == fuller
    assert merge_records(reading(fuller), reading(shorter)).offices_raw == fuller
    assert merge_records(reading(None), reading(fuller)).offices_raw == fuller
    assert merge_records(reading("OSCE Secretariat"), reading(shorter)).offices_raw == fuller


def test_of_readings_that_do_not_belong_together_the_newer_one_counts_whole() -> None:
    old, new = reading("OSCE Secretariat", title="Old"), reading(None, title="New")
    for known_, read, newer in ((old, new, True), (new, old, False)):
        kept = merged(copy(known_), copy(read), newer=newer, same_reading=False)
        assert (kept.title, kept.offices) == ("New", ())
    united = merged(copy(old), copy(new), newer=True, same_reading=True)
    assert (united.title, known(united.offices)) == ("New", {"secretariat"})


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("newer", [True, False])
@pytest.mark.parametrize("language", ["en", None])
def test_english_and_the_best_address_count_before_others(
    language: str | None, newer: bool, together: bool
) -> None:
    english = reading(title="English", language=language, url="https://www.osce.org/node/575719")
    russian = reading(title="Русский", language="ru", url="https://odihr.osce.org/odihr/575719")
    for one, other in ((english, russian), (russian, english)):
        kept = merged(copy(one), copy(other), newer=newer, same_reading=together)
        assert (kept.title, kept.url) == ("English", "https://www.osce.org/node/575719")


def test_of_two_other_languages_the_same_one_counts_in_whatever_order_they_come() -> None:
    kazakh = reading(title="Қазақша", language="kk")
    russian = reading("OSCE Secretariat", title="Русский", language="ru")
    for one, other in ((kazakh, russian), (russian, kazakh)):
        for newer in (True, False):
            kept = merged(copy(one), copy(other), newer=newer, same_reading=False)
            assert (kept.title, kept.offices) == ("Қазақша", ())


def test_an_item_that_stands_twice_on_a_page_is_one_record_with_all_its_labels() -> None:
    other = normalize(NewsItem(url_raw="https://www.osce.org/node/1", title_raw="Other"))
    first, again = reading("OSCE Secretariat"), reading("OSCE Mission to Serbia", url=URLS[1], title="Again")
    found = records_by_id([first, other, again])
    assert list(found) == ["575719", "1"]
    assert (found["575719"].title, found["575719"].url) == ("Again", URLS[0])
    assert known(found["575719"].offices) == {"secretariat", "mission-to-serbia"}
    assert found["1"] == other


@pytest.mark.parametrize("languages", [(None, "en"), ("en", None)])
def test_a_record_without_a_language_counts_as_english_so_that_the_later_one_counts(
    languages: tuple[str | None, str | None],
) -> None:
    first, later = (reading(title=str(one), language=one) for one in languages)
    assert records_by_id([first, later])["575719"].title == later.title


@given(st.lists(items(), max_size=4))
def test_records_of_a_page_are_each_kept_once_and_a_second_time_changes_nothing(read: list[NewsItem]) -> None:
    found = records_by_id(copy(item) for item in read)
    assert set(found) == {item.id for item in read}
    assert records_by_id(found.values()) == found
    assert {name for item in found.values() for name in known(item.topics)} == {
        name for item in read for name in known(item.topics)
    }
