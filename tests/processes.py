"""The command line in processes that begin at once, forked from one that has imported everything already.

The exit status and the signals are those of a command that was typed.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from scrapy.settings import default_settings

ROOT = Path(__file__).resolve().parent.parent
_COMPONENTS: list[str] = [
    *default_settings.EXTENSIONS_BASE,
    *default_settings.DOWNLOADER_MIDDLEWARES_BASE,
    *default_settings.SPIDER_MIDDLEWARES_BASE,
    default_settings.DOWNLOADER,
    default_settings.SCHEDULER,
    default_settings.STATS_CLASS,
]
_OTHERS = """
    click filelock lxml.html parsel platformdirs protego rich.table scrapy.core.downloader.handlers.http11
    scrapy.crawler sqlite_utils tldextract twisted.internet.asyncioreactor
""".split()
# Their packages need an extra, or are slow to import and used by few commands.
_LATE = {"__main__", "cluster", "figures", "web"}


def _modules() -> list[str]:
    """Return the names of osce-news's modules that most commands need."""
    paths = (path.relative_to(ROOT).with_suffix("") for path in sorted(ROOT.glob("osce_news/**/*.py")))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths if not _LATE & {*path.parts}]


@cache
def _forking() -> ForkServerContext:
    """Return what forks processes; a forked one imports this module but needs none of this."""
    context = multiprocessing.get_context("forkserver")
    components = [name.rpartition(".")[0] for name in _COMPONENTS]
    context.set_forkserver_preload([*_OTHERS, *components, *_modules()])
    return context


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    output: str
    errors: str

    @property
    def summary(self) -> dict[str, Any]:
        """What `--json` printed; empty if it printed nothing."""
        return dict(json.loads(self.output or "{}"))

    @property
    def lines(self) -> list[str]:
        """The lines of its errors that are no log."""
        return [line for line in self.errors.splitlines() if line.startswith("osce-news: ")]


class Command:
    """A command that runs, until the end of the block at the latest."""

    def __init__(
        self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, before: str = ""
    ) -> None:
        """Start the command; `before` is Python that its process runs before it imports osce-news."""
        self._folder = tempfile.TemporaryDirectory(prefix="osce-news-")
        self._said = [Path(self._folder.name, name) for name in ("output", "errors")]
        self.process = _forking().Process(
            target=_run,
            args=(list(arguments), str(cwd), dict(env or {}), before, [str(path) for path in self._said]),
        )
        self.process.start()
        assert self.process.pid is not None
        self.pid: int = self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.is_alive()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.process.is_alive():
            os.kill(self.pid, number)

    def wait(self, seconds: float = 60) -> Ended:
        """Wait for its end; raises TimeoutError."""
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


def _run(arguments: list[str], cwd: str, env: dict[str, str], before: str, said: list[str]) -> None:
    """Become the command; what it says goes into two files."""
    for number, path in enumerate(said, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.chdir(cwd)
    for name in [name for name in os.environ if name.startswith("OSCE_NEWS_")]:
        del os.environ[name]
    os.environ.update(env)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=stream.errors)
    sys.argv = ["osce-news", *arguments]
    if before:
        # What it changes is to be there before a module takes it from another.
        for name in [name for name in sys.modules if name.partition(".")[0] == "osce_news"]:
            del sys.modules[name]
        exec(before, {})
    from osce_news.cli.main import main

    main()
