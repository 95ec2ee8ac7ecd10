"""The job of a cluster: a replay plan whose files are split into parts, each of which one worker parses.

The plan is stored as `plan.json` in the folder of the partitions.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from osce_news.archive.cluster.partitions import Partitions, rows, write_partition
from osce_news.archive.records import records
from osce_news.archive.replay.plan import ReplayPlan, plan_replay
from osce_news.archive.report import Report
from osce_news.archive.warc_files import WarcFiles
from osce_news.atomic import atomic_write
from osce_news.errors import BadInputError, OsceNewsError, PartialError, StorageError
from osce_news.serialize import from_json, to_json

FORMAT = 6  # of the plan and of the partitions
PLAN = "plan.json"
PART_BYTES = 16 * 1024**2  # of a compressed file: a thousand list pages, half a minute of parsing
_PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Part:
    """The records of one file that begin in `start` <= offset < `end`; one task of a worker."""

    path: str  # of the WARC file, absolute: the same on all machines of a cluster
    size: int  # of that file
    changed_ns: int  # when that file was last changed
    start: int
    end: int
    code: str  # `code_version()` of the process that split the file

    @property
    def name(self) -> str:
        """The name of the part's partition, which depends on the file and the version of osce-news."""
        stem = Path(self.path).name.removesuffix(".gz").removesuffix(".warc")[:80]
        return f"{stem}-{self.start:012}-{_hash(json.dumps([FORMAT, asdict(self)]).encode())}.parquet"


@dataclass(frozen=True, slots=True)
class Job:
    """A replay plan with the parts of its files in order."""

    format: int
    start_url: str
    plan: ReplayPlan
    parts: list[Part]

    def missing(self, folder: Path) -> list[Part]:
        """Return the parts whose partitions are not in the folder."""
        return [part for part in self.parts if not (folder / part.name).is_file()]

    def partitions(self, folder: Path) -> Partitions:
        """Return the partitions in the folder, in place of the WARC files."""
        places: dict[Path, list[tuple[range, Path]]] = {}
        for part in self.parts:
            place = range(part.start, part.end), folder / part.name
            places.setdefault(Path(part.path), []).append(place)
        return Partitions(places)


def make_job(paths: Sequence[Path], folder: Path, *, start_url: str, part_bytes: int = PART_BYTES) -> Job:
    """Return the job for the WARC files at these paths, and write its plan into the folder.

    Raises BadInputError for a path that can't be replayed, StorageError if the folder can't be written.
    """
    plan = plan_replay([path.absolute() for path in paths])
    if plan.pages:
        raise BadInputError(
            f"{plan.pages[0].path} is a saved page, but `parse` only reads WARC files; use `osce-news replay`"
        )
    parts = [part for file in plan.files for part in split(file, part_bytes)]
    job = Job(FORMAT, start_url, plan, parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: can't be written: {error.strerror}") from error
    with atomic_write(folder / PLAN) as unfinished:
        unfinished.write_text(to_json(job), encoding="utf-8")
    return job


def read_job(folder: Path) -> Job:
    """Return the job of a folder; raises BadInputError if `osce-news parse` did not make the folder."""
    try:
        text = (folder / PLAN).read_text(encoding="utf-8")
        if json.loads(text)["format"] != FORMAT:
            raise BadInputError(f"{folder} was made by another version of osce-news; make it again")
        return from_json(Job, text)
    except FileNotFoundError:
        raise BadInputError(
            f"{folder} holds no partitions: it has no {PLAN} from `osce-news parse`"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{folder / PLAN} can't be read: {error}") from error


def split(path: Path, part_bytes: int = PART_BYTES) -> list[Part]:
    """Return the parts of a file in order, each of about `part_bytes` bytes.

    A file that is larger than one part is read once to find where its records begin. Raises
    BadInputError if it is not a WARC file or can't be read.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}") from error
    starts = [0]
    if stat.st_size > part_bytes:
        for record in records(path, Report()):
            # Split before a response, so that its events stay in the same part.
            is_response = record.kind in ("response", "revisit")
            if is_response and record.seekable and record.offset - starts[-1] >= part_bytes:
                starts.append(record.offset)
    ends = [*starts[1:], stat.st_size + 1]
    return [
        Part(str(path), stat.st_size, stat.st_mtime_ns, start, end, code_version())
        for start, end in zip(starts, ends, strict=True)
    ]


@functools.cache
def code_version() -> str:
    """Return a hash of the installed code and vocabulary of osce-news."""
    files = sorted(file for file in _PACKAGE.rglob("*") if file.suffix in (".py", ".toml", ".sql"))
    return _hash(
        b"".join(file.relative_to(_PACKAGE).as_posix().encode() + file.read_bytes() for file in files)
    )


def parse_part(part: Part, folder: Path) -> None:
    """Parse a part into its partition in the folder, unless the partition exists; the task of a worker.

    Raises PartialError, which can be pickled, if this machine can't do it.
    """
    partition, file, report = folder / part.name, Path(part.path), Report()
    if partition.is_file():  # from a worker that died before it could report
        return
    try:
        _check(part)
        job, warcs = _job(folder, (folder / PLAN).stat().st_mtime_ns)
        # Like a replay: everything in the files of recorded runs, and the newsroom's pages in other files.
        hosts = job.plan.hosts(job.start_url) if file in job.plan.warcs else None
        contents = warcs.part(file, report, hosts, part.start, part.end)
        write_partition(partition, rows(contents, warcs), report)
    except OsceNewsError as error:
        raise PartialError(str(error)) from None


def _check(part: Part) -> None:
    """Raise PartialError if this machine has another version of osce-news, or of the part's file."""
    if part.code != code_version():
        raise PartialError(
            "the plan was made by another version of osce-news than the worker's; install the same one"
        )
    try:
        stat = Path(part.path).stat()
    except OSError as error:
        raise PartialError(
            f"the worker can't read the file ({error.strerror}); all machines need it at the same path"
        ) from None
    if (stat.st_size, stat.st_mtime_ns) != (part.size, part.changed_ns):
        raise PartialError("the file has changed since the plan was made, or differs on the worker")


@functools.lru_cache(maxsize=1)
def _job(folder: Path, changed_ns: int) -> tuple[Job, WarcFiles]:
    """Return the job and its files, whose index of responses is built once per process."""
    job = read_job(folder)
    return job, WarcFiles(job.plan.files)


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()
