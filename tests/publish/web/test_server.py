"""`osce-news serve` as a process: where it listens, how it stops, what it leaves behind."""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from osce_news.errors import BadInputError
from osce_news.publish.web.guard import HOST
from osce_news.publish.web.server import listen
from osce_news.storage import Writer
from tests.helpers import digest, environment, run
from tests.publish.web.serving import Serving, serving

Get = Callable[..., Any]


def body(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())


@pytest.fixture
def db(history: Path, tmp_path: Path) -> Path:
    """Return a copy of the database in its own folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "temporary").mkdir()
    return Path(shutil.copy(history, tmp_path / "data" / "osce-news.db"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_a_signal_and_leaves_nothing_behind(db: Path, tmp_path: Path, number: int) -> None:
    before = digest(db)
    with serving(db, tmp_path / "temporary") as server:
        assert "OSCE newsroom" in body(server.url)
        assert "Press release" in body(f"{server.url}osce-news/newsroom")
        with pytest.raises(urllib.error.HTTPError, match="400"):
            body(f"{server.url}osce-news.json?sql=delete+from+items")
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
        assert "written meanwhile" not in body(f"{server.url}osce-news/newsroom")
        writer.finish("complete")
    with serving(db, tmp_path / "temporary") as server:
        assert "written meanwhile" in body(f"{server.url}osce-news/newsroom")


def test_other_machines_cannot_connect(db: Path, tmp_path: Path) -> None:
    with serving(db, tmp_path / "temporary") as server:
        port = int(server.url.rstrip("/").rsplit(":", 1)[1])
        with pytest.raises(ConnectionRefusedError):  # another address of this machine
            socket.create_connection(("127.0.0.2", port), timeout=5)
    assert HOST == "127.0.0.1"


HOSTS = {
    "127.0.0.1": 200,
    "localhost": 200,
    "evil.example": 400,
    "127.0.0.1.evil.example": 400,
    "": 400,
}


def test_requests_for_other_hosts_are_refused(db: Path, tmp_path: Path) -> None:
    """Else a page elsewhere could have its own name lead here, and read the database."""
    with serving(db, tmp_path) as server:
        port = urlsplit(server.url).port or 0
        for host, status in HOSTS.items():
            for name in (host, f"{host}:{port}") if host else ("",):
                with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
                    connection.request("GET", "/", headers={"Host": name})
                    answer = connection.getresponse()
                    assert answer.status == status, name
                    assert "script-src 'none'" in (answer.getheader("content-security-policy") or "")


def test_it_stops_while_a_file_is_written_or_a_query_runs(db: Path, tmp_path: Path) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    address = f"?{urlencode({'sql': endless.replace('select i', 'select max(i)')})}"
    with serving(db, tmp_path / "temporary") as server:
        port = urlsplit(server.url).port or 0
        file, page = (http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(2))
        with closing(file), closing(page):
            file.request("GET", f"/osce-news.csv?{urlencode({'sql': endless})}")
            page.request("GET", f"/osce-news{address}")
            assert "OSCE newsroom" in body(server.url)  # it answers meanwhile
            status, err = server.end()
            assert file.getresponse().status == 503
            assert page.getresponse().status in (503, 400)  # a query ends by itself after five seconds
    assert status == 0
    assert "Traceback" not in err
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_query_of_100000_characters_is_an_error_line(db: Path, tmp_path: Path) -> None:
    with serving(db, tmp_path) as server:
        with pytest.raises(urllib.error.HTTPError) as raised:
            body(f"{server.url}?search={'a' * 100_000}")
        assert raised.value.code == 400
        assert "too long for an address" in raised.value.read().decode()
        assert server.end() == (0, "")


CROSS = {"Sec-Fetch-Site": "cross-site"}
NAVIGATION = CROSS | {"Sec-Fetch-Mode": "navigate"}


def test_pages_of_other_sites_may_link_here_and_not_ask(db: Path, tmp_path: Path) -> None:
    with serving(db, tmp_path) as server:
        for allowed in ({"Sec-Fetch-Site": "same-origin"}, NAVIGATION | {"Sec-Fetch-Dest": "document"}):
            urllib.request.urlopen(urllib.request.Request(server.url, headers=allowed), timeout=30).close()
        for refused in (
            CROSS,
            {"Sec-Fetch-Site": "same-site"},  # another port of this machine
            NAVIGATION | {"Sec-Fetch-Dest": "iframe"},
            {"Origin": "https://evil.example"},
        ):
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(urllib.request.Request(server.url, headers=refused), timeout=30)


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT "
GREEDY = [
    "SELECT zeroblob(2000000000)",
    f"{ENDLESS} hex(zeroblob(4900000)) FROM n",
    f"{ENDLESS} json_group_array(hex(zeroblob(1000))) FROM n",
]


def ask(server: Serving, sql: str) -> int:
    """Return the status of the answer to a query."""
    try:
        with urllib.request.urlopen(
            f"{server.url}osce-news.json?{urlencode({'sql': sql})}", timeout=60
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_query_that_needs_too_much_memory_is_refused_and_the_server_goes_on(
    db: Path, tmp_path: Path
) -> None:
    with serving(db, tmp_path) as server:
        for sql in GREEDY:
            assert ask(server, sql) == 400
        status = Path(f"/proc/{server.process.pid}/status")
        if status.exists():
            (most,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
            assert int(most) < 2.2 * 1024**2
        assert ask(server, "SELECT count(*) FROM items") == 200


def test_endless_queries_do_not_keep_pages_waiting(db: Path, tmp_path: Path) -> None:
    with serving(db, tmp_path) as server, ThreadPoolExecutor(4) as pool:
        endless = [pool.submit(ask, server, f"{ENDLESS} count(*) + {n} FROM n") for n in range(4)]
        body(f"{server.url}osce-news/newsroom")
        assert not any(query.done() for query in endless)
        assert {query.result() for query in endless} == {400}


def test_no_page_tells_where_the_file_is(db: Path, tmp_path: Path) -> None:
    with serving(db, tmp_path) as server:
        listed = body(f"{server.url}osce-news.json?sql=select+*+from+pragma_database_list")
        assert str(tmp_path) not in listed
        with pytest.raises(urllib.error.HTTPError, match="404"):
            body(f"{server.url}-/databases.json")


@pytest.mark.parametrize("address", ["newsroom", "newsroom.json"])
def test_a_condition_that_is_no_sql_is_refused(get: Get, address: str) -> None:
    assert get(f"/osce-news/{address}?_where=1=1;drop").status_code == 400


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
        assert "quicksilver" in body(f"{server.url}osce-news/full-text.json?words=quicksilver")
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
    assert done.stderr == "osce-news: datasette not installed: this needs `pip install 'osce-news[web]'`\n"
