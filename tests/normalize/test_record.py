"""A whole record, normalised from its raw values."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.items import NewsItem
from osce_news.normalize import normalize, reason_to_quarantine, unknown_terms
from osce_news.normalize.vocabulary import vocabulary

URLS = (
    *("https://www.osce.org/odihr/575719", "https://www.osce.org/node/575719"),
    *("http://osce.org/odihr/575719/", "https://www.osce.org/ru/odihr/575719"),
    "https://odihr.osce.org/node/575719?x#y",
)


def some(*values: str) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(values))


def names(name: str) -> st.SearchStrategy[str | None]:
    """Values of a label: known and unknown names, in any number and order."""
    known = [entry.label for entry in vocabulary(name).entries.values() if "," not in entry.label]
    lists = st.lists(st.sampled_from([*known[:8], "Unheard of", "unheard  OF"]), max_size=4)
    return lists.map(lambda chosen: ", ".join(chosen) or None)


def items() -> st.SearchStrategy[NewsItem]:
    """Readings of one item, normalised."""
    return st.builds(
        NewsItem,
        url_raw=st.sampled_from(URLS),
        title_raw=st.sampled_from(("A title", " A\u00a0title ", "Another")),
        published_raw=some("15 March 2022", "Friday"),
        content_type_raw=some("News", "Unheard of"),
        offices_raw=names("offices"),
        topics_raw=names("topics"),
        collections_raw=some("A collection"),
        teaser_raw=some("VIENNA, 15 March 2022 – One", "Two ..."),
        language_raw=some("en", "ru"),
    ).map(normalize)


def reading(
    offices: str | None = None, language: str | None = "en", title: str = "A", url: str = URLS[0]
) -> NewsItem:
    return normalize(NewsItem(url_raw=url, title_raw=title, offices_raw=offices, language_raw=language))


def test_a_record_is_normalised_from_what_was_printed() -> None:
    item = normalize(
        NewsItem(
            url_raw="http://osce.org/ru/odihr/575719?x",
            title_raw=" A\u00a0title\n",
            published_raw="15 March 2022",
            content_type_raw="Press release",
            offices_raw="OSCE Secretariat, OSCE Office in Minsk (closed)",
            topics_raw="Elections",
            teaser_raw="VIENNA/WARSAW,\u00a016 March 2022 –  The OSCE",
            language_raw="en",
        )
    )
    assert (item.id, item.url) == ("575719", "https://www.osce.org/ru/odihr/575719")
    assert (item.title, item.teaser) == ("A title", "VIENNA/WARSAW, 16 March 2022 – The OSCE")
    assert (item.published, item.content_type, item.language) == ("2022-03-15", "press-release", "ru")
    assert [(term.id, term.status) for term in item.offices] == [
        ("secretariat", None),
        ("office-in-minsk", "closed"),
    ]
    assert [term.id for term in item.topics] == ["elections"]
    assert (item.dateline_raw, item.dateline_date) == ("VIENNA/WARSAW, 16 March 2022 –", "2022-03-16")
    assert [term.id for term in item.dateline_places] == ["vienna", "warsaw"]


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("ru", "ru"),
        ("en_US", "en"),
        (" SR-Latn-RS", "sr"),
        ("cnr", "cnr"),
        ("english", None),
        ("und", None),
        ("", None),
        (None, None),
    ],
)
def test_the_language_is_a_known_code_or_none(declared: str | None, code: str | None) -> None:
    item = normalize(NewsItem(url_raw=URLS[0], title_raw="A", language_raw=declared))
    assert (item.language, item.language_raw) == (code, declared)


def test_what_is_not_printed_is_none_or_empty_after_normalising() -> None:
    item = normalize(NewsItem(url_raw="https://www.osce.org/node/1", title_raw="A"))
    kept = {name: value for name, value in dataclasses.asdict(item).items() if value not in (None, ())}
    assert set(kept) == {"id", "url", "url_raw", "title", "title_raw"}


@given(items())
def test_normalising_twice_is_normalising_once(item: NewsItem) -> None:
    assert normalize(dataclasses.replace(item)) == item


@given(items())
def test_a_normalised_value_never_stands_without_its_raw_one(item: NewsItem) -> None:
    for name in ("published", "content_type", "offices", "topics", "teaser"):
        assert not getattr(item, name) or getattr(item, f"{name}_raw")


def test_each_printed_value_that_nothing_explains_is_named_as_printed() -> None:
    item = NewsItem(
        url_raw=URLS[0],
        title_raw="A",
        published_raw="Friday \n",
        content_type_raw="Novella",
        offices_raw="OSCE Secretariat, OSCE on the Moon",
        topics_raw="Elections, Cheese",
        teaser_raw="VIENNA/ATLANTIS, 15 March 2022 – The OSCE",
    )
    assert unknown_terms(normalize(item)) == [
        ("office", "OSCE on the Moon"),
        ("topic", "Cheese"),
        ("place", "ATLANTIS"),
        ("type", "Novella"),
        ("date", "Friday"),
    ]
    assert unknown_terms(reading("OSCE Secretariat")) == []


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("OSCE trains police", None),
        ("What next? OSCE asks: why???", None),
        ("???? ?????? ?? ???????", "a title with question marks instead of letters"),
        (" \u200b", "a title without a visible character"),
    ],
)
def test_a_title_that_says_nothing_is_a_reason_to_set_a_record_aside(title: str, reason: str | None) -> None:
    record = normalize(NewsItem(url_raw="https://www.osce.org/node/1", title_raw=title))
    assert reason_to_quarantine(record.title, record.offices, record.topics) == reason
