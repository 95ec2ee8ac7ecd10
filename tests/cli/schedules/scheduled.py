"""Helpers for the tests of all schedulers."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.helpers import PATH, Result, run
from tests.newsroom import Newsroom

HALF_DAYS = [("04:17", "4 16"), ("0:05", "0 12"), ("13:59", "13 1"), ("12:00", "12 0"), ("23:30", "23 11")]


def schedule(scheduler: str, *options: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Return the output of the command, which must succeed and print no errors."""
    result = run("schedule", scheduler, *options, cwd=cwd, env=env)
    assert (result.status, result.err) == (0, "")
    assert all(line == line.rstrip() for line in result.out.splitlines())
    return result.out


def bare(more: Mapping[str, str]) -> dict[str, str]:
    """Return the minimal environment of a scheduler, with this checkout."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/", "PYTHONPATH": PATH, **more}


def start(words: Sequence[str], *, env: Mapping[str, str], cwd: Path | str = "/") -> Result:
    """Run a program as a scheduler does, away from the folder of the user."""
    done = subprocess.run(
        words, env=bare(env), cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL, text=True, timeout=60
    )
    return Result(done.returncode, done.stdout, done.stderr)


def stored(db: Path) -> int:
    """Return how many items the database holds."""
    connection = sqlite3.connect(db)
    try:
        return int(connection.execute("SELECT count(*) FROM newsroom").fetchone()[0])
    finally:
        connection.close()


def agents(newsroom: Newsroom) -> set[str]:
    """Return the user agents of all requests."""
    return {entry.headers["User-Agent"] for entry in newsroom.log}


def stub(folder: Path, name: str, script: str) -> None:
    """Add a stub for one of the machine's programs to the folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
