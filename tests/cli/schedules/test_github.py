"""The GitHub workflow: its structure, and its scripts, run as the runner runs them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.cli.schedules.conftest import NASTY
from tests.cli.schedules.scheduled import HALF_DAYS, agents, schedule, stored, stub
from tests.helpers import PATH, ROOT, Result
from tests.newsroom import Newsroom, faults

WEEKLY = "17 16 * * 0"


def workflow(*options: str | Path, cwd: Path) -> dict[str, Any]:
    document = yaml.safe_load(schedule("github", *options, cwd=cwd))
    document["on"] = document.pop(True)  # in YAML 1.1, `on` is true
    assert isinstance(document, dict)
    return document


def steps(document: dict[str, Any]) -> list[dict[str, Any]]:
    (job,) = document["jobs"].values()
    return list(job["steps"])


def step(document: dict[str, Any], what: str) -> dict[str, Any]:
    (found,) = (
        one for one in steps(document) if what in (one.get("uses", "").partition("@")[0], one.get("name"))
    )
    return found


def evaluated(text: str, **context: object) -> str:
    """Return the text with GitHub's expressions evaluated, which are close enough to Python's."""

    def value(found: re.Match[str]) -> str:
        source = found[1].replace("&&", " and ").replace("||", " or ")
        for name, known in context.items():
            source = source.replace(name.replace("__", "."), repr(known))
        return str(eval(source, {}))

    return re.sub(r"\$\{\{ ((?:'[^']*'|[^'}])*) \}\}", value, text)


def run_step(
    document: dict[str, Any], name: str, cwd: Path, weekly: bool = False, full: bool = False
) -> Result:
    """Run a step's script; programs come from `.venv/bin`, if an earlier step put that into the path."""
    (job,) = document["jobs"].values()
    one = step(document, name)
    context = {
        "inputs__full": full,
        "github__event__schedule": WEEKLY if weekly else "17 4 * * *",
        "secrets__OSCE_NEWS_PING": "",  # as if the repository has none
        "secrets__OSCE_NEWS_NOTIFY": "",
    }
    given = {**job["env"], **one.get("env", {})}
    added = cwd / "path"
    path = [
        *(added.read_text().splitlines() if added.exists() else []),
        str(cwd / "machine"),
        os.environ["PATH"],
    ]
    env = {
        **os.environ,
        **{name: evaluated(text, **context) for name, text in given.items()},
        "PYTHONPATH": PATH,
        "GITHUB_PATH": str(added),
        "GITHUB_STEP_SUMMARY": str(cwd / "summary.md"),
        "PATH": ":".join(path),
    }
    script = cwd / "script.sh"
    script.write_text(evaluated(one["run"], **context))
    assert job["defaults"]["run"]["shell"] == "bash"
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    done = subprocess.run(bash, env=env, cwd=cwd, capture_output=True, text=True, timeout=60)
    return Result(done.returncode, done.stdout, done.stderr)


# A python3 whose virtual environments have a pip that does nothing and this checkout's osce-news.
_VENV = """
mkdir -p .venv/bin
printf '#!/bin/sh\\n' > .venv/bin/pip
cat > .venv/bin/osce-news << 'END'
#!/bin/sh
exec {python} -m osce_news "$@" --delay 0
END
chmod +x .venv/bin/*
"""


@pytest.fixture
def made(newsroom: Newsroom, tmp_path: Path) -> dict[str, Any]:
    """Return the workflow for a nasty name, with osce-news installed as in its step."""
    url = f"{newsroom.url}/press-releases?f=it's%20${{{{ x }}}}"
    document = workflow("--db", f"{NASTY}.db", "--start-url", url, "--contact", "me: '#'", cwd=tmp_path)
    stub(tmp_path / "machine", "python3", _VENV.format(python=shlex.quote(sys.executable)))
    result = run_step(document, "Install osce-news", tmp_path)
    assert (result.status, result.err) == (0, "")
    return document


def test_the_installation_is_that_of_the_readme(tmp_path: Path) -> None:
    first = str(step(workflow(cwd=tmp_path), "Install osce-news")["run"]).splitlines()[0]
    with_figures = first.replace("notify", "plot")
    assert f"$ {with_figures} && " in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_crawl_shows_its_summary(made: dict[str, Any], newsroom: Newsroom, tmp_path: Path) -> None:
    result = run_step(made, "Crawl", tmp_path)
    assert result.status == 0, result.err
    assert stored(tmp_path / "database" / f"{NASTY}.db") == 60
    assert "60 new" in (tmp_path / "summary.md").read_text()
    assert "::" not in result.out
    assert [agent.partition(" ")[2] for agent in agents(newsroom)] == ["(+me: '#')"]
    assert any("it%27s+%24%7B%7B+x" in path for path in newsroom.paths)


@pytest.mark.parametrize(("weekly", "full"), [(False, False), (True, False), (False, True)])
def test_sundays_read_the_whole_list(made: dict[str, Any], tmp_path: Path, weekly: bool, full: bool) -> None:
    stub(tmp_path / ".venv" / "bin", "osce-news", 'printf "<%s>" "$@"')
    assert run_step(made, "Crawl", tmp_path, weekly=weekly, full=full).status == 0
    words = (tmp_path / "summary.md").read_text()
    assert words.startswith("<crawl><--full><--start-url>" if weekly or full else "<crawl><--start-url>")
    assert words.endswith(f"<--db><database/{NASTY}.db>")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "status", "line"),
    [
        (faults.status(404), 4, "::warning title=Partial crawl (exit status 4)::"),
        (faults.challenge(), 6, "::error title=The crawl failed (exit status 6)::"),
    ],
)
def test_a_failed_crawl_fails_the_job_and_says_so(
    made: dict[str, Any], newsroom: Newsroom, tmp_path: Path, answer: faults.Answer, status: int, line: str
) -> None:
    newsroom.fail(faults.page(1), answer)
    result = run_step(made, "Crawl", tmp_path)
    assert result.status == status
    assert [text for text in result.out.splitlines() if text.startswith(line)]
    assert result.errors[-1].startswith("osce-news: ")
    assert stored(tmp_path / "database" / f"{NASTY}.db") == 50


def test_the_database_goes_from_run_to_run_and_is_published(tmp_path: Path) -> None:
    document = workflow("--db", "/srv/mine.db", cwd=tmp_path)
    names = [one.get("name", one.get("uses")) for one in steps(document)]
    fetch, save = step(document, "actions/cache/restore"), step(document, "actions/cache/save")
    publish = step(document, "actions/upload-artifact")
    assert fetch["with"]["path"] == save["with"]["path"] == publish["with"]["path"] == "database"
    assert document["jobs"]["crawl"]["env"]["OSCE_NEWS_DB"] == "database/mine.db"
    # Each attempt has its own key, so that it is always saved. The restore key is its prefix.
    assert fetch["with"]["key"] == save["with"]["key"]
    assert {"${{ github.run_id }}", "${{ github.run_attempt }}"} <= set(
        re.findall(r"\$.*?\}\}", save["with"]["key"])
    )
    assert save["with"]["key"].startswith(fetch["with"]["restore-keys"])
    assert save["if"] == publish["if"] == "always()"
    assert "if" not in fetch
    order = [names.index(one["name"]) for one in (fetch, step(document, "Crawl"), save, publish)]
    assert order == sorted(order)


@pytest.mark.parametrize(("at", "hours"), HALF_DAYS[:2])
def test_it_runs_daily_weekly_and_by_hand_one_run_at_a_time(at: str, hours: str, tmp_path: Path) -> None:
    document = workflow("--at", at, cwd=tmp_path)
    minute = int(at.partition(":")[2])
    daily, full = hours.split()
    assert document["on"]["schedule"] == [
        {"cron": f"{minute} {daily} * * *"},
        {"cron": f"{minute} {full} * * 0"},
    ]
    assert f"'{minute} {full} * * 0'" in step(document, "Crawl")["env"]["FULL"]
    assert document["on"]["workflow_dispatch"]["inputs"]["full"]["type"] == "boolean"
    assert document["concurrency"] == {"group": "osce-news", "cancel-in-progress": False}
    assert document["permissions"] == {"contents": "read"}
    assert (
        180 <= document["jobs"]["crawl"]["timeout-minutes"] <= 360
    )  # more than two hours, less than GitHub's limit


def test_a_missing_contact_is_mentioned_in_a_comment(tmp_path: Path) -> None:
    assert "OSCE_NEWS_CONTACT" not in workflow(cwd=tmp_path)["jobs"]["crawl"]["env"]
    assert "# OSCE_NEWS_CONTACT:" in schedule("github", cwd=tmp_path)
