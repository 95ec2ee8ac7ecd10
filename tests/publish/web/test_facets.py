"""The choices beside a result, and their numbers."""

from __future__ import annotations

import html
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from osce_news.publish.web.databases import open_copy
from osce_news.publish.web.facets import count_values
from osce_news.storage.queries import VOCABULARIES, Query, label, search
from tests.publish.web.conftest import Get, links, number_of_items


@pytest.mark.parametrize(
    "narrowed", ["", "search=police", "type=press-release&since=2025-09", "as-of=2025-12-01"]
)
@pytest.mark.parametrize("name", VOCABULARIES)
def test_a_facet_counts_what_a_click_on_it_finds(get: Get, name: str, narrowed: str) -> None:
    values = links(get(f"/?{narrowed}").text, f"values-{name}")
    assert values
    for text, address in values.items():
        number = re.search(r" ([\d,]+)$", text)
        assert number is not None
        page = get(address).text
        if f"{name}=" not in narrowed:  # else a click adds to what is chosen
            assert number_of_items(page) == int(number[1].replace(",", "")), text


def test_facets_count_what_plain_python_counts(reading: sqlite3.Connection, snapshot: Path) -> None:
    query = Query.parse(words="training")
    rows = search.search(reading, query, None, ("", "")).rows
    expected = Counter(name for row in rows for name in set(row["offices"]))
    with closing(open_copy(snapshot)) as copy:
        total, counted = count_values(copy, query)
    assert total == len(rows)
    labels = {label("office", value): number for value, number in counted["office"].items()}
    assert labels == {name: number for name, number in expected.items() if name in labels}
    assert len(labels) > 5
    assert sum(counted["year"].values()) == len(rows)


def test_places_that_differ_only_in_case_are_one(get: Get) -> None:
    places = [text.rpartition(" ")[0] for text in links(get("/").text, "values-place")]
    assert len(places) == len({place.casefold() for place in places}) > 3
    assert number_of_items(get("/?place=VIENNA").text) == number_of_items(get("/?place=Vienna").text)


def test_a_year_and_a_decade_of_the_histogram_lead_to_their_items(get: Get) -> None:
    page = get("/?search=police").text
    years = re.findall(r'<a href="([^"]+)"[^>]* title="(\d{4}): ([\d,]+)"', page)
    assert [year for _, year, _ in years] == sorted(year for _, year, _ in years)
    for address, _, number in years:
        assert number_of_items(get(html.unescape(address)).text) == int(number)
    assert number_of_items(get("/?search=police&since=2020-01-01&until=2029-12-31").text) == 47
    assert 'href="/?search=police&amp;since=2020-01-01&amp;until=2029-12-31"' in page
