"""`replay`: reads saved pages into a database, opens no socket, and says what it did."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.helpers import FIXTURES, html_of, run, shell
from tests.newsroom import make_stories
from tests.newsroom.samples import TEN

SUMMARY = {
    "run": 1, "mode": "replay", "source": None, "status": "complete", "requests": 0, "not_modified": 0,
    "pages": 1, "held": 0, "seen": 7, "new": 7, "changed": 0, "unchanged": 0, "quarantined": 0,
    "withdrawn": 0,
    "restored": 0, "unknown_terms": 0, "bytes": 0, "retries": 0, "back_offs": 0, "waited_s": 0.0,
    "continues": None, "smallest_gap_s": None, "database": "osce-news.db", "message": None, "runs": [1],
    "runs_known": 0,
    "runs_merged": 0, "captures": 0, "cut_files": 0, "articles": 0,
    "articles_changed": 0, "articles_gone": 0, "articles_failed": 0, "articles_left": 0,
    "passed_over": {
        "other_hosts": 0, "not_http": 0, "truncated": 0, "too_large": 0, "unresolved": 0, "unreadable": 0,
        "other_types": 0, "other_pages": 0, "unknown_items": 0,
    },
}  # fmt: skip


def test_the_summary_is_one_json_object_and_nothing_else_is_printed(tmp_path: Path) -> None:
    result = run("replay", FIXTURES / "seed", "--json", "--jobs", "2", cwd=tmp_path)  # as in old scripts
    assert (result.status, result.err) == (0, "")
    summary = json.loads(result.out)
    seconds = summary.pop("seconds")
    assert summary == SUMMARY
    assert 0 <= seconds < 60


@pytest.mark.slow
@pytest.mark.parametrize("db", ["osce-news.db", "folder with a space/other.db"])
def test_each_suggested_command_works(tmp_path: Path, db: str) -> None:
    (tmp_path / db).parent.mkdir(exist_ok=True)
    (tmp_path / "page.html").write_text(html_of(TEN).replace("Press release<", "Proclamation<"))
    result = shell(f"osce-news replay page.html '{FIXTURES}/first-page' --db '{db}'", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("replay: complete; 2 pages, 60 items: 60 new, 0 changed, 0 unchanged\n")
    typed = re.findall(r"(?:^ +|; )(osce-news .*)$", result.out, re.MULTILINE)
    assert len(typed) == 4, result.out
    for command in typed:
        again = shell(command, cwd=tmp_path)
        assert again.status == 0, (command, again.err)
        assert len(again.out.splitlines()) > 1, command


def test_a_page_given_in_several_ways_is_read_once(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIXTURES / "seed", tmp_path / "pages"))
    (tmp_path / "link.html").symlink_to(folder / "page.html")
    result = run(
        "replay", "pages", "pages/page.html", "./pages/../pages", "link.html", "--json", cwd=tmp_path
    )
    assert (result.status, json.loads(result.out)["pages"]) == (0, 1)


def test_pages_of_all_suffixes_are_found_in_a_folder_and_below_and_nothing_else(tmp_path: Path) -> None:
    for number, name in enumerate(("a.html", "B.HTM", "c.xhtml", "deep/er/d.html", ".hidden.html", "e.txt")):
        path = tmp_path / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html_of(make_stories(3, seed=number, first_node=1000 * (number + 1))))
    result = run("replay", "pages", "--json", cwd=tmp_path)
    summary = json.loads(result.out)
    assert (result.status, summary["pages"], summary["new"]) == (0, 5, 15)


def test_the_latest_page_wins_whatever_the_order_of_arguments(tmp_path: Path) -> None:
    for name, title, at in (("old", "Former title", "2024-08-05"), ("new", "Present title", "2024-08-09")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "page.html").write_text(html_of(TEN).replace(TEN[0].title, title))
        (folder / "meta.json").write_text(json.dumps({"fetched_at": f"{at}T12:00:00Z", "made": "for a test"}))
    run("replay", "new", "old", cwd=tmp_path)
    shown = json.loads(run("show", "575719", "--json", cwd=tmp_path).out)
    assert (shown["title"], shown["first_seen"], shown["last_seen"]) == (
        "Present title", "2024-08-05T12:00:00Z", "2024-08-09T12:00:00Z",
    )  # fmt: skip
    assert [(one["before"], one["after"], one["class"]) for one in shown["revisions"]] == [
        ("Former title", "Present title", "text")
    ]


@pytest.mark.slow
def test_the_database_named_by_the_environment_is_filled_and_read(tmp_path: Path) -> None:
    env = {"OSCE_NEWS_DB": str(tmp_path / "named.db")}
    assert run("replay", FIXTURES / "seed", cwd=tmp_path, env=env).status == 0
    assert json.loads(run("list", "--limit", "2", "--json", cwd=tmp_path, env=env).out)[1]["id"] == "514201"
    assert not (tmp_path / "osce-news.db").exists()
    other = run("replay", FIXTURES / "twice", "--db", "other.db", "--json", cwd=tmp_path, env=env)
    assert json.loads(other.out)["database"] == "other.db"
    assert "6 items" in run("replay", FIXTURES / "twice", "--db", "other.db", cwd=tmp_path, env=env).out
