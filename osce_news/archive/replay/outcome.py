"""What a replay came to: the sums over its runs, and what went wrong, the worst first."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from osce_news.archive import Report
from osce_news.errors import OsceNewsError, PartialError
from osce_news.storage import Summary

MOST_TOLD = 20  # errors that are told in full; all are counted
# How a replay ends by the exit status of what went wrong, the worst first.
_STATUS = {1: "failed", 3: "failed", 6: "refused", 4: "partial"}
_PASSED_OVER = ("other_hosts", "not_http", "truncated", "too_large", "unresolved", "unreadable")


@dataclass(slots=True)
class Outcome:
    """What was done and what was not; `errors` are the first of those that went wrong."""

    summary: Summary
    report: Report = field(default_factory=Report)
    runs: list[int] = field(default_factory=list)  # the numbers of the runs that were made
    known: list[str] = field(default_factory=list)  # recorded runs that the database held already
    merged: list[str] = field(default_factory=list)  # recorded runs that do not fit behind what it holds
    other_pages: int = 0  # captures that show neither a listing nor an article, or were no pages
    unknown_items: int = 0  # articles of items that no listing has shown
    errors: list[OsceNewsError] = field(default_factory=list)
    error_count: int = 0
    _missed: int = 0

    def add(self, done: Summary) -> None:
        """Add what a run came to."""
        self.summary.add(done)
        self.summary.run = done.run
        self.runs.append(done.run)

    def fail(self, error: OsceNewsError) -> None:
        """Note what went wrong; nothing is thrown away, the worst stays."""
        self.error_count += 1
        self.errors.append(error)
        self.errors.sort(key=_rank)
        del self.errors[MOST_TOLD:]

    def look_at_report(self) -> None:
        """Note unreadable WARC records as an error. A cut end is not one, as a kill leaves it."""
        missed = self.report.unreadable + self.report.unresolved
        if missed > self._missed:
            self._missed = missed
            self.fail(PartialError(f"{missed:,} records of WARC files could not be read; see above"))

    def close(self) -> None:
        """Say how the replay ended."""
        self.look_at_report()
        status = self.errors[0].exit_status if self.errors else None
        self.summary.status = "complete" if status is None else _STATUS.get(status, "failed")
        self.summary.message = str(self.errors[0]) if self.errors else None

    def as_json(self) -> dict[str, Any]:
        """Return the summary for `--json`, with what only replays count."""
        return asdict(self.summary) | {
            "runs": self.runs,
            "runs_known": len(self.known),
            "runs_merged": len(self.merged),
            "captures": self.report.captures,
            "passed_over": {name: getattr(self.report, name) for name in _PASSED_OVER}
            | {"other_pages": self.other_pages, "unknown_items": self.unknown_items},
            "cut_files": len(self.report.cut),
        }

    def lines(self) -> list[str]:
        """Return what a person should know besides the errors, a line each."""
        told = self.report.lines()
        if self.known:
            told.append(f"recorded runs that the database holds already: {len(self.known)}")
        if self.merged:
            told.append(
                "recorded runs older than what the database holds, or that went on since: "
                f"{len(self.merged)}; their pages are merged without their history; for all of it replay "
                "into a new file"
            )
        if self.other_pages:
            told.append(f"captures that are no pages of the newsroom: {self.other_pages:,}")
        if self.unknown_items:
            told.append(f"articles of items that no listing has shown, not stored: {self.unknown_items:,}")
        if self.error_count > len(self.errors):
            told.append(f"and {self.error_count - len(self.errors):,} errors more")
        return told


def error_status(error: OsceNewsError) -> str:
    """Return the status of a run that ended with this error."""
    return _STATUS.get(error.exit_status, "failed")


def _rank(error: OsceNewsError) -> int:
    ranks = list(_STATUS)
    return ranks.index(error.exit_status) if error.exit_status in ranks else 0
