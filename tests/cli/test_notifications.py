"""`crawl --ping` and `--notify`: real requests to a server that writes them down; passwords stay unseen."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from osce_news.cli.shared import notifications
from tests.helpers import Result, crawl_words, run, without
from tests.newsroom import Newsroom, faults, make_stories
from tests.processes import Command

SECRET = "geheim"


class Receiver(ThreadingHTTPServer):
    """Answers every request with its `status`, and keeps the paths and the bodies."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.paths, self.bodies = 200, list[str](), list[str]()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
        self.send_response(self.server.status)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(60)) as server:
        yield server


def crawl(newsroom: Newsroom, cwd: Path, *options: str, **env: str) -> Result:
    """Crawl, and check that no secret is in what was said or stored."""
    result = run(*crawl_words(newsroom.url), "-v", *options, cwd=cwd, env=env)
    files = [path.read_bytes() for path in cwd.rglob("*") if path.is_file() and path.name != "notify"]
    assert SECRET.encode() not in b"".join([result.out.encode(), result.err.encode(), *files])
    return result


def test_the_start_and_the_end_are_pinged(newsroom: Newsroom, receiver: Receiver, tmp_path: Path) -> None:
    assert crawl(newsroom, tmp_path, "--ping", f"http://{receiver.host}/uuid/").status == 0
    assert receiver.paths == ["/uuid/start", "/uuid"]
    newsroom.fail(faults.everything, faults.status(403))
    assert crawl(newsroom, tmp_path, OSCE_NEWS_PING=f"http://{receiver.host}/uuid?a=b").status == 6
    assert receiver.paths[2:] == ["/uuid/start?a=b", "/uuid/6?a=b"]


def test_an_error_before_the_first_request_is_pinged_too(receiver: Receiver, tmp_path: Path) -> None:
    ping = f"http://{receiver.host}/uuid"
    assert run("crawl", "--since", "never", "--ping", ping, cwd=tmp_path).status == 2
    assert receiver.paths == ["/uuid/start", "/uuid/2"]


@contextmanager
def silent() -> Iterator[str]:
    """Yield the address of a server that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/{SECRET}"


@pytest.mark.slow
@pytest.mark.parametrize("status", [0, 6])
def test_a_lost_ping_is_warned(newsroom: Newsroom, receiver: Receiver, tmp_path: Path, status: int) -> None:
    receiver.status = 500
    if status:
        newsroom.fail(faults.everything, faults.status(403))
    result = crawl(newsroom, tmp_path, "--ping", f"http://{receiver.host}/{SECRET}")
    assert result.status == status
    assert result.err.count("WARNING the ping address at 127.0.0.1 does not answer: status 500") == 2
    assert len(receiver.paths) == 6  # each three times


def test_an_address_that_never_answers_is_reported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(notifications, "_PATIENCE_S", 0.2)
    with silent() as address, notifications.Notifications(Path("a.db"), address, None).sent():
        pass
    assert len(caplog.messages) == 2  # for the start and for the end
    assert "does not answer: no response within 0.2 s" in caplog.messages[0]


@pytest.mark.slow
def test_an_interruption_is_only_pinged(newsroom: Newsroom, receiver: Receiver, tmp_path: Path) -> None:
    words = ["crawl", "--start-url", f"{newsroom.url}/press-releases", "--delay", "20"]
    words += ["--ping", f"http://{receiver.host}/uuid", "--notify", f"json://{receiver.host}/hook"]
    with Command(words, tmp_path) as command:
        while not newsroom.log:
            time.sleep(0.05)
        command.send(signal.SIGTERM)
        assert command.wait().status == 130
    assert receiver.paths == ["/uuid/start", "/uuid/130"]


@pytest.mark.slow
def test_a_notice_names_run_and_what_to_do(newsroom: Newsroom, receiver: Receiver, tmp_path: Path) -> None:
    notify = tmp_path / "notify"
    notify.write_text(f"# mine\n\njson://me:{SECRET}@{receiver.host}/hook\n")
    notify.chmod(0o600)
    assert crawl(newsroom, tmp_path, "--notify", "notify").status == 0
    assert receiver.bodies == []  # all is well
    newsroom.fail(faults.everything, faults.status(403))
    result = crawl(newsroom, tmp_path, "--notify", "notify")
    (body,) = receiver.bodies
    notice = json.loads(body)
    assert notice["title"] == f"osce-news: the crawl on {socket.gethostname()} ended with exit status 6"
    assert notice["type"] == "failure"
    message, _, *facts = notice["message"].splitlines()
    assert message == result.errors[-1].removeprefix("osce-news: ")
    db = tmp_path / "osce-news.db"
    assert facts == [
        f"database: {db}",
        f"host: {socket.gethostname()}",
        f"run: 2 (osce-news runs 2 --db {db})",
        "what to do: The site refused to answer. Do not retry at once: wait, or write to the site's owner.",
    ]
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("SELECT max(id) FROM runs").fetchone() == (2,)


@pytest.mark.slow
def test_a_notice_repeats_no_password_of_an_address(receiver: Receiver, tmp_path: Path) -> None:
    address = f"https://me:{SECRET}@www.osce.org"
    words = ["crawl", "--source", address, "--notify", f"json://{receiver.host}/hook"]
    assert run(*words, cwd=tmp_path).status == 2
    (body,) = receiver.bodies
    assert "www.osce.org" in body
    assert SECRET not in body


@pytest.mark.slow
def test_a_notice_that_cannot_be_sent_changes_no_status(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.fail(faults.everything, faults.status(403))
    result = crawl(newsroom, tmp_path, OSCE_NEWS_NOTIFY=f"json://me:{SECRET}@127.0.0.1:9/hook")
    assert result.status == 6
    assert "WARNING the notice of --notify could not be sent" in result.err


@pytest.mark.slow
def test_a_readable_file_is_warned_of(newsroom: Newsroom, receiver: Receiver, tmp_path: Path) -> None:
    (tmp_path / "notify").write_text(f"json://me:{SECRET}@{receiver.host}/\n")
    (tmp_path / "notify").chmod(0o644)
    assert "WARNING everybody can read the file" in crawl(newsroom, tmp_path, "--notify", "notify").err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--ping", f"ftp://example.org/{SECRET}"),
        ("--ping", f"https://me:{SECRET}@example.org/"),
        ("--ping", SECRET),
        ("--notify", f"nothing://me:{SECRET}@example.org"),
        ("--notify", f"mailto:me:{SECRET}@example.org"),
        ("--notify", SECRET * 100),
        ("--notify", "notify"),
        ("--notify", "."),
    ],
)
def test_what_is_no_address_is_refused_unshown(tmp_path: Path, option: str, value: str) -> None:
    (tmp_path / "notify").write_text(f"json://localhost\nnothing://me:{SECRET}@localhost\n")
    (tmp_path / "notify").chmod(0o600)
    result = run("crawl", option, value, cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1), result.err
    assert option in result.err
    assert SECRET not in result.err


def test_without_apprise_one_line_says_what_to_install(tmp_path: Path) -> None:
    result = without("apprise", "crawl", "--notify", f"json://me:{SECRET}@localhost", cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (1, "", 1)
    assert "the extra notify" in result.err
    assert SECRET not in result.err
