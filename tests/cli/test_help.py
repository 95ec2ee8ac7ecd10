"""The help texts: each command has one, with examples that run as they stand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import click
import pytest

from osce_news import __version__
from osce_news.archive.cluster.job import make_job
from osce_news.archive.cluster.worker import parse_part
from osce_news.cli.main import cli
from osce_news.site import LISTING_URL
from tests.cli.captures import archive
from tests.helpers import FIXTURES, run, shell
from tests.live import LIVE, understood
from tests.pages.articles import body_of

CONTEXT = click.Context(cli)
COMMANDS = {name: cli.get_command(CONTEXT, name) or cli for name in cli.list_commands(CONTEXT)}


def _examples(command: click.Command) -> list[str]:
    """Return the lines of the example, without what is said of them behind several spaces."""
    text = (command.help or "").partition("Example:\n")[2]
    lines = re.findall(r"^ *(osce-news .*)$", text, re.MULTILINE)
    return [re.split(r"\s{2,}", line)[0] for line in lines]


EXAMPLES = [line for command in (cli, *COMMANDS.values()) for line in _examples(command)]
ENDLESS = ("osce-news serve",)  # tests/web runs it, and ends it


def test_the_program_alone_shows_its_help(tmp_path: Path) -> None:
    asked, alone = run("-h", cwd=tmp_path), run(cwd=tmp_path)
    assert (asked.status, asked.err) == (0, "")
    assert re.match(r"Usage: (osce-news|python -m osce_news) \[OPTIONS\] COMMAND", asked.out)
    assert alone.out + alone.err == asked.out
    listed = re.findall(r"^  ([a-z]+)  +(.+)$", asked.out.partition("Fill the database:")[2], re.MULTILINE)
    # The short texts, which stand apart so that --help imports no command, are the commands' own.
    assert dict(listed) == {
        name: (command.help or "").partition("\n")[0] for name, command in COMMANDS.items()
    }
    assert max(map(len, asked.out.splitlines())) <= 80


def test_an_unknown_command_option_or_value_names_the_nearest(tmp_path: Path) -> None:
    for typed, nearest in (
        ("serach x", "'search'"), ("list --ofice odihr", "--office"), ("stats --by years", "'year'"),
    ):  # fmt: skip
        result = run(*typed.split(), cwd=tmp_path)
        assert (result.status, result.out, len(result.errors)) == (2, "", 1)
        assert nearest in result.err


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).out == f"osce-news, version {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_tells_what_it_does_with_an_example(tmp_path: Path, name: str) -> None:
    result = run(name, "--help", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert re.match(rf"Usage: (osce-news|python -m osce_news) {name} ", result.out)
    assert _examples(COMMANDS[name])
    for example in _examples(COMMANDS[name]):
        assert example in result.out  # on a line of its own, not wrapped
    assert max(map(len, result.out.splitlines())) <= 100
    for option in COMMANDS[name].params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.name}"


def give_pages(folder: Path) -> None:
    """Put a saved page and an archive there, as the examples name them."""
    (folder / "page.html").write_bytes(body_of("drupal7-content"))
    archive(folder, {"https://www.osce.org/odihr/575719": body_of("drupal7-header")}, "crawl.warc.gz")


def give_warcs(folder: Path) -> None:
    """Put WARC files there, and what `parse` makes of them, as the examples name them."""
    (folder / "warcs").mkdir()
    listing = (FIXTURES / "seed" / "page.html").read_bytes()
    archive(folder / "warcs", {"https://www.osce.org/press-releases": listing}, "site.warc.gz")
    parsed = folder / "parsed"
    for part in make_job([folder / "warcs"], parsed, start_url=LISTING_URL).parts:
        parse_part(part, parsed)


@pytest.mark.parametrize("example", [line for line in EXAMPLES if not line.startswith((*LIVE, *ENDLESS))])
def test_each_example_runs_as_it_stands(filled: Path, tmp_path: Path, example: str) -> None:
    if " expect " in example or " fixture " in example:  # which write
        shutil.copytree(FIXTURES, tmp_path / "fixtures" / "listing")
        give_pages(tmp_path)
    else:
        (tmp_path / "fixtures").symlink_to(FIXTURES.parent)
    if " parse " in example or " merge " in example:
        give_warcs(tmp_path)
    for name in ("saved-pages", "archive"):
        shutil.copytree(FIXTURES / "seed", tmp_path / name / "seed")
    # What git says behind `&&` is not ours.
    result = shell(example.partition(" && git ")[0], cwd=tmp_path, env={"HOME": str(tmp_path)})
    assert result.status == 0, result.err
    assert not [line for line in result.errors if "shows all" not in line]
    if ">" in example:
        result = shell(f"cat {example.partition('>')[2]}", cwd=tmp_path)
    one_line = any(word in example for word in ("verify", "renormalize", "export", "cite", "--plot"))
    assert len(result.out.splitlines()) > (0 if one_line else 1)


@pytest.mark.parametrize("example", [line for line in EXAMPLES if line.startswith(LIVE)])
def test_each_example_of_a_crawl_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: str
) -> None:
    monkeypatch.chdir(tmp_path)
    options = understood(example.partition(" ||")[0], monkeypatch)
    assert options.start_url.startswith(
        "https://www.osce.org/odihr/" if " fixture " in example else "https://www.osce.org/press-releases?"
    )
