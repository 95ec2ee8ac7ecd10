"""The command `fixture`."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from osce_news.archive.capture import Capture
from osce_news.archive.records import is_warc
from osce_news.archive.report import Report
from osce_news.archive.saved_page import saved_page
from osce_news.archive.warc_files import WarcFiles
from osce_news.cli.shared import log
from osce_news.cli.shared.options import FilePath, delay_option, log_options
from osce_news.cli.shared.page_fixtures import live_page, save
from osce_news.crawl.options import CrawlOptions, delay_seconds, split_address
from osce_news.errors import BadInputError, OsceNewsError
from osce_news.urls import LISTING_URL, without_user


@click.command()
@click.argument("source", metavar="URL|FILE")
@click.option("--url", metavar="URL", help="The address of a saved page, or of the page to take from a WARC.")
@click.option("--name", metavar="CASE", help="Name of the new folder.  [default: from the address]")
@click.option(
    "--kind", type=click.Choice(["listing", "article"]), help="Kind of the page.  [default: as recognised]"
)
@click.option("--into", type=FilePath(), default="fixtures", help="Folder of all fixtures.")
@delay_option
@log_options
def fixture(source: str, url: str | None, into: Path, delay: str | None, **names: Any) -> None:
    """Save a page as a new test fixture.

    Writes page.html, meta.json and a draft of expected.json. The page is the live page at URL (one
    request after robots.txt), a saved .html file, or the newest capture of --url in a WARC file. An
    existing folder is left alone. CONTRIBUTING.md shows step by step what to do when the layout of the
    site has changed.

    \b
    Example:
      osce-news fixture https://www.osce.org/odihr/575719
      osce-news fixture page.html --url https://www.osce.org/node/9 --name new
      osce-news fixture crawl.warc.gz --url https://www.osce.org/odihr/575719
    """
    log.only_notices()
    if url is not None:
        _check_url(url)
    if source.lower().startswith(("http://", "https://")):
        page, origin = _fetch(source, url, delay)
    else:
        page, origin = page_in(Path(source), url)
    folder = save(page, origin, into, **names)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    click.echo(f"{folder}: {_summary(expected)}")
    click.echo(
        "Remove the names of private persons, then review expected.json: it is a draft of what is read now."
    )


def page_in(path: Path, url: str | None) -> tuple[Capture, str]:
    """Return the page in a saved .html file, or the newest capture of `url` in a WARC file; and its origin.

    `url` takes precedence over the address in a saved page. Raises BadInputError if there is no such page, or
    if its address is unknown.
    """
    if path.is_dir() or not path.exists():
        raise BadInputError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}; name one saved page")
    if is_warc(path):
        return _in_warc(path, url)
    saved = saved_page(path)
    try:
        page = saved.capture()
    except OsceNewsError as error:
        raise BadInputError(f"{path}: {error}") from error
    # A replay assumes that a page without an address is the list; a fixture must have its own address.
    if url is None and saved.url is None and page.url == LISTING_URL:
        raise BadInputError(f"{path}: the page does not state its address; give it with --url")
    return replace(page, url=url or page.url), f"the saved file {path.name}"


def _in_warc(path: Path, url: str | None) -> tuple[Capture, str]:
    if url is None:
        raise BadInputError(f"{path}: name one of its pages with --url")
    address, report = url.partition("#")[0], Report()
    contents = WarcFiles([path]).contents([path], report, [urlsplit(url).hostname or ""])
    captures = (content for content in contents if isinstance(content, Capture))
    pages = [page for page in captures if page.url == address and page.status == HTTPStatus.OK]
    if not pages:
        problems = "; ".join(report.lines()[:1])
        raise BadInputError(f"{path}: no page {address} in it{f' ({problems})' if problems else ''}")
    page = max(pages, key=lambda page: page.fetched_at)
    return page, f"the record {page.record_id or page.offset} of {path.name}"


def _fetch(address: str, url: str | None, delay: str | None) -> tuple[Capture, str]:
    """Return the live page at this address, and its origin."""
    if url is not None:
        raise BadInputError("--url is for files; the address of a live page is known")
    _check_url(address)
    options = CrawlOptions(start_url=address, delay=None if delay is None else delay_seconds(delay))
    from osce_news.crawl import process  # imports Scrapy

    spider = process.fetch(options)
    assert spider.response is not None
    return live_page(spider.response, spider.fetched_at)


def _check_url(url: str) -> None:
    if not url.isprintable() or " " in url:
        raise BadInputError(f"not the address of a page: {without_user(url)[:200]!r}")
    split_address(url, "the address of a page")


def _summary(expected: dict[str, Any]) -> str:
    """Return what is read from a page, in one line."""
    if expected.get("is_not_found"):
        return "a page that says 'not found'"
    if "error" in expected:
        return f"not read yet: {expected['message']}"
    if "records" in expected:
        return f"a list of {len(expected['records'])} results"
    count = len(expected.get("text", ()))
    return f"an article, read by {expected['layout']}: {expected['title']!r}, {count} paragraphs"
