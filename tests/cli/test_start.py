"""What comes before a command: completion in the shells, a Python that is too old, Ctrl-C at once."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import PATH, ROOT, environment, run, shell, slow

BASH = """
. ./completion; COMPREPLY=(); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_osce_news_completion osce-news 2> /dev/null  # readline's own part is missing in a script
echo "${COMPREPLY[@]}"
"""


def test_bash_completes_commands_options_and_values(tmp_path: Path) -> None:
    typed = {
        "osce-news sch": "schedule",
        "osce-news crawl --ful": "--full",
        "osce-news schedule sy": "systemd",
        "osce-news list --office od": "odihr",
    }
    source = shell("_OSCE_NEWS_COMPLETE=bash_source osce-news", cwd=tmp_path)
    (tmp_path / "completion").write_text(source.out)
    result = shell("".join(f"COMP_WORDS=({words})\n{BASH}" for words in typed), cwd=tmp_path)
    assert (result.status, result.out.split()) == (0, list(typed.values())), result.err


@pytest.mark.parametrize(("name", "begins"), [("zsh", "#compdef osce-news"), ("fish", "function _osce_news")])
def test_other_shells_get_a_script_that_they_can_read(tmp_path: Path, name: str, begins: str) -> None:
    result = run(cwd=tmp_path, env={"_OSCE_NEWS_COMPLETE": f"{name}_source"})
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(begins)
    if program := shutil.which(name):
        subprocess.run([program, "-n", "-c", result.out], check=True)


def test_the_page_on_operating_shows_the_lines_for_each_shell() -> None:
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    assert set(re.findall(r"_OSCE_NEWS_COMPLETE=(\w+)_source osce-news", page)) == {"bash", "zsh", "fish"}


def _old_pythons() -> list[str]:
    """Return those on this machine, also of pyenv."""
    found = [shutil.which(f"python3.{minor}") for minor in range(6, 11)]
    roots = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    return [*filter(None, found), *map(str, roots.glob("3.[0-9].*/bin/python"))]


CLAIMS = [sys.executable, "-c", "import sys; sys.version_info = (3, 10); import osce_news.cli"]
WAYS = [["-m", "osce_news"], ["-c", "import osce_news.cli"]]


@pytest.mark.parametrize(
    "commands", [[CLAIMS], *slow([[old, *way] for old in _old_pythons() for way in WAYS])]
)
def test_an_older_python_prints_what_is_needed(tmp_path: Path, commands: list[list[str]]) -> None:
    """This one that claims to be older, and each older one of this machine."""
    for words in commands:
        done = subprocess.run(words, cwd=tmp_path, env=environment({"PYTHONPATH": PATH}), capture_output=True)
        if b"pyenv: " in done.stderr:  # a name for a version that is not there
            continue
        lines = done.stderr.decode().splitlines()
        assert (done.returncode, len(lines)) == (1, 1), done.stderr
        assert lines[0].startswith("osce-news: needs Python 3.11 or later, and this is 3.")


@pytest.mark.parametrize("name", ["__init__", "__main__", "cli/__init__"])
def test_python_3_6_can_read_what_is_run_before_the_check(name: str) -> None:
    ast.parse((ROOT / "osce_news" / f"{name}.py").read_text("utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_imports_leaves_no_traceback(tmp_path: Path, number: signal.Signals) -> None:
    code = f"""
import os, signal, sys
signal.signal({int(number)}, signal.default_int_handler)
class Finder:
    def find_spec(self, name, *_):
        if name == "osce_news.cli.commands":
            os.kill(os.getpid(), {int(number)})
sys.meta_path.insert(0, Finder())
from osce_news.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, "list"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "osce-news: interrupted\n")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_after_the_end_does_not_change_the_status(name: str) -> None:
    """Python deletes what is left after it has reset its handlers."""
    code = (
        "import os, signal, sys\n"
        "class Late:\n"
        f"    def __del__(self, kill=os.kill, number=signal.{name}, process=os.getpid()):\n"
        "        kill(process, number)\n"
        "late = Late()\n"
        "from osce_news.cli import main\n"
        "sys.argv = ['osce-news', '--version']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
