"""Signals to commands of several processes, and clocks that jump under way."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.archive.replaying import assert_same, crawl, newsroom, replay
from tests.crawl.over_http.crawling import until
from tests.helpers import command, environment, run
from tests.publish.web.serving import serving

DEFAULT = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    with newsroom(25) as server:
        assert crawl(server, folder).status == 0
    return folder


def has_children(process: int) -> bool:
    """Whether any thread of the process has started another one."""
    with suppress(OSError):  # it or a thread ended meanwhile
        return any(path.read_text() for path in Path(f"/proc/{process}/task").glob("*/children"))
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_parse_in_one_line_whenever_it_comes(
    archive: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """A terminal sends its signals to all processes of the command."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    moments = Random(int(number))
    for _ in range(3):
        process = subprocess.Popen(
            command("parse", archive / "archive", "--out", tmp_path / "parsed", before=DEFAULT),
            env=environment({"TMPDIR": str(temporary)}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        until(lambda process=process: has_children(process.pid) or process.poll() is not None)  # type: ignore[misc]
        time.sleep(moments.random() * 3)
        with suppress(ProcessLookupError):  # it was done, or had nothing left to do
            os.killpg(process.pid, number)
        _, err = process.communicate(timeout=60)
        if process.returncode == 0:
            continue
        if number == signal.SIGKILL:
            assert process.returncode == -signal.SIGKILL
        else:
            assert (process.returncode, err) == (
                130,
                "osce-news: interrupted; run the command again to continue\n",
            )
            assert list(temporary.iterdir()) == []
    # A command with nothing left to do deletes nothing, so the second has a new folder.
    for folder in ("parsed", "again"):
        done = run(
            "parse", archive / "archive", "--out", folder, cwd=tmp_path, env={"TMPDIR": str(temporary)}
        )
        assert done.status == 0, done.err
    assert list(temporary.glob("osce-news-*")) == []
    assert run("merge", "parsed", "--db", "b.db", cwd=tmp_path).status == 0
    assert_same(archive, os.path.relpath(tmp_path / "b.db", archive))


def test_the_next_serve_deletes_the_copy_of_one_that_was_killed(archive: Path, tmp_path: Path) -> None:
    for _ in range(2):
        with serving(archive / "a.db", tmp_path) as server:
            assert len(list(tmp_path.glob("osce-news-*"))) == 1
            server.process.kill()
    with serving(archive / "a.db", tmp_path) as server:
        assert server.end()[0] == 0
    assert list(tmp_path.glob("osce-news-*")) == []


@pytest.mark.parametrize("jumps", ["0, -3600", "0, 400 * 86400", "0, 86400, -86400", "-5, 5, 0"])
def test_a_clock_that_jumps_under_way_loses_nothing_and_a_replay_gives_the_same_rows(
    tmp_path: Path, jumps: str
) -> None:
    jumping = (
        "import itertools, osce_news.clock as clock\n"
        f"jumps = (one for one in itertools.cycle([{jumps}]) for _ in range(7))\n"
        "start = itertools.count(1_790_000_000)\n"
        "clock.utc_now = lambda: clock.format_utc(next(start) + next(jumps))\n"
    )
    with newsroom(45) as server:
        for _ in range(2):
            done = crawl(server, tmp_path, "--full", before=jumping)
            assert (done.status, done.summary["withdrawn"]) == (0, 0), done.errors
            server.edit(server.stories[3].node, title="Another title")
        nodes = {str(story.node) for story in server.stories}
    assert run("verify", "--db", "a.db", cwd=tmp_path).status == 0
    done = replay(tmp_path)
    assert done.status == 0, done.errors
    assert_same(tmp_path)
    assert len(nodes) == 45
