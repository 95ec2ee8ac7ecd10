"""Classes for Scrapy's feed exports and its log: how records appear there."""

from __future__ import annotations

from typing import Any

from scrapy.exporters import CsvItemExporter
from scrapy.logformatter import LogFormatter, LogFormatterResult


class TermNamesCsvExporter(CsvItemExporter):
    """Writes offices, topics and places as their printed names."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            value = [term.raw for term in value]
        return super().serialize_field(field, name, value)


class QuietLogFormatter(LogFormatter):
    """Does not log each item, since a page has fifty; the table `quarantine` holds the rejected ones."""

    def scraped(self, *args: Any, **kwargs: Any) -> LogFormatterResult | None:  # type: ignore[override]
        return None

    def dropped(self, *args: Any, **kwargs: Any) -> LogFormatterResult | None:  # type: ignore[override]
        return None
