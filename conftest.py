"""What all tests share: which of them are slow, and options."""

from __future__ import annotations

import os
import signal
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent
FAST = "not slow"
# Whole files and folders that are slow, or need more than the extra `test`. `pytest` does not import them.
SLOW = {
    "osce_news/archive/cluster": "the extra cluster",
    "osce_news/publish/figures/charts.py": "the extra plot",
    "osce_news/publish/web": "the extra web",
    "tests/archive/test_cluster.py": "the extra cluster; starts Dask",
    "tests/archive/test_crash.py": "kills processes",
    "tests/cli/test_machine.py": "full disks, kills",
    "tests/crawl/over_http/test_bad_machine.py": "full disks, kills, clocks",
    "tests/crawl/test_scrapyd.py": "starts scrapyd",
    "tests/faults": "kills, full disks, damaged files",
    "tests/publish/figures/test_render.py": "the extra plot",
    "tests/publish/test_export_readers.py": "reads exports with DuckDB, pandas, polars and frictionless",
    "tests/publish/web": "the extra web; Chromium",
    "tests/test_contributing.py": "copies the tree",
    "tests/test_docs_cookbook.py": "30,000 items; pandas and R",
    "tests/test_docs_site.py": "the extra docs",
    "tests/test_wheel.py": "builds and installs the wheel",
}
_PATHS = tuple(ROOT / path for path in SLOW)
assert all(path.exists() for path in _PATHS), "SLOW names a file that is gone"

# Modules that can't be imported, and one that is for another process.
collect_ignore = ["tests/as_installed", "tests/forked.py"]

# The same examples each time, however busy the machine is, so that only a change makes a test fail.
# `--hypothesis-profile=default` tries others.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

# At each commit SQLite waits for the disk, which takes longer than most tests: a folder in memory has none.
SHM = "/dev/shm"  # noqa: S108
if os.access(SHM, os.W_OK) and "PYTEST_DEBUG_TEMPROOT" not in os.environ:
    memory = os.statvfs(SHM)
    if memory.f_bavail * memory.f_frsize > 2**32 and not memory.f_flag & os.ST_NOEXEC:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = tempfile.tempdir = SHM

# `nohup pytest`, or a shell's job in the background, would let all processes ignore these.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--large", action="store_true", help="run the large versions of tests (minutes)")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave slow files alone when only fast tests are to run; None leaves it to others."""
    return True if config.option.markexpr == FAST and _is_slow(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_slow(item.path):
            item.add_marker("slow")


@cache
def _is_slow(path: Path) -> bool:
    return any(path.is_relative_to(slow) for slow in _PATHS)
