"""Atomic writes leave the former file when they fail; temporary files go with their process or the next."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from osce_news.atomic import atomic_write, temporary, temporary_folder
from osce_news.errors import StorageError
from tests.helpers import ROOT, environment


def test_what_a_full_disk_lets_lie_goes_too(tmp_path: Path) -> None:
    place = tmp_path / "copy.db"
    place.write_text("former")

    def written() -> None:
        with atomic_write(place) as part:
            part.write_text("half")
            Path(f"{part}-journal").write_text("SQLite's")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageError, match="the disk is full; nothing was written"):
        written()
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]
    assert place.read_text() == "former"


def test_a_folder_not_moved_leaves_the_former_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "years"
    place.mkdir()
    (place / "former").touch()
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name.endswith(".part"):
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(StorageError, match="Input/output error"), atomic_write(place, folder=True) as part:
        (part / "later").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["years", "former"]


def test_a_folder_that_a_kill_left_without_its_name_is_put_back(tmp_path: Path) -> None:
    """The kill came between the renaming of the former folder and that of the new one."""
    former = tmp_path / ".years.0123abcd.former"
    former.mkdir()
    (former / "former").touch()
    place = tmp_path / "years"
    with pytest.raises(KeyError), atomic_write(place, folder=True):
        raise KeyError
    assert [path.name for path in tmp_path.rglob("*")] == ["years", "former"]
    place.rename(former)  # a kill behind both leaves it beside the new one
    place.mkdir()
    with atomic_write(place, folder=True) as part:
        (part / "later").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["years", "later"]


@pytest.mark.parametrize("name", ["ж" * 126, "字" * 84])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path, name: str) -> None:
    with atomic_write(tmp_path / name) as part:
        part.write_text("text")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_keeps_its_mode_and_group(tmp_path: Path) -> None:
    place = tmp_path / "o.csv"
    place.write_text("former")
    place.chmod(0o640)
    group = place.stat().st_gid
    with atomic_write(place) as part:
        part.write_text("later")
    assert (place.stat().st_mode & 0o777, place.stat().st_gid) == (0o640, group)
    assert place.read_text() == "later"


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
