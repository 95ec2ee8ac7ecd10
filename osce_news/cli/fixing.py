"""The commands for who mends a page object: a page becomes a fixture, an expectation is accepted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from osce_news.cli.options import verbose_option
from osce_news.cli.progress import set_up_logging

if TYPE_CHECKING:
    from osce_news.cli.page_fixtures import Sent

_ROOT = Path("fixtures")


@click.command()
@click.argument("source", metavar="URL|FILE")
@click.option("--url", metavar="URL", help="The page's address; in a WARC file, which page is meant.")
@click.option("--name", metavar="CASE", help="Of the new folder.  [default: from the address]")
@click.option("--kind", type=click.Choice(["listing", "article"]), help="[default: what the page is]")
@click.option("--into", type=click.Path(path_type=Path), default=_ROOT, help="[default: fixtures]")
@click.option("--delay", type=float, metavar="SECONDS", help="After robots.txt.  [default: 10]")
@verbose_option
def fixture(
    source: str, url: str | None, into: Path, delay: float | None, verbose: bool, **what: Any
) -> None:
    """Save a page as a new fixture: page.html, meta.json and a draft of expected.json.

    The page is asked for once, after robots.txt; or it is a saved .html file, or a capture in a WARC file,
    the newest of its --url. A folder that is there already is left alone. How a changed layout is mended
    step by step stands in CONTRIBUTING.md.

    \b
    Example:
      osce-news fixture https://www.osce.org/odihr/575719
      osce-news fixture page.html --url https://www.osce.org/node/9 --name new-layout
      osce-news fixture crawl.warc.gz --url https://www.osce.org/odihr/575719
    """
    from osce_news.cli.page_fixtures import save, sources

    set_up_logging(verbose, bar=True)
    if url is not None:
        sources.checked(url)
    sent = (
        _fetched(source, url, delay) if sources.is_address(source) else sources.from_path(Path(source), url)
    )
    saved = save(sent, into, **what)
    click.echo(f"{saved.folder}: {_told(saved.expected)}")
    click.echo("Take out personal data, then review expected.json: it is a draft of what is read now.")


@click.command()
@click.argument("paths", nargs=-1, metavar="[FOLDER]...", type=click.Path(path_type=Path, exists=True))
def expect(paths: tuple[Path, ...]) -> None:
    """Rewrite the expected.json of fixture folders, so that a change is reviewed as a diff.

    Without a folder, of all below fixtures/.

    \b
    Example:
      osce-news expect fixtures/listing && git diff fixtures
    """
    from osce_news.cli.page_fixtures import rewrite
    from osce_news.errors import BadInputError

    found = False
    for case, changed in rewrite(paths or (_ROOT,)):
        found = True
        click.echo(f"{'rewritten' if changed else 'the same '}  {case}")
    if not found:
        raise BadInputError(f"no fixture (page.html) below {', '.join(map(str, paths or (_ROOT,)))}")


def _fetched(address: str, url: str | None, delay: float | None) -> Sent:
    """Return the page at an address of the live site."""
    from osce_news.cli.page_fixtures import Sent, sources
    from osce_news.crawl.options import CrawlOptions, seconds
    from osce_news.errors import BadInputError

    if url is not None:
        raise BadInputError("--url is for files; the page that is asked for has its address")
    delay = None if delay is None else seconds(delay)
    options = CrawlOptions(start_url=sources.checked(address), delay=delay)
    from osce_news.crawl.process import fetch  # imports Scrapy

    spider = fetch(options)
    response = spider.response
    assert response is not None
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
    made = "A capture: the live page, asked for once, to the byte."
    return Sent(response.url, response.body, spider.fetched_at, made, kind)


def _told(expected: dict[str, Any]) -> str:
    """Return what a page gives, in a line."""
    if expected.get("is_not_found"):
        return "a page that says that it is not found"
    if "error" in expected:
        return f"not read yet: {expected['message']}"
    if "records" in expected:
        return f"a list of {len(expected['records'])} results"
    count = len(expected.get("text", ()))
    return f"an article, read by {expected['layout']}: {expected['title']!r}, {count} paragraphs"
