"""Tables and columns as Datasette describes them."""

from __future__ import annotations

import dataclasses

from parsel import Selector

from osce_news.items import NewsItem
from osce_news.storage.schema import LISTS
from tests.publish.web.conftest import TABLE, Get, text_of


def test_each_column_of_an_item_is_described_by_the_item_class(get: Get) -> None:
    page = text_of(get(TABLE).text)
    fields = {field.name: field for field in dataclasses.fields(NewsItem)}
    names = get(f"{TABLE}.json?_size=1").json()["columns"]
    assert Selector(get(TABLE).text).css("dl.facts dt::text").getall() == names
    for name in names:
        if name in fields and name not in ("content_type", *LISTS):  # those hold names here
            assert f"{name} {fields[name].metadata['meaning']}" in page
