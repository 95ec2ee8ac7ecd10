"""Runs `osce-news serve` in a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers import command, environment


@dataclass
class Serving:
    """A running server: its address and its process."""

    url: str
    process: subprocess.Popen[str]

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Stop it with a signal; return its exit status and its standard error."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


def text_at(address: str) -> str:
    """Return the text at an address; raises HTTPError."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())


@contextmanager
def serving(db: Path, temporary: Path) -> Iterator[Serving]:
    """Serve the database on a free port, with the copy in the folder `temporary`."""
    process = subprocess.Popen(
        command("serve", "--port", "0", "--db", db),
        env=environment({"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        if address is None:
            process.kill()
            raise AssertionError(f"{line}{process.communicate()[1]}")
        yield Serving(address[0], process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
