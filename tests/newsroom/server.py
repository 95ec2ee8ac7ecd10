"""A small HTTP server for the newsroom, with a log of what was asked and room for faults."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import sys
import threading
import time
import zlib
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from tests.newsroom.faults import Answer, Fault, Where
from tests.newsroom.site import ROBOTS, Reply, Site
from tests.newsroom.stories import Story


class Entry(NamedTuple):
    """One request: when it came (monotonic), what was asked, the status that it got (0: none)."""

    time: float
    method: str
    path: str
    headers: dict[str, str]
    status: int


class Newsroom(Site):
    """The newsroom on a free port of 127.0.0.1, from `with` to the end of its block.

    `url` has no slash at its end. `log` holds every request, robots.txt included, in the order
    of the answers, and is complete for a request before its client reads the first byte.
    `faults` are looked through in order for each request; `fail` puts one on top. With
    `etags` set, answers bear an ETag and a matching If-None-Match gets 304; with `compress`,
    bodies are gzipped for those who accept it. Both are off: the site is not known to do it.
    """

    def __init__(
        self,
        stories: Iterable[Story] = (),
        *,
        russian: Iterable[Story] = (),
        markup: str = "drupal7",
        robots: str = ROBOTS,
        robots_status: int = 200,
        etags: bool = False,
        compress: bool = False,
    ) -> None:
        super().__init__(stories, russian=russian, markup=markup, robots=robots, robots_status=robots_status)
        self.etags = etags
        self.compress = compress
        self.log: list[Entry] = []
        self.faults: list[Fault] = []
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="newsroom", daemon=True
        )

    @property
    def url(self) -> str:
        """The address of the site, `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def paths(self) -> list[str]:
        """The path with query of each logged request."""
        return [entry.path for entry in self.log]

    def fail(self, where: str | Where, answer: Answer, *, times: int | None = None) -> Fault:
        """The fault, now in force: `answer` in place of the usual one, `times` times or always.

        `where` is a path (then every query on it), a path with its query (then that one alone),
        or a function that is given the path with its query.
        """
        fault = Fault(_same(where) if isinstance(where, str) else where, answer, times)
        self.faults.insert(0, fault)
        return fault

    def fault_for(self, path: str) -> Fault | None:
        """The first fault that is in force for this request, counted as given; None for none."""
        with self._lock:
            for fault in self.faults:
                if fault.left != 0 and fault.where(path):
                    fault.seen += 1
                    if fault.left is not None:
                        fault.left -= 1
                    return fault
        return None

    def wait(self, seconds: float) -> bool:
        """True after so many seconds, False as soon as the server closes."""
        return not self._closing.wait(seconds)

    def start(self) -> Self:
        """The newsroom, now answering."""
        self._thread.start()
        return self

    def close(self) -> None:
        """End the server and every connection; stalled answers end at once."""
        self._closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.drop_connections()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _same(wanted: str) -> Where:
    if "?" in wanted:
        return lambda path: path == wanted
    return lambda path: urlsplit(path).path == wanted


class _DroppedError(ConnectionError):
    """The connection was closed on purpose."""


class _Server(ThreadingHTTPServer):
    # Handler threads are joined at the end, so that no test leaves one behind.
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, newsroom: Newsroom) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.newsroom = newsroom
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()

    def get_request(self) -> tuple[socket.socket, Any]:
        request, address = super().get_request()
        with self._guard:
            self._open.add(request)
        return request, address

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        with self._guard:
            for request in self._open:
                with contextlib.suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that goes away is no news; a mistake in the newsroom is.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection; it is the `Exchange` that the faults are given."""

    protocol_version = "HTTP/1.1"
    server_version = "newsroom"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 60
    server: _Server

    def _serve(self) -> None:
        self._came = time.monotonic()
        self._noted = False
        fault = self.server.newsroom.fault_for(self.path)
        if fault is None:
            self.reply(self.usual())
        else:
            fault.answer(self)
            if not self._noted:
                self.note(0)
                self.drop()

    do_GET = _serve
    do_HEAD = _serve

    def usual(self) -> Reply:
        return self.server.newsroom.answer(self.path)

    def reply(self, reply: Reply) -> None:
        newsroom = self.server.newsroom
        headers = {"Content-Type": reply.content_type, **reply.headers}
        status, body = reply.status, reply.body
        if newsroom.etags and status == 200:
            headers["ETag"] = f'"{zlib.crc32(body):08x}"'
            if self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
        if (
            newsroom.compress
            and body
            and "Content-Encoding" not in headers
            and "gzip" in self.headers.get("Accept-Encoding", "")
        ):
            body = gzip.compress(body, 1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        if status != 304:
            headers["Content-Length"] = str(len(body))
        self.begin(status, headers)
        self.push(body)

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.note(status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def note(self, status: int) -> None:
        self._noted = True
        newsroom = self.server.newsroom
        newsroom.log.append(Entry(self._came, self.command, self.path, dict(self.headers.items()), status))

    def push(self, data: bytes) -> None:
        if self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()

    def wait(self, seconds: float) -> bool:
        return self.server.newsroom.wait(seconds)

    def drop(self, *, reset: bool = False) -> None:
        if reset:
            # No lingering: the kernel then says reset instead of a quiet end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # The files keep the socket open; only when they are closed is its closing a real one.
            self.rfile.close()
            self.wfile.close()
            self.connection.close()
        raise _DroppedError

    def log_message(self, *args: Any) -> None:
        """Nothing: the log is kept elsewhere."""
