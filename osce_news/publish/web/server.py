"""Runs Datasette on a copy of the database, with our settings and metadata, for this machine only."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from datasette import handle_exception as datasette_errors
from datasette.app import Datasette
from datasette.plugins import pm

from osce_news.errors import BadInputError
from osce_news.publish.web import plugin
from osce_news.publish.web.databases import DATABASE, LONGEST_QUERY_S, TABLE, open_copy
from osce_news.publish.web.query_pages import QUERIES
from osce_news.storage import dictionary

_TITLE = "OSCE newsroom"
_HIDDEN = ("_sqlite_migrations", "addresses", "articles", "pages")
_MAX_MEMORY = 2 * 1024**3  # bytes, of the process: also for the rows that SQLite returns
_HERE = Path(__file__).parent
_SETTINGS = {
    "allow_download": False,  # the copy differs from the user's database
    "default_page_size": 50,
    "max_csv_mb": 0,  # no limit: a file has all rows
    "sql_time_limit_ms": 1000 * LONGEST_QUERY_S,
    "suggest_facets": False,  # would query every column on every page
    "truncate_cells_html": 200,
}


def application(path: Path) -> Any:
    """Return Datasette as an ASGI application that serves this copy of a database."""
    if not pm.is_registered(plugin):
        pm.register(plugin, plugin.__name__)
    if pm.has_plugin(datasette_errors.__name__):
        pm.unregister(datasette_errors)  # ours calls it
    # With rich, Datasette prints a traceback with all local variables for every bad address or query.
    datasette_errors.rich = None
    with contextlib.closing(open_copy(path)) as connection:
        described = _metadata(connection)
    datasette = Datasette(
        immutables=[str(path)],
        metadata=described,
        settings=_SETTINGS,
        template_dir=str(_HERE / "templates"),
        static_mounts=[("assets", str(_HERE / "static"))],
    )
    served = datasette.databases[DATABASE]
    served.execute = partial(served.execute, log_sql_errors=False)  # it would print those of invalid queries
    return datasette


def _metadata(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return Datasette's metadata for the copy of a database."""
    described: dict[str, dict[str, Any]] = {name: {"hidden": True} for name in _HIDDEN}
    for row in dictionary.entries(connection):
        table, form = described.setdefault(row["table_name"], {}), row["form"]
        if row["column_name"] == dictionary.TABLE_ENTRY:
            table["description"] = row["meaning"]
        else:
            parts = (row["meaning"], f"{form}." if form not in ("text", "") else "", row["pitfalls"])
            table.setdefault("columns", {})[row["column_name"]] = " ".join(filter(None, parts))
    described[TABLE] |= {
        "fts_table": "items_fts",
        "fts_pk": "rowid",
        "label_column": "title",
        "sort_desc": "published",
    }
    tables = {"title": _TITLE, "tables": described, "queries": QUERIES}
    return {"title": _TITLE, "databases": {DATABASE: tables}}


def listen(port: int, host: str = plugin.HOST) -> socket.socket:
    """Return a socket that listens on the port of this machine; port 0 takes any free one.

    Raises BadInputError if the port is in use or not allowed, or if the machine has no such address.
    """
    try:
        return socket.create_server((host, port), backlog=64)
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise BadInputError(f"--host: this machine has no address {host}") from error
        in_use = error.errno == errno.EADDRINUSE
        why = "is in use" if in_use else f"can't be opened ({os.strerror(error.errno or 0)})"
        raise BadInputError(
            f"port {port} {why}: choose another with --port, or use --port 0 for any free one"
        ) from error


def serve(path: Path, sock: socket.socket) -> None:
    """Serve the copy on the socket until Ctrl-C or SIGTERM, which raise KeyboardInterrupt."""
    _limit_memory()
    app = application(path).app()
    config = uvicorn.Config(
        app, log_level="warning", lifespan="on", access_log=False, timeout_graceful_shutdown=2
    )
    uvicorn.Server(config).run(sockets=[sock])


def _limit_memory() -> None:
    """Let the process have no more memory than a large query may need, where the system can enforce it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # not on every system

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (_MAX_MEMORY, hard))
