"""The pages of figures. They take the same options as `osce-news stats` and draw the same figures."""

from __future__ import annotations

import asyncio
import csv
import io
import shlex
import sqlite3
from concurrent.futures.process import BrokenProcessPool
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
    render_figure,
)
from osce_news.publish.web.addresses import number_in, query_of
from osce_news.publish.web.databases import read
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
    _, counted = await read(datasette, None, lambda connection: count_values(connection, Query()))
    pairs = [(name, value) for name in request.args for value in request.args.getlist(name)]
    variables: dict[str, Any] = {
        "figures": FIGURES,
        "counted": counted,
        "label": label,
        "given": request.args,
        "by": [name for name in request.args.getlist("by") if name],
        "shown": dict(reversed(pairs)),
        "query": urlencode(pairs),
        "narrow": _NARROW,
    }
    try:
        options = options_from(request.args)
        pairs = options.query.arguments()
        shown = {name: value for name, value in reversed(pairs) if name in _FIELDS}
        hidden = [pair for pair in pairs if pair not in shown.items()]
        hidden += [("top", str(options.top))] if options.top else []
        variables |= {"shown": shown, "hidden": hidden}  # options without a visible field stay hidden
        figure, notes = await _figure(datasette, options)
        rows = [_shown(row) for row in figure.rows[:200]]
        variables |= {"figure": figure, "notes": notes, "command": command(options), "rows": rows}
    except BadInputError as error:
        variables["error"] = error
    return await html(datasette, request, "figures.html", variables)


async def figure_file(datasette: Any, request: Any) -> Any:
    """Answer with one figure as a file."""
    suffix = request.url_vars["suffix"]
    width = _NARROW if request.args.get("width") == str(_NARROW) else _WIDE
    figure, _ = await _figure(datasette, options_from(request.args))
    if suffix == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(figure.rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(figure.rows)
        body = text.getvalue().encode()
    else:
        body = await _drawn(figure, f".{suffix}", width)
    headers = {}
    if request.args.get("download") or suffix in ("html", "csv"):
        headers["content-disposition"] = f'attachment; filename="figure.{suffix}"'
    return Response(body, headers=headers, content_type=_TYPES[suffix])


async def _figure(datasette: Any, options: FigureOptions) -> tuple[Figure, list[str]]:
    """Return the figure, and remarks on its query. Raises BadInputError."""

    def build(connection: sqlite3.Connection) -> tuple[Figure, list[str]]:
        figure = build_figure(connection, options)
        return figure, search.remarks(connection, options.query, len(figure.rows))

    return await read(datasette, options.query.as_of, build)


def _shown(row: dict[str, Any]) -> list[Any]:
    *groups, number = row.values()
    return [*(NOT_PRINTED if name is None else name for name in groups), "" if number is None else number]


async def _drawn(figure: Figure, suffix: str, width: int) -> bytes:
    """Return a figure as a file, drawn in a process of its own, so that pages need not wait."""
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(drawing_process(), render_figure, figure, suffix, width)
    except BrokenProcessPool as error:
        drawing_process.cache_clear()
        raise StorageError("the figure could not be drawn, perhaps because memory ran out") from error
