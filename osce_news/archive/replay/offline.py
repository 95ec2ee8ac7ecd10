"""Closes the network, so that a replay can't open a socket."""

from __future__ import annotations

import sys
from functools import cache

from osce_news.errors import OsceNewsError


class NetworkUsedError(OsceNewsError):
    """Something tried to use the network during a replay. Please report it."""


@cache
def close_network() -> None:
    """Make every attempt to create or use a socket in this process fail from now on.

    CPython calls its audit hooks before each attempt (PEP 578), by C code as well as by Python code. This
    can't be undone.
    """
    sys.addaudithook(_refuse_sockets)


def _refuse_sockets(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith("socket.") and event != "socket.gethostname":
        raise NetworkUsedError(f"a replay opens no socket, but something called {event}")
