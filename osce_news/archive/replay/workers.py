"""Parses pages in one or several processes, in order and in bounded memory, without the network."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from itertools import islice
from typing import TypeVar

from osce_news.archive.captures import Capture
from osce_news.archive.parse import PageRequest, ParsedPage, parse
from osce_news.errors import OsceNewsError

AHEAD = 4  # pages per process that are being parsed or wait for their turn

T = TypeVar("T")
Task = tuple[T, Capture | None, PageRequest | None]  # anything, and the page to parse for it, if any


class WorkerError(OsceNewsError):
    """A process that parses pages died. Give the machine more memory, or use fewer `--jobs`."""


class NetworkUsedError(OsceNewsError):
    """Something tried to use the network during a replay. Please report it."""


class Workers:
    """Parses pages in this process, or in a pool of others; a context manager that ends the pool."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        if self.jobs > 1:
            # Spawned processes work alike on every system, and inherit neither locks nor connections.
            self._pool = ProcessPoolExecutor(
                self.jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def parsed(self, tasks: Iterable[Task[T]]) -> Iterator[tuple[T, ParsedPage | None]]:
        """Yield each task's first value, in order, with its page parsed; None if it has no page.

        A bounded number of pages is read ahead. Raises WorkerError if a process dies.
        """
        if self._pool is None:
            for value, capture, request in tasks:
                yield value, parse(capture, request) if capture is not None else None
            return
        pending: deque[tuple[T, Future[ParsedPage] | None]] = deque()
        waiting = iter(tasks)
        try:
            while True:
                for value, capture, request in islice(waiting, self.jobs * AHEAD - len(pending)):
                    future = self._pool.submit(parse, capture, request) if capture is not None else None
                    pending.append((value, future))
                if not pending:
                    return
                value, future = pending.popleft()
                yield value, future.result() if future is not None else None
        except BrokenProcessPool as error:
            raise WorkerError(
                "a process that parses pages died, perhaps because memory ran out; run the command again "
                "with fewer --jobs"
            ) from error


@cache
def close_network() -> None:
    """Make every attempt to create or use a socket in this process fail from now on.

    CPython calls its audit hooks before each attempt (PEP 578), by C code as well as by Python code. This
    can't be undone.
    """
    sys.addaudithook(_refuse_sockets)


def _refuse_sockets(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith("socket.") and event != "socket.gethostname":
        raise NetworkUsedError(f"a replay opens no socket, but something called {event}")


def _start_worker() -> None:
    """Set up a process of the pool: signals of the terminal are left to the main process; no network."""
    for number in {signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)}:
        signal.signal(number, signal.SIG_IGN)
    close_network()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the main process has ended; if that was killed, nobody else would end it."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs in a process of the pool"
    parent.join()
    os._exit(1)
