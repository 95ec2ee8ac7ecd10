"""The command `check`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from osce_news import checks
from osce_news.archive.capture import LISTING
from osce_news.checks.neighbours import Neighbours, read_neighbours
from osce_news.cli.shared import log
from osce_news.cli.shared.options import (
    FilePath,
    config_option,
    db_option,
    delay_option,
    json_option,
    log_options,
    start_url_option,
)
from osce_news.cli.shared.output import as_text, print_json
from osce_news.cli.shared.page_fixtures import case_name, live_page, save
from osce_news.cli.shared.pipe import as_far_as_read
from osce_news.crawl.config import load_options
from osce_news.errors import LayoutError
from osce_news.normalize.text import printable
from osce_news.storage import open_for_reading
from osce_news.urls import newest_first

if TYPE_CHECKING:
    from scrapy.http import Response

    from osce_news.crawl.single_page import CheckSpider
    from osce_news.items import Listing


@click.command()
@start_url_option
@db_option
@config_option
@delay_option
@click.option(
    "--save",
    "into",
    type=FilePath(file_okay=False, writable=True),
    metavar="FOLDER",
    help="Keep the page as a fixture in this folder, to attach it to an issue.",
)
@json_option
@log_options
def check(
    start_url: str | None,
    db: Path,
    config: Path | None,
    delay: str | None,
    into: Path | None,
    as_json: bool,
) -> None:
    """Check that a page of the live site can still be read.

    Requests robots.txt and one page of the list, prints what it shows and how many of its results have
    each field, and stores nothing. Exits with status 0 if `crawl` would read the list. Exits with status 3
    if the page is not a list, is not understood or fails the checks, and says where the list may be. If
    there is a database, the page is also compared with it.

    --save keeps the page without e-mail addresses, telephone numbers and keys. If the page is not
    understood, please attach the folder to an issue.

    \b
    Example:
      osce-news check || echo "the newsroom has changed"
      osce-news check --save page
    """
    options = load_options(start_url=start_url, db=db, config=config, delay=delay)
    log.only_notices()
    is_new = into is not None and not into.exists()
    if into is not None:
        into.mkdir(parents=True, exist_ok=True)  # if it can't be made, there is no request
    from osce_news.crawl import process  # imports Scrapy

    # Opened first, so that a file that is not a database costs no request.
    with closing(open_for_reading(db)) if db.exists() else nullcontext() as connection:
        spider = process.check(options)
        if into is not None and spider.response is not None:
            _save(spider.response, spider.fetched_at, into)
        elif into is not None and is_new:
            into.rmdir()  # without a response, there is nothing to attach to an issue
        _report(spider, connection, as_json)


def _save(response: Response, fetched_at: str, into: Path) -> None:
    name = f"{case_name(response.url)}-{fetched_at[:19].replace(':', '').lower()}"
    folder = save(*live_page(response, fetched_at), into, kind=LISTING, name=name)
    log.say(f"the page is kept in {folder}")


def _report(spider: CheckSpider, connection: sqlite3.Connection | None, as_json: bool) -> None:
    """Print findings and coverage of the page. Raises the error if `crawl` would not read it."""
    findings, error = spider.findings, spider.error
    if findings is None:
        raise error or LayoutError("results", expected="a page", got="none")
    not_compared: str | None = None
    if spider.page is not None and error is None:
        try:
            not_compared = _compare(spider.page, connection)
            if connection is None:
                not_compared = f"there is no {spider.options.db}"
        except LayoutError as doubt:
            error = doubt
    facts = asdict(findings) | {"source": findings.source}
    with as_far_as_read():
        if as_json:
            message = str(error) if error else not_compared
            print_json(facts | spider.coverage | {"understood": error is None, "message": message})
        else:
            verdict = not_compared or ("it fails the checks" if error else "it passes the checks")
            for name, value in _lines(facts, spider.coverage, verdict):
                click.echo(f"{name:13} {printable(value)}")
    if error is not None:
        raise error


def _lines(facts: dict[str, Any], coverage: dict[str, Any], verdict: str) -> Iterator[tuple[str, str]]:
    """Yield what to print of a page, each with its name."""
    yield "address", facts["url"]
    yield "layout", facts["layout"] or "no list that can be read"
    yield "source", f"--source {facts['source']}" if facts["source"] else "none is known"
    yield "generator", facts["generator"] or "not named"
    yield "links", f"{facts['numbered_links']} with a number, {facts['times']} <time> elements"
    yield (
        "other lists",
        ", ".join(f"{name} {url}" for name, url in facts["lists"].items()) or "none is linked",
    )
    yield "search", "the page names the search service" if facts["names_search"] else "not named"
    if not coverage:
        return
    results = coverage["fields"]["title"]
    for name, count in coverage["fields"].items():
        share = f"{count / results:5.0%}" if results else "    -"
        yield name.removesuffix("_raw"), f"{count:4} of {results} {share}"
    for name in ("quarantined", "unknown", "newest", "oldest", "pages"):
        yield name, as_text(coverage[name]) or "-"
    yield "compared with the database:", verdict


def _compare(page: Listing, connection: sqlite3.Connection | None) -> str | None:
    """Return why the page could not be compared, if so. Raises LayoutError if it fails the checks."""
    if not page.results:
        raise LayoutError("results", expected="some", got="a page that says there are none")
    stored = read_neighbours(connection, page) if connection else Neighbours()
    return checks.check_against(page, stored, newest_first=newest_first(page.url))
