"""Our Datasette plugin: our pages, linked cells, and checks of Datasette's filters."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl
from datasette.filters import FilterArguments
from datasette.utils.asgi import BadRequest, Response
from markupsafe import Markup

from osce_news import __version__
from osce_news.errors import BadInputError
from osce_news.publish.web.databases import DATABASE, TABLE
from osce_news.publish.web.figure_pages import figure_file, figure_page
from osce_news.publish.web.item_page import item_file, item_page
from osce_news.publish.web.query_pages import QUERIES, linked, query_page, with_dates
from osce_news.publish.web.search_page import FILES, cite_page, search_file, search_page
from osce_news.storage.queries.fts_query import parse_words

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
        try:
            parse_words(request.args.get("_search") or "")
        except BadInputError as error:
            raise BadRequest(str(error)) from error
        columns = await datasette.get_database(database).table_columns(table)
        filters = [name for name in request.args if not name.startswith("_")]
        named = [name.rpartition("__")[0] if "__" in name else name for name in filters]
        for argument in _COLUMN_ARGUMENTS:
            named += [name for name in request.args.getlist(argument) if name]
        for name in named:
            if name not in (*columns, "rowid"):
                raise BadRequest(f"no column {name[:80]!r} in {table}")
        for name in filters:
            column, _, comparison = name.partition("__")
            if table == TABLE and column in _DATES and comparison in _COMPARISONS:
                for value in request.args.getlist(name):
                    if not _DAY.fullmatch(value):
                        raise BadRequest(f"{column}: {value[:80]!r} is not a date; write one like 2022-03-15")
        return FilterArguments([])

    return check


@hookimpl(trylast=True)  # replaces Datasette's own function, which makes an invalid query of a single quote
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Add the SQL function that turns words into a full-text query, by the parser of `search`."""
    conn.create_function("escape_fts", 1, lambda text: parse_words(text or "").expression)


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Change the arguments of addresses of Datasette's own pages."""

    def wrap(app: Any) -> Any:
        async def changed(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                try:
                    query = _for_datasette(scope["path"], scope["query_string"].decode("latin-1"))
                except BadInputError as error:
                    await Response.text(str(error), 400).asgi_send(send)
                    return
                scope = {**scope, "query_string": query.encode("latin-1")}
            await app(scope, receive, send)

        return changed

    return wrap


def _for_datasette(path: str, query: str) -> str:
    """Return the arguments of an address: all rows for CSV, ISO dates for JSON of a ready-made query."""
    name, _, suffix = path.removeprefix(f"/{DATABASE}/").partition(".")
    pairs = parse_qsl(query, keep_blank_values=True)
    if name in QUERIES and suffix == "json":
        return urlencode(with_dates(name, pairs))
    if suffix == "csv" and path.startswith(f"/{DATABASE}/") and not {"_stream", "_size"} & set(dict(pairs)):
        return urlencode([*pairs, ("_stream", "on")])
    return query
