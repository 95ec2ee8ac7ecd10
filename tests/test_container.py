"""Containerfile and compose.yaml, as far as a machine without Docker can tell, and the programs they run."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.cli.schedules.scheduled import stub
from tests.helpers import ROOT

CONTAINERFILE = ROOT / "Containerfile"


def instructions() -> list[tuple[str, str]]:
    """Return the instructions and their values, in order."""
    from dockerfile_parse import DockerfileParser  # needs the extra test-slow

    parser = DockerfileParser(fileobj=io.BytesIO(CONTAINERFILE.read_bytes()))
    return [(one["instruction"], one["value"]) for one in parser.structure if one["instruction"] != "COMMENT"]


def services() -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    assert document["volumes"] == {"data": None}
    return dict(document["services"])


@pytest.mark.slow
def test_hadolint_finds_nothing() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([program, CONTAINERFILE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.slow
def test_it_crawls_as_a_user_that_is_not_root_into_the_volume() -> None:
    given = dict(instructions())
    assert given["USER"] == "1000"
    assert (given["VOLUME"], given["WORKDIR"], given["ENV"]) == (
        "/data",
        "/data",
        "OSCE_NEWS_DB=/data/osce-news.db",
    )
    assert (json.loads(given["ENTRYPOINT"]), json.loads(given["CMD"])) == (["osce-news"], ["crawl"])
    order = [name for name, _ in instructions()]
    assert order.index("USER") > len(order) - 1 - order[::-1].index("RUN")  # nothing is installed after it
    assert given["EXPOSE"] in services()["serve"]["ports"][0]


@pytest.mark.slow
def test_what_it_copies_is_enough_to_install_and_run_the_program(tmp_path: Path) -> None:
    """As in the image, but with the dependencies of this environment."""
    source = tmp_path / "src"
    for name, value in instructions():
        if name == "COPY":
            *paths, to = value.split()
            target = tmp_path / to.lstrip("/")
            for path in paths:
                if (ROOT / path).is_dir():
                    shutil.copytree(ROOT / path, target)
                else:
                    target.mkdir(exist_ok=True)
                    shutil.copy(ROOT / path, target)
    (install,) = (value for name, value in instructions() if name == "RUN" and value.startswith("pip "))
    assert install == "pip install --no-cache-dir '/src[notify,web]'"
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-build-isolation"]
    subprocess.run([*pip, "--no-deps", "--ignore-installed", str(source)], check=True)
    for words in (["crawl", "--help"], ["serve", "--help"], ["status", "--help"]):
        done = subprocess.run(
            [python.with_name("osce-news"), *words], cwd=tmp_path, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_both_services_share_the_volume_and_only_this_machine_can_browse() -> None:
    crawl, serve = services()["crawl"], services()["serve"]
    assert crawl["volumes"] == serve["volumes"] == ["data:/data"]
    assert crawl["build"]["dockerfile"] == CONTAINERFILE.name
    assert crawl["image"] == serve["image"]
    assert serve["ports"] == ["127.0.0.1:8001:8001"]
    assert serve["command"] == ["serve", "--host", "0.0.0.0"]


def _start(folder: Path, weekday: int) -> subprocess.Popen[str]:
    """Start the loop of the crawls, with programs that write down how they are called."""
    noted = folder / "noted"
    stub(folder / "bin", "osce-news", f'trap "echo stopped >> {noted}; exit 130" TERM\necho "$@" >> {noted}\n'
         f"[ -e {folder}/long ] && while :; do /bin/sleep 0.05; done; true")  # fmt: skip
    stub(
        folder / "bin",
        "date",
        f'case "$*" in +%u) echo {weekday};; "-d tomorrow 04:17 +%s") echo 110;; *) echo 50; esac',
    )
    stub(folder / "bin", "sleep", f'echo "sleep $1" >> {noted}; exec /bin/sleep 30')
    crawl = services()["crawl"]
    script = crawl["command"][0].replace("$$", "$")  # as compose reads it
    env = {"PATH": f"{folder}/bin:{os.environ['PATH']}"}
    return subprocess.Popen([*crawl["entrypoint"], script], cwd=folder, env=env, text=True)


def _noted(folder: Path, lines: int) -> list[str]:
    """Return what was written down, once it has so many lines."""
    noted, deadline = folder / "noted", time.monotonic() + 60
    while time.monotonic() < deadline:
        found = noted.read_text().splitlines() if noted.exists() else []
        if len(found) >= lines:
            return found
        time.sleep(0.05)
    raise TimeoutError(found)


@pytest.mark.parametrize(("weekday", "words"), [(6, "crawl"), (7, "crawl --full")])
def test_it_crawls_at_once_and_then_each_morning(tmp_path: Path, weekday: int, words: str) -> None:
    loop = _start(tmp_path, weekday)
    try:
        assert _noted(tmp_path, 2) == [words, "sleep 60"]
    finally:
        loop.send_signal(signal.SIGTERM)
        assert loop.wait(60) is not None


def test_a_container_that_is_stopped_lets_the_crawl_finish_its_page(tmp_path: Path) -> None:
    (tmp_path / "long").touch()
    loop = _start(tmp_path, 1)
    _noted(tmp_path, 1)
    time.sleep(0.3)
    loop.send_signal(signal.SIGTERM)
    loop.wait(60)
    assert _noted(tmp_path, 2) == ["crawl", "stopped"]
