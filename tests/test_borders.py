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
    """What the modules below `where` do not import; `first` means: not before a function is called."""

    where: str
    forbidden: str
    allowed: str = ""
    first: bool = False


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
    # Optional packages are imported only when they are needed.
    Border("publish/figures/figure.py", "altair vl_convert"),
    Border("publish/figures/charts.py", "vl_convert sqlite3"),
    Border("publish/figures/render.py", "altair vl_convert", first=True),
    Border("crawl/spiders", "sqlite3 sqlite_utils parsel lxml"),
    Border("publish/formats", "pyarrow", first=True),  # only Parquet needs it
    Border("publish/formats", "sqlite3 osce_news.storage", "storage.dictionary"),
    Border(
        "publish/references.py", "osce_news.storage osce_news.publish.formats", "storage.queries.coverage"
    ),
    *(
        Border(f"crawl/{name}.py", "scrapy twisted sqlite3 osce_news.storage")
        for name in (
            "traversal",
            "search_traversal",
            "overlapping_pages",
            "plain_pages",
            "pagers",
            "list_rules",
            "options",
        )
    ),
    *(
        Border(
            f"cli/{name}.py",
            "scrapy twisted parsel lxml sqlite_utils rich osce_news.crawl.spiders",
            first=True,
        )
        for name in ("main", "commands", "shared/options", "shared/output", *READING)
    ),
)


class Import(NamedTuple):
    """One imported name, in full, and whether it is imported as soon as the module is."""

    name: str
    line: int
    first: bool


def imports(tree: ast.AST, package: str, first: bool = True) -> Iterator[Import]:
    """Every import below a node of the syntax tree of a module of that package."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, first) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (Import(f"{module}.{alias.name}", node.lineno, first) for alias in node.names)
        else:
            later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or (
                isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
            )
            yield from imports(node, package, first and not later)


def is_below(name: str, module: str) -> bool:
    return f"{name}.".startswith(f"{module}.")


def breaches(source: str, border: Border, package: str = "osce_news.x") -> list[str]:
    """What a source imports in spite of the border, as "line: name"."""
    allowed = [f"osce_news.{name}" for name in border.allowed.split()]
    return [
        f"{one.line}: {one.name}"
        for one in imports(ast.parse(source), package)
        if (one.first or not border.first)
        and any(is_below(one.name, name) for name in border.forbidden.split())
        and not any(is_below(one.name, name) for name in allowed)
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
        str(path.relative_to(ROOT)): breaches(
            path.read_text(encoding="utf-8"), border, ".".join(path.relative_to(ROOT).parts[:-1])
        )
        for path in modules(border.where)
    }
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_no_room_imports_from_its_own_floor_or_from_above() -> None:
    found = {}
    for path in sorted((ROOT / "osce_news").rglob("*.py")):
        *package, _ = path.relative_to(ROOT).with_suffix("").parts
        room = path.relative_to(ROOT / "osce_news").with_suffix("").parts[0]
        if room.startswith("__"):
            continue
        for one in imports(ast.parse(path.read_text(encoding="utf-8")), ".".join(package)):
            other = one.name.split(".")[1] if "." in one.name else ""
            below = one.name.startswith("osce_news.") and other in FLOOR_OF and other != room
            if below and FLOOR_OF[other] >= FLOOR_OF[room]:
                found[f"{path.relative_to(ROOT)}:{one.line}"] = one.name
    assert found == {}


def test_spiders_hold_no_selector() -> None:
    found = {path.name: selectors(path.read_text(encoding="utf-8")) for path in modules("crawl/spiders")}
    assert {name: calls for name, calls in found.items() if calls} == {}


PAGES = Border("pages", "scrapy twisted sqlite3 sqlite_utils click rich osce_news", "errors pages")
LOOKING = BORDERS[-4]
PLANTED = {
    "import scrapy": ["1: scrapy"],
    "from scrapy.http import Request, Response": ["1: scrapy.http.Request", "1: scrapy.http.Response"],
    "import osce_news.storage.writer": ["1: osce_news.storage.writer"],
    "from ..clock import utc_now": ["1: osce_news.clock.utc_now"],
    "def f():\n    if x:\n        from osce_news.cli import main": ["3: osce_news.cli.main"],
    "if TYPE_CHECKING:\n    from osce_news.crawl.spiders.newsroom import A": [
        "2: osce_news.crawl.spiders.newsroom.A"
    ],
    "from osce_news.errors import LayoutError\nfrom osce_news.pages.text_lines import Line\nimport re": [],
    "from . import text_lines\nfrom .text_lines import Line": [],
    "import scrapyd, sqlite3x\ntext = 'import scrapy'  # import scrapy": [],
}


@pytest.mark.parametrize("source", PLANTED)
def test_a_planted_import_is_found(source: str) -> None:
    assert breaches(source, PAGES, "osce_news.pages") == PLANTED[source]


def test_an_import_inside_a_function_is_not_one_at_the_beginning() -> None:
    later = "def f():\n    import rich\nif TYPE_CHECKING:\n    import lxml\n"
    assert breaches(later, LOOKING) == []
    assert breaches(f"{later}class A:\n    import scrapy\n", LOOKING) == ["6: scrapy"]
    assert breaches("if x:\n    import rich", LOOKING) == ["2: rich"]


def test_a_planted_selector_is_found() -> None:
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
    assert packages & {"scrapy", "rich", "lxml", "sqlite_utils", "twisted", "parsel"} == set()


def test_a_command_that_only_reads_never_loads_scrapy(tmp_path: Path) -> None:
    status, packages = loaded(
        "-c", f"import {', '.join(f'osce_news.cli.{name}' for name in READING)}", cwd=tmp_path
    )
    assert status == 0
    assert {"osce_news", "sqlite3"} <= packages
    assert packages & {"scrapy", "twisted", "lxml", "parsel", "rich", "sqlite_utils"} == set()


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
