"""The command `fixture`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from osce_news.archive import Capture, Report, captures, is_warc, saved_pages, warc_files
from osce_news.cli import log
from osce_news.cli.options import delay_option, log_options
from osce_news.cli.page_fixtures import RawPage, save
from osce_news.crawl import settings
from osce_news.crawl.options import CrawlOptions, delay_seconds
from osce_news.errors import BadInputError, OsceNewsError
from osce_news.normalize import is_web_address
from osce_news.urls import LISTING_URL

_MOST_LISTED = 5  # addresses in an error message
_MOST_COUNTED = 10_000  # addresses of an archive that are counted


@click.command()
@click.argument("source", metavar="URL|FILE")
@click.option("--url", metavar="URL", help="The address of a saved page, or of the page to take from a WARC.")
@click.option("--name", metavar="CASE", help="Name of the new folder.  [default: from the address]")
@click.option(
    "--kind", type=click.Choice(["listing", "article"]), help="Kind of the page.  [default: recognised]"
)
@click.option("--into", type=click.Path(path_type=Path), default="fixtures", help="Folder of all fixtures.")
@delay_option
@log_options
def fixture(source: str, url: str | None, into: Path, delay: float | None, **names: Any) -> None:
    """Save a page as a new test fixture.

    Writes page.html, meta.json and a draft of expected.json. The page is the live page at URL (one
    request after robots.txt), a saved .html file, or the newest capture of --url in a WARC file. An
    existing folder is left alone. CONTRIBUTING.md shows step by step what to do when the layout of the
    site has changed.

    \b
    Example:
      osce-news fixture https://www.osce.org/odihr/575719
      osce-news fixture page.html --url https://www.osce.org/node/9 --name new-layout
      osce-news fixture crawl.warc.gz --url https://www.osce.org/odihr/575719
    """
    log.only_notices()
    if url is not None:
        _check_url(url)
    if source.lower().startswith(("http://", "https://")):
        page = _fetch(source, url, delay)
    else:
        page = page_in(Path(source), url)
    folder = save(page, into, **names)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    click.echo(f"{folder}: {_summary(expected)}")
    click.echo(
        "Remove the names of private persons, then review expected.json: it is a draft of what is read now."
    )


def page_in(path: Path, url: str | None = None) -> RawPage:
    """Return the page in a saved .html file, or the newest capture of `url` in a WARC file.

    `url` takes precedence over the address in a saved page. Raises BadInputError if there is no such page, if
    its address is unknown, or if a WARC file holds several and `url` is None.
    """
    if path.is_dir() or not path.exists():
        raise BadInputError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}; name one saved page")
    return _from_warc(path, url) if is_warc(path) else _from_html(path, url)


def _fetch(address: str, url: str | None, delay: float | None) -> RawPage:
    """Return the live page at this address."""
    if url is not None:
        raise BadInputError("--url is for files; the address of a live page is known")
    _check_url(address)
    options = CrawlOptions(start_url=address, delay=None if delay is None else delay_seconds(delay))
    from osce_news.crawl import process  # imports Scrapy

    spider = process.fetch(options)
    response = spider.response
    assert response is not None
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
    origin = "A capture: the live page, requested once"
    return RawPage(response.url, response.body, spider.fetched_at, origin, content_type)


def _from_html(path: Path, url: str | None) -> RawPage:
    (saved,) = saved_pages([path])
    try:
        capture = saved.capture()
    except OsceNewsError as error:
        raise BadInputError(f"{path}: {error}") from error
    # A replay takes a page without an address for the list; a fixture must have its own.
    if url is None and saved.url is None and capture.url == LISTING_URL:
        raise BadInputError(f"{path}: the page does not say its address; give it with --url")
    origin = f"A capture: the saved file {path.name}"
    return RawPage(url or capture.url, capture.body, saved.fetched_at, origin)


def _from_warc(path: Path, url: str | None) -> RawPage:
    newest: Capture | None = None
    addresses: dict[str, None] = {}
    report = Report()
    for capture in captures(warc_files([path]), report):
        if capture.status != 200 or "html" not in (capture.header("content-type") or "").lower():
            continue
        if len(addresses) < _MOST_COUNTED:
            addresses[capture.url] = None
        matches = url is None or _without_fragment(capture.url) == _without_fragment(url)
        if matches and (newest is None or capture.fetched_at >= newest.fetched_at):
            newest = capture
    if newest is None or (url is None and len(addresses) > 1):
        raise BadInputError(_not_found(path, url, list(addresses), report))
    if len(newest.body) > settings.DOWNLOAD_MAXSIZE:
        raise BadInputError(f"{path}: {newest.url} has {len(newest.body)} bytes, too many for a page")
    origin = f"A capture: the record {newest.record_id or newest.offset} of {path.name}"
    return RawPage(newest.url, newest.body, newest.fetched_at, origin, newest.header("content-type"))


def _check_url(url: str) -> None:
    """Raise BadInputError if this can't be the address of a page."""
    if not is_web_address(url) or not url.isprintable() or " " in url:
        raise BadInputError(f"not the address of a page: {url[:200]!r} (it begins with https://)")


def _without_fragment(url: str) -> str:
    return url.partition("#")[0].rstrip("/")


def _not_found(path: Path, url: str | None, addresses: list[str], report: Report) -> str:
    """Return the error for a WARC file without this page, or with several pages to choose from."""
    if not addresses:
        problems = "; ".join(report.lines()[:1])
        return f"{path}: no page in it{f' ({problems})' if problems else ''}"
    listed = ", ".join(addresses[:_MOST_LISTED])
    more = f" and {len(addresses) - _MOST_LISTED} more" if len(addresses) > _MOST_LISTED else ""
    if url is None:
        return f"{path}: several pages in it, choose one with --url: {listed}{more}"
    return f"{path}: no capture of {url}; it holds {listed}{more}"


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
