"""The command `fixture`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from osce_news.cli.options import verbose_option
from osce_news.cli.page_fixtures import Sent, save, sources
from osce_news.cli.progress import set_up_logging
from osce_news.crawl.options import CrawlOptions, seconds
from osce_news.errors import BadInputError


@click.command()
@click.argument("source", metavar="URL|FILE")
@click.option(
    "--url", metavar="URL", help="The address of a saved page, or the page to take from a WARC file."
)
@click.option("--name", metavar="CASE", help="Name of the new folder.  [default: from the address]")
@click.option(
    "--kind", type=click.Choice(["listing", "article"]), help="Kind of the page.  [default: recognised]"
)
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default="fixtures",
    show_default=True,
    help="Folder of all fixtures.",
)
@click.option(
    "--delay", type=float, metavar="SECONDS", help="Seconds to wait after robots.txt.  [default: 10]"
)
@verbose_option
def fixture(
    source: str, url: str | None, into: Path, delay: float | None, verbose: bool, **names: Any
) -> None:
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
    set_up_logging(verbose, bar=True)
    if url is not None:
        sources.checked(url)
    page = (
        _fetched(source, url, delay) if sources.is_address(source) else sources.from_path(Path(source), url)
    )
    saved = save(page, into, **names)
    click.echo(f"{saved.folder}: {_summary(saved.expected)}")
    click.echo("Remove personal data, then review expected.json: it is a draft of what is read now.")


def _fetched(address: str, url: str | None, delay: float | None) -> Sent:
    """Return the page at an address of the live site."""
    if url is not None:
        raise BadInputError("--url is for files; the address of a live page is known")
    delay = None if delay is None else seconds(delay)
    options = CrawlOptions(start_url=sources.checked(address), delay=delay)
    from osce_news.crawl import process  # imports Scrapy

    spider = process.fetch(options)
    response = spider.response
    assert response is not None
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
    made = "A capture: the live page, requested once, byte for byte."
    return Sent(response.url, response.body, spider.fetched_at, made, kind)


def _summary(expected: dict[str, Any]) -> str:
    """Return what is read from a page, in one line."""
    if expected.get("is_not_found"):
        return "a page that says it is not found"
    if "error" in expected:
        return f"not read yet: {expected['message']}"
    if "records" in expected:
        return f"a list of {len(expected['records'])} results"
    count = len(expected.get("text", ()))
    return f"an article, read by {expected['layout']}: {expected['title']!r}, {count} paragraphs"
