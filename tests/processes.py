"""The command line in processes that start at once, because they are forked from one that has imported all.

The exit status and the signals are those of a command that was typed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import pty
import select
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import chdir
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import FunctionType, TracebackType
from typing import Any, NamedTuple, Self

ROOT = Path(__file__).resolve().parent.parent


@cache
def _forking() -> ForkServerContext:
    """Return the process that forks others."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.forked"])
    with chdir(ROOT):  # where it finds the module
        forkserver.ensure_running()
    return context


class Ended(NamedTuple):
    """How a command ended, and its output."""

    status: int
    output: str
    errors: str

    @property
    def summary(self) -> dict[str, Any]:
        """What `--json` printed; empty if it printed nothing."""
        return dict(json.loads(self.output or "{}"))

    @property
    def lines(self) -> list[str]:
        """The lines of its errors that are not log lines."""
        return [line for line in self.errors.splitlines() if line.startswith("osce-news: ")]


class Command:
    """A command that runs until the end of the block at the latest."""

    def __init__(
        self,
        arguments: Sequence[str],
        cwd: Path,
        env: Mapping[str, str] | None = None,
        before: str = "",
        program: str = "osce-news",
        terminal: Mapping[str, str] | None = None,
    ) -> None:
        """Start `osce-news` or `scrapy`; `before` is Python that its process runs first, to replace parts.

        `terminal` is the path of a terminal that is its "output" or its "errors".
        """
        self._folder = tempfile.TemporaryDirectory(prefix="osce-news-")
        self._said = [Path(self._folder.name, name) for name in ("output", "errors")]
        places = [(terminal or {}).get(path.name, str(path)) for path in self._said]
        self.process = _forking().Process(
            target=_run, args=([program, *arguments], str(cwd), dict(env or {}), before, places)
        )
        self.process.start()
        assert self.process.pid is not None
        self.pid: int = self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.is_alive()

    @property
    def errors(self) -> str:
        """Return what it has written to standard error so far."""
        return self._said[1].read_text("utf-8") if self._said[1].exists() else ""

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if the command still runs."""
        if self.process.is_alive():
            os.kill(self.pid, number)

    def wait(self, seconds: float = 60) -> Ended:
        """Wait until it has ended; raises TimeoutError."""
        ended = self.result(seconds)
        assert "Traceback" not in ended.errors, ended.errors
        return ended

    def result(self, seconds: float = 60) -> Ended:
        """Wait for its end, which may be a traceback; raises TimeoutError."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            raise TimeoutError(f"process {self.pid} still runs after {seconds} s")
        # A process that was killed at once has written nothing, and may not have made the files.
        written = (path.read_bytes() if path.exists() else b"" for path in self._said)
        said = (text.decode("utf-8", "surrogateescape") for text in written)
        return Ended(self.process.exitcode, *said)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self._folder.cleanup()


def on_a_terminal(stream: str, arguments: Sequence[str], cwd: Path, env: Mapping[str, str]) -> str:
    """Return what the command, which must succeed, shows on a terminal that is its "output" or "errors"."""
    ours, theirs = pty.openpty()
    shown = b""
    with Command(arguments, cwd, env, terminal={stream: os.ttyname(theirs)}) as command:
        while (running := command.is_running) or select.select([ours], [], [], 0)[0]:
            if select.select([ours], [], [], 0.01 if running else 0)[0]:
                shown += os.read(ours, 65536)
        assert command.wait().status == 0
    os.close(theirs)
    os.close(ours)
    return shown.decode()


def _run(words: list[str], cwd: str, env: dict[str, str], before: str, said: list[str]) -> None:
    """Become the command, whose output goes into two files."""
    for number, path in enumerate(said, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.chdir(cwd)
    sys.path.insert(0, cwd)
    for name in [name for name in os.environ if name.startswith("OSCE_NEWS_")]:
        del os.environ[name]
    os.environ.update(env)
    sys.stdout = os.fdopen(1, "w", 1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
    # As `python -m osce_news` and `scrapy` have it, whatever is on the PATH.
    program = str(ROOT / "osce_news" / "__main__.py") if words[0] == "osce-news" else words[0]
    sys.argv = [program, *words[1:]]
    if before:
        _replace(before)
    if words[0] == "scrapy":
        from scrapy.cmdline import execute

        os.environ["SCRAPY_SETTINGS_MODULE"] = "osce_news.crawl.settings"  # as in scrapy.cfg
        execute()
    from osce_news.cli.main import main

    main()


def _replace(before: str) -> None:
    """Run the code; a function that it replaces in its own module is replaced wherever it was imported."""
    modules = [vars(sys.modules[name]) for name in sys.modules if name.partition(".")[0] == "osce_news"]
    values = [(module, key, value) for module in modules for key, value in module.items()]
    former = [(module, key, value) for module, key, value in values if isinstance(value, FunctionType)]
    exec(before, {})
    new = {
        value: module[key]
        for module, key, value in former
        if module[key] is not value and module["__name__"] == value.__module__
    }
    for module, key, value in former:
        if module[key] is value and value in new:
            module[key] = new[value]
