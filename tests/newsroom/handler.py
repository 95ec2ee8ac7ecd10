"""The HTTP side of the newsroom: connections and responses."""

from __future__ import annotations

import contextlib
import gzip
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.newsroom.site import Reply

if TYPE_CHECKING:
    from tests.newsroom.server import Newsroom

_BODILESS = frozenset({204, 304})


class Entry(NamedTuple):
    """A request: when it came (monotonic), its path, the status of the response (0: none)."""

    time: float
    method: str
    path: str
    headers: dict[str, str]
    status: int


class DroppedError(ConnectionError):
    """The connection was closed on purpose."""


class Server(ThreadingHTTPServer):
    # Handler threads are joined at the end, so that no test leaves one behind.
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, newsroom: Newsroom) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
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
        # A client may go away; an error in the newsroom must be shown.
        error = sys.exc_info()[1]
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.newsroom.mistakes.append(error)
            super().handle_error(request, client_address)


class Exchange(BaseHTTPRequestHandler):
    """A request with its `command` and its `path`, query included, and the means to respond to it."""

    protocol_version = "HTTP/1.1"
    server_version = "newsroom"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 60
    server: Server

    def _serve(self) -> None:
        self._came = time.monotonic()
        self._noted = False
        self.server.newsroom.act_before(self.path)
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
        """Return the usual reply of the newsroom."""
        return self.server.newsroom.answer(self.path)

    def reply(self, reply: Reply) -> None:
        """Send a whole response."""
        newsroom = self.server.newsroom
        headers = {"Content-Type": reply.content_type, **reply.headers}
        status, body = reply.status, reply.body
        if status == 200:
            given = newsroom.validators(self.path, body)
            headers.update(given)
            if newsroom.client_has(self.headers, given):
                status = 304
        if status in _BODILESS:
            body = b""
            headers.pop("Content-Type")
        if (
            newsroom.compress
            and body
            and "Content-Encoding" not in headers
            and "gzip" in self.headers.get("Accept-Encoding", "")
        ):
            body = gzip.compress(body, 1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if wanted and status == 200 and "Accept-Ranges" in headers:
            status, body = 206, body[int(wanted[1]) : int(wanted[2]) + 1]
        if status not in _BODILESS:
            headers["Content-Length"] = str(len(body))
        self.begin(status, headers)
        self.push(body)

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Log the request with this status and send the head of the response."""
        self.note(status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def note(self, status: int) -> None:
        """Log the request with this status and send nothing; 0 means no response."""
        self._noted = True
        newsroom = self.server.newsroom
        newsroom.log.append(Entry(self._came, self.command, self.path, dict(self.headers.items()), status))

    def push(self, data: bytes) -> None:
        """Send a part of the body at once."""
        if self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()

    def wait(self, seconds: float) -> bool:
        """Return True after this time, or False as soon as the server closes."""
        return self.server.newsroom.wait(seconds)

    def drop(self, *, reset: bool = False) -> None:
        """Close the connection, with a reset if `reset` is set, and end the answer."""
        if reset:
            # Without lingering, the kernel resets the connection instead of closing it.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # The socket is closed only when its files are closed too.
            self.rfile.close()
            self.wfile.close()
            self.connection.close()
        raise DroppedError

    def log_message(self, *args: Any) -> None:
        """Do nothing: `Newsroom.log` has the requests."""
