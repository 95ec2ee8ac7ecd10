"""Opening a database: what is taken, what is refused untouched, and who waits for whom."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from osce_news.errors import BadInputError, LockedError, NewerDatabaseError, NotOurDatabaseError, StorageError
from osce_news.storage import Writer, database, open_for_reading, open_for_writing
from osce_news.storage.database import storage_errors, transaction, write_ahead
from osce_news.storage.dictionary import entries
from osce_news.storage.integrity import problems
from osce_news.storage.schema import APPLICATION_ID
from tests.helpers import dump, listing, values
from tests.newsroom import make_stories

Make = Callable[[Path], None]
Open = Callable[[Path], sqlite3.Connection]

OPENERS: list[Open] = [open_for_reading, open_for_writing]
ODD_NAMES = [
    "with a space.db",
    'it\'s "a" db',
    "what?mode=memory",
    "a#b.db",
    "100%41.db",
    "ünï.db",
    ":memory:",
]


def _everything(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def _text_file(path: Path) -> None:
    path.write_text("These are my notes.\n" * 100)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE items (id TEXT, title TEXT)")
        connection.execute("INSERT INTO items VALUES ('1', 'of another program')")
        connection.commit()


def _foreign_with_a_wal(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    _foreign(path)


def _newer(path: Path) -> None:
    with closing(open_for_writing(path)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('osce_news', 'm999_of_next_year', '2030-01-01')"
        )


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "page.html").write_text("a page")


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (_text_file, NotOurDatabaseError, "not an SQLite file"),
        (_foreign, NotOurDatabaseError, "not a database of osce-news"),
        (_foreign_with_a_wal, NotOurDatabaseError, "not a database of osce-news"),
        (_newer, NewerDatabaseError, "m999_of_next_year.*upgrade"),
        (_folder, NotOurDatabaseError, "not a database file"),
    ],
)
def test_what_is_not_ours_is_refused_and_left_as_it_was(
    tmp_path: Path, make: Make, error: type[BadInputError], says: str, opener: Open
) -> None:
    path = tmp_path / "given"
    make(path)
    before = _everything(tmp_path)
    with pytest.raises(error, match=says) as refusal:
        opener(path)
    assert str(path) in str(refusal.value)
    assert refusal.value.exit_status == 2
    after = _everything(tmp_path)
    assert {name: after[name] for name in before} == before
    assert make is _newer or after == before, "no file is made next to that of another program"


def test_an_empty_file_is_taken_as_a_new_database(db: Path) -> None:
    db.touch()
    with Writer(db) as writer:
        writer.begin("replay")
        writer.store(listing(make_stories(3)))
    assert problems(db) == []


def test_a_link_that_leads_back_to_itself_is_refused(db: Path) -> None:
    db.symlink_to(db.name)
    with pytest.raises(BadInputError, match="leads back to itself"):
        Writer(db)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_with_odd_characters_is_the_name_of_a_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with closing(open_for_writing(path)) as connection:
        assert values(connection, "SELECT file FROM pragma_database_list") == [str(path)]
    with closing(open_for_reading(path)) as connection:
        assert values(connection, "SELECT count(*) FROM items") == [0]
    assert not set(os.listdir(tmp_path)) - {name, f"{name}-wal", f"{name}-shm"}


def test_a_reader_cannot_write(reading: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reading.execute("DELETE FROM items")


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite can't make files next to a database."""

    class Connection(sqlite3.Connection):
        address = ""

        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if "immutable" not in self.address and self.address != ":memory:":
                raise sqlite3.OperationalError("unable to open database file")
            return super().execute(sql, *parameters)

    def connect(address: str, **options: Any) -> sqlite3.Connection:
        opened = real(address, factory=Connection, **options)
        opened.address = address
        return opened

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", connect)


@pytest.mark.usefixtures("unwritable")
@pytest.mark.parametrize(("log", "is_read"), [(None, True), (b"", True), (b"pages", False)])
def test_where_nothing_can_be_written_a_file_is_read_unless_its_log_holds_something(
    hundred: Path, tmp_path: Path, log: bytes | None, is_read: bool
) -> None:
    """By a link too: the log lies beside the file itself, and needs a file of shared memory."""
    copy = Path(shutil.copy(hundred, tmp_path / "copy.db"))
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.db"
    link.symlink_to(copy)
    if log is not None:
        (tmp_path / "copy.db-wal").write_bytes(log)
    if is_read:
        with closing(open_for_reading(link)) as connection:
            assert values(connection, "SELECT count(*) FROM items") == [100]
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                connection.execute("DELETE FROM items")
    else:
        with pytest.raises(StorageError, match="unable to open"):
            open_for_reading(link)


@pytest.mark.usefixtures("unwritable")
def test_a_reader_sees_one_state(hundred: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Path(shutil.copy(hundred, tmp_path / "copy.db"))
    with closing(open_for_reading(copy)) as connection:
        rows = connection.execute("SELECT id FROM items ORDER BY id")
        read = [next(rows)[0]]
        copy.write_bytes(copy.read_bytes()[:4096].ljust(copy.stat().st_size, b"\xff"))
        assert len({*read, *(row[0] for row in rows)}) == 100

    content = copy.read_bytes()

    def changing(path: Path) -> bytes:
        path.touch()
        return content

    monkeypatch.setattr(Path, "read_bytes", changing)
    with pytest.raises(StorageError, match="another process is writing to it"):
        open_for_reading(copy)


def test_a_half_made_database_is_made_again(db: Path, tmp_path: Path) -> None:
    """A kill left part of the first transaction in the file, and what takes it back in the journal."""
    with closing(sqlite3.connect(tmp_path / "unfinished.db", isolation_level=None)) as making:
        making.execute("PRAGMA cache_size = 1")  # so that pages are written before the end
        making.execute("BEGIN")
        making.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        making.execute("CREATE TABLE items (title)")
        making.executemany("INSERT INTO items VALUES (?)", [["x" * 1000]] * 100)
        for ending in ("", "-journal"):
            shutil.copy(tmp_path / f"unfinished.db{ending}", f"{db}{ending}")
    assert db.stat().st_size > 0
    with pytest.raises(NotOurDatabaseError, match="is an empty file: fill it with crawl or replay"):
        open_for_reading(db)
    with Writer(db) as writer:
        writer.begin("replay")
    assert problems(db) == []


def test_a_file_with_two_names_is_not_written(hundred: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(hundred, tmp_path / "copy.db"))
    (tmp_path / "other.db").hardlink_to(copy)
    with pytest.raises(BadInputError, match="hard link"):
        Writer(copy)
    with closing(open_for_reading(copy)) as connection:
        assert values(connection, "SELECT count(*) FROM items") == [100]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE items ADD COLUMN my_note TEXT",
        "ALTER TABLE runs ADD COLUMN my_note TEXT DEFAULT 'x'",
        "DELETE FROM items WHERE key % 7 = 0",  # without foreign keys, as in the sqlite3 shell
        "DROP VIEW newsroom",
        "DROP INDEX items_published",
    ],
)
def test_a_database_that_a_user_has_changed_is_read_and_written(
    hundred: Path, tmp_path: Path, change: str
) -> None:
    copy = Path(shutil.copy(hundred, tmp_path / "copy.db"))
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute(change)
    with closing(open_for_reading(copy)) as connection:
        assert [row for row in entries(connection) if row["column_name"] == "first_seen"]
    with Writer(copy) as writer:
        writer.begin("replay")
        writer.store(listing(make_stories(100)))
        writer.finish("complete")
    assert [problem for problem in problems(copy) if "is not as this version makes it" not in problem] == []
    with closing(open_for_reading(copy)) as connection:
        assert values(connection, "SELECT count(*) FROM newsroom") == [100]


def test_what_is_in_the_wal_alone_is_read_too(db: Path, tmp_path: Path) -> None:
    with Writer(db) as writer:
        writer.begin("replay")
        writer.store(listing(make_stories(7)))
        for ending in ("", "-wal"):
            shutil.copy(f"{db}{ending}", tmp_path / f"copy.db{ending}")
    with closing(open_for_reading(tmp_path / "copy.db")) as connection:
        assert values(connection, "SELECT count(*) FROM items") == [7]


def test_a_transaction_that_fails_leaves_nothing(db: Path) -> None:
    with closing(open_for_writing(db)) as connection:

        def interrupted() -> None:
            with transaction(connection):
                connection.execute("INSERT INTO content_types VALUES ('a', 'A')")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert values(connection, "SELECT count(*) FROM content_types") == [0]
        with transaction(connection):
            connection.execute("INSERT INTO content_types VALUES ('a', 'A')")
        assert values(connection, "SELECT count(*) FROM content_types") == [1]


def test_after_a_commit_that_fails_the_next_transaction_is_stored(db: Path) -> None:
    with Writer(db) as writer:
        # Without a write-ahead log, as on a file system without shared memory, a reader prevents commits.
        writer.connection.execute("PRAGMA journal_mode = DELETE")
        writer.connection.execute("PRAGMA busy_timeout = 10")
        writer.begin("full")
        with closing(sqlite3.connect(db, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            values(reader, "SELECT status FROM runs")
            with pytest.raises(StorageError, match="locked"):
                writer.set_columns(archive="an archive")
        writer.finish("failed")
    with closing(open_for_reading(db)) as connection:
        assert values(connection, "SELECT status FROM runs") == ["failed"]
        assert values(connection, "SELECT archive FROM runs") == [None]


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("database or disk is full", "free some disk space"),
        ("disk I/O error", "check the disk"),
        ("unable to open database file", "check that the folder exists"),
        ("attempt to write a readonly database", "read-only"),
        ("database is locked", "another process"),
        ("no such table: newsroom", "renormalize"),
        ("database disk image is malformed", "rebuild"),
    ],
)
def test_an_error_of_sqlite_names_the_file_and_what_to_do(message: str, hint: str) -> None:
    with pytest.raises(StorageError, match=hint) as raised, storage_errors(Path("my.db")):
        raise sqlite3.OperationalError(message)
    assert str(raised.value).startswith(f"my.db: {message}")


def test_a_second_writer_waits_for_the_first(db: Path) -> None:
    def second() -> int:
        with Writer(db) as writer:
            return writer.begin("replay").run

    with Writer(db) as first, ThreadPoolExecutor(1) as pool:
        first.begin("replay")
        waiting = pool.submit(second)
        time.sleep(0.4)
        assert not waiting.done()
        first.finish("complete", "first")
        first.close()
        assert waiting.result(60) == 2
    with closing(open_for_reading(db)) as reader:
        assert values(reader, "SELECT message FROM runs") == ["first", None]


def test_a_writer_changes_nothing_before_it_has_the_lock(db: Path) -> None:
    with Writer(db) as first:
        first.connection.execute("DROP INDEX items_published")
        with pytest.raises(LockedError):
            Writer(db, wait_s=0)
        sql = "SELECT count(*) FROM sqlite_master WHERE name = 'items_published'"
        assert values(first.connection, sql) == [0]
        first.connection.execute("DELETE FROM _sqlite_migrations")
        with pytest.raises(LockedError):
            Writer(db, wait_s=0)
        assert values(first.connection, "SELECT count(*) FROM _sqlite_migrations") == [0]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux only")
def test_a_lock_file_that_cannot_be_made_is_no_lock_of_another_process() -> None:
    with pytest.raises(StorageError, match="the lock file next to it can't be made: No such file"):
        Writer(Path("/proc/osce-news.db"), wait_s=0)


def test_readers_read_what_was_there_while_a_transaction_is_open(db: Path) -> None:
    with Writer(db) as writer:
        writer.begin("replay")
        writer.store(listing(make_stories(5)))
        with transaction(writer.connection):
            writer.connection.execute("DELETE FROM items")
            started = time.monotonic()
            with closing(open_for_reading(db)) as reader:
                assert values(reader, "SELECT count(*) FROM newsroom") == [5]
            assert problems(db) == []
            assert time.monotonic() - started < 20  # of the 30 s that SQLite waits
    with closing(open_for_reading(db)) as reader:
        assert values(reader, "SELECT count(*) FROM newsroom") == [0]


def test_a_reader_does_not_wait_long_for_a_program_that_locks_the_file(
    hundred: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_READ_WAIT_S", 0.01)
    with closing(sqlite3.connect(hundred, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match="database is locked"):
            open_for_reading(hundred)


def test_the_switch_to_a_write_ahead_log_waits_for_another_writer(db: Path) -> None:
    def switched() -> object:
        with closing(sqlite3.connect(db, isolation_level=None)) as connection:
            write_ahead(connection)
            return connection.execute("PRAGMA journal_mode").fetchone()[0]

    with closing(sqlite3.connect(db, isolation_level=None)) as user, ThreadPoolExecutor(1) as pool:
        user.execute("CREATE TABLE anything (at_all)")
        user.execute("BEGIN IMMEDIATE")
        user.execute("INSERT INTO anything VALUES (1)")
        waiting = pool.submit(switched)
        time.sleep(0.2)
        assert not waiting.done()
        user.execute("COMMIT")
        assert waiting.result(10) == "wal"


def _write(db: Path, number: int) -> int:
    stories = make_stories(60)
    with Writer(db) as writer:
        writer.begin("replay")
        for start in range(0, 60, 10):
            writer.store(listing(stories[start : start + 10], url=f"https://www.osce.org/{number}"))
        return writer.finish("complete").new


@pytest.mark.slow
def test_processes_that_make_and_fill_one_database_at_once_lose_nothing(db: Path, tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        new = list(pool.map(_write, [db] * 4, range(4)))
    assert sum(new) == 60
    assert problems(db) == []
    _write(tmp_path / "alone.db", 0)
    with closing(open_for_reading(db)) as together, closing(open_for_reading(tmp_path / "alone.db")) as alone:
        left_out = ("last_seen", "key", "listing_url", "first_run")
        assert dump(together, left_out) == dump(alone, left_out)
        assert values(together, "SELECT status FROM runs") == ["complete"] * 4
        assert values(together, "SELECT count(*) FROM pages") == [24]
