"""The canary: asks for one listing page and tells what can be read off it."""

from __future__ import annotations

from typing import Any

from scrapy.http import Response

from osce_news.checks.coverage import Coverage, coverage
from osce_news.crawl.responses import page_of
from osce_news.crawl.spiders.single import SinglePageSpider
from osce_news.errors import OsceNewsError
from osce_news.items import Listing
from osce_news.normalize import normalize_listing
from osce_news.pages.extract import read_listing
from osce_news.urls import page_number


class CheckSpider(SinglePageSpider):
    """Reads the first page and stores nothing; `page` and `coverage`, or `error`, say what was found."""

    name = "check"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page: Listing | None = None
        self.coverage: Coverage | None = None

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Read the page and note what it holds, or why it is not understood."""
        super().parse(response)
        try:
            page = page_of(response)
            read = read_listing(page, body=response.body, fetched_at=self.fetched_at, status=response.status)
            last = page_number(page.pager.last or "")
            self.page = normalize_listing(read)
            self.coverage = coverage(self.page, None if last is None else last + 1)
        except OsceNewsError as error:
            error.args = (f"{response.url}: {error}",)
            self.error = error
