"""The command `backfill`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from osce_news.archive.web_archives import ARCHIVES
from osce_news.cli.shared.options import FilePath, Number, db_option, json_option, log_options
from osce_news.cli.shared.summary import print_problems, print_summary, progress_bar
from osce_news.normalize.text import numbered
from osce_news.storage import Summary, Writer, open_for_reading, queries
from osce_news.storage.lock import lock
from osce_news.storage.queries.coverage import gaps_of_days

if TYPE_CHECKING:
    from osce_news.archive.replay import Outcome

COUNTS = {
    "kept": "copied now",
    "kept_before": "there before",
    "same": "with the content of another one",
    "not_kept": "that could not be copied",
    "other_pages": "not of the newsroom",
    "other_sites": "of other sites",
    "unreadable": "without address, time or place",
}
_MOST_GAPS = 5  # in the last line


@click.command()
@click.argument("web_archive", metavar="|".join(ARCHIVES), type=click.Choice(list(ARCHIVES)))
@db_option
@click.option(
    "--archive",
    type=FilePath(file_okay=False),
    default="archive",
    envvar="OSCE_NEWS_ARCHIVE",
    show_envvar=True,
    metavar="DIR",
    help="Keep the captures in this folder as WARC files; those in it are not requested again.",
)
@click.option("--from", "since", metavar="DATE", help="Only captures made on this date or later.")
@click.option("--to", "until", metavar="DATE", help="Only captures made on this date or earlier.")
@click.option(
    "--url",
    "urls",
    multiple=True,
    metavar="URL",
    help="Addresses to look for, with * at the end or before the host.  [default: 'www.osce.org/*']",
)
@click.option("--limit", type=Number(1), metavar="N", help="Copy at most N captures.")
@click.option("--delay", default="4", metavar="SECONDS", help="Seconds between requests.")
@click.option("--cdx-url", metavar="URL", help="Another CDX interface, or collinfo.json of Common Crawl.")
@click.option("--data-url", metavar="URL", help="Where that archive has its captures.")
@json_option
@log_options
def backfill(web_archive: str, db: Path, archive: Path, as_json: bool, **given: Any) -> None:
    """Copy old pages from a web archive, and store them.

    Looks in the index of the Wayback Machine or of Common Crawl for captures of lists and of items' own
    pages, copies each page once into WARC files, and stores them as `replay` does. If it is interrupted, run
    it again: it continues with what is missing.

    The last line says how many captures were found, and from which days the database has no item.

    \b
    Example:
      osce-news backfill wayback --limit 100
      osce-news backfill wayback --from 2010 --url 'www.osce.org/press-releases*'
      osce-news backfill commoncrawl --from 2024-01-01
    """
    from osce_news.archive.replay import store_backfill
    from osce_news.crawl import process  # imports Scrapy
    from osce_news.crawl.backfill import BackfillOptions

    options = BackfillOptions.parse(web_archive, archive, **given)
    Writer(db, wait_s=0).close()  # before hours of copying, refuse a file that is not ours, or in use
    archive.mkdir(parents=True, exist_ok=True)
    with lock(archive / "backfill"), progress_bar("backfill", as_json=as_json) as advance:
        spider = process.backfill(options, advance)

        def stored(summary: Summary, total: int | None) -> None:
            advance(replace(summary, pages=summary.pages + summary.articles), total)

        faults = [spider.error] if spider.error is not None else []
        outcome = store_backfill(
            archive, db, hosts=options.hosts, faults=faults, cost=spider.cost, on_page=stored
        )
    _print_result(outcome, spider.counts, web_archive, db, as_json)
    if spider.interrupted:
        raise KeyboardInterrupt
    print_problems(outcome)


def _print_result(outcome: Outcome, counts: Counter[str], web_archive: str, db: Path, as_json: bool) -> None:
    """Print the run, how many captures were found, and the days from which the database has no item."""
    with closing(open_for_reading(db)) as connection:
        gaps = gaps_of_days(connection)
        missing = _missing(gaps) if queries.overview(connection)["first"] else "no items with a date yet"
    summary = outcome.summary
    index = {name: counts[name] for name in ("captures", *COUNTS)}
    print_summary(summary, as_json, more=outcome.as_json() | {"index": index, "days_without_items": gaps})
    if not as_json:
        found = [f"{counts[name]} {text}" for name, text in COUNTS.items() if counts[name] or name == "kept"]
        click.echo(
            f"{web_archive}: {numbered(counts['captures'], 'capture')} in the index, {', '.join(found)}; "
            f"stored {numbered(summary.pages, 'list')} and {numbered(summary.articles, 'own page')}; "
            f"{numbered(summary.new, 'new item')}; {missing}"
        )


def _missing(gaps: Sequence[tuple[str, str, int]]) -> str:
    """Return the longest periods from which the database has no item."""
    if not gaps:
        return "no period of more than a week without items"
    shown = ", ".join(f"{first} to {last}" for first, last, _ in gaps[:_MOST_GAPS])
    more = f" and {len(gaps) - _MOST_GAPS} shorter periods of more than a week" if gaps[_MOST_GAPS:] else ""
    return f"no items from {shown}{more}"
