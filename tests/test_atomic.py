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
