"""Has the parts parsed by the workers of a Dask cluster: an existing one, or one on this machine."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from osce_news.archive.cluster.parts import Part
from osce_news.errors import NetworkError, OsceNewsError, PartialError

_LOOK_S = 15.0  # after so long without news it is looked whether there are workers at all
_AGAIN = "run the same command again, what is parsed stays"
Work = Callable[[Part, Path], None]
Client = Any  # distributed's has no types


@contextmanager
def cluster(scheduler: str | None, workers: int, *, verbose: bool = False) -> Iterator[Client]:
    """Yield a client of the scheduler at that address, or of a cluster of so many processes made here.

    Raises NetworkError if no scheduler answers, within Dask's `distributed.comm.timeouts.connect`.
    """
    import dask

    # Dask tells of each worker that comes and goes; what matters of it comes as a result. A worker gets
    # no part before it has done the last: the part that kills it shall be the only one that it had.
    level = "info" if verbose else "critical"
    dask.config.set(
        {
            "logging.distributed": level,
            "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": level,
            "distributed.scheduler.worker-saturation": 1.0,
        }
    )
    import distributed as dd

    connect: Any = dd.Client
    make: Any = dd.LocalCluster
    logging.getLogger("distributed").setLevel(level.upper())
    if scheduler is None:
        with (
            tempfile.TemporaryDirectory() as scratch,
            make(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                local_directory=scratch,
                silence_logs=level.upper(),
            ) as local,
            connect(local) as client,
        ):
            yield client
        return
    try:
        connected = connect(scheduler)
    except (OSError, ValueError) as error:
        why = " ".join(str(error).split())
        raise NetworkError(f"no Dask scheduler answers at {scheduler}: {why}") from error
    with connected as client:
        yield client


def parse_parts(
    client: Client,
    parts: Sequence[Part],
    folder: Path,
    work: Work,
    on_done: Callable[[Part], None] = lambda part: None,
    look_s: float = _LOOK_S,
) -> list[OsceNewsError]:
    """Have each part parsed into its partition, and return what went wrong, part by part.

    A part whose worker dies is given to another one by Dask, three times. `work` raises PartialError for
    what is wrong with a part. Raises NetworkError if the cluster has no worker any more. Whatever ends it,
    it takes back what was not begun.
    """
    from distributed.scheduler import KilledWorker

    ended: SimpleQueue[Any] = SimpleQueue()
    errors: list[OsceNewsError] = []
    futures: dict[Any, Part] = {}
    try:
        for part in parts:
            futures[client.submit(work, part, folder, key=part.name, pure=False)] = part
        for future in futures:
            future.add_done_callback(ended.put)
        for _ in parts:
            future = _next(ended, client, look_s)
            part = futures[future]
            # The partition is the result. What a worker returns is not asked for: it may have died since.
            if future.status == "finished":
                on_done(part)
                continue
            if future.status != "error":
                raise NetworkError(f"the Dask scheduler went away; {_AGAIN}")
            wrong = future.exception()
            if isinstance(wrong, KilledWorker):
                wrong = "four workers that had it died, one after the other: perhaps for want of memory"
            elif not isinstance(wrong, OsceNewsError):
                wrong = f"{type(wrong).__name__}: {wrong}"
            errors.append(PartialError(f"{part.path}: bytes {part.start:,} to {part.end:,}: {wrong}"))
    except BaseException:
        client.cancel(list(futures))
        raise
    return errors


def _next(ended: SimpleQueue[Any], client: Client, look_s: float) -> Any:
    """Return the next future that has ended; raises NetworkError if nobody is left to end one."""
    without = 0
    while True:
        try:
            return ended.get(timeout=look_s)
        except Empty:
            without = 0 if client.scheduler_info()["workers"] else without + 1
            if without > 1:
                raise NetworkError(f"the Dask cluster has no workers; {_AGAIN}") from None
