"""Our Datasette plugin: front page, item pages, figures, linked cells, a facet and security headers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.filters import FilterArguments
from datasette.utils.asgi import BadRequest, Response
from markupsafe import Markup

from osce_news import __version__
from osce_news.errors import BadInputError
from osce_news.publish.web.addresses import rewritten
from osce_news.publish.web.canned_queries import QUERIES
from osce_news.publish.web.facets import ListFacet
from osce_news.publish.web.figure_pages import FIGURES, figure_file, figure_page
from osce_news.publish.web.metadata import overview
from osce_news.publish.web.served_copy import DATABASE, TABLE
from osce_news.storage import queries
from osce_news.storage.schema import LISTS
from osce_news.storage.words import parse_words

# Arguments of a table's address whose values are column names.
_COLUMN_ARGUMENTS = (
    "_sort", "_sort_desc", "_col", "_nocol", "_facet", "_facet_list", "_facet_array", "_facet_date",
)  # fmt: skip

# Pages load nothing from other hosts, and other sites can't frame them.
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@hookimpl
def register_facet_classes() -> list[type]:
    """Add the facet for lists."""
    return [ListFacet]


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """Add the pages of figures, before Datasette looks for a database called "figures"."""
    return [(r"^/figures$", figure_page), (r"^/figures\.(?P<suffix>svg|png|html|csv)$", figure_file)]


@hookimpl
def extra_css_urls(datasette: Any) -> list[str]:
    """Add our style sheet."""
    return [datasette.urls.path("/assets/osce-news.css")]


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Add links to items, figures and tables to the menu of each page."""
    return [
        {"href": datasette.urls.table(DATABASE, TABLE), "label": "Items"},
        {"href": datasette.urls.path("/figures"), "label": "Figures"},
        {"href": datasette.urls.database(DATABASE), "label": "Tables and queries"},
    ]


@hookimpl
def extra_template_vars(
    datasette: Any, view_name: str, table: str | None, request: Any
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Add the contents of the front page and of an item's page."""

    async def variables() -> dict[str, Any]:
        database = datasette.get_database(DATABASE)
        if view_name == "index":
            facts = await database.execute_fn(overview)
            return {"overview": facts, "queries": QUERIES, "figures": FIGURES, "version": __version__}
        if view_name == "row" and table == TABLE:
            identifier = request.path.rsplit("/", 1)[-1]
            return {"item": await database.execute_fn(lambda reading: queries.item(reading, identifier))}
        return {}

    return variables


@hookimpl
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """Show the members of a list as links to the items that have them, and an id as a link to its item."""
    address = datasette.urls.table(DATABASE, TABLE)
    if table in (TABLE, None) and column in LISTS and (names := _names(value)):
        return Markup("; ").join(
            Markup('<a href="{}?{}__arraycontains={}">{}</a>').format(
                address, column, quote(name, safe=""), name
            )
            for name in names
        )
    if table is None and column in ("id", "item_id") and value and str(value).isalnum():
        return Markup('<a href="{}/{}">{}</a>').format(address, value, value)
    return None


def _names(value: Any) -> list[str]:
    """Return the texts in a JSON array; none for other values, because queries may reuse column names."""
    try:
        names = json.loads(value)
    except (TypeError, ValueError):
        return []
    return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else []


@hookimpl
def filters_from_request(request: Any, database: str, table: str, datasette: Any) -> Callable[[], Any]:
    """Refuse filters on unknown columns, which Datasette would silently ignore."""

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
        return FilterArguments([])

    return check


@hookimpl(trylast=True)  # replaces Datasette's own function, which makes an invalid query of a single quote
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Add the SQL function that turns words into a full-text query, by the parser of `search`."""
    conn.create_function("escape_fts", 1, lambda text: parse_words(text or "").expression)


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Add the security headers to every response, and read the dates in addresses.

    Requests other than GET and HEAD return 405, dates that are none 400.
    """

    def wrap(app: Any) -> Any:
        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            async def send_with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    more = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                    message = {**message, "headers": [*message.get("headers", []), *more]}
                await send(message)

            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            if scope["method"] not in ("GET", "HEAD"):
                await Response.text("read only", 405).asgi_send(send_with_headers)
                return
            try:
                query = rewritten(scope["path"], scope["query_string"].decode("latin-1"))
            except BadInputError as error:
                await Response.text(str(error), 400).asgi_send(send_with_headers)
                return
            await app({**scope, "query_string": query.encode("latin-1")}, receive, send_with_headers)

        return guarded

    return wrap
