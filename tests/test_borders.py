"""Which part may import which, checked in the sources and in what commands really import."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]


class Border(NamedTuple):
    """What the modules below `where` do not import."""

    where: str
    forbidden: str
    allowed: str = ""


# The commands that only read the database.
READING = "list search show stats vocabulary dictionary serve export cite runs status verify schedule".split()

# The floors of the house, the lowest first: a module imports from its own room and from the floors below.
FLOORS = (
    "clock errors urls items",
    "normalize",
    "search_query serialize atomic",
    "events pages",
    "storage",
    "checks",
    "run",
    "archive",
    "crawl publish",
    "cli",
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms.split()}

# Packages that a room does not import, and rooms that its modules don't though they are below.
BORDERS = (
    Border("pages", "scrapy twisted sqlite3 sqlite_utils click rich"),
    Border("normalize", "scrapy twisted parsel lxml sqlite3"),
    Border("urls.py", "scrapy twisted parsel lxml sqlite3"),
    Border("storage", "scrapy twisted parsel lxml osce_news.pages"),
    Border("storage/dictionary.py", "sqlite_utils"),
    Border("checks", "scrapy twisted parsel lxml"),
    Border("archive", "scrapy"),
    Border(
        "publish",
        "scrapy twisted parsel lxml sqlite_utils osce_news.archive osce_news.pages osce_news.storage.writer",
    ),
    Border("publish/figures/figure.py", "altair vl_convert"),
    Border("publish/figures/charts.py", "vl_convert sqlite3"),
    Border("crawl/spiders", "sqlite3 sqlite_utils parsel lxml"),
    Border("publish/formats", "sqlite3 osce_news.storage", "storage.dictionary"),
    Border(
        "publish/references.py", "osce_news.storage osce_news.publish.formats", "storage.queries.coverage"
    ),
    *(
        Border(f"crawl/{name}.py", "scrapy twisted sqlite3 osce_news.storage")
        for name in "traversal search_traversal list_pages list_rules options".split()
    ),
)

# What is imported only when it is needed: optional packages, and what takes long.
LATE = (
    (" ".join(f"osce_news.cli.{name}" for name in READING), "scrapy twisted lxml parsel rich sqlite_utils"),
    ("osce_news.publish.figures.render", "altair vl_convert"),
    ("osce_news.publish.formats", "pyarrow"),
)


def imports(source: str) -> Iterator[tuple[str, int]]:
    """Yield the full name and the line of each import of a source; none of them is relative."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, ast.unparse(node)
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def is_below(name: str, module: str) -> bool:
    return f"{name}.".startswith(f"{module}.")


def breaches(source: str, border: Border) -> list[str]:
    """Return what a source imports in spite of the border, as "line: name"."""
    allowed = [f"osce_news.{name}" for name in border.allowed.split()]
    return [
        f"{line}: {name}"
        for name, line in imports(source)
        if any(is_below(name, other) for other in border.forbidden.split())
        and not any(is_below(name, other) for other in allowed)
    ]


def selectors(source: str) -> list[str]:
    """The calls of a source that look for something in a page."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    found = [call for call in calls if isinstance(call, ast.Attribute) and call.attr in ("css", "xpath")]
    return sorted(f"{call.lineno}: {ast.unparse(call)}" for call in found)


def modules(where: str) -> list[Path]:
    path = ROOT / "osce_news" / where
    found = [path] if path.is_file() else sorted(path.rglob("*.py"))
    assert found, f"{where} is gone: a border that holds nothing"
    return found


@pytest.mark.parametrize("border", BORDERS, ids=lambda border: border.where)
def test_no_module_imports_what_lies_beyond_its_border(border: Border) -> None:
    found = {
        str(path.relative_to(ROOT)): breaches(path.read_text(encoding="utf-8"), border)
        for path in modules(border.where)
    }
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_no_room_imports_from_its_own_floor_or_from_above() -> None:
    found = {}
    for path in sorted((ROOT / "osce_news").rglob("*.py")):
        room = path.relative_to(ROOT / "osce_news").with_suffix("").parts[0]
        if room.startswith("__"):
            continue
        for name, line in imports(path.read_text(encoding="utf-8")):
            other = name.split(".")[1] if "." in name else ""
            is_room = name.startswith("osce_news.") and other in FLOOR_OF and other != room
            if is_room and FLOOR_OF[other] >= FLOOR_OF[room]:
                found[f"{path.relative_to(ROOT)}:{line}"] = name
    assert found == {}


def test_spiders_hold_no_selector() -> None:
    found = {path.name: selectors(path.read_text(encoding="utf-8")) for path in modules("crawl/spiders")}
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_planted_imports_and_selectors_are_found() -> None:
    pages = Border("pages", "scrapy osce_news", "errors pages")
    source = (
        "import scrapyd\nfrom scrapy.http import Request, Response\n"
        "from osce_news.errors import LayoutError\nfrom osce_news.pages.text_lines import Line\n"
        "def f():\n    from osce_news.cli import main\nif TYPE_CHECKING:\n    import osce_news.storage\n"
    )
    assert sorted(breaches(source, pages)) == [
        "2: scrapy.http.Request", "2: scrapy.http.Response", "6: osce_news.cli.main",
        "8: osce_news.storage",
    ]  # fmt: skip
    source = "a = response.css('a::text').get()\nb = response.selector.xpath('//a')\nc = css('a')\n"
    assert selectors(source) == ["1: response.css", "2: response.selector.xpath"]


def loaded(*arguments: str, cwd: Path) -> tuple[int, set[str]]:
    """The exit status of a command, and the packages that it imported."""
    program = () if arguments[0] == "-c" else ("-m", "osce_news")
    command = [sys.executable, "-X", "importtime", *program, *arguments]
    here = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=cwd, env=here, capture_output=True, encoding="utf-8", timeout=60)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return done.returncode, {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    status, packages = loaded("--help", cwd=tmp_path)
    assert status == 0
    assert {"click", "osce_news"} <= packages
    assert packages & {"scrapy", "rich", "lxml", "sqlite_utils", "twisted", "parsel", "dateutil"} == set()


@pytest.mark.parametrize(("modules", "late"), LATE)
def test_what_is_not_needed_at_once_is_not_loaded_at_once(tmp_path: Path, modules: str, late: str) -> None:
    status, packages = loaded("-c", f"import {', '.join(modules.split())}", cwd=tmp_path)
    assert status == 0
    assert "osce_news" in packages
    assert packages & {*late.split()} == set()


def test_a_missing_database_is_not_made_by_reading(tmp_path: Path) -> None:
    status, packages = loaded("list", "--db", "missing.db", cwd=tmp_path)
    assert status == 2
    assert packages & {"scrapy", "twisted"} == set()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_database_that_is_up_to_date_is_opened_without_the_means_to_migrate(tmp_path: Path) -> None:
    page = str(ROOT / "fixtures" / "listing" / "last-page")
    assert "sqlite_utils" in loaded("replay", page, cwd=tmp_path)[1]
    status, packages = loaded("replay", page, cwd=tmp_path)
    assert (status, packages & {"sqlite_utils", "pandas"}) == (0, set())
