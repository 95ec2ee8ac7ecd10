"""The command `check`."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from osce_news import checks
from osce_news.checks.neighbours import Neighbours, read_neighbours
from osce_news.cli.options import db_option, delay_option, verbose_option
from osce_news.cli.output import print_json
from osce_news.cli.progress import set_up_logging
from osce_news.crawl.options import CrawlOptions
from osce_news.errors import LayoutError
from osce_news.storage import open_for_reading
from osce_news.urls import newest_first

if TYPE_CHECKING:
    from osce_news.crawl.single_page import CheckSpider
    from osce_news.items import Listing


@click.command()
@click.option("--start-url", metavar="URL", help="The address of any list.")
@db_option
@delay_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@verbose_option
def check(start_url: str | None, db: Path, delay: float | None, as_json: bool, verbose: bool) -> None:
    """Check that a page of the live site can still be read.

    Requests one listing page after robots.txt, prints how many of its results have each field, and stores
    nothing. Exits with status 3 if the page is not understood or fails the checks. The checks also compare it
    with the database, if there is one.

    \b
    Example:
      osce-news check || echo "the newsroom has changed"
    """
    options = CrawlOptions.parse(start_url=start_url, db=db, delay=delay)
    set_up_logging(verbose, bar=True)
    from osce_news.crawl import process  # imports Scrapy

    _report(process.check(options), as_json)


def _report(spider: CheckSpider, as_json: bool) -> None:
    """Print the coverage of the page. Raises the error if the page is not understood."""
    if spider.error is not None or spider.page is None or spider.coverage is None:
        raise spider.error or LayoutError("results", expected="a page", got="none")
    error, not_compared = _compare(spider.page, spider.options.db)
    coverage = asdict(spider.coverage)
    if as_json:
        message = str(error) if error else not_compared
        print_json(coverage | {"understood": error is None, "message": message})
    else:
        _print_coverage(coverage)
        verdict = not_compared or ("it fails the checks" if error else "it fits")
        click.echo(f"compared with the database: {verdict}")
    if error is not None:
        raise error


def _print_coverage(coverage: dict[str, object]) -> None:
    fields = coverage.pop("fields")
    assert isinstance(fields, dict)
    results = fields["title"]
    for name, count in fields.items():
        share = f"{count / results:5.0%}" if results else "    -"
        click.echo(f"{name.removesuffix('_raw'):13} {count:4} of {results} {share}")
    for name in ("set_aside", "unknown", "newest", "oldest", "pages", "url"):
        value = coverage[name]
        click.echo(f"{name.replace('_', ' '):13} {'; '.join(value) if isinstance(value, list) else value}")


def _compare(page: Listing, db: Path) -> tuple[LayoutError | None, str | None]:
    """Return the error of a page that fails the checks, and why it could not be compared, if so."""
    if not page.results:
        return LayoutError("results", expected="some", got="a page that says there are none"), None
    with ExitStack() as stack:
        stored = Neighbours()
        if db.exists():
            # It stays open: the checks read from it.
            stored = read_neighbours(stack.enter_context(closing(open_for_reading(db))), page)
        try:
            not_compared = checks.check_against(page, stored, newest_first=newest_first(page.url))
        except LayoutError as error:
            return error, None
    return None, not_compared if db.exists() else f"there is no {db}"
