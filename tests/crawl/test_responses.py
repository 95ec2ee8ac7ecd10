"""The errors of failed requests, without a network."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Request
from twisted.python.failure import Failure

from osce_news.crawl.responses import error_from_failure, gone_list
from osce_news.errors import NetworkError


@pytest.mark.parametrize("name", ["offsite-retreat", "robots.txt-and-us", "DOWNLOAD_MAXSIZE"])
def test_what_an_address_says_does_not_change_the_error(name: str) -> None:
    url = f"https://www.osce.org/{name}"
    failure: Any = Failure(DownloadTimeoutError(f"Getting {url} took too long."))  # type: ignore[no-untyped-call]
    failure.request = Request(url, meta={"redirect_urls": ["https://www.osce.org/"]})
    error = error_from_failure(failure)
    assert type(error) is NetworkError
    assert str(error) == f"{url}: can't be read: no answer within 60 s"
    assert gone_list(failure) is None
