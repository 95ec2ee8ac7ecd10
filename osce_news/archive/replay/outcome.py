"""The outcome of a replay: the sums over its runs, and its errors, the worst first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from osce_news.archive.report import Report
from osce_news.errors import ChallengePageError, LayoutError, OsceNewsError, PartialError
from osce_news.normalize.text import numbered
from osce_news.run import STATUS_OF_ERRORS, error_status
from osce_news.storage import Summary

# Gets the run so far, and the number of pages if known.
ProgressCallback = Callable[[Summary, int | None], None]
MAX_ERRORS = 20  # errors that are kept; all are counted


@dataclass(slots=True)
class Outcome:
    """The counts of a replay; `errors` are the worst of its errors, the worst first."""

    summary: Summary
    report: Report = field(default_factory=Report)
    runs: list[int] = field(default_factory=list)  # the numbers of the runs that were made
    known: list[str] = field(default_factory=list)  # recorded runs that the database held already
    merged: list[str] = field(default_factory=list)  # those of which it lacked pages, and older ones
    empty: list[str] = field(default_factory=list)  # those that ended early and stored no page, and why
    other_pages: int = 0  # captures that are neither a list page nor an article, or not a page at all
    unknown_items: int = 0  # other numbered pages, which no list shows and which are not news items
    errors: list[OsceNewsError] = field(default_factory=list)
    error_count: int = 0
    worst_of_run: OsceNewsError | None = None  # the worst error since a run set it to None
    _unread: int = 0

    def add(self, run: Summary) -> None:
        """Add the counters of a run."""
        self.summary.add(run)
        self.summary.run = run.run
        self.runs.append(run.run)

    def fail(self, error: OsceNewsError) -> None:
        """Note what went wrong; the worst errors are kept."""
        if isinstance(error, ChallengePageError):  # nothing was requested, so waiting does not help
            error.exit_status = LayoutError.exit_status
        self.error_count += 1
        self.worst_of_run = min(self.worst_of_run or error, error, key=_rank)
        self.errors.append(error)
        self.errors.sort(key=_rank)
        del self.errors[MAX_ERRORS:]

    def check_report(self) -> None:
        """Note unreadable records as an error; a cut file is not one: a killed crawl leaves it."""
        unread = self.report.skipped["unreadable"] + self.report.skipped["unresolved"]
        if unread > self._unread:
            self._unread = unread
            records = numbered(unread, "record")
            self.fail(PartialError(f"{records} of WARC files could not be read; see above"))

    def close(self) -> None:
        """Set how the replay ended."""
        self.check_report()
        worst = self.errors[0] if self.errors else None
        self.summary.status, self.summary.message = error_status(worst), str(worst) if worst else None

    def as_json(self) -> dict[str, Any]:
        """Return the summary for `--json`, with what only replays count."""
        other = {"other_pages": self.other_pages, "unknown_items": self.unknown_items}
        return asdict(self.summary) | {
            "runs": self.runs,
            "runs_known": len(self.known),
            "runs_merged": len(self.merged),
            "captures": self.report.captures,
            "passed_over": self.report.skipped | other,
            "cut_files": self.report.cut,
        }

    def lines(self) -> list[str]:
        """Return messages for the user besides the errors, one per line."""
        is_empty = self.summary.mode == "replay" and not self.summary.pages + self.summary.articles
        counts = {
            "records of other hosts are skipped unless `--start-url` names a list on their site": (
                self.report.skipped["other_hosts"] if is_empty else 0
            ),
            "recorded runs that are already in the database: {:,}": len(self.known),
            "recorded runs that are older than the database, were replayed in part, or share a file: {:,}; "
            "the pages that it lacked are merged without their history; to get all of it, replay the files "
            "of each run into a new database": len(self.merged),
            f"recorded runs that stored no page: {{:,}}; the first: {''.join(self.empty[:1])}": len(
                self.empty
            ),
            "captures that are not pages of the newsroom: {:,}": self.other_pages,
            "numbered pages not stored: {:,}; no list shows them, and they do not look like news items": (
                self.unknown_items
            ),
            "and {:,} more errors": self.error_count - len(self.errors),
        }
        return [*self.report.lines(), *(line.format(count) for line, count in counts.items() if count)]


def _rank(error: OsceNewsError) -> int:
    """Return the place of an error among others: 0 for the worst."""
    return next((rank for rank, status in enumerate(STATUS_OF_ERRORS) if status == error.exit_status), 0)
