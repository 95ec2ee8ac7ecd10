"""Starts Datasette on a copy of the database, on this machine only."""

from __future__ import annotations

import contextlib
import errno
import socket
import sqlite3
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from osce_news.errors import BadInputError
from osce_news.publish.web import plugin
from osce_news.publish.web.metadata import metadata
from osce_news.storage import counts

HOST = "127.0.0.1"
_HERE = Path(__file__).parent
_SETTINGS = {
    "allow_download": False,  # the copy is not the file that the user would want
    "default_page_size": 50,
    "facet_time_limit_ms": 5000,
    "sql_time_limit_ms": 5000,
    "suggest_facets": False,  # it asks each column of each table at each page
    "truncate_cells_html": 200,
}


def application(path: Path) -> Any:
    """Return Datasette on this copy of a database, as an ASGI application."""
    if not pm.is_registered(plugin):
        pm.register(plugin, "osce-news")
    # Else it prints each address that is wrong and each query that is refused, with all local variables.
    pm.get_plugin("datasette.handle_exception").rich = None
    return Datasette(
        immutables=[str(path)],
        metadata=_described(path),
        settings=_SETTINGS,
        template_dir=str(_HERE / "templates"),
        static_mounts=[("assets", str(_HERE / "static"))],
    )


def listen(port: int) -> socket.socket:
    """Return a socket on the port of this machine, any free one for 0.

    Raises BadInputError if the port is in use or not to be had.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
        sock.listen(64)
    except OSError as error:
        sock.close()
        why = "is in use" if error.errno == errno.EADDRINUSE else f"can't be had ({error.strerror})"
        raise BadInputError(f"port {port} {why}: name another with --port, or --port 0 for any") from error
    return sock


def serve(path: Path, sock: socket.socket) -> None:
    """Answer on the socket until Ctrl-C or SIGTERM."""
    config = uvicorn.Config(application(path).app(), log_level="warning", lifespan="on", access_log=False)
    with contextlib.suppress(KeyboardInterrupt):  # how serving ends
        uvicorn.Server(config).run(sockets=[sock])


def _described(path: Path) -> dict[str, Any]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {
            name: [row["name"] for row in connection.execute("SELECT name FROM pragma_table_info(?)", [name])]
            for name in names
        }
        return metadata(tables, counts.source(connection).site)
