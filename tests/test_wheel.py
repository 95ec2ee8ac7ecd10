"""A wheel built from the checkout works in an empty environment, vocabularies included."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.helpers import ROOT, WHEEL, digest


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    assert built.name == WHEEL
    return built


def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "osce_news").rglob("*")
        if path.is_file() and path.suffix in (".py", ".toml", ".sql", ".txt", ".typed", ".html", ".css")
    }
    assert {name for name in names if not name.split("/")[0].endswith(".dist-info")} == sources | {
        "osce_news/py.typed"
    }
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """The package comes from the wheel, its dependencies from the environment of the tests."""
    environment = tmp_path / "an environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    # Only the dependencies: the checkout is installed there as well, and must not be found first.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = environment / "bin" / "python"
    where = subprocess.run(
        [python, "-c", "import osce_news; print(osce_news.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(environment), where.stdout + where.stderr

    db = tmp_path / "a.db"
    case = ROOT / "fixtures" / "listing" / "seed"
    before = digest(case / "page.html")
    for arguments in (
        ["replay", str(case), "--db", str(db)],
        ["list", "--db", str(db), "--office", "CTHB"],
        ["vocabulary", "offices"],
    ):
        done = subprocess.run(
            [python, "-m", "osce_news", *arguments], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout
    assert digest(case / "page.html") == before
