"""The comparison with other programs: how their values are judged, and what it says without `uv`."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.other_programs import _cell
from tests.helpers import ROOT
from tests.newsroom import make_stories
from tests.newsroom.articles import article_paragraphs

STORIES = make_stories(2)


def cell(field: str, **values: object) -> str:
    return _cell(field, STORIES, [{"url": f"http://localhost{story.path}"} | values for story in STORIES])


def test_values_are_counted_that_are_right() -> None:
    assert cell("language", language="en") == "2"
    assert cell("title", title=STORIES[0].title) == "1 of 2"
    assert cell("published", published="2001-01-01T00:00:00") == "0 of 2"
    assert cell("type") == "–"


def test_a_text_with_more_than_its_own_is_whole_and_not_exact() -> None:
    text = "\n".join((*article_paragraphs(STORIES[0]), "Subscribe"))
    assert (cell("whole text", text=text), cell("exact text", text=text)) == ("1 of 2", "0 of 2")


def test_without_uv_it_says_what_to_install() -> None:
    command = [sys.executable, "-m", "benchmarks.other_programs"]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": ""}, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (
        1,
        "this needs `uv`, which installs fundus and news-please: https://docs.astral.sh/uv/\n",
    )
