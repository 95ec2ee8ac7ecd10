"""What is to be parsed, and what of it belongs together: the file `plan.json` beside the partitions."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from osce_news.archive.cluster.parts import FORMAT, Part
from osce_news.archive.replay.plan import Plan, Run
from osce_news.archive.replay.run import wanted_hosts
from osce_news.errors import BadInputError, StorageError
from osce_news.events import RunStarted
from osce_news.serialize import from_json, to_json

PLAN = "plan.json"


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A recorded run as in `replay.plan`, in plain values."""

    name: str
    begins: RunStarted
    files: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """The plan of a replay in plain values, with the parts of its files in order."""

    format: int
    start_url: str
    hosts: tuple[str, ...]  # whose pages are wanted of files that others made
    runs: tuple[StoredRun, ...]
    warcs: tuple[str, ...]
    headless: tuple[str, ...]
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, plan: Plan, start_url: str, parts: list[Part]) -> Job:
        """Return the job of a plan whose files have these parts."""
        runs = (
            StoredRun(run.name, run.begins, tuple(map(str, run.files)), tuple(run.missing))
            for run in plan.runs
        )
        return cls(
            FORMAT,
            start_url,
            tuple(wanted_hosts(plan, start_url)),
            tuple(runs),
            tuple(map(str, plan.warcs)),
            tuple(plan.headless),
            tuple(parts),
        )

    @property
    def plan(self) -> Plan:
        """The plan, new: a replay changes it."""
        runs = [Run(one.name, one.begins, [*map(Path, one.files)], [*one.missing]) for one in self.runs]
        return Plan(runs=runs, warcs=[*map(Path, self.warcs)], headless=[*self.headless])

    @property
    def files(self) -> list[Path]:
        """All WARC files."""
        return self.plan.files

    def hosts_in(self, path: str) -> tuple[str, ...] | None:
        """Return the hosts whose pages are wanted of a file; None: all, for it is a recorded run's."""
        return self.hosts if path in self.warcs else None

    def write(self, folder: Path) -> None:
        """Write the plan into the folder; raises StorageError."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            beside = folder / f".{PLAN}.{os.getpid()}"
            beside.write_text(to_json(self), encoding="utf-8")
            beside.replace(folder / PLAN)
        except OSError as error:
            raise StorageError(f"{folder}: can't be written: {error.strerror}") from error

    def missing(self, folder: Path) -> list[Part]:
        """Return the parts whose partitions are not in the folder."""
        return [part for part in self.parts if not (folder / part.name).is_file()]


def read_job(folder: Path) -> Job:
    """Return the job of a folder; raises BadInputError if `osce-news parse` has not made the folder."""
    try:
        job = from_json(Job, (folder / PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInputError(f"{folder} holds no partitions: it has no {PLAN} of `osce-news parse`") from None
    except (OSError, ValueError) as error:
        raise BadInputError(f"{folder / PLAN} can't be read: {error}") from error
    if job.format != FORMAT:
        raise BadInputError(f"{folder} was made by another version of osce-news; make it again")
    return job
