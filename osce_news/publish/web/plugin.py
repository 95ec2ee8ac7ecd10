"""What is added to Datasette: the front page, an item's page, figures, cells with links, one facet."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.filters import FilterArguments
from datasette.utils import escape_fts
from datasette.utils.asgi import BadRequest, Response
from markupsafe import Markup

from osce_news import __version__
from osce_news.publish.web import overview
from osce_news.publish.web.facets import ListFacet
from osce_news.publish.web.figures import READY, figures_file, figures_page
from osce_news.publish.web.metadata import LISTS
from osce_news.publish.web.queries import QUERIES
from osce_news.publish.web.snapshot import NAME, TABLE
from osce_news.storage import queries

# What of a table's address names columns, besides filters.
_NAMES_COLUMNS = (
    "_sort", "_sort_desc", "_col", "_nocol", "_facet", "_facet_list", "_facet_array", "_facet_date",
)  # fmt: skip

# A page asks this server for everything, and no page but these may frame it.
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
    """Add the pages of figures, before Datasette takes "figures" for a database."""
    return [(r"^/figures$", figures_page), (r"^/figures\.(?P<form>svg|png|html|csv)$", figures_file)]


@hookimpl
def extra_css_urls(datasette: Any) -> list[str]:
    """Add the style."""
    return [datasette.urls.path("/assets/osce-news.css")]


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Add the ways to items and figures to each page."""
    return [
        {"href": datasette.urls.table(NAME, TABLE), "label": "Items"},
        {"href": datasette.urls.path("/figures"), "label": "Figures"},
        {"href": datasette.urls.database(NAME), "label": "Tables and queries"},
    ]


@hookimpl
def extra_template_vars(
    datasette: Any, view_name: str, table: str | None, request: Any
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Add what the front page and an item's page show."""

    async def found() -> dict[str, Any]:
        database = datasette.get_database(NAME)
        if view_name == "index":
            shown = await database.execute_fn(overview.overview)
            return {"overview": shown, "ready": QUERIES, "figures": READY, "version": __version__}
        if view_name == "row" and table == TABLE:
            identifier = request.path.rsplit("/", 1)[-1]
            return {"item": await database.execute_fn(lambda reading: queries.item(reading, identifier))}
        return {}

    return found


@hookimpl
def render_cell(value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """Show a list as its members, each with a link to the items that have it, and an id as a link."""
    names = _names(value) if table in (TABLE, None) and column in LISTS else None
    if names:
        address = datasette.urls.table(NAME, TABLE)
        return Markup("; ").join(
            Markup('<a href="{}?{}__arraycontains={}">{}</a>').format(
                address, column, quote(name, safe=""), name
            )
            for name in names
        )
    if table is None and column in ("id", "item_id") and value and str(value).isalnum():
        return Markup('<a href="{}/{}">{}</a>').format(datasette.urls.table(NAME, TABLE), value, value)
    return None


def _names(value: Any) -> list[str] | None:
    """Return the names in a list; None if the value is none, for a query may call anything so."""
    try:
        found = json.loads(value)
    except (TypeError, ValueError):
        return None
    is_list = isinstance(found, list) and all(isinstance(name, str) for name in found)
    return found if is_list else None


@hookimpl
def filters_from_request(request: Any, database: str, table: str, datasette: Any) -> Callable[[], Any]:
    """Refuse a filter on a column that there is not, which Datasette would pass over without a word."""

    async def checked() -> FilterArguments:
        columns = await datasette.get_database(database).table_columns(table)
        filters = [name for name in request.args if not name.startswith("_")]
        named = [name.rpartition("__")[0] if "__" in name else name for name in filters]
        for argument in _NAMES_COLUMNS:
            named += [name for name in request.args.getlist(argument) if name]
        for name in named:
            if name not in (*columns, "rowid"):
                raise BadRequest(f"no column {name[:80]!r} in {table}")
        return FilterArguments([])

    return checked


@hookimpl(trylast=True)  # after Datasette's own, which makes a query of nothing out of a lone quote
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Add the function that makes a full-text query of plain words; it finds nothing where none is left."""
    conn.create_function("escape_fts", 1, lambda text: escape_fts(text) or '""')


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Answer only to what reads, and tell the browser that no page may ask another host for anything."""

    def wrap(app: Any) -> Any:
        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            async def told(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    more = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                    message = {**message, "headers": [*message.get("headers", []), *more]}
                await send(message)

            if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
                await Response.text("read only", 405).asgi_send(told)
            else:
                await app(scope, receive, told)

        return guarded

    return wrap
