"""What the pages refuse: writing, other hosts, other sites, and queries without end."""

from __future__ import annotations

import asyncio
import http.client
import re
import sqlite3
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from datasette import hookimpl
from datasette.plugins import pm

from osce_news.publish.web.server import application
from tests.helpers import digest
from tests.publish.web.conftest import TABLE, Get, node
from tests.publish.web.serving import Serving, serving, text_at

HOSTS = {"127.0.0.1": 200, "localhost": 200, "evil.example": 400, "127.0.0.1.evil.example": 400, "": 400}
CROSS = {"Sec-Fetch-Site": "cross-site"}
NAVIGATION = CROSS | {"Sec-Fetch-Mode": "navigate"}
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT "
GREEDY = [
    "SELECT zeroblob(2000000000)",
    f"{ENDLESS} hex(zeroblob(4900000)) FROM n",
    f"{ENDLESS} count(*) FROM n",
    f"{ENDLESS} json_group_array(hex(zeroblob(1000))) FROM n",
]


@pytest.fixture(scope="module")
def server(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a server in a process of its own."""
    with serving(history, tmp_path_factory.mktemp("temporary")) as server:
        yield server


def status_of(server: Serving, sql: str) -> int:
    """Return the status of the answer to a query."""
    try:
        with urllib.request.urlopen(
            f"{server.url}osce-news.json?{urlencode({'sql': sql})}", timeout=60
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize(
    "sql",
    [
        "delete from items",
        "update items set title = 'x'",
        "drop table items",
        "create table x (y)",
        "with x as (select 1) delete from items",
        "attach database 'x.db' as x",
        "pragma writable_schema = 1",
        "vacuum into 'x.db'",
        "select load_extension('x')",
        "select writefile('x', 'y')",
    ],
)
def test_sql_that_would_write_is_refused(get: Get, snapshot: Path, sql: str) -> None:
    before = digest(snapshot)
    answer = get(f"/osce-news.json?sql={quote(sql)}")
    assert answer.status_code == 400
    assert answer.json()["ok"] is False
    assert digest(snapshot) == before


def test_posts_and_downloads_of_the_file_are_refused(get: Get) -> None:
    for address in ("/osce-news", TABLE, "/osce-news/full-text", "/figures", "/", "/items.csv"):
        for method in ("post", "put", "delete"):
            answer = get(address, method)
            assert (answer.status_code, answer.text) == (405, "read only")
            assert answer.headers["allow"] == "GET, HEAD"
    assert get("/osce-news.db").status_code in (403, 404)


def test_no_page_loads_from_another_host(get: Get) -> None:
    for address in ("/", TABLE, f"/items/{node(0)}", "/figures", "/osce-news/full-text", "/-/none"):
        answer = get(address)
        assert "default-src 'self'; script-src 'none'" in answer.headers["content-security-policy"]
        assert not re.search(r"<script|<\w[^>]*\s(style|on\w+)=", answer.text), address
        loaded = re.findall(r"<(?:script|img|source|iframe)[^>]*\b(?:src|srcset)=\"([^\"]+)", answer.text)
        loaded += re.findall(r"<link[^>]*href=\"([^\"]+)", answer.text)
        assert loaded or address == "/-/none"
        assert not [
            one for one in loaded if one.startswith("//") or re.match(r"https?:(?!//localhost/)", one)
        ]


def test_requests_for_other_hosts_are_refused(server: Serving) -> None:
    """Else a page elsewhere could have its own name lead here, and read the database."""
    port = urlsplit(server.url).port or 0
    for host, status in HOSTS.items():
        for name in (host, f"{host}:{port}") if host else ("",):
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
                connection.request("GET", "/", headers={"Host": name})
                answer = connection.getresponse()
                assert answer.status == status, name
                assert "script-src 'none'" in (answer.getheader("content-security-policy") or "")


def test_pages_of_other_sites_may_link_here_and_not_ask(server: Serving) -> None:
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


def test_a_query_of_100000_characters_is_an_error_line(server: Serving) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        text_at(f"{server.url}?search={'a' * 100_000}")
    assert raised.value.code == 400
    assert "too long for an address" in raised.value.read().decode()


def test_a_query_that_needs_too_much_is_refused_and_the_server_goes_on(server: Serving) -> None:
    for sql in GREEDY:
        assert status_of(server, sql) == 400
    status = Path(f"/proc/{server.process.pid}/status")
    if status.exists():
        (most,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
        assert int(most) < 2.2 * 1024**2
    assert status_of(server, "SELECT count(*) FROM items") == 200


def test_slow_queries_do_not_keep_pages_waiting(snapshot: Path) -> None:
    datasette, running, release = application(snapshot), threading.Semaphore(0), threading.Event()

    def wait(_: int) -> bool:
        running.release()
        return release.wait(60)

    @hookimpl  # type: ignore[untyped-decorator]
    def prepare_connection(conn: sqlite3.Connection) -> None:
        conn.create_function("wait", 1, wait)

    async def page_among_queries() -> Any:
        await datasette.client.get("/")  # starts Datasette, as the server does before it listens
        waiting = [
            asyncio.create_task(datasette.client.get(f"/osce-news.json?sql=select+wait({n})"))
            for n in range(4)
        ]
        while not running.acquire(blocking=False):
            await asyncio.sleep(0.01)
        try:
            return [await asyncio.wait_for(datasette.client.get(TABLE), 30) for _ in range(3)]
        finally:
            release.set()
            await asyncio.gather(*waiting)

    plugin = SimpleNamespace(prepare_connection=prepare_connection)
    pm.register(plugin)
    try:
        assert {answer.status_code for answer in asyncio.run(page_among_queries())} == {200}
    finally:
        pm.unregister(plugin)


def test_no_page_tells_where_the_file_is(server: Serving, history: Path) -> None:
    listed = text_at(f"{server.url}osce-news.json?sql=select+*+from+pragma_database_list")
    assert str(history.parent.parent) not in listed  # there are both, the database and the copy
    with pytest.raises(urllib.error.HTTPError, match="404"):
        text_at(f"{server.url}-/databases.json")
