"""The commands that docs/searching.md and docs/exporting.md show run."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from osce_news.storage import Writer, open_for_reading
from osce_news.storage.queries import Filters
from osce_news.storage.search import search
from tests.helpers import ROOT, fixture_page, shell

EXPORTING = (ROOT / "docs" / "exporting.md").read_text(encoding="utf-8")
SEARCHING = (ROOT / "docs" / "searching.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.*)$", EXPORTING, re.MULTILINE) + [
    " ".join(command.split()) for command in re.findall(r"`(osce-news search .*?)`", SEARCHING, re.DOTALL)
]
QUERIES = [
    query
    for row in re.findall(r"^\| (`.*?) \|", SEARCHING, re.MULTILINE)
    for query in re.findall(r"`(.*?)`", row)
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    with Writer(folder / "osce-news.db") as writer:
        writer.begin("replay")
        for case in ("seed", "first-page", "last-page"):
            writer.store(fixture_page(case))
        writer.finish("complete")
    return folder


def test_there_are_commands_and_queries() -> None:
    assert len(COMMANDS) >= 9
    assert len(QUERIES) >= 9


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs(filled: Path, command: str) -> None:
    done = shell(command, cwd=filled)
    assert (done.status, done.err.replace("nothing found\n", "")) == (0, "")


@pytest.mark.parametrize("query", QUERIES)
def test_each_query_is_a_query(filled: Path, query: str) -> None:
    with closing(open_for_reading(filled / "osce-news.db")) as connection:
        assert search(connection, query, Filters(), 5, ("", "")).as_words is None
