"""Atomic writes leave the former file when they fail, and nothing next to it."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from osce_news.atomic import atomic_write
from osce_news.errors import StorageError


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


def test_a_folder_that_cannot_be_moved_to_its_place_gives_the_former_one_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_a_file_keeps_its_mode_and_group(tmp_path: Path) -> None:
    place = tmp_path / "o.csv"
    place.write_text("former")
    place.chmod(0o640)
    group = place.stat().st_gid
    with atomic_write(place) as part:
        part.write_text("later")
    assert (place.stat().st_mode & 0o777, place.stat().st_gid) == (0o640, group)
    assert place.read_text() == "later"
