"""Closes the network for good: whatever code of whoever runs, this process opens no socket any more."""

from __future__ import annotations

import sys

from osce_news.errors import OsceNewsError

_closed = False


class NetworkUsedError(OsceNewsError):
    """Something wanted to talk to another machine, which a replay never does. Please report it."""


def close_network() -> None:
    """Let every attempt to make or use a socket fail from now on; it can't be taken back.

    CPython asks its audit hooks before each (PEP 578), so that C code is met as well as Python code.
    """
    global _closed
    if not _closed:
        _closed = True
        sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith("socket.") and event != "socket.gethostname":
        raise NetworkUsedError(f"a replay opens no socket, but something called {event}")
