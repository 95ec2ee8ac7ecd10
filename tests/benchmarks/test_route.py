"""The profiler of the route that a page takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.route import LISTING_PAGE, measure


@pytest.mark.slow
def test_the_route_of_a_page_and_of_commands_is_counted(tmp_path: Path) -> None:
    routes = measure(tmp_path)
    assert list(routes) == [LISTING_PAGE, "crawl", "replay", "list", "export"]
    page = routes[LISTING_PAGE]
    assert {"crawl", "pages", "checks", "storage"} <= set(page.packages)
    assert 1 < page.files < routes["crawl"].files
    assert page.files < page.functions
    assert len(page.packages) <= 16, "the data goes one way: a page changes its package at most 15 times"
