"""The plan of a parse on a cluster: the files and their parts, stored as `plan.json` with the partitions."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from osce_news.archive import Report
from osce_news.archive.reader.records import records
from osce_news.archive.replay.plan import ArchivedRun, ReplayPlan, plan_replay
from osce_news.archive.replay.run import wanted_hosts
from osce_news.errors import BadInputError, StorageError
from osce_news.serialize import from_json, to_json

FORMAT = 1  # of the plan and of the partitions
PLAN = "plan.json"
PART_BYTES = 16 * 1024**2  # of a compressed file: a thousand listing pages, half a minute of parsing
_PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Part:
    """The records of one file that begin in `start` <= offset < `end`; one task of a worker."""

    path: str  # of the WARC file, absolute: the same on all machines of a cluster
    size: int  # of that file, like the time of its last change: a file that has changed has other parts
    changed_ns: int
    start: int
    end: int
    code: str  # `code_version()` of the process that split the file

    @property
    def name(self) -> str:
        """The name of the part's partition. Other bytes or another osce-news give another name."""
        stem = Path(self.path).name.removesuffix(".gz").removesuffix(".warc")[:80]
        return f"{stem}-{self.start:012}-{_hash(json.dumps([FORMAT, asdict(self)]).encode())}.parquet"


@dataclass(frozen=True, slots=True)
class Job:
    """A replay plan with the parts of its files in order."""

    format: int
    start_url: str
    hosts: tuple[str, ...]  # whose pages are wanted from the files of other tools
    runs: tuple[ArchivedRun, ...]
    warcs: tuple[Path, ...]
    headless: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def plan(self) -> ReplayPlan:
        """A new plan, because a replay changes it."""
        return ReplayPlan(runs=[*self.runs], warcs=[*self.warcs], headless=[*self.headless])

    def hosts_in(self, path: str) -> tuple[str, ...] | None:
        """Return the hosts whose pages are wanted from a file; None, for all, if it is a recorded run's."""
        return self.hosts if Path(path) in self.warcs else None

    def missing(self, folder: Path) -> list[Part]:
        """Return the parts whose partitions are not in the folder."""
        return [part for part in self.parts if not (folder / part.name).is_file()]


def make_job(paths: Sequence[Path], folder: Path, *, start_url: str, part_bytes: int = PART_BYTES) -> Job:
    """Return the job for the WARC files at these paths, and write its plan into the folder.

    Raises BadInputError for a path that can't be replayed, StorageError if the folder can't be written.
    """
    plan = plan_replay([path.absolute() for path in paths])
    if plan.pages:
        raise BadInputError(
            f"{plan.pages[0].path} is a saved page, and only WARC files are parsed; replay it"
        )
    job = Job(
        FORMAT,
        start_url,
        tuple(wanted_hosts(plan, start_url)),
        tuple(plan.runs),
        tuple(plan.warcs),
        tuple(plan.headless),
        tuple(part for file in plan.files for part in split(file, part_bytes)),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{PLAN}.{os.getpid()}"
        unfinished.write_text(to_json(job), encoding="utf-8")
        unfinished.replace(folder / PLAN)
    except OSError as error:
        raise StorageError(f"{folder}: can't be written: {error.strerror}") from error
    return job


def read_job(folder: Path) -> Job:
    """Return the job of a folder; raises BadInputError if `osce-news parse` did not make the folder."""
    try:
        job = from_json(Job, (folder / PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInputError(f"{folder} holds no partitions: it has no {PLAN} of `osce-news parse`") from None
    except (OSError, ValueError) as error:
        raise BadInputError(f"{folder / PLAN} can't be read: {error}") from error
    if job.format != FORMAT:
        raise BadInputError(f"{folder} was made by another version of osce-news; make it again")
    return job


def split(path: Path, part_bytes: int = PART_BYTES) -> list[Part]:
    """Return the parts of a file in order, each of about `part_bytes` bytes.

    A file that is larger than one part is read once to find where its records begin. Raises
    BadInputError if it is not a WARC file or can't be read.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}") from error
    starts = [0, *(_starts(path, part_bytes) if stat.st_size > part_bytes else ())]
    ends = [*starts[1:], stat.st_size + 1]
    return [
        Part(str(path), stat.st_size, stat.st_mtime_ns, start, end, code_version())
        for start, end in zip(starts, ends, strict=True)
    ]


@functools.cache
def code_version() -> str:
    """Return a hash of the installed code and vocabulary of osce-news."""
    files = sorted(file for file in _PACKAGE.rglob("*") if file.suffix in (".py", ".toml"))
    return _hash(
        b"".join(file.relative_to(_PACKAGE).as_posix().encode() + file.read_bytes() for file in files)
    )


def _starts(path: Path, part_bytes: int) -> Iterator[int]:
    """Yield where all parts but the first begin: at a response, so that its events stay in the same part."""
    last = 0
    for record in records(path, Report()):
        is_response = record.kind in ("response", "revisit")
        if is_response and record.alone and record.offset - last >= part_bytes:
            last = record.offset
            yield last


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()
