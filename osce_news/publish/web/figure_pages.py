"""The pages of figures. They take the same options as `osce-news stats` and draw the same figures."""

from __future__ import annotations

import asyncio
import csv
import io
import shlex
import sqlite3
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from osce_news.errors import BadInputError
from osce_news.publish.figures import Figure, FigureOptions, build_figure, render_image, render_page
from osce_news.publish.web.addresses import query_of
from osce_news.publish.web.served_copy import DATABASE
from osce_news.storage import counts
from osce_news.storage.query import Query

_WIDE, _NARROW = 760, 350  # pixels; phones get a figure drawn for their width
_NOT_PRINTED = "(not printed)"
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "html": "text/html", "csv": "text/csv"}

# Figures to choose from, by title, each with its options as a query string.
FIGURES = {
    "Items by year": "by=year",
    "Items by year and office": "by=year&by=office",
    "Items by year and topic": "by=year&by=topic",
    "Items by year and type": "by=year&by=type",
    "Items by office and topic": "by=office&by=topic",
    "How many items have a type, an office, a topic": "by=year&labels=1",
}


def options_from(arguments: Any) -> FigureOptions:
    """Return the options in a query string. Raises BadInputError."""
    values = {name: [value for value in arguments.getlist(name) if value] for name in arguments}
    by = tuple(values.get("by", [])) or ("year",)
    top = (values.get("top") or [None])[0]
    if top is not None and not (top.isascii() and top.isdigit() and len(top) < 4):
        raise BadInputError(f"not a number: {top[:80]!r}")
    query = query_of(arguments, ("by", "labels", "top", "width", "download"))
    return FigureOptions(by, query, bool(values.get("labels")), int(top) if top else None)


def command(options: FigureOptions) -> str:
    """Return the command that draws the same figure."""
    parts = ["osce-news", "stats", *(part for name in options.by for part in ("--by", name))]
    parts += ["--labels"] if options.labels else []
    parts += ["--top", str(options.top)] if options.top else []
    return shlex.join([*parts, *options.query.options(), "--plot", "figure.svg"])


async def figure_page(datasette: Any, request: Any) -> Any:
    """Answer with a page that shows one figure, its numbers, and a form to draw others."""
    variables: dict[str, Any] = {
        "figures": FIGURES,
        "choices": await datasette.get_database(DATABASE).execute_fn(_choices),
        "given": request.args,
        "query": urlencode([(name, value) for name in request.args for value in request.args.getlist(name)]),
        "narrow": _NARROW,
    }
    status = 200
    try:
        options, figure = await _figure(datasette, request)
        rows = [
            [_NOT_PRINTED if value is None else value for value in row.values()] for row in figure.rows[:200]
        ]
        variables |= {"figure": figure, "options": options, "command": command(options), "rows": rows}
    except BadInputError as error:
        variables["error"], status = str(error), 400
    return Response.html(await datasette.render_template("figures.html", variables, request=request), status)


async def figure_file(datasette: Any, request: Any) -> Any:
    """Answer with one figure as a file."""
    suffix = request.url_vars["suffix"]
    width = _NARROW if request.args.get("width") == str(_NARROW) else _WIDE
    try:
        _, figure = await _figure(datasette, request)
    except BadInputError as error:
        return Response.text(str(error), 400)
    body = await asyncio.get_running_loop().run_in_executor(None, _body, figure, suffix, width)
    headers = {}
    if request.args.get("download") or suffix in ("html", "csv"):
        headers["content-disposition"] = f'attachment; filename="figure.{suffix}"'
    return Response(body, headers=headers, content_type=_TYPES[suffix])


async def _figure(datasette: Any, request: Any) -> tuple[FigureOptions, Figure]:
    """Return the figure of an address with its options. Raises BadInputError."""
    options = options_from(request.args)
    database = datasette.get_database(DATABASE)
    return options, await database.execute_fn(lambda connection: build_figure(connection, options))


def _choices(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the offices, topics and types that have items, the most frequent first."""
    return {
        name: [row["name"] for row in counts.most_frequent(connection, name, Query())]
        for name in ("office", "topic", "type")
    }


def _body(figure: Figure, suffix: str, width: int) -> bytes | str:
    if suffix == "html":
        return render_page(figure)
    if suffix != "csv":
        return render_image(figure, f".{suffix}", width)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(figure.rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(figure.rows)
    return text.getvalue()
