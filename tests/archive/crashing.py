"""Writers of archives that are killed or fail; run as `python -m tests.archive.crashing WHAT FOLDER`."""

from __future__ import annotations

import itertools
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from osce_news.archive.warc_writer import ArchiveWriter
from osce_news.errors import StorageError
from tests.archive.making import exchange

KILLS = 20
SIZE = 3000


def body(number: int) -> bytes:
    """Return the body of an exchange; every fourth is one that was there before."""
    return Random(number - number % 4 // 3).randbytes(SIZE)


def write_slowly(
    folder: Path, done: int, *, most: int | None = None, before_piece: Callable[[], object]
) -> None:
    """Write exchanges in small pieces, and note each that was recorded in a file."""
    real = os.write

    def slowly(file: int, data: bytes) -> int:
        before_piece()
        return real(file, memoryview(data)[:400])

    os.write = slowly  # type: ignore[assignment]
    with ArchiveWriter(folder, "1", max_bytes=100_000) as writer:
        for number in itertools.count() if most is None else range(most):
            writer.record(exchange(number, body(number)))
            real(done, b".")


def forked(what: Callable[[], None]) -> int:
    """Return the number of a process that does this and no more."""
    pid = os.fork()
    if pid:
        return pid
    try:
        what()
    finally:
        os._exit(0)


def killed_before(piece: int) -> Callable[[], object]:
    """Return a function that kills its process at the call with this number."""
    pieces = itertools.count()
    return lambda: os.kill(os.getpid(), signal.SIGKILL) if next(pieces) == piece else None


def kill(folder: Path) -> None:
    rng = Random(1)
    for number in range(KILLS):
        place = folder / str(number)
        place.mkdir()
        done = os.open(place / "done", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        dies = killed_before(rng.randrange(150))
        pid = forked(lambda place=place, done=done, dies=dies: write_slowly(place, done, before_piece=dies))  # type: ignore[misc]
        os.waitpid(pid, 0)


def two(folder: Path) -> None:
    done = os.open(folder / "done", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    pids = [
        forked(lambda: write_slowly(folder, done, most=60, before_piece=lambda: time.sleep(0.0003)))
        for _ in range(2)
    ]
    for pid in pids:
        os.waitpid(pid, 0)


def full(folder: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    try:
        with ArchiveWriter(folder, "1") as writer:
            for number in range(100):
                writer.record(exchange(number, body(number)))
    except StorageError as error:
        print(error)


if __name__ == "__main__":
    {"kill": kill, "two": two, "full": full}[sys.argv[1]](Path(sys.argv[2]))
