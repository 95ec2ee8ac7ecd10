"""Prints what `osce-news check` found."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from osce_news.errors import LayoutError

if TYPE_CHECKING:
    from osce_news.crawl.spiders.check import CheckSpider
    from osce_news.items import Listing


def print_check(found: CheckSpider, as_json: bool) -> None:
    """Print the coverage of the page; raises what is wrong with it."""
    if found.error is not None or found.page is None or found.coverage is None:
        raise found.error or LayoutError("results", expected="a page", got="none")
    wrong, too_short = _compared(found.page, found.options.db)
    held = asdict(found.coverage)
    if as_json:
        from osce_news.cli.output import print_json

        print_json(held | {"understood": wrong is None, "message": str(wrong) if wrong else too_short})
    else:
        _print(held)
        click.echo(f"compared with the database: {too_short or ('it differs' if wrong else 'it fits')}")
    if wrong is not None:
        raise wrong


def _print(held: dict[str, object]) -> None:
    fields = held.pop("fields")
    assert isinstance(fields, dict)
    results = fields["title"]
    for name, count in fields.items():
        share = f"{count / results:5.0%}" if results else "    -"
        click.echo(f"{name.removesuffix('_raw'):13} {count:4} of {results} {share}")
    for name in ("set_aside", "unknown", "newest", "oldest", "pages", "url"):
        value = held[name]
        click.echo(f"{name.replace('_', ' '):13} {'; '.join(value) if isinstance(value, list) else value}")


def _compared(page: Listing, db: Path) -> tuple[LayoutError | None, str | None]:
    """Return what the gate of a crawl says: an error, or why it can say nothing."""
    from osce_news import checks
    from osce_news.checks.neighbours import History, history
    from osce_news.storage import open_for_reading
    from osce_news.urls import newest_first

    known = History()
    if db.exists():
        with closing(open_for_reading(db)) as connection:
            known = history(connection, page)
    try:
        if not page.results:
            raise LayoutError("results", expected="some", got="a page that says there are none")
        said = checks.check(page, known, newest_first=newest_first(page.url))
    except LayoutError as error:
        return error, None
    return None, said if db.exists() else f"there is no {db}"
