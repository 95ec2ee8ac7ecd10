"""A position in a result, and what its address says."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs

from osce_news.publish.web.addresses import ITEMS, Position
from osce_news.storage.queries import Query
from tests.publish.web.conftest import Get, number_of_items


def test_every_choice_stands_in_the_address_and_can_be_removed(get: Get) -> None:
    address = (
        "/?search=osce&office=odihr&office=chairpersonship&type=news&since=2025-08&until=2025&as-of=2025"
    )
    page = get(address).text
    choices = re.search(r'<ul class="choices".*?</ul>', page, re.DOTALL)
    assert choices is not None
    removed = re.findall(r'<a href="([^"]+)"><span class="unseen">', choices[0])
    assert len(removed) == 7
    for one in map(html.unescape, removed):
        assert number_of_items(get(one).text) >= number_of_items(page)
        again = get(one).text
        assert len(re.findall(r'<span class="unseen">remove </span>[\w ]+:', again)) == 6, one
    period = "since=2025-08-01&until=2025-12-31&as-of=2025-12-31"
    assert f"/?search=osce&office=chairpersonship&type=news&{period}" in map(html.unescape, removed)


def test_a_month_means_its_days_also_for_the_json_of_a_query(get: Get) -> None:
    address = "/osce-news/full-text.json?words=police&since=2025-10&until=October+2025&_shape=objects"
    assert {row["published"][:7] for row in get(address).json()["rows"]} == {"2025-10"}


def test_a_place_survives_its_own_address() -> None:
    from datasette.utils import MultiParams

    place = Position(
        Query.parse(words="a & b", offices=["odihr"], since="2015", as_of="2025"),
        newest=True,
        number=ITEMS + 1,
    )
    _, _, query = place.address(page=place.page).partition("?")
    assert Position.read(MultiParams(parse_qs(query))) == place
