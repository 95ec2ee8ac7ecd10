from __future__ import annotations

import json
from typing import Any

import pytest

from osce_news.errors import ChallengePageError, LayoutError
from osce_news.items import Listing
from osce_news.normalize import normalize_listing
from osce_news.pages import HttpResponse, read_listing
from osce_news.search_query import SearchQuery

URL = SearchQuery("https://search.example").url
DOCUMENT: dict[str, Any] = {
    "id": "a1",
    "nid": 513811,
    "title": "OSCE States meet",
    "url": "/cthb/513811",
    "date": 1647298800,  # 15 March 2022, midnight in Vienna
    "item_type_label": "Press release",
    "source_label": "OSCE Secretariat",
    "fow_label": "Combating trafficking in human beings",
    "preview": "VIENNA, 15 March 2022 – The meeting",
    "full_text": "The meeting began.",
}


def answer(*documents: object, found: int | None = None, **more: object) -> bytes:
    hits = [{"document": document, "highlights": []} for document in documents]
    return json.dumps({"found": len(hits) if found is None else found, "hits": hits, **more}).encode()


def read(*documents: object, url: str = URL) -> Listing:
    return read_body(answer(*documents), url)


def read_body(body: bytes, url: str = URL) -> Listing:
    return normalize_listing(read_listing(HttpResponse(body, url, "2026-11-01T12:00:00Z", 200))[0])


def test_a_document_is_an_item_with_its_text() -> None:
    page = read(DOCUMENT)
    (item,), (text,) = page.records, page.articles
    assert (item.id, item.url) == ("513811", "https://www.osce.org/cthb/513811")
    assert (item.title, item.published, item.content_type) == (
        "OSCE States meet",
        "2022-03-15",
        "press-release",
    )
    assert [term.id for term in (*item.offices, *item.topics)] == ["secretariat", "trafficking"]
    assert item.dateline_date == "2022-03-15"
    assert text.item_id == "513811"
    assert text.article is not None
    assert (text.article.text, text.article.layout) == ("The meeting began.", "search")
    assert (page.origin, page.results, page.listed) == ("search", 1, ["513811:a1"])


def test_lists_say_the_same_as_texts() -> None:
    lists = {name: [value] if isinstance(value, str) else value for name, value in DOCUMENT.items()}
    assert read(lists).records == read(DOCUMENT).records
    two = read(
        {**DOCUMENT, "source_label": ["OSCE Secretariat", None, "", "Troika"], "issued_by_label": "Troika"}
    )
    assert two.records[0].offices_raw == "OSCE Secretariat, Troika"


@pytest.mark.parametrize("date", [1647298800, 1647302400, 1647345600, 1647302400.0])
def test_midnight_in_vienna_midnight_utc_and_noon_are_the_day_that_is_printed(date: float) -> None:
    assert read({**DOCUMENT, "date": date}).records[0].published == "2022-03-15"


@pytest.mark.parametrize("date", [1647298800000, -86400, 0, True, 10**30, 10**400, [1647298800], {"day": 1}])
def test_other_numbers_are_no_dates_and_are_kept(date: object) -> None:
    item = read({**DOCUMENT, "date": date}).records[0]
    assert item.published is None
    assert item.published_raw == json.dumps(date)


def test_a_number_that_is_a_text_is_no_date() -> None:
    item = read({**DOCUMENT, "date": "1647298800"}).records[0]
    assert (item.published, item.published_raw) == (None, "1647298800")


def test_missing_null_and_empty_fields_are_none() -> None:
    bare = {"id": "a1", "nid": 1, "title": "T", "item_type_label": "News"}
    empty: list[dict[str, object]] = [
        {},
        {"preview": None, "date": None},
        {"preview": "", "fow_label": []},
        {"preview": [" "]},
        {"date": ""},
        {"date": " \n"},
        {"date": []},
        {"date": [" ", None]},
    ]
    for nothing in empty:
        page = read({**bare, **nothing})
        (item,) = page.records
        assert (item.teaser_raw, item.topics_raw, item.published_raw, item.offices) == (None, None, None, ())
        assert page.articles == []


def test_fields_that_no_document_has_are_not_printed() -> None:
    bare = {"id": "a1", "nid": 1, "title": "T", "item_type_label": "News"}
    assert read(bare).fields == {"url_raw", "title_raw", "content_type_raw"}
    assert "topics_raw" in read(bare, {**bare, "nid": 2, "fow_label": None}).fields
    assert "language_raw" not in read(DOCUMENT).fields


def test_markup_is_kept_beside_the_clean_value() -> None:
    page = read({
        **DOCUMENT,
        "title": "<mark>OSCE</mark> States &amp; partners",
        "preview": "First&nbsp;line<br>second",
        "source_label": "<mark>OSCE Secretariat</mark>",
        "full_text": "<p>One &amp; <mark>two</mark></p><p>three<br>four</p>",
    })  # fmt: skip
    (item,) = page.records
    assert (item.title_raw, item.title) == (
        "<mark>OSCE</mark> States &amp; partners",
        "OSCE States & partners",
    )
    assert (item.teaser, item.offices[0].id) == ("First line second", "secretariat")
    assert page.articles[0].article is not None
    assert page.articles[0].article.text == "One & two\n\nthree\nfour"


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("One\n\nTwo <mark>x</mark>\n\nThree", "One\n\nTwo x\n\nThree"),
        (["One <em>a</em>", "two"], "One a\n\ntwo"),
        (["One\n\ntwo", "<p>three</p>\n<P class='a'>four<br/>five"], "One\n\ntwo\n\nthree\n\nfour\nfive"),
        ("<section>One\ntwo</section><pre>three</pre>", "One two\n\nthree"),
        ("One\n\nTwo <p.novak@osce.org> three", "One\n\nTwo <p.novak@osce.org> three"),
    ],
)
def test_only_a_full_text_with_blocks_is_html(printed: object, text: str) -> None:
    (article,) = read({**DOCUMENT, "full_text": printed}).articles
    assert article.article is not None
    assert article.article.text == text


def test_only_documents_of_the_newsroom_are_items() -> None:
    types = ["Press release", "Speech", "Weekly report", "Decision"]
    page = read(
        *(
            {**DOCUMENT, "nid": number, "url": None, "item_type_label": one}
            for number, one in enumerate(types, 1)
        ),
        {**DOCUMENT, "nid": 5, "url": None, "item_type_label": None, "bundle": "press_release"},
    )
    assert [item.id for item in page.records] == ["1", "3", "5"]
    assert len(page.listed) == 5  # all are still there


def test_the_types_that_the_address_names_are_items() -> None:
    url = SearchQuery("https://search.example", types=["speech"]).url
    page = read(DOCUMENT, {**DOCUMENT, "nid": 2, "url": None, "item_type_label": ["Speech"]}, url=url)
    assert [item.id for item in page.records] == ["2"]


def test_the_number_names_the_item_if_the_address_does_not() -> None:
    for url in ("/press/osce-states-meet", None, "http://["):
        assert read({**DOCUMENT, "nid": "513811", "url": url}).records[0].id == "513811"
    assert read({**DOCUMENT, "nid": None}).records[0].id == "513811"


def test_a_document_that_can_t_be_an_item_is_quarantined_with_its_fields() -> None:
    page = read(DOCUMENT, {**DOCUMENT, "nid": 7, "preview": ""}, {**DOCUMENT, "title": " ", "fow_label": []})
    assert [item.id for item in page.records] == ["513811"]
    assert [one.reason for one in page.quarantined] == ["the number 7 and the address of 513811", "no title"]
    assert page.quarantined[0].raw["date"] == "1647298800"
    empty = [{"preview"}, {"title", "fow_label"}]
    assert all(not names & one.raw.keys() for names, one in zip(empty, page.quarantined, strict=True))
    assert len(page.articles) == 1


def test_a_lone_surrogate_can_be_stored() -> None:
    item = read({**DOCUMENT, "title": "A \ud800 title", "preview": "\x00"}).records[0]
    item.title_raw.encode()
    assert item.title_raw == "A \ufffd title"


@pytest.mark.parametrize(
    ("body", "got"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"found": NaN, "hits": []}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"found": 1%s, "hits": []}' % (b"0" * 20), "the fields found, hits"),
        (b"[]", "a JSON list"),
        (b'{"message": "Not Ready"}', "the fields message"),
        (b'{"found": 1, "hits": [1]}', "hits without"),
        (b"<html><title>OSCE</title><body>Welcome</body></html>", "address of the search service"),
        (answer({"id": "1", "price": 3}), "the fields id, price"),
        (answer({**dict.fromkeys(map(str, range(10_000)), 1), "title": "T"}), "the fields 0, 1, 10, "),
        (answer(*[{"title": "T", "item_type_label": "News"}] * 3), "3 of 3 without"),
        (answer({**DOCUMENT, "date": 1}, DOCUMENT), "another order"),
    ],
)  # fmt: skip
def test_what_is_no_answer_of_the_service_is_not_understood(body: bytes, got: str) -> None:
    with pytest.raises(LayoutError, match=got) as error:
        read_body(body)
    assert len(str(error.value)) < 400


def test_a_challenge_is_recognised() -> None:
    with pytest.raises(ChallengePageError):
        read_body(b"<html><title>Just a moment...</title></html>")
