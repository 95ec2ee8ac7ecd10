"""Parsing on a Dask cluster of two local workers gives the same database as a replay."""

from __future__ import annotations

import datetime
import gzip
import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from osce_news import errors
from osce_news.archive.capture import Capture
from osce_news.archive.cluster import Part, merge, parse_files
from osce_news.archive.cluster.client import CHECK_WORKERS_S, cluster, parse_parts
from osce_news.archive.cluster.job import FORMAT, make_job, parse_part, read_job, split
from osce_news.archive.cluster.partitions import (
    ParsedCapture,
    ParsedPage,
    read_rows,
    write_partition,
)
from osce_news.archive.replay import Outcome, replay
from osce_news.archive.report import Report
from osce_news.archive.saved_page import saved_page
from osce_news.archive.warc_files import WarcFiles
from osce_news.cli.main import cli
from osce_news.errors import (
    BadInputError,
    ChallengePageError,
    LayoutError,
    MissingExtraError,
    NetworkError,
    OsceNewsError,
    PartialError,
)
from osce_news.events import Event
from osce_news.serialize import from_json, to_json
from osce_news.urls import LISTING_URL
from tests.archive.making import HOSTS, answer, packed, page, record, saved
from tests.archive.replaying import assert_same, crawl, everything, newsroom, warcs
from tests.helpers import FIXTURES, NOON, ROOT, html_of, run
from tests.newsroom import Newsroom, make_newer, make_stories
from tests.newsroom.pages import render_article
from tests.processes import Command

PAGES = sorted((ROOT / "fixtures").rglob("page.html"))
SMALL = 8_000  # bytes of a part: the archive of a crawl here has some 50,000
STORIES = make_stories(30, first_node=800_000, newest=datetime.date(2024, 7, 1))


def edit(server: Newsroom) -> None:
    nodes = [story.node for story in server.stories]
    server.publish(*make_newer(server.stories, 4))
    server.edit(nodes[0], title="Another title")
    server.remove(nodes[40])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archive of three crawls and, in `others`, good and bad WARC files of other tools."""
    folder = tmp_path_factory.mktemp("recorded")
    with newsroom() as server:
        for change, options in (
            (None, ("--articles", "--max-articles", "6")),
            (None, ()),
            (edit, ("--full", "--articles", "--max-articles", "4")),
        ):
            if change is not None:
                change(server)
            assert crawl(server, folder, *options).status == 0
    others = folder / "others"
    others.mkdir()
    listing = html_of(STORIES).encode()
    good, other_host = page(0, answer(listing)), record(answer(), url="https://other.example/")
    lacking = record(b"", "revisit", WARC_Payload_Digest="sha1:AAAA")
    article = record(
        answer(render_article(STORIES[3]).encode()), url=f"https://www.osce.org{STORIES[3].path}"
    )
    unseen = record(answer(render_article(STORIES[3]).encode()), url="https://www.osce.org/node/7")
    bad = page(7, answer(b"<p>no list</p>"))
    saved(others / "good.warc.gz", packed(article, unseen, other_host, good, lacking, bad))
    saved(others / "cut.warc.gz", packed(page(3, answer(listing)), good)[:-40])
    saved(others / "damaged.warc.gz", packed(good) + b"\0" * 100 + packed(page(1, answer(listing))))
    saved(others / "plain.warc", page(4, answer(listing)) + record(b"abc", length="9999") + page(5))
    return folder


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with cluster(None, 2) as made:
        yield made


def lines_of(outcome: Outcome) -> list[str]:
    return [*outcome.lines(), *map(str, outcome.errors)]


def all_but_now(db: Path) -> dict[str, list[dict[str, object]]]:
    """Return all rows of a database, without the times of runs that took place now."""
    tables = everything(db)
    for one in tables["runs"]:
        if one["mode"] == "replay":
            del one["started"], one["finished"]
    return tables


def test_two_workers_make_the_same_database_as_a_replay(recorded: Path, tmp_path: Path, client: Any) -> None:
    """Runs with their history, other tools' pages, and the report on bad files."""
    paths = [recorded / "archive", recorded / "others"]
    parsed, there = tmp_path / "parsed", client.scheduler.address
    done = parse_files(paths, parsed, scheduler=there, part_bytes=SMALL)
    assert (done.errors, done.there) == ([], 0)
    assert done.parts == done.parsed > len(warcs(recorded)) + 4
    assert len(client.run(os.getpid)) == 2
    addresses = {row["url"] for file in parsed.glob("*.parquet") for row in read_rows(file)}
    assert f"https://www.osce.org{STORIES[3].path}" in addresses
    assert "https://other.example/" not in addresses

    plain = replay(paths, tmp_path / "plain.db")
    merged = merge(parsed, tmp_path / "merged.db")
    assert all_but_now(tmp_path / "merged.db") == all_but_now(tmp_path / "plain.db")
    assert lines_of(merged) == lines_of(plain)
    assert any("cut at byte" in line for line in lines_of(plain))
    assert any("of other hosts" in line for line in lines_of(plain))
    assert any("not understood" in line for line in lines_of(plain))
    assert len(plain.report.problems) >= 3
    assert plain.summary.articles == 13
    assert merged.report == plain.report
    assert merged.as_json() | {"seconds": 0, "database": ""} == plain.as_json() | {
        "seconds": 0,
        "database": "",
    }


def test_older_runs_are_merged_as_in_a_replay(recorded: Path, tmp_path: Path, client: Any) -> None:
    """Their pages are merged one by one, parsed by their addresses."""
    last = warcs(recorded)[-1]
    for name in ("plain.db", "merged.db"):
        replay([last], tmp_path / name)
    done = parse_files([recorded / "archive"], tmp_path / "parsed", scheduler=client.scheduler.address)
    assert done.errors == []
    plain = replay([recorded / "archive"], tmp_path / "plain.db")
    merged = merge(tmp_path / "parsed", tmp_path / "merged.db")
    assert len(plain.merged) >= 2  # not each run: a page read twice within one second is one page
    assert plain.summary.pages > 10
    assert all_but_now(tmp_path / "merged.db") == all_but_now(tmp_path / "plain.db")
    assert lines_of(merged) == lines_of(plain)


def test_the_commands_repeat_recorded_runs_exactly(recorded: Path, tmp_path: Path) -> None:
    shutil.copy(recorded / "a.db", tmp_path / "a.db")
    done = run("parse", recorded / "archive", "--out", "parsed", "--workers", "2", "--json", cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    number = len(warcs(recorded))
    assert json.loads(done.out) == {"parts": number, "parsed": number, "there": 0, "folder": "parsed"}
    done = run("merge", "parsed", "--db", "b.db", cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("merge: complete; ")
    assert_same(tmp_path)
    again = run("parse", recorded / "archive", "--out", "parsed", cwd=tmp_path)
    assert (again.status, again.err) == (0, "")
    assert again.out == (
        f"parsed: {number} partitions, 0 parsed now, {number} already there\n"
        "next:\n  osce-news merge parsed\n"
    )


def die_once(part: Part, folder: Path) -> None:
    """Parse a part; the first process that gets the third part dies while it writes the partition."""
    third = sorted(one.name for one in read_job(folder).parts)[2]
    died = folder / "died"
    if part.name == third and not died.exists():
        died.touch()
        write_partition(folder / part.name, half_of_it(), Report())
    parse_part(part, folder)


def half_of_it() -> Iterator[dict[str, str]]:
    yield {"url": "half of it"}
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_part_whose_worker_is_killed_is_parsed_by_another(
    recorded: Path, tmp_path: Path, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("osce_news.archive.cluster.client.parse_part", die_once)
    parsed = tmp_path / "parsed"
    done = parse_files([recorded / "archive"], parsed, scheduler=client.scheduler.address, part_bytes=SMALL)
    assert (parsed / "died").exists()
    assert (done.errors, done.parsed) == ([], done.parts)
    merge(parsed, tmp_path / "b.db")
    shutil.copy(recorded / "a.db", tmp_path / "a.db")
    assert_same(tmp_path)


def test_run_again_it_parses_only_what_is_missing(
    recorded: Path, tmp_path: Path, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = tmp_path / "parsed"

    def parse_again() -> tuple[int, int]:
        done = parse_files(
            [tmp_path / "archive"], parsed, scheduler=client.scheduler.address, part_bytes=SMALL
        )
        assert done.errors == []
        return done.there, done.parsed

    shutil.copytree(recorded / "archive", tmp_path / "archive")
    there, made = parse_again()
    assert (there, made > 5) == (0, True)
    partitions = sorted(parsed.glob("*.parquet"))
    partitions[1].unlink()
    before = {file: file.stat().st_mtime_ns for file in partitions if file.exists()}
    with pytest.raises(BadInputError, match=rf"1 of {made} partitions are missing; run the same"):
        merge(parsed, tmp_path / "b.db")
    assert not (tmp_path / "b.db").exists()
    assert parse_again() == (made - 1, 1)
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert sorted(parsed.glob("*.parquet")) == partitions

    first = warcs(tmp_path)[0]
    os.utime(first, (1, 1))  # a file that has changed
    assert parse_again() == (made - len(split(first, SMALL)), len(split(first, SMALL)))
    monkeypatch.setattr("osce_news.archive.cluster.job.code_version", lambda: "another")
    with pytest.raises(AssertionError, match="another version of osce-news"):
        parse_again()


def test_partitions_that_lack_pages_are_parsed_again_when_files_were_added(
    recorded: Path, tmp_path: Path, client: Any
) -> None:
    address, parsed = client.scheduler.address, tmp_path / "parsed"
    first, *later = warcs(recorded)
    assert parse_files(later, parsed, scheduler=address, part_bytes=SMALL).errors == []
    done = parse_files([recorded / "archive"], parsed, scheduler=address, part_bytes=SMALL)
    assert done.errors == []
    assert len(split(first, SMALL)) < done.parsed < done.parts
    merge(parsed, tmp_path / "b.db")
    shutil.copy(recorded / "a.db", tmp_path / "a.db")
    assert_same(tmp_path)


def all_of(parts: list[Part], files: list[Path]) -> tuple[list[Capture | Event], Report]:
    """Return the contents of the parts in order; revisit records may refer to any of `files`."""
    found: list[Capture | Event] = []
    report = Report()
    for part in parts:
        mine = Report()
        source = WarcFiles(files)
        found += source.part(Path(part.path), mine, HOSTS, part.start, part.end)
        mine.files = int(part.start == 0)
        report.add(from_json(Report, to_json(mine)))
    return found, report


@pytest.mark.parametrize("size", [1, 700, 5_000])
def test_the_parts_of_a_file_add_up_to_the_file(recorded: Path, tmp_path: Path, size: int) -> None:
    pages = [page(number, answer(f"<p>{number}</p>".encode() * 30)) for number in range(9)]
    whole = saved(tmp_path / "one-member.warc.gz", gzip.compress(b"".join(pages)))
    plain = saved(tmp_path / "plain.warc", b"".join([*pages[:4], b"damaged" * 40, *pages[4:]])[:-20])
    holes = saved(tmp_path / "holes.warc.gz", b"\0\0".join(packed(one) for one in pages)[:-9])
    files = [whole, plain, holes, *warcs(recorded), *sorted((recorded / "others").iterdir())]
    for file in files:
        expected = Report()
        found = list(WarcFiles(files).contents([file], expected, HOSTS))
        parts = split(file, size)
        assert all_of(parts, files) == (found, expected), (file, parts)
    assert len(split(whole, size)) == 1, "one gzip member can't be cut"
    assert len(split(plain, 700)) > 3
    assert len(split(holes, 1)) > 5


def the_part(recorded: Path, folder: Path) -> Part:
    """Write the plan of a job with one part, and return the part."""
    (part,) = make_job([warcs(recorded)[0]], folder, start_url=LISTING_URL).parts
    return part


def test_a_scheduler_that_does_not_answer_is_an_error_in_one_line(recorded: Path, tmp_path: Path) -> None:
    soon = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    done = run(
        *("parse", recorded / "archive", "--out", "x", "--scheduler", "tcp://127.0.0.1:9"),
        cwd=tmp_path,
        env=soon,
    )
    assert done.status == 1
    (line,) = done.errors
    assert "no Dask scheduler answers at tcp://127.0.0.1:9: " in line


def test_too_few_open_files_for_the_workers_are_an_error_in_one_line(recorded: Path, tmp_path: Path) -> None:
    few = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (14, 14))"
    done = run("parse", recorded, "--out", "parsed", cwd=tmp_path, before=few)
    assert (done.status, len(done.errors)) == (1, 1), done.err
    assert "only 14 files may be open, too few for 2 workers; next: `ulimit -n 1024`" in done.err


def test_workers_that_can_not_be_started_are_an_error_in_one_line(recorded: Path, tmp_path: Path) -> None:
    broken = "import distributed; distributed.LocalCluster = lambda **_: open('/nowhere')"
    with Command(["parse", str(recorded), "--out", "parsed"], tmp_path, before=broken) as command:
        done = command.wait()
    assert (done.status, len(done.lines)) == (1, 1), done.errors
    assert "Dask can't start its workers: [Errno 2]" in done.lines[0]


def test_a_worker_refuses_other_files(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = the_part(recorded, tmp_path)
    for other, why in (
        (replace(part, code="0"), "another version of osce-news"),
        (replace(part, path="/nowhere/a.warc.gz"), r"can't read the file \(No such file"),
        (replace(part, size=part.size + 1), "has changed"),
        (replace(part, changed_ns=0), "has changed"),
    ):
        with pytest.raises(PartialError, match=why):
            parse_part(other, tmp_path)
    assert list(tmp_path.glob("*.parquet*")) == []
    parse_part(part, tmp_path)
    (made,) = tmp_path.glob("*.parquet")
    assert made.name == part.name
    kept = made.stat().st_mtime_ns
    parse_part(part, tmp_path)
    assert made.stat().st_mtime_ns == kept


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_a_parsed_page_survives_json(path: Path) -> None:
    for item in ("", "1"):
        parsed = ParsedPage.of(saved_page(path).capture(), item)
        assert from_json(ParsedPage, to_json(parsed)) == parsed
        assert sum(one is not None for one in (parsed.listing, parsed.article, parsed.error)) == 1


@pytest.mark.parametrize(
    "error", [LayoutError("dt > a", expected="a link", got="none"), ChallengePageError("a challenge")]
)
def test_an_error_survives_json(error: OsceNewsError, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(capture: Capture) -> None:
        raise error

    monkeypatch.setattr(Capture, "listing", fail)
    page = ("https://www.osce.org/", NOON, 200, (), b"", None, Path("/a.warc.gz"), 5)
    text = to_json(ParsedPage.of(Capture(*page), ""))
    parsed = ParsedCapture(*page, pages={"": text})
    with pytest.raises(type(error)) as caught:
        parsed.listing()
    assert (str(caught.value), vars(caught.value)) == (str(error), vars(error))


def test_partitions_are_whole_or_absent(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = the_part(recorded, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Capture, "listing", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            parse_part(part, tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["plan.json"]
    with pytest.raises(BadInputError, match="no such folder"):
        write_partition(tmp_path / "no" / "such.parquet", [], Report())


def test_a_cluster_that_goes_away_ends_the_command(tmp_path: Path) -> None:
    parts = [Part("/a.warc", 1, 1, start, start + 1, "") for start in range(3)]
    with cluster(None, 0) as empty:
        with pytest.raises(NetworkError, match="has no workers; run the same command again"):
            parse_parts(empty, parts, tmp_path, check_workers_s=0.01)
        restart = Timer(0.5, empty.restart, kwargs={"wait_for_workers": False})  # it forgets all parts
        restart.start()
        with pytest.raises(NetworkError, match="went away; run the same command again"):
            parse_parts(empty, parts, tmp_path, check_workers_s=60)
        restart.join()


def test_the_error_of_a_part_is_returned_and_the_others_are_parsed(
    recorded: Path, tmp_path: Path, client: Any
) -> None:
    part = the_part(recorded, tmp_path)
    gone, wrong = replace(part, path="/a.warc", end=5_000), replace(part, path="/\0", start=1)
    done: list[tuple[int, int]] = []
    errors = parse_parts(client, [gone, part, wrong], tmp_path, lambda *numbers: done.append(numbers))
    assert done == [(1, 3), (2, 3), (3, 3)]
    first, second = sorted(map(str, errors))
    assert first == f"/\0: bytes 1 to {part.end:,}: ValueError: embedded null byte"
    assert second.startswith("/a.warc: bytes 0 to 5,000: the worker can't read the file (No such file")
    assert {one.exit_status for one in errors} == {4}
    assert (tmp_path / part.name).is_file()


def test_merge_refuses_other_folders(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = tmp_path / "a.db"
    with pytest.raises(BadInputError, match="holds no partitions"):
        merge(tmp_path / "none", db)
    folder = tmp_path / "parsed"
    part = the_part(recorded, folder)
    plan = folder / "plan.json"
    kept = plan.read_text()
    for text, why in (
        ("{}", "can't be read"),
        ("nonsense", "can't be read"),
        (kept.replace(f'"format": {FORMAT}', '"format": 1'), "another version"),
    ):
        plan.write_text(text)
        with pytest.raises(BadInputError, match=why):
            merge(folder, db)
    plan.write_text(kept)
    assert not db.exists()
    (folder / part.name).write_bytes(b"PAR1 no Parquet PAR1")
    with pytest.raises(BadInputError, match="not a partition of `osce-news parse`"):
        merge(folder, db)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (
            ["parse", str(FIXTURES / "seed"), "--out", "x"],
            "is a saved page, but `parse` only reads WARC files",
        ),
        (["parse", "nothing", "--out", "x"], "no such file or folder"),
        (["parse", "a", "--out", "x", "--scheduler", "tcp://a:1", "--workers", "2"], "not both"),
        (["merge", "nothing"], "nothing holds no partitions"),
    ],
)
def test_wrong_usage_is_one_line_and_makes_nothing(arguments: list[str], why: str, tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.status == 2
    (line,) = done.errors
    assert why in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["parse", "a.warc", "--out", "x"], ["merge", "x"]])
def test_a_missing_extra_is_named(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "_is_installed", lambda name: False)
    name, *arguments = command
    with pytest.raises(MissingExtraError, match=r"the extra cluster has it; next: .*pip install") as caught:
        cli.main([name, *arguments], standalone_mode=False)
    assert caught.value.exit_status == 1


def test_a_local_cluster_listens_on_this_machine_only(client: Any) -> None:
    assert client.scheduler.address.startswith("tcp://127.0.0.1:")
    assert all(address.startswith("tcp://127.0.0.1:") for address in client.scheduler_info()["workers"])
    assert CHECK_WORKERS_S > 5
