"""Keys of the search service in pages: which one is used, and that none is kept."""

from __future__ import annotations

import json

import pytest

from osce_news.pages import search_settings
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.search_settings import settings_in_page, settings_in_script, without_keys
from osce_news.urls import HOME_URL

KEYS = [f"Key/{number:04}/{'a' * 20}" for number in range(200)]


def test_all_keys_of_a_page_are_replaced_though_it_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[HtmlPage] = []

    def read(text: str, url: str) -> HtmlPage:
        pages.append(HtmlPage(text, url))
        return pages[-1]

    monkeypatch.setattr(search_settings, "HtmlPage", read)
    in_json = json.dumps({"typesense": [{"apiKey": key} for key in KEYS[:100]]}).replace("/", r"\/")
    in_script = "new Typesense.Client();" + "".join(f"apiKey: '{key}';" for key in KEYS[100:])
    longer = f"<i data-search-api-key='{KEYS[0]}-and-more'></i>"
    page = f'{longer}<script type="application/json">{in_json}</script><script>{in_script}</script>'
    body, replaced = without_keys(page.encode())
    assert replaced == 201
    assert len(pages) == 1
    assert len(body) == len(page)
    assert b"aaaa" not in body
    assert without_keys(body) == (body, 0)


def test_the_key_nearest_to_the_name_of_the_service_is_used() -> None:
    near, far = KEYS[:2]
    for text in (
        f"apiKey: '{far}'; {'x' * 200} typesense apiKey: '{near}'",
        f"typesense {'x' * 300} apiKey: '{far}' {'x' * 100} apiKey: '{near}' typesense",
        f"apiKey: '{near}' typesense {'x' * 100} apiKey: '{far}'",
    ):
        found = next(settings_in_script(text, HOME_URL), None)
        assert found is not None
        assert found.key == near
    assert list(settings_in_script(f"apiKey: '{near}'", HOME_URL)) == []


@pytest.mark.parametrize(
    "written",
    [
        "Ab0+/Ab0=",
        r"Ab0+\/Ab0=",
        r"Ab0\u002B\u002fAb0\u003d",
        "Ab0%2B%2FAb0%3D",
        "Ab0%2b/Ab0=",
        "Ab0&#43;&#x2F;Ab0=",
    ],
)
def test_a_known_key_is_replaced_however_it_is_escaped(written: str) -> None:
    body = f'{{"message": "{written}"}}'
    assert without_keys(body.encode(), "Ab0+/Ab0=") == (body.replace(written, "x" * len(written)).encode(), 1)
    assert without_keys(b"Ab0-/Ab0=", "Ab0+/Ab0=") == (b"Ab0-/Ab0=", 0)


@pytest.mark.parametrize(
    "markup",
    [
        '<script type="application/json">{"typesense": {"key": "KEY"}}</script>',
        '<script>push("{\\"typesense\\": {\\"apiKey\\": \\"KEY\\"}}")</script>',
        '<script>typesense; apiKey: env.other || "KEY"</script>',
        '<script>fetch("/search?x-typesense-api-key=KEY&q=*")</script>',
        '<search-app api-key="KEY"></search-app>',
        '<site-search :config=\'{"apiKey": "KEY"}\'></site-search>',
    ],
)
def test_a_key_is_found_and_replaced_in_every_form(markup: str) -> None:
    body = f"<body>{markup.replace('KEY', KEYS[0])}</body>"
    assert [found.key for found in settings_in_page(HtmlPage(body, HOME_URL))] == [KEYS[0]]
    assert without_keys(body.encode()) == (body.replace(KEYS[0], "x" * len(KEYS[0])).encode(), 1)


@pytest.mark.parametrize(
    "markup",
    [
        "<script>typesense; apiKey=someLongVariableName&other</script>",
        '<script type="application/json">{"map": {"key": "KEY"}}</script>',
        '<site-map api-key="KEY"></site-map>',
    ],
)
def test_other_keys_and_variables_are_no_keys_of_the_service(markup: str) -> None:
    body = f"<body>{markup.replace('KEY', KEYS[0])}</body>"
    assert list(settings_in_page(HtmlPage(body, HOME_URL))) == []


def test_a_long_word_in_a_script_takes_no_time() -> None:
    text = f"{'a' * 500_000} typesense _searchOnlyApiKey: '{KEYS[0]}'"
    found = next(settings_in_script(text, HOME_URL), None)
    assert found is not None
    assert found.key == KEYS[0]
