"""The answers that our pages give: HTML from a template, and files of any size."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from typing import Any

from datasette.utils.asgi import Response, asgi_start

from osce_news.publish.web.served_copy import DATABASE

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}
_IN_MEMORY = 1_000_000  # bytes of a file
_CHUNK = 65_536


def database(datasette: Any) -> Any:
    """Return Datasette's database, whose `execute_fn` calls a function with a connection in a thread."""
    return datasette.get_database(DATABASE)


async def html(datasette: Any, request: Any, template: str, variables: Any, status: int = 200) -> Response:
    """Return the answer that a template makes."""
    return Response.html(await datasette.render_template(template, variables, request=request), status)


async def download(
    datasette: Any, send: Any, name: str, write: Callable[[sqlite3.Connection, Any], Any]
) -> None:
    """Send a file that the function writes; a large one is kept on disk until it is sent."""
    suffix = name.rpartition(".")[2]
    headers = {"content-disposition": f'attachment; filename="{name}"'} if suffix != "atom" else {}
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        await database(datasette).execute_fn(lambda connection: write(connection, file))
        file.seek(0)
        await asgi_start(send, 200, headers, _TYPES[suffix])
        while chunk := file.read(_CHUNK):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
