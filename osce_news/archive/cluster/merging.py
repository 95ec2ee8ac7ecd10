"""Partitions into the database: a replay whose pages are parsed already."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from osce_news.archive import Capture, Report
from osce_news.archive.cluster.job import Job, read_job
from osce_news.archive.cluster.partitions import Row, read_rows, read_told, row_at
from osce_news.archive.cluster.parts import Part
from osce_news.archive.parse import ParsedCapture
from osce_news.archive.reader.captures import is_wanted
from osce_news.archive.reader.report import RecordError
from osce_news.archive.replay.captures import Advance
from osce_news.archive.replay.outcome import Outcome
from osce_news.archive.replay.run import replay_plan
from osce_news.errors import BadInputError
from osce_news.events import Event, event_of


def merge(folder: Path, db: Path, on_page: Advance = lambda summary, total: None) -> Outcome:
    """Read the partitions of a folder into the database, as `replay` reads the files that they are of.

    Raises BadInputError, before anything is stored, if `parse` has not made the folder or not all of it;
    otherwise as `replay`.
    """
    job = read_job(folder)
    if missing := job.missing(folder):
        raise BadInputError(
            f"{folder}: {len(missing):,} of {len(job.parts):,} partitions are missing; "
            "run the same `osce-news parse` again, it makes what is missing"
        )
    return replay_plan(job.plan, Partitions(folder, job), db, start_url=job.start_url, on_page=on_page)


class Partitions:
    """Gives what the files of a job hold, from their partitions: a Source."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._parts: dict[Path, list[tuple[Part, Path]]] = {}
        for part in job.parts:
            self._parts.setdefault(Path(part.path), []).append((part, folder / part.name))

    def contents(
        self,
        files: Sequence[Path],
        report: Report,
        *,
        hosts: Collection[str] | None = None,
        bare: bool = False,
    ) -> Iterator[Capture | Event]:
        """Yield the pages and our own notes of runs in these files, in order."""
        for path in files:
            for part, partition in self._parts[path]:
                for one in in_partition(partition, path, report, is_first=part.start == 0, bare=bare):
                    if isinstance(one, Capture) and not is_wanted(one.url, hosts):
                        report.captures -= 1
                        report.other_hosts += 1
                    else:
                        yield one

    def capture_at(self, path: Path, offset: int) -> Capture:
        """Return the capture at an offset; raises RecordError if it is not there."""
        for part, partition in self._parts[path]:
            if part.start <= offset < part.end and (row := row_at(partition, offset)) is not None:
                return _meant(row, path)
        raise RecordError(f"{path}: byte {offset}: the record is gone")


def in_partition(
    partition: Path, path: Path, report: Report, *, is_first: bool, bare: bool = False
) -> Iterator[Capture | Event]:
    """Yield what a partition holds, and add what was told of its part of the file to the report."""
    try:
        told = Report.of_plain(read_told(partition))
        told.files = int(is_first)  # a file is counted once
        report.add(told)
        for row in read_rows(partition):
            if row["note"] is not None:
                yield _note(row)
                continue
            try:
                yield _bare(row, path) if bare else _meant(row, path)
            except RecordError as error:
                report.captures -= 1  # the worker took it as it came
                report.problem(path, f"byte {row['offset']}", error)
    except (ValueError, TypeError, KeyError) as error:
        raise BadInputError(
            f"{partition}: not of this version of osce-news; delete it and run `parse`"
        ) from error


def _bare(row: Row, path: Path) -> ParsedCapture:
    return _capture(row, path, row["status"], json.loads(row["head"]))


def _meant(row: Row, path: Path) -> ParsedCapture:
    """Return the page that a row means; raises RecordError if it was in none of the files."""
    if row["meant"] is None:
        return _bare(row, path)
    meant = json.loads(row["meant"])
    if "error" in meant:
        raise RecordError(meant["error"], meant["kind"])
    return _capture(row, path, meant["status"], meant)


def _capture(row: Row, path: Path, status: int, head: dict[str, Any]) -> ParsedCapture:
    return ParsedCapture(
        url=row["url"],
        fetched_at=row["fetched_at"],
        status=status,
        headers=tuple((name, value) for name, value in head["headers"]),
        body=b"",
        record_id=head["record_id"],
        path=path,
        offset=row["offset"],
        revisit=head["revisit"],
        alone=head["alone"],
        parsed={(one["kind"], one["item_id"], one["unchanged"]): one["page"] for one in row["pages"]},
    )


def _note(row: Row) -> Event:
    note = event_of(row["url"], row["note"].encode())
    if note is None:
        raise ValueError("a note of no known kind")
    return note
