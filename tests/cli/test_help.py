"""The help texts: each command has one, with examples that run as printed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import click
import pytest

from osce_news import __version__
from osce_news.cli.main import cli
from osce_news.crawl.backfill import BackfillOptions
from osce_news.errors import DoubtfulPageError
from osce_news.storage import Writer
from osce_news.urls import LISTING_URL
from tests.cli.captures import archive
from tests.helpers import FIXTURES, ROOT, listing, remarks, run, shell
from tests.live import LIVE, understood
from tests.newsroom.samples import TEN
from tests.pages.articles import body_of

CONTEXT = click.Context(cli)
COMMANDS = {name: cli.get_command(CONTEXT, name) or cli for name in cli.list_commands(CONTEXT)}


def _examples(command: click.Command) -> list[str]:
    """Return the commands of the example, without the remarks after several spaces."""
    text = (command.help or "").partition("Example:\n")[2]
    lines = re.findall(r"^ *(osce-news .*)$", text, re.MULTILINE)
    return [re.split(r"\s{2,}", line)[0] for line in lines]


EXAMPLES = [line for command in (cli, *COMMANDS.values()) for line in _examples(command)]
ONE_LINE = ("verify", "renormalize", "export", "cite", "--plot", "undo", "--store")  # of output
ENDLESS = ("osce-news serve",)  # tests/publish/web runs and stops it


def test_the_program_without_arguments_shows_its_help(tmp_path: Path) -> None:
    asked, alone = run("-h", cwd=tmp_path), run(cwd=tmp_path)
    assert (asked.status, asked.err) == (0, "")
    assert re.match(r"Usage: (osce-news|python -m osce_news) \[OPTIONS\] COMMAND", asked.out)
    assert alone.out + alone.err == asked.out == run("help", cwd=tmp_path).out
    assert run("help", "verify", cwd=tmp_path).out == run("verify", "--help", cwd=tmp_path).out
    listed = re.findall(r"^  ([a-z]+)  +(.+)$", asked.out.partition("Fill the database:")[2], re.MULTILINE)
    # The short texts of the table are the first lines of the commands' docstrings.
    assert dict(listed) == {
        name: (command.help or "").partition("\n")[0] for name, command in COMMANDS.items()
    }
    assert max(map(len, asked.out.splitlines())) <= 80


def test_each_command_is_a_file_of_its_name() -> None:
    files = {path.stem for path in (ROOT / "osce_news" / "cli").glob("*.py")}
    assert files - {"__init__", "main", "commands"} == COMMANDS.keys()


def test_the_version_is_printed(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).out == f"osce-news, version {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_help_text_with_an_example(tmp_path: Path, name: str) -> None:
    result = run(name, "--help", cwd=tmp_path, env={"COLUMNS": "80"})
    assert (result.status, result.err) == (0, "")
    assert re.match(rf"Usage: (osce-news|python -m osce_news) {name} ", result.out)
    assert _examples(COMMANDS[name])
    for example in _examples(COMMANDS[name]):
        assert example in result.out  # on a line of its own, not wrapped
    assert max(map(len, result.out.splitlines())) <= 80
    assert re.findall(r"\w-$", result.out, re.MULTILINE) == []  # no name is broken at a hyphen
    assert not re.search("x[<>]=", result.out)  # how click prints ranges
    for option in COMMANDS[name].params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.name}"


def give_pages(folder: Path) -> None:
    """Add a saved page and an archive with the names in the examples."""
    (folder / "page.html").write_bytes(body_of("drupal7-content"))
    archive(folder, {"https://www.osce.org/odihr/575719": body_of("drupal7-header")}, "crawl.warc.gz")


def give_warcs(folder: Path) -> None:
    """Add WARC files and their partitions with the names in the examples."""
    (folder / "warcs").mkdir()
    seed = (FIXTURES / "seed" / "page.html").read_bytes()
    archive(folder / "warcs", {"https://www.osce.org/press-releases": seed}, "site.warc.gz")
    from osce_news.archive.cluster.job import make_job, parse_part  # needs the extra cluster

    parsed = folder / "parsed"
    for part in make_job([folder / "warcs"], parsed, start_url=LISTING_URL).parts:
        parse_part(part, parsed)


def give_held(db: Path) -> None:
    """Add a held page, and runs to take back."""
    doubt = DoubtfulPageError("letters", expected="letters", got="question marks")
    with Writer(db) as writer:
        writer.begin("replay")
        writer.finish("complete")
        writer.begin("replay")
        writer.hold(listing(TEN), doubt)
        writer.finish("partial")


@pytest.mark.slow
@pytest.mark.parametrize("example", [line for line in EXAMPLES if not line.startswith((*LIVE, *ENDLESS))])
def test_each_example_runs_as_printed(filled: Path, tmp_path: Path, example: str) -> None:
    if " expect " in example or " fixture " in example:  # which write
        shutil.copytree(FIXTURES, tmp_path / "fixtures" / "listing")
        give_pages(tmp_path)
    else:
        (tmp_path / "fixtures").symlink_to(FIXTURES.parent)
    if " parse " in example or " merge " in example:
        give_warcs(tmp_path)
    if " held " in f"{example} " or " undo " in example:
        give_held(filled)
    for name in ("saved-pages", "archive"):
        shutil.copytree(FIXTURES / "seed", tmp_path / name / "seed")
    # The output of git after `&&` is not ours.
    result = shell(example.partition(" && git ")[0], cwd=tmp_path, env={"HOME": str(tmp_path)})
    assert result.status == 0, result.err
    assert remarks(result.err) == []
    if ">" in example:
        result = shell(f"cat {example.partition('>')[2]}", cwd=tmp_path)
    one_line = any(word in example for word in ONE_LINE)
    assert len(result.out.splitlines()) > (0 if one_line else 1)


@pytest.mark.parametrize("example", [line for line in EXAMPLES if line.startswith(LIVE)])
def test_live_examples_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: str) -> None:
    monkeypatch.chdir(tmp_path)
    options = understood(example.partition(" ||")[0], monkeypatch)
    if isinstance(options, BackfillOptions):
        assert options.hosts == ["osce.org"]
        return
    wanted = next((word for word in example.split() if word.startswith("https://")), LISTING_URL)
    assert options.start_url.startswith(wanted)
