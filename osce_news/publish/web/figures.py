"""The pages of figures: the same as `osce-news stats` draws, asked for by the same names."""

from __future__ import annotations

import asyncio
import csv
import io
import shlex
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from osce_news.cli.options import filters_from
from osce_news.errors import BadInputError
from osce_news.publish.figures import Asked, Figure, figure, page, picture
from osce_news.publish.web.overview import choices
from osce_news.publish.web.snapshot import NAME

_FILTERS = ("office", "topic", "type", "place")
WIDE, NARROW = 760, 350  # pixels; a phone gets a figure drawn for it, not a small one
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "html": "text/html", "csv": "text/csv"}

# The figures that are there to be clicked at, by the options that ask for them.
READY = {
    "Items by year": "by=year",
    "Items by year and office": "by=year&by=office",
    "Items by year and topic": "by=year&by=topic",
    "Items by year and type": "by=year&by=type",
    "Items by office and topic": "by=office&by=topic",
    "How far a count by label may be trusted": "by=year&labels=1",
}


def asked_for(arguments: Any) -> Asked:
    """Return the figure that a query string asks for. Raises BadInputError."""
    values = {name: [value for value in arguments.getlist(name) if value] for name in arguments}
    by = tuple(values.get("by", [])) or ("year",)
    top = (values.get("top") or [None])[0]
    if top is not None and not (top.isascii() and top.isdigit() and len(top) < 4):
        raise BadInputError(f"no number: {top[:80]!r}")
    names = {f"{name}s": tuple(values.get(name, ())) for name in _FILTERS}
    since, until, language = ((values.get(name) or [None])[0] for name in ("since", "until", "language"))
    filters = filters_from(**names, since=since, until=until, language=language)
    return Asked(by, filters, bool(values.get("labels")), int(top) if top else None)


def command(asked: Asked, arguments: Any) -> str:
    """Return the command that draws the same figure."""
    parts = ["osce-news", "stats", *(part for name in asked.by for part in ("--by", name))]
    parts += ["--labels"] if asked.labels else []
    for name in (*_FILTERS, "since", "until", "language", "top"):
        parts += [part for value in arguments.getlist(name) if value for part in (f"--{name}", value)]
    return shlex.join([*parts, "--plot", "figure.svg"])


async def figures_page(datasette: Any, request: Any) -> Any:
    """Answer with the page of one figure: a form to ask for others, the picture, its numbers."""
    database = datasette.get_database(NAME)
    shown: dict[str, Any] = {
        "ready": READY,
        "choices": await database.execute_fn(choices),
        "given": request.args,
        "query": urlencode([(name, value) for name in request.args for value in request.args.getlist(name)]),
        "wide": WIDE,
        "narrow": NARROW,
    }
    status = 200
    try:
        asked = asked_for(request.args)
        drawn = await database.execute_fn(lambda reading: figure(reading, asked))
        shown |= {"figure": drawn, "asked": asked, "command": command(asked, request.args)}
    except BadInputError as error:
        shown["error"], status = str(error), 400
    return Response.html(await datasette.render_template("figures.html", shown, request=request), status)


async def figures_file(datasette: Any, request: Any) -> Any:
    """Answer with one figure as a file."""
    form = request.url_vars["form"]
    width = NARROW if request.args.get("width") == str(NARROW) else WIDE
    try:
        asked = asked_for(request.args)
        drawn = await datasette.get_database(NAME).execute_fn(lambda reading: figure(reading, asked))
    except BadInputError as error:
        return Response.text(str(error), 400)
    body = await asyncio.get_running_loop().run_in_executor(None, _body, drawn, form, width)
    headers = {}
    if request.args.get("download") or form in ("html", "csv"):
        headers["content-disposition"] = f'attachment; filename="figure.{form}"'
    return Response(body, headers=headers, content_type=_TYPES[form])


def _body(drawn: Figure, form: str, width: int) -> bytes | str:
    if form == "csv":
        return _numbers(drawn)
    if form == "html":
        return page(drawn)
    return picture(drawn, f".{form}", width)


def _numbers(drawn: Figure) -> str:
    text = io.StringIO()
    columns: Sequence[str] = list(drawn.rows[0])
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(drawn.rows)
    return text.getvalue()
