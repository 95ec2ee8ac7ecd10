"""`export`: files, snapshots, and errors in one line."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from osce_news.publish.formats import formats
from osce_news.storage import Writer, open_for_writing
from tests.helpers import digest, run, shell, without

SUFFIXES = {one.suffixes[0]: one.name for one in formats().values()}


@pytest.mark.parametrize(
    "suffix",
    [pytest.param(one, marks=[pytest.mark.slow] * (one in (".parquet", ".xlsx"))) for one in SUFFIXES],
)
def test_the_suffix_selects_the_format_and_filters_apply(filled: Path, tmp_path: Path, suffix: str) -> None:
    result = run("export", f"items{suffix}", "--office", "ODIHR", "--since", "2025-11-01", cwd=tmp_path)
    expected = json.loads(
        run("list", "--office", "odihr", "--since", "2025-11-01", "--limit", "0", "--json", cwd=tmp_path).out
    )
    assert (result.status, result.err) == (0, "")
    assert result.out == f"items{suffix}: {len(expected)} items\n"
    beside = {"datapackage.json"} if suffix in (".csv", ".parquet", ".xlsx") else set()
    names = {path.name for path in tmp_path.iterdir() if not path.name.startswith("osce-news.db")}
    assert names == {f"items{suffix}", *beside}
    named = run("export", "other", "--format", SUFFIXES[suffix], "--office", "ODIHR", "--since", "2025-11-01",
                cwd=tmp_path)  # fmt: skip
    assert named.status == 0
    if suffix != ".parquet":
        assert digest(tmp_path / "other") == digest(tmp_path / f"items{suffix}")


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--snapshot", "--backup"])
def test_a_copy_replaces_only_an_older_one(filled: Path, tmp_path: Path, option: str) -> None:
    for _ in range(2):
        result = run("export", option, "copy.db", cwd=tmp_path)
        assert (result.status, result.out, result.err) == (0, "copy.db: 93 items\n", "")
    assert run("verify", "--db", "copy.db", cwd=tmp_path).status == 0
    (tmp_path / "letter.db").write_text("mine")
    before = digest(filled)
    for target, says in (
        ("letter.db", "nothing was changed"),
        ("osce-news.db", "is the database itself"),
        ("no/copy.db", "no such folder"),
        (".", "is a folder"),
    ):
        result = run("export", option, target, cwd=tmp_path)
        assert (result.status, result.out, len(result.errors)) == (2, "", 1), target
        assert says in result.err
    assert (tmp_path / "letter.db").read_text() == "mine"
    assert digest(filled) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "give either FILE or"),
        (("a.csv", "--snapshot", "b.db"), "give either FILE or"),
        (("--snapshot", "b.db", "--backup", "c.db"), "give either FILE or"),
        (("--snapshot", "b.db", "--office", "odihr"), "take no other option"),
        (("--backup", "b.db", "--bom"), "take no other option"),
        (("a.csv", "--columns", ""), "no column ''"),
        (("a.csv", "--office", "odir"), "did you mean odihr"),
        (("osce-news.db-wal", "--format", "csv"), "belongs to the database osce-news.db"),
        (("osce-news.db.lock", "--format", "jsonl"), "belongs to the database osce-news.db"),
        (("--snapshot", "osce-news.db-wal"), "belongs to the database osce-news.db"),
        (("-",), "standard output needs --format"),
        (("-", "--format", "csv", "--partition-by", "year"), "takes no --partition-by"),
        (("--snapshot", "-"), "write a file"),
        (("--snapshot", "nope.csv"), "is a database, such as nope.db; to export items, leave out --snapshot"),
        (("--backup", "b.JSONL.gz"), "a snapshot or backup is a database"),
        (("a.csv", "--delimiter", ";;"), ": --delimiter: ';;' is not one character"),
        (("a.ris", "--delimiter", ";"), "--delimiter works with csv, not with ris"),
        (("a.ris", "--texts"), "--texts works with csv, xlsx, not with ris"),
        (("a.csv", "--limit", "5"), "--limit works with atom, not with csv"),
        (("-", "--format", "csv", "--limit", "5"), "--limit works with atom, not with csv"),
        (("a.csv.gz", "--partition-by", "year"), "--partition-by works with parquet, not with csv"),
        (("datapackage.json",), "is reserved for the description of exports"),
    ],
)
def test_bad_exports_are_refused(filled: Path, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    before = digest(filled)
    result = run("export", *arguments, cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)
    assert says in result.err
    assert digest(filled) == before
    assert {path.name for path in tmp_path.iterdir()} <= {
        f"osce-news.db{end}" for end in ("", "-shm", "-wal")
    }


@pytest.mark.slow
def test_a_link_stays_a_link_and_its_target_is_replaced(filled: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name, options in (
        ("a.csv", ["a.csv", "--no-datapackage"]),
        ("b.db", ["--snapshot", "b.db"]),
        ("years", ["years", "--format", "parquet", "--partition-by", "year", "--no-datapackage"]),
    ):
        (tmp_path / name).symlink_to(shelf / name)
        for _ in range(2):
            assert run("export", *options, cwd=tmp_path).status == 0
            assert (tmp_path / name).is_symlink()
    assert {path.name for path in shelf.iterdir()} == {"a.csv", "b.db", "years"}
    assert len((shelf / "a.csv").read_text(encoding="utf-8").splitlines()) > 90


def test_a_pipe_is_not_replaced_by_a_file(filled: Path, tmp_path: Path) -> None:
    """A pipe stands for a device, which root would replace for all programs of the machine."""
    for arguments in (["export", "pipe", "--format", "csv"], ["export", "--snapshot", "pipe"]):
        os.mkfifo(tmp_path / "pipe")
        result = run(*arguments, cwd=tmp_path)
        assert (result.status, len(result.errors)) == (2, 1)
        assert (tmp_path / "pipe").is_fifo()
        (tmp_path / "pipe").unlink()
    os.mkfifo(tmp_path / "pipe.svg")
    result = run("stats", "--plot", "pipe.svg", cwd=tmp_path)
    assert (result.status, result.err) == (2, "osce-news: pipe.svg is a device or a pipe: name a file\n")
    assert {path.name for path in tmp_path.iterdir()} <= {
        "pipe.svg", *(f"osce-news.db{end}" for end in ("", "-shm", "-wal"))
    }  # fmt: skip


def test_a_snapshot_does_not_replace_a_database_that_is_none(filled: Path, tmp_path: Path) -> None:
    with Writer(tmp_path / "other.db") as writer:
        writer.begin("replay")
        result = run("export", "--snapshot", "other.db", cwd=tmp_path)
        assert (result.status, len(result.errors)) == (2, 1)
        assert "other.db is in use" in result.err
        writer.finish("complete")
    result = run("export", "--snapshot", "other.db", cwd=tmp_path)
    assert (result.status, len(result.errors)) == (2, 1)
    assert "other.db is not a snapshot" in result.err


@pytest.mark.parametrize("option", ["--snapshot", "--backup"])
def test_a_copy_replaces_only_an_older_one_of_the_same_database(
    filled: Path, tmp_path: Path, option: str
) -> None:
    with Writer(tmp_path / "other.db") as writer:
        writer.begin("replay", started="2020-01-01T00:00:00Z")
        writer.finish("complete")
    assert run("export", "--backup", "copy.db", "--db", "other.db", cwd=tmp_path).status == 0
    result = run("export", option, "copy.db", cwd=tmp_path)
    assert (result.status, len(result.errors)) == (2, 1)
    assert "copy.db is a copy of another database" in result.err


def test_without_pyarrow_the_line_says_what_to_install(filled: Path, tmp_path: Path) -> None:
    result = without("pyarrow", "export", "a.parquet", cwd=tmp_path)
    assert (result.status, len(result.errors)) == (1, 1)
    assert "pyarrow not installed: the extra parquet has it; next: " in result.err
    python = shlex.quote(sys.executable)
    assert result.err.endswith((f"{python} -m pip install 'pyarrow>=21'\n", f"{python} 'pyarrow>=21'\n"))
    assert not (tmp_path / "a.parquet").exists()


def test_filters_without_a_match_are_reported(filled: Path, tmp_path: Path) -> None:
    result = run("export", "a.csv", "--since", "2100-01-01", cwd=tmp_path)
    assert (result.status, result.out, result.err) == (0, "a.csv: 0 items\n", "nothing found\n")


@pytest.mark.parametrize(
    "query", ["list", "search osce", "stats", "stats --labels", "list --since 2020", "export a.csv", "cite"]
)
def test_a_query_of_an_empty_database_says_what_fills_it(tmp_path: Path, query: str) -> None:
    open_for_writing(tmp_path / "empty.db").close()
    result = run(*query.split(), "--db", "empty.db", cwd=tmp_path)
    (line,) = result.errors
    assert line.endswith("the database holds no items yet: fill it with crawl or replay")
    assert result.status == (2 if query == "cite" else 0)


def test_an_export_and_a_search_do_not_wait_for_a_crawl_that_writes(filled: Path, tmp_path: Path) -> None:
    with Writer(filled) as writer:
        writer.connection.execute("BEGIN IMMEDIATE")
        writer.connection.execute("DELETE FROM items")
        assert run("export", "a.csv", cwd=tmp_path).out == "a.csv: 93 items\n"
        assert len(run("search", "trafficking", cwd=tmp_path).out.splitlines()) > 1
        writer.connection.execute("ROLLBACK")


def test_a_file_without_write_permission_is_one_line(filled: Path, tmp_path: Path) -> None:
    result = shell("osce-news export /proc/a.csv --no-datapackage", cwd=tmp_path)
    assert result.status == 1
    assert len(result.errors) == 1
    assert "nothing was written" in result.err
