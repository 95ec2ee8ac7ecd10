"""The whole of `osce-news parse`: what to parse, in which parts, and who does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from osce_news.archive.cluster.job import Job
from osce_news.archive.cluster.parts import PART_BYTES, Part, cut
from osce_news.archive.cluster.scheduling import cluster, parse_parts
from osce_news.archive.cluster.work import parse_part
from osce_news.archive.replay.plan import plan_replay
from osce_news.crawl.options import listing_url
from osce_news.errors import BadInputError, OsceNewsError
from osce_news.site import LISTING_URL


@dataclass(slots=True)
class Done:
    """What was parsed: the parts in all, those made now, those that were there; and what went wrong."""

    parts: int
    there: int
    parsed: int = 0
    errors: list[OsceNewsError] = field(default_factory=list)


def parse_files(
    paths: Sequence[Path],
    folder: Path,
    *,
    scheduler: str | None = None,
    workers: int = 2,
    part_bytes: int = PART_BYTES,
    start_url: str | None = None,
    on_part: Callable[[Part, int], None] = lambda part, total: None,
    verbose: bool = False,
) -> Done:
    """Parse the WARC files at these paths into partitions in the folder, and return what was done.

    `scheduler` is the address of a Dask cluster; without one, `workers` processes are started here.
    Partitions that are there are not made again. Raises BadInputError for a path that can't be replayed,
    StorageError if the folder can't be written, NetworkError if no cluster answers or it has no workers.
    """
    folder = folder.absolute()
    job = prepare(paths, folder, part_bytes=part_bytes, start_url=start_url)
    missing = job.missing(folder)
    done = Done(len(job.parts), len(job.parts) - len(missing))

    def advance(part: Part) -> None:
        done.parsed += 1
        on_part(part, len(missing))

    if missing:
        with cluster(scheduler, min(workers, len(missing)), verbose=verbose) as client:
            done.errors = parse_parts(client, missing, folder, parse_part, advance)
    return done


def prepare(
    paths: Sequence[Path], folder: Path, *, part_bytes: int = PART_BYTES, start_url: str | None = None
) -> Job:
    """Return what is to be parsed of these paths, and write it into the folder.

    Raises BadInputError for a path that can't be replayed, StorageError if the folder can't be written.
    """
    found = plan_replay([path.absolute() for path in paths])
    if found.pages:
        raise BadInputError(
            f"{found.pages[0].path} is a saved page, and only WARC files are parsed; replay it"
        )
    parts = [part for file in found.files for part in cut(file, part_bytes)]
    job = Job.of(found, listing_url(start_url, 50) if start_url else LISTING_URL, parts)
    job.write(folder)
    return job
