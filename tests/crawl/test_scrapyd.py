"""scrapyd runs the spider from a wheel that is given to it as an egg, as docs/scheduling.md says."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.schedules.scheduled import stub
from tests.helpers import ROOT
from tests.newsroom import Newsroom, make_stories
from tests.test_docs_scheduling import commands

*INSTALL, START, BUILD, DEPLOY, SCHEDULE = commands("scrapyd")
PROGRAMS = {
    "scrapyd": "scrapyd",
    "scrapyd-deploy": "scrapyd_client.deploy",
    "scrapyd-client": "scrapyd_client",
}
VERSION = "9.9.9"  # to be told from the one that the environment of the tests has
WAIT_S = 60


def _until(what: str, server: subprocess.Popen[bytes], found: Any) -> Any:
    """Return what `found()` returns as soon as it is something."""
    end = time.monotonic() + WAIT_S
    while not (result := found()):
        assert server.poll() is None, f"scrapyd ended with {server.returncode}"
        assert time.monotonic() < end, f"not within {WAIT_S} s: {what}"
        time.sleep(0.1)
    return result


class Machine:
    """A home folder, a checkout and a free port."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.checkout = folder / "check out"
        self.checkout.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OSCE_", "SCRAPY"))}
        kept.pop("PYTHONPATH", None)
        self.environment = {**kept, "HOME": str(self.home)}

    def check_out(self) -> None:
        """Copy what a wheel is built of, with a version and a port of its own."""
        shutil.copytree(ROOT / "osce_news", self.checkout / "osce_news")
        for name in ("pyproject.toml", "README.md", "LICENSE", "scrapy.cfg"):
            shutil.copy(ROOT / name, self.checkout)
        self._replace("osce_news/__init__.py", r'__version__ = ".*"', f'__version__ = "{VERSION}"')
        self._replace("scrapy.cfg", r":6800\b", f":{self.port}")

    def _replace(self, name: str, pattern: str, by: str) -> None:
        path = self.checkout / name
        text, count = re.subn(pattern, by, path.read_text(encoding="utf-8"))
        assert count == 1, name
        path.write_text(text, encoding="utf-8")

    def type_in(self, command: str) -> str:
        """Return what a command prints; it has to end well."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.checkout, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def install(self, large: bool) -> None:
        """Make the environment of the documentation; else one like it, with the packages of the tests'."""
        if large:
            for command in INSTALL:
                self.type_in(command)
            return
        environment = self.home / "scrapyd"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
        (site,) = environment.glob("lib/python*/site-packages")
        # Only the packages: the checkout, installed there by a file .pth, stays out.
        (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
        for name, module in PROGRAMS.items():
            stub(environment / "bin", name, f'exec "{environment}/bin/python" -m {module} "$@"')

    def start(self) -> subprocess.Popen[bytes]:
        """Start scrapyd as the documentation does, and wait until it answers."""
        configuration = f"[scrapyd]\nhttp_port = {self.port}\npoll_interval = 0.2\nmax_proc = 1\n"
        (self.home / "scrapyd" / "scrapyd.conf").write_text(configuration)
        with (self.home / "scrapyd.log").open("wb") as log:
            server = subprocess.Popen(
                ["bash", "-c", START.removesuffix(" &")],
                cwd=self.checkout,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

        def answers() -> bool:
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", self.port)) == 0

        try:
            _until("scrapyd answers", server, answers)
        except BaseException:
            stop(server)
            raise
        return server

    def finished(self) -> list[dict[str, Any]]:
        """Return the jobs that are over."""
        url = f"http://127.0.0.1:{self.port}/listjobs.json?project=osce_news"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return list(json.load(answer)["finished"])


def stop(server: subprocess.Popen[bytes]) -> None:
    """End scrapyd and the crawls that it started; they have a session of their own."""
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(10)


@pytest.fixture
def large(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--large"))


@pytest.fixture
def machine(tmp_path: Path, large: bool) -> Machine:
    machine = Machine(tmp_path)
    machine.check_out()
    machine.install(large)
    return machine


@pytest.fixture
def scrapyd(machine: Machine) -> Iterator[subprocess.Popen[bytes]]:
    server = machine.start()
    yield server
    if server.poll() is None:
        stop(server)


def test_scrapyd_crawls_as_shown(machine: Machine, scrapyd: subprocess.Popen[bytes], large: bool) -> None:
    before = {path.name for path in machine.checkout.iterdir()}
    machine.type_in(BUILD if large else f"{BUILD} --no-isolation")  # without, it fetches hatchling
    answer = json.loads(machine.type_in(DEPLOY))
    assert (answer["status"], answer["project"], answer["spiders"]) == ("ok", "osce_news", 2)
    with Newsroom(make_stories(60)) as newsroom:
        more = f" --arg start_url={newsroom.url}/press-releases --arg delay=0"
        assert machine.type_in(SCHEDULE + more).startswith("osce_news / newsroom => ")
        (job,) = _until("the crawl is over", scrapyd, machine.finished)
    log = "\n".join(path.read_text() for path in (machine.home / "scrapyd" / "logs").rglob("*.log"))
    assert job["spider"] == "newsroom", log
    assert {entry.headers["User-Agent"] for entry in newsroom.log} == {
        f"osce-news/{VERSION} (+you@example.org)"
    }, log
    connection = sqlite3.connect(machine.home / "osce-news.db")
    assert connection.execute("SELECT count(*) FROM newsroom").fetchone() == (60,), log
    # The vocabularies were read out of the zip: the labels, and the names with their identifiers.
    assert connection.execute("SELECT count(DISTINCT office_id) FROM item_offices").fetchone()[0] > 3
    assert connection.execute("SELECT status FROM runs").fetchall() == [("complete",)]
    connection.close()
    # No setup.py was made, as it is when scrapyd-deploy builds the egg.
    assert {path.name for path in machine.checkout.iterdir()} <= before | {"dist"}
