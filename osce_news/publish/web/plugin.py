"""Our Datasette plugin: our pages, linked cells, and what is refused.

It refuses requests from other sites, and filters that Datasette would silently ignore. It limits the
memory and time of queries.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import handle_exception as datasette_errors
from datasette import hookimpl
from datasette.filters import FilterArguments
from datasette.utils.asgi import BadRequest, Request, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from osce_news import __version__
from osce_news.errors import BadInputError, StorageError
from osce_news.publish.web.databases import DATABASE, TABLE
from osce_news.publish.web.figure_pages import figure_file, figure_page
from osce_news.publish.web.item_page import item_file, item_page
from osce_news.publish.web.query_pages import QUERIES, linked, query_page, with_dates
from osce_news.publish.web.responses import in_words
from osce_news.publish.web.search_page import FILES, cite_page, search_file, search_page
from osce_news.storage.queries.fts_query import parse_words

HOST = "127.0.0.1"
_HOST_NAMES = (HOST, "localhost")
_MAX_VALUE = 10_000_000  # bytes of one value; far more than any text
_MAX_HEAP = 512 * 1024**2  # bytes, of all of SQLite's connections
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

# Arguments of a table's address whose values are column names.
_COLUMN_ARGUMENTS = ("_sort", "_sort_desc", "_col", "_nocol", "_facet", "_facet_array", "_facet_date")
_DATES = ("published", "dateline_date")
_COMPARISONS = ("", "exact", "not", "gt", "gte", "lt", "lte")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """Add our pages, before Datasette looks for a database or a table with their names."""
    return [
        (r"^/$", search_page),
        (rf"^/items\.(?P<suffix>{'|'.join(FILES)})$", search_file),
        (r"^/items/(?P<id>[^/.]+)$", item_page),
        (r"^/items/(?P<id>[^/.]+)\.(?P<suffix>ris|bib)$", item_file),
        (r"^/cite$", cite_page),
        (r"^/figures$", figure_page),
        (r"^/figures\.(?P<suffix>svg|png|html|csv)$", figure_file),
        (rf"^/{DATABASE}(\.(?P<suffix>csv))?$", query_page),
        (rf"^/{DATABASE}/(?P<name>{'|'.join(QUERIES)})(\.(?P<suffix>csv))?$", query_page),
    ]


@hookimpl
def extra_template_vars() -> dict[str, Any]:
    """Add what the foot of every page shows."""
    return {"version": __version__}


@hookimpl
def render_cell(value: Any, column: str, table: str | None) -> Markup | None:
    """Show names and identifiers in tables of items as links."""
    return linked(column, value) if table in (TABLE, "items") or column == "item_id" else None


@hookimpl
def filters_from_request(request: Any, database: str, table: str, datasette: Any) -> Callable[[], Any]:
    """Refuse filters on unknown columns, and dates in other forms, which Datasette would silently accept."""

    async def check() -> FilterArguments:
        parse_words(request.args.get("_search") or "")  # raises
        columns = await datasette.get_database(database).table_columns(table)
        filters = [name for name in request.args if not name.startswith("_")]
        named = [name.rpartition("__")[0] if "__" in name else name for name in filters]
        named += [name for argument in _COLUMN_ARGUMENTS for name in request.args.getlist(argument) if name]
        for name in named:
            if name not in (*columns, "rowid"):
                raise BadInputError(f"no column {name[:80]!r} in {table}")
        for name in filters:
            column, _, comparison = name.partition("__")
            is_day = table == TABLE and column in _DATES and comparison in _COMPARISONS
            for value in request.args.getlist(name) if is_day else ():
                if not _DAY.fullmatch(value):
                    raise BadInputError(f"{column}: {value[:80]!r} is not a date; write one like 2022-03-15")
        return FilterArguments([])

    return check


@hookimpl(trylast=True)  # replaces Datasette's own function, which makes an invalid query of a single quote
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Limit the memory of queries, hide the path of the file, and add the parser of `search`."""
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    conn.execute(f"PRAGMA hard_heap_limit = {_MAX_HEAP}")
    hidden = (sqlite3.SQLITE_PRAGMA, "database_list")
    conn.set_authorizer(
        lambda action, name, *_: sqlite3.SQLITE_IGNORE if (action, name) == hidden else sqlite3.SQLITE_OK
    )
    conn.create_function("escape_fts", 1, lambda text: parse_words(text or "").expression)


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Show an error as Datasette does; errors of queries, and queries without enough memory, return 400."""
    if isinstance(exception, MemoryError):
        exception = BadRequest("the query needs too much memory")
    elif isinstance(exception, StorageError):
        exception = DatasetteError(str(exception), status=500)
    elif isinstance(exception, BadInputError | sqlite3.Error | sqlite3.Warning | json.JSONDecodeError):
        exception = BadRequest(in_words(exception))
    elif isinstance(exception, DatasetteError) and exception.status == 500:
        exception.status = 400  # it says what is wrong with an address; Datasette gives it no status
    return datasette_errors.handle_exception(datasette, request, exception)


@hookimpl(trylast=True)  # outside of all other wrappers
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Refuse requests from other sites and those that would write; add security headers to all responses.

    Also changes the arguments of addresses of Datasette's own pages.

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

            if (refusal := _refusal(Request(scope, receive))) is not None:
                await Response.text(*refusal, {"allow": "GET, HEAD"}).asgi_send(send_with_headers)
                return
            given = scope["query_string"].decode("latin-1")
            has_sql = any(name in _OWN_SQL for name, _ in parse_qsl(given))
            try:
                scope = {**scope, "query_string": _for_datasette(scope["path"], given).encode("latin-1")}
                async with own_queries if has_sql else nullcontext():
                    await app(scope, receive, send_with_headers)
            except BadInputError as error:
                await Response.text(in_words(error), 400).asgi_send(send_with_headers)
            except asyncio.CancelledError:
                await Response.text("the server stops\n", 503).asgi_send(send_with_headers)

        return guarded

    return wrap


def _refusal(request: Request) -> tuple[str, int] | None:
    """Return the text and the status of the refusal of a request; None if it may pass."""
    headers = request.headers
    host, site, origin = (headers.get(name, "") for name in ("host", "sec-fetch-site", "origin"))
    if host not in _HOST_NAMES and host.rpartition(":")[0] not in _HOST_NAMES:
        return f"this server is {HOST}\n", 400
    is_link = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
    if origin not in ("", f"http://{host}") or (site in ("cross-site", "same-site") and not is_link):
        return "requests from other sites are refused\n", 403
    if request.scope["path"].startswith("/-/") and not request.scope["path"].startswith("/-/static"):
        return "no such page\n", 404
    if request.method not in ("GET", "HEAD"):
        return "read only", 405
    return None


def _for_datasette(path: str, query: str) -> str:
    """Return the arguments of an address: all rows for CSV, ISO dates for JSON of a ready-made query."""
    name, _, suffix = path.removeprefix(f"/{DATABASE}/").partition(".")
    pairs = parse_qsl(query, keep_blank_values=True)
    if name in QUERIES and suffix == "json":
        return urlencode(with_dates(name, pairs))
    if suffix == "csv" and path.startswith(f"/{DATABASE}/") and not {"_stream", "_size"} & set(dict(pairs)):
        return urlencode([*pairs, ("_stream", "on")])
    return query
