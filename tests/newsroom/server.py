"""A small HTTP server for the newsroom, with a log of the requests and with faults."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.newsroom.faults import Answer, Fault, Where, listing
from tests.newsroom.handler import Entry, Server
from tests.newsroom.site import Site
from tests.newsroom.stories import Story
from tests.newsroom.validators import Validators

Action = Callable[["Newsroom"], object]


@dataclass(slots=True)
class Hook:
    """An action that is run before the response to requests whose path with query `where` accepts."""

    where: Where
    action: Action
    skip: int
    """How many such requests come before it."""
    left: int | None
    """How many more times; None for always."""


class Newsroom(Site, Validators):
    """The newsroom on a free port of 127.0.0.1; use it in `with`.

    `url` has no slash at its end. `log` holds every request, robots.txt included, in the order of the
    responses, and is complete for a request before its client reads the first byte. For each request the
    first of the `faults` that fits is used; `fail` adds one on top. `at_request` and `before` change the list
    while it is read; an error in their actions is raised at the end of the block.
    With `etags`, responses have an ETag, and a matching If-None-Match returns 304. With `last_modified` they
    have the time at which the page last changed, and If-Modified-Since returns 304. With `compress`, bodies
    are gzipped for clients that accept it. By default all are off, as far as the site is known.
    """

    def __init__(
        self,
        stories: Iterable[Story] = (),
        *,
        etags: bool = False,
        last_modified: bool = False,
        always_304: bool = False,
        compress: bool = False,
        **site: Any,
    ) -> None:
        """Serve a `Site` with these stories; `site` has its arguments."""
        Site.__init__(self, stories, **site)
        Validators.__init__(self, etags=etags, last_modified=last_modified, always_304=always_304)
        self.compress = compress
        self.log: list[Entry] = []
        self.faults: list[Fault] = []
        self.hooks: list[Hook] = []
        self.mistakes: list[Exception] = []
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="newsroom", daemon=True
        )

    @property
    def url(self) -> str:
        """Return the address of the site, `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def paths(self) -> list[str]:
        """Return the path with query of each logged request."""
        return [entry.path for entry in self.log]

    def fail(self, where: str | Where, answer: Answer, *, times: int | None = None) -> Fault:
        """Give this answer in place of the usual one, `times` times or always; return the fault.

        `where` is a path (with any query), a path with a query, or a function that gets the path with its
        query.
        """
        fault = Fault(_same(where) if isinstance(where, str) else where, answer, times)
        self.faults.insert(0, fault)
        return fault

    def fault_for(self, path: str) -> Fault | None:
        """Return the first fault for this request, and count it; None if there is none."""
        with self._lock:
            for fault in self.faults:
                if fault.left != 0 and fault.where(path):
                    fault.seen += 1
                    if fault.left is not None:
                        fault.left -= 1
                    return fault
        return None

    def at_request(self, n: int, action: Action) -> Hook:
        """Run an action right before the response to the n-th request for a list page from now on.

        `n` counts from 1. Requests with a fault count too. Returns the hook.
        """
        return self.before(listing, action, skip=n - 1)

    def before(self, where: str | Where, action: Action, times: int | None = 1, *, skip: int = 0) -> Hook:
        """Run an action, which gets the newsroom, before the response to requests that `where` accepts.

        It is run `times` times (None: always), after the first `skip` such requests; `where` is as in `fail`.
        Changes and faults that it makes already apply to this request. Returns the hook.
        """
        hook = Hook(_same(where) if isinstance(where, str) else where, action, skip, times)
        with self._lock:
            self.hooks.append(hook)
        return hook

    def act_before(self, path: str) -> None:
        """Run the actions that are due before the response to this request, in the order of their hooks."""
        due = []
        with self._lock:
            for hook in self.hooks:
                if hook.left == 0 or not hook.where(path):
                    continue
                if hook.skip > 0:
                    hook.skip -= 1
                    continue
                if hook.left is not None:
                    hook.left -= 1
                due.append(hook.action)
        # Outside the lock, so that an action may add faults and hooks.
        for action in due:
            action(self)

    def wait(self, seconds: float) -> bool:
        """Return True after this time, or False as soon as the server closes."""
        return not self._closing.wait(seconds)

    def start(self) -> Self:
        """Start the server, and return the newsroom."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop the server and close every connection; stalled responses end at once."""
        self._closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.drop_connections()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self.mistakes and kind is None:
            raise self.mistakes[0]


def _same(wanted: str) -> Where:
    if "?" in wanted:
        return lambda path: path == wanted
    return lambda path: urlsplit(path).path == wanted
