"""The progress bar of a run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from osce_news.cli import log
from osce_news.clock import duration_in_words
from osce_news.storage import Summary


def wants_bar(as_json: bool) -> bool:
    """Whether to show a progress bar: on a terminal, without other log lines or JSON."""
    return sys.stderr.isatty() and not as_json and not log.is_verbose() and not log.is_json()


@contextmanager
def progress_bar(what: str, *, as_json: bool, articles: bool = False) -> Iterator[Callable[..., None]]:
    """Yield the function that advances the bar; it does nothing if no bar is shown.

    It is called after each page with the run's summary and the total number of pages, if known, and while
    articles are read also with the seconds that remain. `articles`: whether articles follow the list.
    """
    if not wants_bar(as_json):
        yield lambda summary, total, left_s=None: None
        return
    log.only_notices()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        *([] if articles else [TimeRemainingColumn()]),  # the count of articles shows the time left
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None, counts="pages")

        def advance(summary: Summary, total: int | None, left_s: float | None = None) -> None:
            done = summary.pages
            counts = f"pages  {summary.new} new, {summary.changed} changed, {summary.unchanged} same"
            if left_s is not None:  # follows from the current delay, which makes up most of the time
                done = summary.articles
                counts = (
                    f"articles  {summary.articles_changed} changed, {summary.articles_gone} gone, "
                    f"{summary.articles_failed} failed; {duration_in_words(left_s)} left"
                )
            progress.update(task, completed=done, total=total, counts=counts)

        yield advance
