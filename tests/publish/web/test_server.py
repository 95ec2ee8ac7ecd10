"""`osce-news serve` as a process: where it listens, how it stops, what it leaves behind."""

from __future__ import annotations

import http.client
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from osce_news.errors import BadInputError
from osce_news.publish.web.plugin import HOST
from osce_news.publish.web.server import listen
from osce_news.storage import Writer
from tests.helpers import digest, environment, run
from tests.publish.web.serving import serving, text_at


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_a_signal_and_leaves_nothing_behind(db: Path, tmp_path: Path, number: int) -> None:
    before = digest(db)
    with serving(db, tmp_path / "temporary") as server:
        assert "OSCE newsroom" in text_at(server.url)
        assert "Press release" in text_at(f"{server.url}osce-news/newsroom")
        with pytest.raises(urllib.error.HTTPError, match="400"):
            text_at(f"{server.url}osce-news.json?sql=delete+from+items")
        assert server.end(number) == (0, "")
    assert digest(db) == before
    # SQLite itself puts these beside a database that is read: an empty log, and its shared memory.
    assert {path.name for path in db.parent.iterdir()} <= {db.name, f"{db.name}-wal", f"{db.name}-shm"}
    assert not Path(f"{db}-wal").exists() or Path(f"{db}-wal").stat().st_size == 0
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_crawl_can_write_while_the_pages_are_served(db: Path, tmp_path: Path) -> None:
    with serving(db, tmp_path / "temporary") as server, Writer(db) as writer:
        writer.begin("full", "https://www.osce.org/press-releases")
        writer.connection.execute("UPDATE items SET title = 'written meanwhile'")
        assert "written meanwhile" not in text_at(f"{server.url}osce-news/newsroom")
        writer.finish("complete")
    with serving(db, tmp_path / "temporary") as server:
        assert "written meanwhile" in text_at(f"{server.url}osce-news/newsroom")


def test_other_machines_cannot_connect(db: Path, tmp_path: Path) -> None:
    with serving(db, tmp_path / "temporary") as server:
        port = int(server.url.rstrip("/").rsplit(":", 1)[1])
        with pytest.raises(ConnectionRefusedError):  # another address of this machine
            socket.create_connection(("127.0.0.2", port), timeout=5)
    assert HOST == "127.0.0.1"


def test_it_stops_while_a_file_is_written_or_a_query_runs(db: Path, tmp_path: Path) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    address = f"?{urlencode({'sql': endless.replace('select i', 'select max(i)')})}"
    with serving(db, tmp_path / "temporary") as server:
        port = urlsplit(server.url).port or 0
        file, page = (http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(2))
        with closing(file), closing(page):
            file.request("GET", f"/osce-news.csv?{urlencode({'sql': endless})}")
            page.request("GET", f"/osce-news{address}")
            assert "OSCE newsroom" in text_at(server.url)  # it answers meanwhile
            status, err = server.end()
            assert file.getresponse().status == 503
            assert page.getresponse().status in (503, 400)  # a query ends by itself after five seconds
    assert status == 0
    assert "Traceback" not in err
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_port_in_use_is_an_error_line(db: Path, tmp_path: Path) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInputError, match=f"port {port} is in use: choose another with --port"):
            listen(port)
        result = run("serve", "--db", db, "--port", str(port), cwd=tmp_path)
    assert (result.status, result.out) == (2, "")
    assert result.errors == [
        f"osce-news: port {port} is in use: choose another with --port, or use --port 0 for any free one"
    ]
    with listen(port) as sock:  # free again at once
        assert sock.getsockname() == (HOST, port)


def test_in_a_container_it_listens_on_all_addresses_of_the_machine() -> None:
    with listen(0, "0.0.0.0") as sock:
        assert sock.getsockname()[0] == "0.0.0.0"


@pytest.mark.parametrize("host", ["", "localhost", "203.0.113.1"])
def test_an_address_to_listen_on_that_is_none_or_elsewhere_is_an_error_line(
    db: Path, tmp_path: Path, host: str
) -> None:
    result = run("serve", "--db", db, "--port", "0", "--host", host, cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)
    assert "--host" in result.err


def test_an_empty_database_is_an_error_line(tmp_path: Path) -> None:
    with Writer(tmp_path / "empty.db"):
        pass
    result = run("serve", "--db", "empty.db", "--port", "0", cwd=tmp_path)
    assert (result.status, result.out) == (2, "")
    assert result.errors == ["osce-news: empty.db holds no items yet: fill it with crawl or replay"]


def test_a_database_without_a_search_index_can_be_searched(db: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(db, isolation_level=None)
    connection.execute("DROP TABLE items_fts")
    connection.close()
    with serving(db, tmp_path / "temporary") as server:
        assert "quicksilver" in text_at(f"{server.url}osce-news/full-text.json?words=quicksilver")
        assert server.end() == (0, f"{db} has no search index; one was made for these pages\n")


def test_without_the_extra_the_error_says_what_to_install(db: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['datasette'] = None; from osce_news.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "serve", "--db", db],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("osce-news: datasette not installed: the extra web has it; next: ")
    assert "pip install 'datasette<1,>=" in done.stderr  # serve needs this version
