"""Temporary files go with their process, or with the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from osce_news.atomic import temporary, temporary_folder
from tests.helpers import ROOT, environment


def killed_in(folder: Path, code: str) -> None:
    """Run code that imports the module, and ends with a kill."""
    before = "import os, signal\nfrom pathlib import Path\nfrom osce_news.atomic import *\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{before}{code}"],
        cwd=ROOT,
        env=environment({"TMPDIR": str(folder), "FOLDER": str(folder)}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_what_a_killed_process_left_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_in(
        tmp_path,
        "with temporary_folder() as folder, temporary(Path(os.environ['FOLDER']), '.a.csv.', '.part'):\n"
        "    (folder / 'copy.db').touch()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n",
    )
    assert len(list(tmp_path.iterdir())) == 2
    others = {tmp_path / "osce-news-backup", tmp_path / ".b.csv.0123abcd.part"}
    for other in others:
        other.touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with temporary_folder() as folder, temporary(tmp_path, ".a.csv.", ".part") as part:
        assert set(tmp_path.iterdir()) == {folder, part, *others}
        assert folder.stat().st_mode & 0o777 == 0o700
    assert set(tmp_path.iterdir()) == others


def test_what_a_living_process_uses_stays(tmp_path: Path) -> None:
    with temporary(tmp_path, ".a.", ".part") as first, temporary(tmp_path, ".a.", ".part") as second:
        assert first.exists()
        assert second.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_the_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    os.symlink(precious, tmp_path / ".a.0123abcd.part")
    with temporary(tmp_path, ".a.", ".part", folder=True):
        pass
    assert (precious / "file").exists()
