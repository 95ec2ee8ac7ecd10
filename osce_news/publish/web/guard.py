"""A Datasette plugin that refuses requests from other sites, and limits the memory and time of queries."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any
from urllib.parse import parse_qsl

from datasette import handle_exception as datasettes
from datasette import hookimpl
from datasette.utils.asgi import BadRequest, Response
from datasette.views.base import DatasetteError

from osce_news.errors import BadInputError, StorageError

HOST = "127.0.0.1"
_HOST_NAMES = (HOST, "localhost")
_MAX_VALUE = 10_000_000  # bytes of one value; far more than any text
_MAX_HEAP = 512 * 1024**2  # bytes, of all of SQLite's connections
_MAX_MEMORY = 2 * 1024**3  # bytes, of the process: also for the rows that SQLite returns
_OWN_QUERIES = 2  # at a time; of the threads for queries (Datasette has three) one stays free for pages
_OWN_SQL = ("sql", "_where")  # arguments of an address that hold SQL

# Pages load nothing from other hosts and run no scripts, and other sites can't frame them.
_HEADERS = {
    b"content-security-policy": (
        b"default-src 'self'; script-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
        b"form-action 'self'; frame-ancestors 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}


def limit_memory() -> None:
    """Let the process have no more memory than a large query may need, where the system can enforce it."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # not on every system

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (_MAX_MEMORY, hard))


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Limit the memory of queries, and hide the path of the file from them."""
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    conn.execute(f"PRAGMA hard_heap_limit = {_MAX_HEAP}")
    hidden = (sqlite3.SQLITE_PRAGMA, "database_list")
    conn.set_authorizer(
        lambda action, name, *_: sqlite3.SQLITE_IGNORE if (action, name) == hidden else sqlite3.SQLITE_OK
    )


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Show an error as Datasette does; errors of queries, and queries without enough memory, return 400."""
    if isinstance(exception, MemoryError):
        exception = BadRequest("the query needs too much memory")
    elif isinstance(exception, StorageError):
        exception = DatasetteError(str(exception), status=500)
    elif isinstance(exception, BadInputError | sqlite3.Error | sqlite3.Warning | json.JSONDecodeError):
        exception = BadRequest(str(exception))
    elif isinstance(exception, DatasetteError) and exception.status == 500:
        exception.status = 400  # it says what is wrong with an address; Datasette gives it no status
    return datasettes.handle_exception(datasette, request, exception)


@hookimpl(trylast=True)  # outside of all other wrappers
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Refuse requests from other sites and those that would write; add security headers to all responses.

    A page elsewhere could have its own host name resolve to this machine, and read the responses, or keep the
    server busy. Links from elsewhere may be followed. Datasette's pages about itself are hidden. Requests
    with their own SQL wait for each other, so that slow ones don't keep other pages waiting.
    """
    own_queries = asyncio.Semaphore(_OWN_QUERIES)

    def wrap(app: Any) -> Any:
        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return

            async def send_with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message.get("headers", []), *_HEADERS.items()]}
                await send(message)

            if (refusal := _refusal(scope)) is not None:
                await Response.text(*refusal, {"allow": "GET, HEAD"}).asgi_send(send_with_headers)
                return
            has_sql = any(name in _OWN_SQL for name, _ in parse_qsl(scope["query_string"].decode("latin-1")))
            try:
                async with own_queries if has_sql else nullcontext():
                    await app(scope, receive, send_with_headers)
            except asyncio.CancelledError:
                await Response.text("the server stops\n", 503).asgi_send(send_with_headers)

        return guarded

    return wrap


def _refusal(scope: Any) -> tuple[str, int] | None:
    """Return the text and the status of the refusal of a request; None if it may pass."""
    headers = dict(scope["headers"])

    def header(name: str) -> str:
        return str(headers.get(name.encode(), b"").decode("latin-1"))

    host, site = header("host"), header("sec-fetch-site")
    if host not in _HOST_NAMES and host.rpartition(":")[0] not in _HOST_NAMES:
        return f"this server is {HOST}\n", 400
    is_link = (header("sec-fetch-mode"), header("sec-fetch-dest")) == ("navigate", "document")
    if header("origin") not in ("", f"http://{host}") or (
        site in ("cross-site", "same-site") and not is_link
    ):
        return "requests from other sites are refused\n", 403
    if scope["path"].startswith("/-/") and not scope["path"].startswith("/-/static"):
        return "no such page\n", 404
    if scope["method"] not in ("GET", "HEAD"):
        return "read only", 405
    return None
