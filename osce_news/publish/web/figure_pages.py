"""The pages of figures. They take the same options as `osce-news stats` and draw the same figures."""

from __future__ import annotations

import asyncio
import csv
import io
import shlex
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from osce_news.errors import BadInputError, StorageError
from osce_news.publish.figures import (
    NOT_PRINTED,
    Figure,
    FigureOptions,
    build_figure,
    drawing_process,
    render_image,
    render_page,
)
from osce_news.publish.web.addresses import number_in, query_of
from osce_news.publish.web.databases import file_of, read, served_file
from osce_news.publish.web.facets import count_values
from osce_news.publish.web.responses import html
from osce_news.storage.queries import Query, label, search

_WIDE, _NARROW = 760, 350  # pixels; phones get a figure drawn for their width
_FIELDS = ("office", "topic", "type", "search", "since", "until", "as-of")
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
    by = tuple(filter(None, arguments.getlist("by"))) or ("year",)
    top = number_in(arguments, "top") if arguments.get("top") else None
    query = query_of(arguments, ("by", "labels", "top", "width", "download"))
    return FigureOptions(by, query, bool(arguments.get("labels")), top)


def command(options: FigureOptions) -> str:
    """Return the command that draws the same figure."""
    parts = ["osce-news", "stats", *(part for name in options.by for part in ("--by", name))]
    parts += ["--labels"] if options.labels else []
    parts += ["--top", str(options.top)] if options.top else []
    return shlex.join([*parts, *options.query.options(), "--plot", "figure.svg"])


async def figure_page(datasette: Any, request: Any) -> Any:
    """Answer with a page that shows one figure, its numbers, and a form to draw others."""
    path = served_file(datasette)
    _, counted = await read(datasette, path, lambda connection: count_values(connection, path, Query()))
    variables: dict[str, Any] = {
        "figures": FIGURES,
        "counted": counted,
        "label": label,
        "given": request.args,
        "by": [name for name in request.args.getlist("by") if name],
        "shown": {name: request.args.get(name) for name in _FIELDS},
        "query": urlencode([(name, value) for name in request.args for value in request.args.getlist(name)]),
        "narrow": _NARROW,
    }
    status = 200
    try:
        options = options_from(request.args)
        variables |= _form(options)
        figure, notes = await _figure(datasette, options)
        rows = [_shown(row) for row in figure.rows[:200]]
        variables |= {"figure": figure, "notes": notes, "command": command(options), "rows": rows}
    except BadInputError as error:
        variables["error"], status = error, 400
    return await html(datasette, request, "figures.html", variables, status)


async def figure_file(datasette: Any, request: Any) -> Any:
    """Answer with one figure as a file."""
    suffix = request.url_vars["suffix"]
    width = _NARROW if request.args.get("width") == str(_NARROW) else _WIDE
    figure, _ = await _figure(datasette, options_from(request.args))
    body = _csv(figure) if suffix == "csv" else await _drawn(figure, suffix, width)
    headers = {}
    if request.args.get("download") or suffix in ("html", "csv"):
        headers["content-disposition"] = f'attachment; filename="figure.{suffix}"'
    return Response(body, headers=headers, content_type=_TYPES[suffix])


async def _figure(datasette: Any, options: FigureOptions) -> tuple[Figure, list[str]]:
    """Return the figure, and remarks on its query. Raises BadInputError."""

    def build(connection: sqlite3.Connection) -> tuple[Figure, list[str]]:
        figure = build_figure(connection, options)
        return figure, search.remarks(connection, options.query, len(figure.rows))

    async with file_of(datasette, options.query.as_of) as path:
        return await read(datasette, path, build)


def _shown(row: dict[str, Any]) -> list[Any]:
    *groups, number = row.values()
    return [*(NOT_PRINTED if name is None else name for name in groups), "" if number is None else number]


def _form(options: FigureOptions) -> dict[str, Any]:
    """Return what the fields of the form show, and as `hidden` the part of the query that has no field."""
    shown: dict[str, str] = {}
    hidden = [("top", str(options.top))] if options.top else []
    for name, value in options.query.arguments():
        if name in _FIELDS and name not in shown:
            shown[name] = value
        else:
            hidden.append((name, value))
    return {"shown": shown, "hidden": hidden}


async def _drawn(figure: Figure, suffix: str, width: int) -> bytes | str:
    """Return a figure as a file, drawn in a process of its own, so that pages need not wait."""
    loop = asyncio.get_running_loop()
    try:
        if suffix == "html":
            return await loop.run_in_executor(_drawing(), render_page, figure)
        return await loop.run_in_executor(_drawing(), render_image, figure, f".{suffix}", width)
    except BrokenProcessPool as error:
        _drawing.cache_clear()
        raise StorageError("the figure could not be drawn, perhaps because memory ran out") from error


@cache
def _drawing() -> ProcessPoolExecutor:
    return drawing_process()


def _csv(figure: Figure) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(figure.rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(figure.rows)
    return text.getvalue()
