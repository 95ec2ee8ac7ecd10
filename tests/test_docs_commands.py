"""The commands, queries, paths and tables in the documentation are true.

Commands are run, and those for the live site are parsed. Some pages have a test module of their own.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import sqlite3
import sys
import tomllib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click
import pytest

from osce_news import errors
from osce_news.cli.main import cli
from osce_news.items import ArticleItem, Download, RawArticle
from osce_news.storage import Writer, open_for_writing
from osce_news.storage.queries import Query
from tests.cli.captures import archive
from tests.cli.test_help import give_warcs
from tests.helpers import FIXTURES, NOON, ROOT, fixture_page, html_of, listing, remarks, run, shell
from tests.live import LIVE, understood
from tests.newsroom.samples import TEN
from tests.pages.articles import body_of
from tests.publish.figures.make_pictures import PICTURES, commands
from tests.publish.figures.make_pictures import shown as shown_pictures
from tests.test_docs_site import COMMAND as BUILD
from tests.test_readme import SET_UP, TESTS, session

OF_THEIR_OWN = {
    "docs/cookbook.md": "tests/test_docs_cookbook.py",
    "docs/operating.md": "tests/test_docs_operating.py",
    "docs/scheduling.md": "tests/test_docs_scheduling.py",
}
TEXTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "fixtures" / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
    )
}
ELSEWHERE = {  # run by .ci/run, tests/test_readme.py, tests/test_docs_site.py
    *session(SET_UP), TESTS, *session("osce-news show"), *session("osce-news export"),
    *(f".venv/bin/{command}" for command in BUILD),
}  # fmt: skip
OTHER_MACHINES = ("osce-news serve", "osce-news parse")  # the tests of web and cluster run them


def shown(name: str) -> list[str]:
    """Return the commands of a page, without their comments."""
    return re.findall(r"^ *\$ (.*?)(?:\s+# .*)?$", TEXTS[name], re.MULTILINE)


def spans(begins: str) -> list[str]:
    """Return the commands within sentences that begin so."""
    text = re.sub(r"^ *```.*?^ *```", "", "\n\n".join(TEXTS.values()), flags=re.DOTALL | re.MULTILINE)
    found = {" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)}
    return sorted(span for span in found if span.startswith(begins))


COMMANDS = sorted(
    {command for name in TEXTS if name not in OF_THEIR_OWN for command in shown(name)} - ELSEWHERE
)
INSTALLED = sorted(
    {line for line in (*COMMANDS, *spans("pip install")) if re.match(r"pip install '(\.|osce-news)\[", line)}
)
NO_PROGRAM = ("pip install ", "export ", "scrapy ")  # tests/crawl/over_http/test_scrapy.py runs Scrapy
QUERIES = [
    query
    for cell in re.findall(r"^\| (`.*?) \|", TEXTS["docs/searching.md"], re.MULTILINE)
    for query in re.findall(r"`(.*?)`", cell)
]
RUN = [line for line in COMMANDS if not line.startswith((*LIVE, *OTHER_MACHINES, *NO_PROGRAM, "sqlite3 "))]

RECORDED = "osce-news-20300301060000-12-00000"


@pytest.fixture(scope="module")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    with Writer(folder / "osce-news.db") as writer:
        writer.begin("replay")
        for case in ("seed", "first-page", "last-page"):
            writer.store(fixture_page(case))
        writer.store(listing(TEN[:1]))
        url = "https://www.osce.org/secretariat/513106"
        document = Download("Report", "English", "https://www.osce.org/files/report.pdf")
        text = "On confidence-building measures."
        article = RawArticle(url, None, "Another title", None, text, downloads=(document,))
        writer.store_article(ArticleItem("513106", url, NOON, "read", 200, "1", article=article))
        writer.finish("complete")
        writer.begin("full")
        writer.store(listing([replace(TEN[0], title="Another title")], "2026-10-05T12:00:00Z"))
        writer.finish("complete", withdrawn=["512092"])
    (folder / "archive").mkdir()
    pages = {
        "https://www.osce.org/press-releases?page=0": html_of(TEN).encode(),  # with the item of the next line
        "https://www.osce.org/node/575719": body_of("drupal7-header"),
    }
    archive(folder / "archive", pages, f"{RECORDED}.warc.gz")
    shutil.copy(folder / "archive" / f"{RECORDED}.warc.gz", folder / "wget.warc.gz")
    shutil.copytree(FIXTURES / "seed", folder / "saved-pages" / "seed")
    kept = folder / "osce-news.db-not-understood" / "2030-03-01T060000Z.html"
    kept.parent.mkdir()
    kept.write_bytes(body_of("drupal7-content"))
    for name in ("shared", "fixtures/article"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture
def folder(_filled: Path, tmp_path: Path) -> Path:
    """Return a folder with the files that the pages speak of."""
    return Path(shutil.copytree(_filled, tmp_path / "here"))


def test_the_modules_for_single_pages_exist() -> None:
    assert len(RUN) >= 12
    assert all((ROOT / test).is_file() for test in OF_THEIR_OWN.values())


@pytest.mark.slow
@pytest.mark.parametrize("command", RUN)
def test_each_command_runs_and_says_something(folder: Path, command: str) -> None:
    if "/shared/" in command:
        give_warcs(folder / "shared")
    here = command.replace("/shared/", "shared/").replace("FILE", RECORDED).replace("OFFSET", "0")
    programs = Path(sys.executable).parent
    done = shell(f'PATH="$PATH:{programs}"; {here}', cwd=folder, env={"HOME": str(folder)})
    assert (done.status, remarks(done.err)) == (0, [])
    # warcio is silent when all is well.
    assert done.out or ">" in command or command.startswith("warcio check")


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("sqlite3 ")])
def test_each_query_for_the_shell_finds_something(folder: Path, command: str) -> None:
    """With Python's SQLite, so that the test needs no shell of SQLite's own."""
    (sql,) = re.findall(r'^sqlite3 -box osce-news\.db "(.*)"$', command)
    with closing(sqlite3.connect(folder / "osce-news.db")) as connection:
        assert connection.execute(sql).fetchall()


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith(LIVE)])
def test_live_commands_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    understood(command, monkeypatch)


@pytest.mark.parametrize(
    "command", [*(line for line in COMMANDS if line.startswith(OTHER_MACHINES)), *spans("osce-news ")]
)
def test_named_options_exist(folder: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Parsed, not run: those within a sentence have placeholders."""
    monkeypatch.chdir(folder)
    for name in ("DIR", "shared/warcs"):
        (folder / name).mkdir()
    line = command.partition(" && ")[0].replace("/shared/", "shared/")
    name, *arguments = shlex.split(line)[1:]
    context = click.Context(cli)
    found = cli.get_command(context, name)
    assert found is not None
    if arguments:  # else it is named as such: "what `osce-news search` finds"
        found.make_context(name, arguments, parent=context)


@pytest.mark.parametrize("command", INSTALLED)
def test_each_extra_that_is_installed_is_there(command: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (extras,) = re.findall(r"^pip install '(?:\.|osce-news)\[([a-z,]+)]'$", command)
    assert set(extras.split(",")) <= set(project["optional-dependencies"])


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("export ")])
def test_each_variable_that_is_set_is_one_that_is_read(command: str) -> None:
    name = command.split()[1].partition("=")[0]
    sources = (ROOT / "osce_news" / "crawl").rglob("*.py")
    assert any(f'os.environ.get("{name}")' in path.read_text(encoding="utf-8") for path in sources)


@pytest.mark.parametrize("command", spans("python -m "))
def test_each_module_that_is_named_is_there(command: str) -> None:
    assert importlib.util.find_spec(command.split()[2])


def test_each_picture_of_the_page_on_figures_comes_from_one_of_its_commands() -> None:
    drawn = [command.rsplit(" ", 1)[-1] for command in commands()]
    assert len(shown_pictures()) >= 4
    assert set(shown_pictures()) <= set(drawn)
    assert {path.name for path in PICTURES.iterdir()} == set(shown_pictures())
    for name in shown_pictures():
        assert "30,000 items, published" in (PICTURES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("query", QUERIES)
def test_each_query_of_the_page_on_searching_is_valid(query: str) -> None:
    assert Query.parse(words=query).notes == ()


@pytest.mark.parametrize("name", TEXTS)
def test_each_path_that_is_named_exists(name: str) -> None:
    roots = "|".join(("osce_news", "tests", "benchmarks", "fixtures", "docs"))
    paths = re.findall(rf"`((?:{roots})/[\w./-]*)(?:::\w+)?`", TEXTS[name])
    made = ("osce_news/publish/formats/titles.py",)  # in an example
    assert [path for path in paths if not (ROOT / path).exists() and path not in made] == []


def test_each_package_is_in_the_contributors_table() -> None:
    packages = {path.parent.name for path in (ROOT / "osce_news").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `osce_news/(\w+)/`", TEXTS["CONTRIBUTING.md"], re.MULTILINE)) == packages


def test_each_exit_status_is_explained() -> None:
    shown = {
        int(number) for number in re.findall(r"^\| (\d+) \|", TEXTS["docs/exit-status.md"], re.MULTILINE)
    }
    raised = {
        kind.exit_status
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OsceNewsError)
    }
    assert shown == raised | {0, 130} | {127, 203, 226}  # the last three are a scheduler's


def test_the_tables_of_the_data_are_those_of_the_command(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "osce-news.db").close()
    printed = run("dictionary", "--format", "markdown", cwd=tmp_path)
    assert printed.status == 0, printed.err
    shown = TEXTS["docs/data.md"].partition("\n## Tables\n")[2].partition("\n### ")[2]
    assert shown == printed.out.removeprefix("### "), "run: osce-news dictionary --format markdown"
