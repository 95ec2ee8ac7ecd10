"""Lets Scrapy's feed exports and log speak of records, though an item is a whole page."""

from __future__ import annotations

import dataclasses
from typing import Any

from scrapy.exporters import BaseItemExporter, CsvItemExporter, JsonItemExporter, JsonLinesItemExporter
from scrapy.logformatter import LogFormatter, LogFormatterResult

from osce_news.items import ArticleItem, Listing


class _Records(BaseItemExporter):
    """Exports each record of a page by itself, and once, though pages overlap; articles are left out."""

    _exported: set[int] | None = None

    def export_item(self, item: Listing | ArticleItem) -> None:
        if isinstance(item, ArticleItem):
            return
        if self._exported is None:
            self._exported = set()
        for record in item.records:
            values = hash(dataclasses.astuple(record))
            if values not in self._exported:
                self._exported.add(values)
                super().export_item(record)  # type: ignore[safe-super]  # the class beside it has a body


class RecordLinesExporter(_Records, JsonLinesItemExporter):
    """Writes one JSON object a line, for each record of a page."""


class RecordJsonExporter(_Records, JsonItemExporter):
    """Writes one JSON array of records."""


class RecordCsvExporter(_Records, CsvItemExporter):
    """Writes one line for each record; lists of terms as their printed names."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            value = [term.raw for term in value]
        return super().serialize_field(field, name, value)


class QuietLogFormatter(LogFormatter):
    """Does not print each item: a page has fifty of them."""

    def scraped(self, *args: Any, **kwargs: Any) -> LogFormatterResult | None:  # type: ignore[override]
        return None
