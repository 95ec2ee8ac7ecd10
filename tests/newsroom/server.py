"""A small HTTP server for the newsroom, with a log of what was asked and room for faults."""

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
    """An action that is run before requests are answered whose path with query `where` accepts."""

    where: Where
    action: Action
    skip: int
    """How many such requests are still to pass before."""
    left: int | None
    """How many more times; None for always."""


class Newsroom(Site, Validators):
    """The newsroom on a free port of 127.0.0.1, from `with` to the end of its block.

    `url` has no slash at its end. `log` holds every request, robots.txt included, in the order
    of the answers, and is complete for a request before its client reads the first byte.
    `faults` are looked through in order for each request; `fail` puts one on top. `at_request` and
    `before` change the list while it is read; an error in their actions comes out at the block's end.
    With `etags` set, answers bear an ETag and a matching If-None-Match gets 304; with `last_modified`
    they bear the time at which that page last changed, and If-Modified-Since gets 304; with
    `compress`, bodies are gzipped for those who accept it. All are off: the site is not known to do it.
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
        """Serve a `Site` of these stories; `site` as there."""
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

    def at_request(self, n: int, action: Action) -> Hook:
        """The hook: `action` is run just before the n-th request for a listing page from now on is answered.

        `n` counts from 1, and every request for a listing page counts, also one that meets a fault.
        """
        return self.before(listing, action, skip=n - 1)

    def before(self, where: str | Where, action: Action, times: int | None = 1, *, skip: int = 0) -> Hook:
        """The hook: `action`, given the newsroom, is run before requests that `where` accepts are answered.

        So it is `times` times (None: always), after the first `skip` such requests. `where` as in `fail`.
        The request then gets what the action has left; a fault that it puts in force is met at once.
        """
        hook = Hook(_same(where) if isinstance(where, str) else where, action, skip, times)
        with self._lock:
            self.hooks.append(hook)
        return hook

    def act_before(self, path: str) -> None:
        """Run the actions that are due before this request is answered, in the order they were given."""
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
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self.mistakes and kind is None:
            raise self.mistakes[0]


def _same(wanted: str) -> Where:
    if "?" in wanted:
        return lambda path: path == wanted
    return lambda path: urlsplit(path).path == wanted
