"""Parsing in several processes: the order is kept, memory stays flat, a process that dies is told."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from osce_news.archive.parse import Asked, Parsed, parse
from osce_news.archive.reader.captures import Capture
from osce_news.archive.replay.offline import close_network
from osce_news.errors import OsceNewsError

AHEAD = 4  # pages a process that are under way or wait for their turn

T = TypeVar("T")
Work = tuple[T, Capture | None, Asked | None]  # anything, the page to parse for it if any, what it was


class WorkerError(OsceNewsError):
    """A process that parses pages died. Give the machine more memory, or use fewer `--jobs`."""


class Workers:
    """Parses pages, in this process or in others; a context manager that ends those."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        if self.jobs > 1:
            # Spawned, for that is the same on every system, and inherits neither locks nor connections.
            self._pool = ProcessPoolExecutor(
                self.jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_begin
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def parsed(self, work: Iterable[Work[T]]) -> Iterator[tuple[T, Parsed | None]]:
        """Yield everything in its order with its page parsed; None where there is no page.

        A bounded number of pages is read ahead. Raises WorkerError if a process dies.
        """
        if self._pool is None:
            for thing, capture, asked in work:
                yield thing, parse(capture, asked) if capture is not None else None
            return
        under_way: deque[tuple[T, Future[Parsed] | None]] = deque()
        with _deaths():
            for thing, capture, asked in work:
                future = self._pool.submit(parse, capture, asked) if capture is not None else None
                under_way.append((thing, future))
                while under_way and (
                    len(under_way) > self.jobs * AHEAD or (under_way[0][1] is None or under_way[0][1].done())
                ):
                    yield _result(*under_way.popleft())
            while under_way:
                yield _result(*under_way.popleft())


def _result(thing: T, future: Future[Parsed] | None) -> tuple[T, Parsed | None]:
    return thing, None if future is None else future.result()


@contextmanager
def _deaths() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise WorkerError(
            "a process that parses pages died, perhaps for want of memory; what was read is stored, "
            "run the command again with fewer --jobs"
        ) from error


def _begin() -> None:
    """Set up a process: Ctrl-C is for the one that writes, and no process needs the network."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    close_network()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that writes is gone: killed, it tells nobody to stop waiting for work."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs in a process of the pool"
    parent.join()
    os._exit(1)
