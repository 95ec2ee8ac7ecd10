"""Distributes the parts of a job to a Dask cluster, and merges the partitions into a database."""

from __future__ import annotations

import importlib
import logging
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, NamedTuple

from osce_news.archive.cluster.job import PART_BYTES, Part, make_job, parse_part, read_job
from osce_news.archive.cluster.partitions import lacks_pages
from osce_news.archive.replay.execute import replay_plan
from osce_news.archive.replay.outcome import Outcome, ProgressCallback
from osce_news.atomic import temporary_folder
from osce_news.errors import BadInputError, NetworkError, OsceNewsError, PartialError
from osce_news.urls import LISTING_URL

CHECK_WORKERS_S = 15.0  # after this time without a result, check whether the cluster has workers
_RUN_AGAIN = "run the same command again; what was parsed is kept"


class ParseResult(NamedTuple):
    """How many parts there are, how many existed before and were parsed now, and what failed."""

    parts: int
    there: int
    parsed: int
    errors: list[OsceNewsError]


def parse_files(
    paths: Sequence[Path],
    folder: Path,
    *,
    scheduler: str | None = None,
    workers: int = 2,
    part_bytes: int = PART_BYTES,
    start_url: str = LISTING_URL,
    on_part: Callable[[int, int], None] = lambda done, total: None,
) -> ParseResult:
    """Parse the WARC files at these paths into partitions in the folder, and return the result.

    `scheduler` is the address of a Dask cluster; without one, `workers` processes are started here.
    `start_url` is as for `replay`. Existing partitions are kept, except those that lack pages. Raises
    BadInputError for a path that can't be replayed, StorageError if the folder can't be written, NetworkError
    if no cluster answers or it has no workers.
    """
    folder = folder.absolute()
    job = make_job(paths, folder, start_url=start_url, part_bytes=part_bytes)
    for part in job.parts:
        partition = folder / part.name
        if partition.is_file() and lacks_pages(partition):  # files that were added since may hold them
            partition.unlink()
    missing = job.missing(folder)
    errors: list[OsceNewsError] = []
    if missing:
        with cluster(scheduler, min(workers, len(missing))) as client:
            errors = parse_parts(client, missing, folder, on_part)
    there = len(job.parts) - len(missing)
    return ParseResult(len(job.parts), there, len(missing) - len(errors), errors)


def merge(folder: Path, db: Path, on_page: ProgressCallback = lambda summary, total: None) -> Outcome:
    """Replay the partitions of a folder into the database, as `replay` does with the WARC files.

    Raises BadInputError, before anything is stored, if `parse` did not make the folder or not all of it;
    otherwise as `replay`.
    """
    job = read_job(folder)
    if missing := job.missing(folder):
        raise BadInputError(
            f"{folder}: {len(missing):,} of {len(job.parts):,} partitions are missing; "
            "run the same `osce-news parse` again to make them"
        )
    return replay_plan(job.plan, job.partitions(folder), db, start_url=job.start_url, on_page=on_page)


@contextmanager
def cluster(scheduler: str | None, workers: int) -> Iterator[Any]:
    """Yield a client of the scheduler at that address, or of a new cluster of local `workers`.

    Raises NetworkError if no scheduler answers within Dask's `distributed.comm.timeouts.connect`, and
    OsceNewsError if this process may not open enough files for the workers.
    """
    if scheduler is None:
        _check_open_files(workers)
    import dask

    # Dask logs every worker that comes and goes; `parse_parts` returns what matters. With a saturation of 1,
    # a worker gets its next part only when it has finished one, so a part that kills workers loses no other.
    dask.config.set(
        {
            "logging.distributed": "critical",
            "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "critical",
            "distributed.scheduler.worker-saturation": 1.0,
        }
    )
    dd: Any = importlib.import_module("distributed")  # it has no types
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        if scheduler is None:
            scratch = str(stack.enter_context(temporary_folder()))
            dask.config.set({"temporary-directory": scratch})
            options = {"threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
            silent = {"local_directory": scratch, "silence_logs": logging.CRITICAL}
            try:
                with _uninterrupted():
                    local = stack.enter_context(dd.LocalCluster(n_workers=workers, **options, **silent))
                    client = stack.enter_context(dd.Client(local))
            except (RuntimeError, OSError) as error:
                raise OsceNewsError(
                    f"Dask can't start its workers: {error}; try --workers 1, and look at the limits of "
                    "memory and open files (`ulimit -a`)"
                ) from error
        else:
            try:
                client = stack.enter_context(dd.Client(scheduler))
            except (OSError, ValueError) as error:
                reason = " ".join(str(error).split())
                raise NetworkError(f"no Dask scheduler answers at {scheduler}: {reason}") from error
        yield client


def _check_open_files(workers: int) -> None:
    """Raise OsceNewsError if too few files may be open for the workers, because Dask might wait forever."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 32 + 8 * workers
    if 0 <= most < needed:
        raise OsceNewsError(
            f"only {most} files may be open, too few for {workers} worker{'s'[: workers > 1]}; "
            f"next: `ulimit -n {max(needed, 1024)}`, and run the command again"
        )


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM until the end of the block. Processes that it starts never get Ctrl-C.

    Dask leaves its workers behind if it is interrupted while it starts them, and they would print tracebacks.
    """
    arrived: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    former = {number: signal.signal(number, lambda this, _: arrived.append(this)) for number in numbers}
    # Threads and processes inherit what is blocked; the tracker unblocks SIGINT in the thread that starts it.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    except Exception:  # perhaps the workers were stopped by the same signal
        if not arrived:
            raise
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT, signal.SIGHUP])
        for number, handler in former.items():
            signal.signal(number, handler)
    if arrived:
        signal.raise_signal(arrived[0])


def parse_parts(
    client: Any,
    parts: Sequence[Part],
    folder: Path,
    on_part: Callable[[int, int], None] = lambda done, total: None,
    check_workers_s: float = CHECK_WORKERS_S,
) -> list[OsceNewsError]:
    """Parse each part into its partition on the cluster, and return the errors, one per failed part.

    Dask gives the part of a worker that dies to another one, three times. Raises NetworkError if the cluster
    has no workers left. Parts that have not begun are cancelled if it raises.
    """
    from distributed.scheduler import KilledWorker

    dd: Any = importlib.import_module("distributed")
    errors: list[OsceNewsError] = []
    futures: dict[Any, Part] = {}
    checks_without_workers = 0
    try:
        for part in parts:
            futures[client.submit(parse_part, part, folder, key=part.name, pure=False)] = part
        pending = set(futures)
        while pending:
            try:
                ended, pending = dd.wait(pending, check_workers_s, "FIRST_COMPLETED")
            except TimeoutError:
                has_workers = client.scheduler_info()["workers"]
                checks_without_workers = 0 if has_workers else checks_without_workers + 1
                if checks_without_workers == 2:
                    raise NetworkError(f"the Dask cluster has no workers; {_RUN_AGAIN}") from None
                continue
            for number, future in enumerate(ended, len(parts) - len(pending) - len(ended) + 1):
                # The return value is not fetched, because its worker may have died since.
                if future.status != "finished":
                    part, reason = futures[future], future.exception()
                    if isinstance(reason, KilledWorker):
                        reason = "four workers died while parsing it, perhaps because memory ran out"
                    elif not isinstance(reason, OsceNewsError):
                        reason = f"{type(reason).__name__}: {reason}"
                    place = f"{part.path}: bytes {part.start:,} to {part.end:,}"
                    errors.append(PartialError(f"{place}: {reason}"))
                on_part(number, len(parts))
    except dd.CancelledError as error:
        raise NetworkError(f"the Dask scheduler went away; {_RUN_AGAIN}") from error
    except BaseException:
        client.cancel(list(futures))
        raise
    return errors
